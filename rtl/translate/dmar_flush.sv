// SPDX-License-Identifier: Apache-2.0
// Carries out one flush at a time: sweep, settle, poison, and with `drain` a new epoch, fence and
// drain. Lookups, walks and DMA go on meanwhile. What happens in which clock, and why it leaves
// nothing stale: docs/architecture.md, "Why nothing stale survives".
// A change of the control state (`apply`) lets every request under way be answered before step 3.
// A request that one flush made start over is answered before the next flush begins, so that a
// stream of invalidations cannot starve it.
// After reset all caches are swept, since block RAM is not reset.
`default_nettype none
`include "dmar_assert.svh"

module dmar_flush #(
  parameter int unsigned ContextSets   = 32,
  parameter int unsigned PageSets      = 16,   // of the largest IOTLB or paging-structure cache
  parameter int unsigned PageShift     = 0,    // page-number bits below those of any set of these
  parameter int unsigned InterruptSets = 1,
  parameter int unsigned SweepSets     = 16,   // of the largest cache of all
  parameter int unsigned DrainLatency  = 2,    // from the new epoch until drain_busy_i counts
  localparam int unsigned SweepWidth = (SweepSets > 1) ? $clog2(SweepSets) : 1
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic                  flush_valid_i,   // held until done
  input wire dmar_pkg::flush_t      flush_i,
  output logic                      flush_done_o,
  input wire dmar_pkg::control_t    control_next_i,
  output dmar_pkg::control_t        control_o,       // in force
  // Translation
  output logic                      stop_o,          // take no requests
  input wire logic                  empty_i,         // every request is answered
  input wire logic                  overtaken_i,     // requests that started over wait
  output logic                      flushing_o,      // what the flush concerns enters no cache
  output logic                      poison_o,
  output logic                      sweep_valid_o,   // one set of every cache a clock
  output logic     [SweepWidth-1:0] sweep_count_o,
  output logic                      clear_all_o,     // ... whatever the flush says
  // Ports
  output logic                      epoch_o,
  input wire logic                  drain_busy_i     // DMA released in another epoch is in flight
);

  typedef enum logic [3:0] {
    StReset, StIdle, StSweep, StSettle, StStop, StApply, StPoison, StFence, StDrain
  } state_e;
  state_e state_d, state_q;

  logic [SweepWidth-1:0] count_q, last;
  logic                  chosen, settled_q, fenced;

  assign chosen = flush_i.ctx || flush_i.iotlb || flush_i.paging || flush_i.irte;

  // The sets to visit: of the caches that are chosen, and for pages only where they can be.
  localparam logic [SweepWidth-1:0] LastOfAll       = SweepWidth'(SweepSets - 1);
  localparam logic [SweepWidth-1:0] LastOfContexts  = SweepWidth'(ContextSets - 1);
  localparam logic [SweepWidth-1:0] LastOfPages     = SweepWidth'(PageSets - 1);
  localparam logic [SweepWidth-1:0] LastOfEntries   = SweepWidth'(InterruptSets - 1);

  logic [SweepWidth-1:0] last_chosen, outside;

  assign last_chosen = (flush_i.ctx ? LastOfContexts : '0)
      | ((flush_i.iotlb || flush_i.paging) ? LastOfPages : '0)
      | (flush_i.irte ? LastOfEntries : '0);
  assign outside     = !flush_i.by_page ? '0 : flush_i.irte ? SweepWidth'(flush_i.page_mask)
      : SweepWidth'(flush_i.page_mask >> PageShift);
  assign last        = (state_q == StReset) ? LastOfAll : (last_chosen & ~outside);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StReset:  if (count_q == last) state_d = StIdle;
      StIdle: begin
        if (flush_valid_i && !overtaken_i) begin
          state_d = chosen ? StSweep : flush_i.apply ? StStop : StPoison;
        end
      end
      StSweep:  if (count_q == last) state_d = StSettle;
      StSettle: if (settled_q) state_d = flush_i.apply ? StStop : StPoison;
      // The control state changes while nobody looks at it.
      StStop:   if (empty_i) state_d = StApply;
      StApply:  state_d = StPoison;
      StPoison: state_d = flush_i.drain ? StFence : StIdle;
      // The last answer of the old epoch is given in the first clock of this; the requester gets
      // time to raise drain_busy_i.
      StFence:  if (fenced) state_d = StDrain;
      StDrain:  if (!drain_busy_i) state_d = StIdle;
      default:  state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StReset;
      count_q   <= '0;
      settled_q <= 1'b0;
      epoch_o   <= 1'b0;
    end else begin
      state_q   <= state_d;
      count_q   <= (sweep_valid_o && count_q != last) ? count_q + 1'b1 : '0;
      settled_q <= (state_q == StSettle) && !settled_q;
      if (state_q == StPoison && flush_i.drain) epoch_o <= !epoch_o;
    end
  end

  localparam int unsigned FenceWidth = $clog2(DrainLatency + 1);

  logic [FenceWidth-1:0] fence_q;   // clocks of StFence so far

  assign fenced = (fence_q == FenceWidth'(DrainLatency - 1));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || state_q != StFence) fence_q <= '0;
    else                               fence_q <= fence_q + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) control_o <= '0;
    else if (state_q == StApply) control_o <= control_next_i;
  end

  assign stop_o        = (state_q == StReset) || (state_q == StStop) || (state_q == StApply);
  assign flushing_o    = (state_q != StIdle) && (state_q != StFence) && (state_q != StDrain);
  assign poison_o      = (state_q == StPoison);
  assign sweep_valid_o = (state_q == StReset) || (state_q == StSweep);
  assign sweep_count_o = count_q;
  assign clear_all_o   = (state_q == StReset);
  assign flush_done_o  = ((state_q == StPoison) && !flush_i.drain)
      || ((state_q == StDrain) && !drain_busy_i);

  // The operands of a flush that does not look at them may change.
  dmar_pkg::flush_t held;
  always_comb begin
    held = flush_i;
    if (!flush_i.by_domain) held.cache_tag = '0;
    if (!flush_i.by_source) {held.source_id, held.source_mask} = '0;
    if (!flush_i.by_page)   {held.page, held.page_mask} = '0;
  end
  // The sets in which pages can be follow from their domain, too.
  `DMAR_REQUIRE(PagesHaveADomain_R, !flush_valid_i || !(flush_i.iotlb || flush_i.paging)
      || !flush_i.by_page || flush_i.by_domain)
  `DMAR_ASSERT_NEXT(FlushHeld_A, flush_valid_i && !flush_done_o, flush_valid_i && $stable(held))

endmodule
`default_nettype wire
