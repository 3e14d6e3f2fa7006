// SPDX-License-Identifier: Apache-2.0
// Takes one finished walk and sends its operations down the lookup pipeline: one fill, then one
// delivery for each parked request. The walk stays on the outputs until the last of them has left
// the pipeline. An overtaken (poisoned) walk fills nothing, and its deliveries only put the
// requests back into the queue.
`include "dmar_assert.svh"

module dmar_finish #(
  parameter int unsigned Tags = 16
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             poison_i,
  input  logic             done_valid_i,
  output logic             done_ready_o,
  input  dmar_pkg::walk_t  done_walk_i,
  input  logic             done_poisoned_i,
  input  logic [Tags-1:0]  done_parked_i,
  // Operations for the pipeline
  output logic             op_valid_o,
  input  logic             op_ready_i,
  output dmar_pkg::op_e    op_o,
  output dmar_pkg::tag_t   op_tag_o,
  input  logic             op_in_flight_i,  // a fill or delivery is in the pipeline
  // The walk that they belong to
  output dmar_pkg::walk_t  walk_o,
  output logic             poisoned_o
);

  logic            busy_q, fill_q;
  logic [Tags-1:0] parked_q, next_tag;
  logic            take, done_granted;

  assign done_ready_o = !busy_q;
  assign take         = done_valid_i && done_ready_o;

  // What a walk that ended in a fault has seen enters no cache.
  assign done_granted = !done_walk_i.fault && !done_poisoned_i
      && (done_walk_i.is_interrupt || (done_walk_i.ctx_valid && (done_walk_i.ctx.pass_through
          || done_walk_i.leaf.read || done_walk_i.leaf.write)));

  // A pipeline that drains for an invalidation may leave the fill behind; then it is dropped.
  assign next_tag   = parked_q & (~parked_q + 1'b1);
  assign op_valid_o = busy_q && ((fill_q && !poisoned_o) || parked_q != '0);
  assign op_o       = (fill_q && !poisoned_o) ? dmar_pkg::OpFill : dmar_pkg::OpDeliver;

  always_comb begin
    op_tag_o = '0;
    for (int unsigned i = 0; i < Tags; i++) begin
      if (next_tag[i]) op_tag_o = 8'(i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q     <= 1'b0;
      fill_q     <= 1'b0;
      parked_q   <= '0;
      poisoned_o <= 1'b0;
    end else if (take) begin
      busy_q     <= 1'b1;
      fill_q     <= done_granted;
      parked_q   <= done_parked_i;
      poisoned_o <= done_poisoned_i || poison_i;
    end else begin
      if (poison_i) poisoned_o <= 1'b1;
      if (op_valid_o && op_ready_i) begin
        if (op_o == dmar_pkg::OpFill) fill_q <= 1'b0;
        else                          parked_q <= parked_q & ~next_tag;
      end
      if (!op_valid_o && !op_in_flight_i) busy_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) walk_o <= done_walk_i;
  end

  `DMAR_ASSERT(NoOrphan_A, busy_q || parked_q == '0)
  `DMAR_COVER(PoisonedWhileFinishing_C, busy_q && poison_i)

endmodule
