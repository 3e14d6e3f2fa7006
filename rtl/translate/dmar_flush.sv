// SPDX-License-Identifier: Apache-2.0
// Carries out one flush at a time: stop the pipeline, let it run empty, overtake the walks in
// flight, change the control state if asked, clear or sweep the caches, start a new drain epoch,
// and wait until every DMA released in the old epoch is globally visible. Only then is it done.
// A request that one flush made start over is answered before the next flush begins, so that a
// stream of invalidations cannot starve it. Lookups stand still for at most 10 clocks plus the sets
// of the largest cache; walks and the DMA in flight go on meanwhile.
`include "dmar_assert.svh"

module dmar_flush #(
  parameter int unsigned SweepSets = 16,   // of the largest cache
  localparam int unsigned SweepWidth = (SweepSets > 1) ? $clog2(SweepSets) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  flush_valid_i,   // held until done
  input  dmar_pkg::flush_t      flush_i,
  output logic                  flush_done_o,
  input  dmar_pkg::control_t    control_next_i,
  output dmar_pkg::control_t    control_o,       // in force
  // Pipeline
  output logic                  stop_o,          // no lookups, fills or deliveries
  input  logic                  empty_i,         // no operation and no answer in flight
  input  logic                  overtaken_i,     // requests that started over are not answered yet
  output logic                  poison_o,
  output logic                  clear_o,
  output logic                  sweep_valid_o,   // one sweep operation a clock
  output logic [SweepWidth-1:0] sweep_index_o,
  // Ports
  output logic                  epoch_o,
  input  logic                  drain_busy_i     // DMA released in another epoch is in flight
);

  typedef enum logic [2:0] {StIdle, StStop, StApply, StSweep, StSettle, StDrain} state_e;
  state_e state_d, state_q;

  logic [SweepWidth-1:0] index_q;
  logic                  last_set;

  assign last_set = (index_q == SweepWidth'(SweepSets - 1));

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: if (flush_valid_i && !overtaken_i) state_d = StStop;
      StStop: if (empty_i) state_d = StApply;
      // Nothing is in the pipeline: walks, control state and whole caches can change at once.
      StApply: state_d = flush_i.all ? StSettle : StSweep;
      StSweep: if (last_set) state_d = StSettle;
      // The last sweep leaves the pipeline, then the new epoch begins.
      StSettle: if (empty_i) state_d = StDrain;
      StDrain: if (!drain_busy_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      index_q <= '0;
      epoch_o <= 1'b0;
    end else begin
      state_q <= state_d;
      index_q <= (state_q == StSweep) ? (last_set ? '0 : index_q + 1'b1) : '0;
      if (state_q == StSettle && empty_i) epoch_o <= !epoch_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) control_o <= '0;
    else if (state_q == StApply && flush_i.apply) control_o <= control_next_i;
  end

  assign stop_o        = (state_q != StIdle) && (state_q != StDrain);
  assign poison_o      = (state_q == StApply);
  assign clear_o       = (state_q == StApply) && flush_i.all;
  assign sweep_valid_o = (state_q == StSweep);
  assign sweep_index_o = index_q;
  assign flush_done_o  = (state_q == StDrain) && !drain_busy_i;

  `DMAR_ASSERT_NEXT(FlushHeld_A, flush_valid_i && !flush_done_o, flush_valid_i && $stable(flush_i))

endmodule
