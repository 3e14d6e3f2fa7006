// SPDX-License-Identifier: Apache-2.0
// Which slots are occupied, by which AXI ID, and whose turn it is among those of one ID. Slots of
// one ID form a chain in the order of arrival: each names its successor and hands its turns on to
// it, the turn to be issued when it is issued itself, the turn to be done when it is done.
`default_nettype none
`include "dmar_assert.svh"

module dmar_slot_order #(
  parameter int unsigned Slots   = 8,
  parameter int unsigned IdWidth = 4,
  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic                   clk_i,
  input wire logic                   rst_ni,
  input wire logic [Slots-1:0]       alloc_i,        // one-hot, a free slot
  input wire logic [SlotWidth-1:0]   alloc_index_i,
  input wire logic [IdWidth-1:0]     alloc_id_i,
  input wire logic [Slots-1:0]       issue_i,        // one-hot, has its turn; leaves it to the next
  input wire logic [SlotWidth-1:0]   issue_index_i,
  input wire logic [Slots-1:0]       issued_i,       // was issued and is not done
  input wire logic [Slots-1:0]       done_i,         // one-hot, has its turn; is free from now on
  input wire logic [SlotWidth-1:0]   done_index_i,
  output logic     [Slots-1:0]       used_o,
  output logic     [Slots*IdWidth-1:0] id_o,
  output logic     [Slots-1:0]       issue_turn_o,   // all older of the same ID are issued or done
  output logic     [Slots-1:0]       done_turn_o     // all older of the same ID are done
);

  logic [Slots-1:0]     followed_q, predecessor;
  logic [SlotWidth-1:0] next_q [Slots];
  logic [SlotWidth-1:0] predecessor_index, issue_next, done_next;
  logic                 follows, issue_turn, done_turn, issue_passes, done_passes;

  // The newcomer follows the last one of its ID, if there is any.
  always_comb begin
    predecessor_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (predecessor[i]) predecessor_index = SlotWidth'(i);
    end
  end
  assign follows    = (alloc_i != '0) && (predecessor != '0);
  assign issue_turn = ((predecessor & ~(issued_i | issue_i | done_i)) == '0);
  assign done_turn  = ((predecessor & ~done_i) == '0);

  always_ff @(posedge clk_i) begin
    if (follows) next_q[predecessor_index] <= alloc_index_i;
  end

  assign issue_next   = next_q[issue_index_i];
  assign done_next    = next_q[done_index_i];
  assign issue_passes = ((issue_i & followed_q) != '0);
  assign done_passes  = ((done_i & followed_q) != '0);

  for (genvar i = 0; i < Slots; i++) begin : gen_slot
    logic [IdWidth-1:0] id_q;
    logic               after_issued, after_done;

    assign predecessor[i] = used_o[i] && !followed_q[i] && (id_q == alloc_id_i);
    assign after_issued   = issue_passes && (issue_next == SlotWidth'(i));
    assign after_done     = done_passes && (done_next == SlotWidth'(i));

    always_ff @(posedge clk_i) begin
      if (!rst_ni)         used_o[i] <= 1'b0;
      else if (alloc_i[i]) used_o[i] <= 1'b1;
      else if (done_i[i])  used_o[i] <= 1'b0;
    end

    // Who is done without being issued hands both turns on.
    always_ff @(posedge clk_i) begin
      if (alloc_i[i]) begin
        id_q            <= alloc_id_i;
        followed_q[i]   <= 1'b0;
        issue_turn_o[i] <= issue_turn;
        done_turn_o[i]  <= done_turn;
      end else begin
        if (follows && predecessor[i]) followed_q[i] <= 1'b1;
        if (after_issued || after_done) issue_turn_o[i] <= 1'b1;
        if (after_done) done_turn_o[i] <= 1'b1;
      end
    end

    assign id_o[i*IdWidth +: IdWidth] = id_q;
  end

  `DMAR_ASSERT(AllocatesFree_A, (alloc_i & used_o) == '0)
  `DMAR_ASSERT(IssuesInTurn_A, (issue_i & ~(used_o & issue_turn_o)) == '0)
  `DMAR_ASSERT(DoneInTurn_A, (done_i & ~(used_o & done_turn_o)) == '0)
  `DMAR_ASSERT(OneLast_A, alloc_i == '0 || $onehot0(predecessor))
  `DMAR_ASSERT(TurnsAreOrdered_A, (used_o & done_turn_o & ~issue_turn_o) == '0)

endmodule
`default_nettype wire
