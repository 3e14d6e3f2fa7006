// SPDX-License-Identifier: Apache-2.0
// Invalidate Completion messages. Each names any of the 32 ITags, which are looked at one a clock,
// and says how many messages complete one (0: 8): a tag is complete with the message that says no
// more than have come for it. What names a tag that is not with its sender is an error, after the
// others in it have counted.
// While translation is off a message is refused: taken, and nothing else.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_answers (
  input wire logic                      clk_i,
  input wire logic                      rst_ni,
  input wire logic                      refuse_i,       // GSTS.TES=0
  input wire logic                      msg_valid_i,
  output logic                          msg_ready_o,
  input wire dmar_pkg::device_message_t msg_i,
  // Tags
  output logic     [4:0]                tag_o,
  input wire logic                      tag_used_i,
  input wire dmar_pkg::source_id_t      tag_source_i,
  output logic                          free_o,         // tag_o is complete
  input wire logic                      given_i,        // a tag goes out, not while busy_o
  input wire logic [4:0]                given_tag_i,
  output logic                          busy_o,
  output logic                          wrong_o,        // sets FSTS.ICE
  output dmar_pkg::source_id_t          wrong_source_o
);

  logic                 busy_q, wrong_q, named, known, take;
  logic [31:0]          tags_q;        // still to be looked at
  logic [2:0]           count_q;
  logic [3:0]           come, come_now; // messages for tag_o, before this one and with it
  dmar_pkg::source_id_t source_q;

  assign msg_ready_o = !busy_q;
  assign take        = msg_valid_i && msg_ready_o && !refuse_i
      && (msg_i.kind == dmar_pkg::MESSAGE_COMPLETION);

  always_comb begin
    tag_o = '0;
    for (int unsigned i = 32; i > 0; i--) begin
      if (tags_q[i-1]) tag_o = 5'(i - 1);
    end
  end
  assign named = busy_q && (tags_q != '0);
  assign known = named && tag_used_i && (tag_source_i == source_q);

  dmar_lut_ram #(.Depth(32), .Width(4)) u_come (
    .clk_i, .write_i(given_i || known), .write_addr_i(given_i ? given_tag_i : tag_o),
    .write_data_i(given_i ? 4'd0 : come_now), .read_addr_i(tag_o), .read_data_o(come)
  );
  assign come_now = come + 4'd1;
  assign free_o   = known && (come_now >= {count_q == '0, count_q});

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      tags_q  <= '0;
      wrong_q <= 1'b0;
    end else if (take) begin
      busy_q  <= 1'b1;
      tags_q  <= msg_i.payload[31:0];
      wrong_q <= 1'b0;
    end else if (named) begin
      tags_q  <= tags_q & (tags_q - 32'd1);
      wrong_q <= wrong_q || !known;
    end else begin
      busy_q  <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      count_q  <= msg_i.tag[2:0];
      source_q <= msg_i.source_id;
    end
  end

  assign busy_o         = busy_q;
  assign wrong_o        = busy_q && !named && wrong_q;
  assign wrong_source_o = source_q;

  `DMAR_REQUIRE(NoneGivenMeanwhile_R, !(given_i && busy_q))

  logic unused;
  assign unused = ^msg_i;

endmodule
`default_nettype wire
