// SPDX-License-Identifier: Apache-2.0
// Simulation only: holds dmar_core and the requester at its ports to the contract of drains in
// docs/integration.md. Bind or instantiate it beside a dmar_core, as drain_bind.sv does. It counts
// the accesses that answers permit, and those that the requester reports as visible.
`default_nettype none

module dmar_drain_check #(
  parameter int unsigned DrainLatency = 2,   // as of dmar_core
  parameter int unsigned Slots        = 1    // accesses that may become visible in one clock
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic             epoch_i,          // epoch_o of dmar_core
  input wire logic             drain_busy_i,
  // Answers of xlate0, xlate1 and late: those that let an access out, VerdictForward,
  // VerdictInterrupt and VerdictPost, and their epochs
  input wire logic [2:0]       permitted_i,
  input wire logic [2:0]       permitted_epoch_i,
  // Permitted accesses that become visible in this clock (data of a read here, write acknowledged,
  // or given up), and the epochs of their answers
  input wire logic [Slots-1:0] visible_i,
  input wire logic [Slots-1:0] visible_epoch_i
);

  // In flight, by epoch, and what this clock adds and takes.
  int unsigned flying_q [2];
  int unsigned added [2];
  int unsigned taken [2];
  int unsigned left;       // of the other epoch, without what becomes visible now
  int unsigned age_q;      // clocks since the epoch changed, up to DrainLatency
  int unsigned age;
  logic        epoch_q;
  logic        turns, late;

  always_comb begin
    added[0] = $countones(permitted_i & ~permitted_epoch_i);
    added[1] = $countones(permitted_i & permitted_epoch_i);
    taken[0] = $countones(visible_i & ~visible_epoch_i);
    taken[1] = $countones(visible_i & visible_epoch_i);
    turns    = (epoch_i != epoch_q);
    age      = turns ? 0 : age_q;
    late     = (added[epoch_i ? 0 : 1] != 0);
    left     = flying_q[epoch_i ? 0 : 1] - taken[epoch_i ? 0 : 1];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      flying_q[0] <= 0;
      flying_q[1] <= 0;
      age_q       <= 0;
      epoch_q     <= epoch_i;
    end else begin
      flying_q[0] <= flying_q[0] + added[0] - taken[0];
      flying_q[1] <= flying_q[1] + added[1] - taken[1];
      age_q       <= (age < DrainLatency) ? age + 1 : age;
      epoch_q     <= epoch_i;

      // The requester
      OnlyPermitted_A: assert (taken[0] <= flying_q[0] && taken[1] <= flying_q[1])
        else $error("dmar_drain_check: an access became visible that was not in flight");
      BusyInTime_A: assert (age < DrainLatency || left == 0 || drain_busy_i)
        else $error("dmar_drain_check: drain_busy_i is low, accesses of the old epoch in flight");
      // The core
      OldAnswersInTime_A: assert (age == 0 || !late)
        else $error("dmar_drain_check: an answer of the old epoch after its last clock");
      DrainedBefore_A: assert (!turns || flying_q[epoch_i ? 1 : 0] == 0)
        else $error("dmar_drain_check: a new epoch began before the last but one was drained");
    end
  end

endmodule
`default_nettype wire
