// SPDX-License-Identifier: Apache-2.0
// The state of one walk in flight, but for what dmar_walker keeps in tables. A walk that an
// invalidation overtook (poisoned) makes no further reads, fills nothing and answers nothing; its
// requests start anew (docs/architecture.md, "Why nothing stale survives").
`default_nettype none
`include "dmar_assert.svh"

module dmar_walk_slot #(
  parameter bit LeafLines = 1'b1
) (
  input wire logic       clk_i,
  input wire logic       rst_ni,
  input wire logic       start_i,
  input wire logic       start_read_i,     // its first read is taken in the same clock
  input wire logic [5:0] start_hash_i,     // of what it is for
  input wire logic [1:0] start_beat_i,     // a line begins with it
  input wire logic       start_interrupt_i,
  input wire logic       start_tag_valid_i,
  input wire logic [dmar_pkg::TAG_HASH_WIDTH-1:0] start_tag_i,
  input wire logic       read_i,           // a read was taken
  input wire logic       step_i,           // an entry was looked at
  input wire logic       step_ends_i,      // the walk, or its line, is being answered
  input wire logic       step_ctx_i,       // it was a context-entry
  input wire logic [dmar_pkg::TAG_HASH_WIDTH-1:0] step_tag_i,
  input wire logic       beat_i,           // ... the last one of a beat of a line
  input wire logic       last_beat_i,      // ... the last one of all: nothing more will come
  input wire logic       dead_i,           // a poisoned walk hands its requests back
  input wire logic       release_i,        // the answers are given
  input wire logic       poison_i,
  input wire dmar_pkg::flush_t flush_i,    // ... whom it concerns
  input wire logic [5:0] seek_hash_i,
  input wire logic [1:0] seek_beat_i,      // where a line has what is sought
  output logic           free_o,
  output logic           wants_read_o,
  output logic           dead_o,           // poisoned, with nothing in flight
  output logic           poisoned_o,       // ... now or before
  output logic           swallows_o,       // beats of its line are of no use any more
  output logic           mergeable_o,
  output logic     [1:0] beat_o            // which beat of a line comes next
);

  typedef enum logic [2:0] {StFree, StRead, StWait, StAnswer, StLine} state_e;
  state_e state_d, state_q;

  logic       poisoned_q, interrupt_q, tag_valid_q, swallow_q, concerned, to_come;
  logic [5:0] hash_q;
  logic [dmar_pkg::TAG_HASH_WIDTH-1:0] tag_q;

  assign concerned  = dmar_pkg::flush_concerns(flush_i.ctx, flush_i.iotlb || flush_i.paging,
      flush_i.irte, flush_i.by_domain, dmar_pkg::tag_hash(flush_i.cache_tag), interrupt_q,
      tag_valid_q, tag_q);
  assign poisoned_o = poisoned_q || (poison_i && concerned);

  // StAnswer: nothing in flight, answers are being given. StLine: some entries of a line are
  // answered, others are still to come.
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StFree:   if (start_i) state_d = start_read_i ? StWait : StRead;
      StRead: begin
        if (read_i)      state_d = StWait;
        else if (dead_i) state_d = StAnswer;
      end
      StWait: begin
        if (step_i && (step_ends_i || poisoned_o)) state_d = last_beat_i ? StAnswer : StLine;
        else if (step_i)                           state_d = StRead;
      end
      StLine:   if (last_beat_i) state_d = swallow_q ? StFree : StAnswer;
      StAnswer: if (release_i) state_d = StFree;
      default:  state_d = StFree;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StFree;
    else         state_q <= state_d;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      hash_q      <= start_hash_i;
      interrupt_q <= start_interrupt_i;
      tag_valid_q <= start_tag_valid_i;
      tag_q       <= start_tag_i;
      poisoned_q  <= 1'b0;
      swallow_q   <= 1'b0;
    end else begin
      if (poison_i && concerned) poisoned_q <= 1'b1;
      if (step_i && step_ctx_i) begin
        tag_valid_q <= 1'b1;
        tag_q       <= step_tag_i;
      end
      if (step_i && poisoned_o) swallow_q <= 1'b1;
    end
  end

  if (LeafLines) begin : gen_beat
    logic [1:0] beat_q;
    always_ff @(posedge clk_i) begin
      // Every line has four, so it begins at 0 again.
      if (!rst_ni)     beat_q <= 2'd0;
      else if (beat_i) beat_q <= beat_q + 2'd1;
    end
    assign beat_o = beat_q;

    // The line begins with what its walk was started for.
    logic [1:0] first_q, distance;
    always_ff @(posedge clk_i) begin
      if (start_i) first_q <= start_beat_i;
    end
    assign distance = seek_beat_i - first_q;
    assign to_come  = (state_q == StLine) && (distance > beat_q);
  end else begin : gen_no_beat
    assign beat_o  = 2'd0;
    assign to_come = 1'b0;
    logic unused;
    assign unused = ^{beat_i, seek_beat_i, start_beat_i};
  end

  assign free_o       = (state_q == StFree);
  assign wants_read_o = (state_q == StRead) && !poisoned_o;
  assign dead_o       = (state_q == StRead) && poisoned_q;
  assign swallows_o   = swallow_q;
  // In the clock of the poisoning dmar_seek begins nothing.
  assign mergeable_o  = (state_q == StRead || state_q == StWait || to_come) && !poisoned_q
      && (hash_q == seek_hash_i);

  `DMAR_ASSERT(StartsWhenFree_A, !start_i || state_q == StFree)
  `DMAR_ASSERT(StepIsAwaited_A, !step_i || state_q == StWait || state_q == StLine)
  `DMAR_COVER(PoisonedInFlight_C, poison_i && concerned && state_q == StWait)

endmodule
`default_nettype wire
