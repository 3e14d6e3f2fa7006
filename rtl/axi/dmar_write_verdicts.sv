// SPDX-License-Identifier: Apache-2.0
// The verdicts on device writes: which slots they permit, and for the head where it goes. Only a
// late one can be VerdictInterrupt or VerdictPost.
`default_nettype none
`include "dmar_assert.svh"

module dmar_write_verdicts #(
  parameter int unsigned Slots    = 8,
  parameter int unsigned FirstTag = 8,
  parameter bit          PostedInterrupts = 1'b0,
  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire logic                 rsp_valid_i,
  input wire dmar_pkg::tag_t       rsp_tag_i,
  input wire dmar_pkg::answer_t    rsp_i,
  input wire logic                 late_valid_i,   // no hit; maybe in the same clock
  input wire dmar_pkg::tag_t       late_tag_i,
  input wire dmar_pkg::answer_t    late_i,
  // In this clock
  output logic     [Slots-1:0]     judged_o,
  output logic     [Slots-1:0]     permitted_o,
  output logic     [Slots-1:0]     epoch_o,
  // The head
  input wire logic [SlotWidth-1:0] head_slot_i,
  output logic                     head_interrupt_o,
  output logic                     head_remapped_o,
  output logic                     head_snoop_o,
  output dmar_pkg::page_t          head_page_o,
  output dmar_pkg::remapped_t      head_message_o,
  output logic                     head_posted_o,
  output dmar_pkg::posted_t        head_posting_o
);

  logic                 late_valid, fast_permits, late_permits, late_interrupts, late_posts;
  logic                 head_remaps;
  logic [7:0]           fast_tag, late_tag;
  logic [SlotWidth-1:0] fast_slot, late_slot;
  logic [18:0]          message_q [Slots];   // remapped, and remapped_t

  assign fast_tag        = rsp_tag_i - 8'(FirstTag);
  assign late_tag        = late_tag_i - 8'(FirstTag);
  assign fast_slot       = fast_tag[SlotWidth-1:0];
  assign late_slot       = late_tag[SlotWidth-1:0];
  assign late_valid      = late_valid_i && (late_tag_i >= 8'(FirstTag));
  assign fast_permits    = (rsp_i.verdict == dmar_pkg::VerdictForward);
  assign late_interrupts = (late_i.verdict == dmar_pkg::VerdictInterrupt);
  assign late_posts      = PostedInterrupts && (late_i.verdict == dmar_pkg::VerdictPost);
  assign late_permits    = late_interrupts || late_posts
      || (late_i.verdict == dmar_pkg::VerdictForward);

  for (genvar i = 0; i < Slots; i++) begin : gen_slot
    logic fast, late;
    assign fast           = rsp_valid_i && (fast_slot == SlotWidth'(i));
    assign late           = late_valid && (late_slot == SlotWidth'(i));
    assign judged_o[i]    = fast || late;
    assign permitted_o[i] = late ? late_permits : (fast && fast_permits);
    assign epoch_o[i]     = late ? late_i.epoch : rsp_i.epoch;
  end

  dmar_two_writer_table #(.Depth(Slots), .Width(54)) u_pages (
    .clk_i, .rst_ni,
    .write0_i(rsp_valid_i), .addr0_i(fast_slot),
    .data0_i({1'b0, rsp_i.snoop, rsp_i.host_page}),
    .write1_i(late_valid), .addr1_i(late_slot),
    .data1_i({late_interrupts, late_i.snoop, late_i.host_page}),
    .read_addr_i(head_slot_i), .read_data_o({head_interrupt_o, head_snoop_o, head_page_o})
  );

  always_ff @(posedge clk_i) begin
    if (late_valid) message_q[late_slot] <= {late_i.remapped, late_i.message};
  end
  assign {head_remaps, head_message_o} = message_q[head_slot_i];
  assign head_remapped_o = head_interrupt_o && head_remaps;

  // Posted interrupts are no messages; the page is that of the descriptor.
  if (PostedInterrupts) begin : gen_posted
    logic [Slots-1:0]                  posted_q;
    logic [dmar_pkg::POSTED_WIDTH-1:0] posting_q [Slots];

    for (genvar i = 0; i < Slots; i++) begin : gen_flag
      always_ff @(posedge clk_i) begin
        if (judged_o[i]) posted_q[i] <= late_valid && late_posts && (late_slot == SlotWidth'(i));
      end
    end
    always_ff @(posedge clk_i) begin
      if (late_valid) posting_q[late_slot] <= late_i.posted;
    end
    assign head_posted_o  = posted_q[head_slot_i];
    assign head_posting_o = posting_q[head_slot_i];
  end else begin : gen_no_posted
    assign head_posted_o  = 1'b0;
    assign head_posting_o = '0;
  end

  `DMAR_WIDTH(Posted, dmar_pkg::posted_t, dmar_pkg::POSTED_WIDTH)
  `DMAR_REQUIRE(HitsForwardOrBlock_R,
                !rsp_valid_i || fast_permits || rsp_i.verdict == dmar_pkg::VerdictBlock)

  logic unused;
  assign unused = ^{fast_tag, late_tag, rsp_i, late_i};

endmodule
`default_nettype wire
