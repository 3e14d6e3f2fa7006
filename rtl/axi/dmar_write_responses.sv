// SPDX-License-Identifier: Apache-2.0
// Responses to device writes, in the order of each ID: those of memory, and those made here, of
// blocked writes and posted interrupts. There is room for all, so none depends on the device.
`default_nettype none
`include "dmar_assert.svh"

module dmar_write_responses #(
  parameter int unsigned Slots   = 8,
  parameter int unsigned IdWidth = 4,
  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic                     clk_i,
  input wire logic                     rst_ni,
  // Slots
  input wire logic [Slots*IdWidth-1:0] id_i,
  input wire logic [Slots-1:0]         done_turn_i,   // all older of the same ID are answered
  input wire logic [Slots-1:0]         issued_i,      // memory owes a response
  input wire logic [Slots-1:0]         dropped_i,     // an answer made here is due:
  input wire logic [Slots-1:0]         posted_i,      // OKAY, else an error
  output logic     [Slots-1:0]         done_o,        // answered
  output logic     [SlotWidth-1:0]     done_slot_o,
  // Memory
  input wire logic [IdWidth-1:0]       m_bid_i,
  input wire logic [1:0]               m_bresp_i,
  input wire logic                     m_bvalid_i,
  output logic                         m_bready_o,
  // Device
  output logic     [IdWidth-1:0]       s_bid_o,
  output logic     [1:0]               s_bresp_o,
  output logic                         s_bvalid_o,
  input wire logic                     s_bready_i
);

  // Made here: each when all older writes of its ID are answered. One takes a clock from the
  // responses of memory, and never two in a row. //

  logic                 refuse_found, refuse_valid_q;
  logic [Slots-1:0]     refuse_grant;
  logic [SlotWidth-1:0] refuse_index, refuse_index_q;
  logic [IdWidth-1:0]   refuse_id;

  dmar_arbiter #(.Requests(Slots)) u_refuse_arbiter (
    .clk_i, .rst_ni, .request_i(dropped_i & done_turn_i & {Slots{!refuse_valid_q}}),
    .accept_i(1'b1), .valid_o(refuse_found), .grant_o(refuse_grant), .index_o(refuse_index)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) refuse_valid_q <= 1'b0;
    else         refuse_valid_q <= refuse_found;
    refuse_index_q <= refuse_index;
  end
  assign refuse_id = id_i[refuse_index_q*IdWidth +: IdWidth];

  // Responses of memory, which keeps the order of one ID; but a younger write of an ID may be
  // answered by memory while the error of an older one is still to come: it waits here for its
  // turn, which depends on no device. //

  logic                 response_valid_q, response_known, response_leaves, answers_space;
  logic [IdWidth-1:0]   response_id_q;
  logic [1:0]           response_q;
  logic [Slots-1:0]     awaited, memory_slot, refuse_slot;
  logic [SlotWidth-1:0] memory_index;

  always_comb begin
    memory_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (memory_slot[i]) memory_index = SlotWidth'(i);
    end
  end

  // What no write waits for is taken and dropped: after a reset memory may still owe responses to
  // writes that are forgotten.
  assign response_known  = (awaited != '0);
  assign response_leaves = response_valid_q && !refuse_valid_q
      && (memory_slot != '0 || !response_known);
  assign m_bready_o      = !response_valid_q || response_leaves;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) response_valid_q <= 1'b0;
    else if (m_bready_o) response_valid_q <= m_bvalid_i;
    if (m_bready_o) {response_id_q, response_q} <= {m_bid_i, m_bresp_i};
  end

  assign done_slot_o = refuse_valid_q ? refuse_index_q : memory_index;
  for (genvar i = 0; i < Slots; i++) begin : gen_done
    assign awaited[i]     = issued_i[i] && (id_i[i*IdWidth +: IdWidth] == response_id_q);
    assign memory_slot[i] = awaited[i] && done_turn_i[i];
    assign refuse_slot[i] = refuse_valid_q && (refuse_index_q == SlotWidth'(i));
    assign done_o[i]      = refuse_slot[i] || (response_leaves && memory_slot[i]);
  end

  dmar_fifo #(.Depth(Slots), .Width(IdWidth + 2)) u_answers (
    .clk_i, .rst_ni, .up_valid_i(refuse_valid_q || (response_leaves && response_known)),
    .up_ready_o(answers_space),
    .up_data_i(refuse_valid_q ? {refuse_id, {2{!posted_i[refuse_index_q]}}}
                              : {response_id_q, response_q}),
    .dn_valid_o(s_bvalid_o), .dn_ready_i(s_bready_i), .dn_data_o({s_bid_o, s_bresp_o})
  );

  `DMAR_ASSERT(OneAnswered_A, $onehot0(memory_slot))
  `DMAR_ASSERT(RefusesDropped_A, (refuse_slot & ~dropped_i) == '0)
  `DMAR_ASSERT(AnswersHaveRoom_A, !(refuse_valid_q || response_leaves) || answers_space)
  `DMAR_ASSERT_HELD(DeviceAnswerHeld_A, s_bvalid_o, s_bready_i, {s_bid_o, s_bresp_o})

  logic unused;
  assign unused = ^refuse_grant;

endmodule
`default_nettype wire
