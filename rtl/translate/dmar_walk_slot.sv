// SPDX-License-Identifier: Apache-2.0
// One walk in flight: its state, the requests parked on it, and whether an invalidation has
// overtaken it (poisoned: it neither fills nor answers; its requests start anew).
`include "dmar_assert.svh"

module dmar_walk_slot #(
  parameter int unsigned Tags = 16
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_i,
  input  dmar_pkg::walk_t  start_walk_i,
  input  logic             start_done_i,   // ends at once, without a read
  input  logic [Tags-1:0]  start_tag_i,    // one-hot
  input  logic             park_i,         // another request waits for the same page
  input  logic [Tags-1:0]  park_tag_i,
  input  logic             read_i,         // the read of the current entry was accepted
  input  logic             step_i,         // its data is here
  input  dmar_pkg::walk_t  step_walk_i,
  input  logic             step_done_i,
  input  logic             poison_i,
  input  logic             release_i,      // handed over to dmar_finish
  input  logic             seek_interrupt_i,
  input  dmar_pkg::source_id_t seek_source_id_i,
  input  dmar_pkg::page_t  seek_page_i,
  output logic             same_page_o,    // the walk goes to the page sought
  output logic             active_o,
  output logic             wants_read_o,
  output logic             done_o,
  output logic             poisoned_o,
  output dmar_pkg::walk_t  walk_o,
  output logic [Tags-1:0]  parked_o
);

  typedef enum logic [1:0] {StFree, StRead, StWait, StDone} state_e;
  state_e state_d, state_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StFree:  if (start_i) state_d = start_done_i ? StDone : StRead;
      StRead:  if (read_i) state_d = StWait;
      StWait:  if (step_i) state_d = step_done_i ? StDone : StRead;
      StDone:  if (release_i) state_d = StFree;
      default: state_d = StFree;
    endcase
    // An overtaken walk makes no further reads.
    if (poisoned_o && state_q == StRead && !read_i) state_d = StDone;
    if (poisoned_o && state_q == StWait && step_i) state_d = StDone;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StFree;
    else         state_q <= state_d;
  end

  always_ff @(posedge clk_i) begin
    if (start_i)     walk_o <= start_walk_i;
    else if (step_i) walk_o <= step_walk_i;
    if (start_i)     parked_o <= start_tag_i;
    else if (park_i) parked_o <= parked_o | park_tag_i;
    if (start_i)       poisoned_o <= 1'b0;
    else if (poison_i) poisoned_o <= 1'b1;
  end

  assign same_page_o  = (walk_o.is_interrupt == seek_interrupt_i)
      && (walk_o.source_id == seek_source_id_i) && (walk_o.page == seek_page_i);
  assign active_o     = (state_q != StFree);
  assign wants_read_o = (state_q == StRead);
  assign done_o       = (state_q == StDone);

  `DMAR_ASSERT(StartsWhenFree_A, !start_i || state_q == StFree)
  `DMAR_ASSERT(StepIsAwaited_A, !step_i || state_q == StWait)
  `DMAR_ASSERT(ParksOnLiveWalk_A, !park_i || (active_o && !poisoned_o && !release_i))
  `DMAR_COVER(PoisonedInFlight_C, poison_i && state_q == StWait)

endmodule
