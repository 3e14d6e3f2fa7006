// SPDX-License-Identifier: Apache-2.0
// The states of all walks, and the choices among them: a free one, one that a request may join, one
// that was overtaken before it read.
`default_nettype none
`include "dmar_assert.svh"

module dmar_walk_slots #(
  parameter int unsigned Walks     = 16,
  parameter bit          LeafLines = 1'b1,
  localparam int unsigned WalkWidth = (Walks > 1) ? $clog2(Walks) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire logic                 poison_i,
  input wire dmar_pkg::flush_t     flush_i,
  // Starting and joining
  input wire dmar_pkg::seek_t      seek_i,            // joins
  input wire dmar_pkg::seek_t      start_seek_i,      // begins
  input wire dmar_pkg::progress_t  progress_i,
  input wire logic                 start_i,
  input wire logic                 start_read_i,      // its first read is taken in the same clock
  output logic                     free_o,
  output logic                     spare_o,           // ... and another one
  output logic     [WalkWidth-1:0] start_index_o,
  output logic                     candidate_o,       // a live walk may go to the same place
  output logic     [WalkWidth-1:0] candidate_index_o,
  // Reads
  output logic     [Walks-1:0]     wants_read_o,
  input wire logic [Walks-1:0]     read_i,            // whose read was taken
  // The entry that is here
  input wire logic [WalkWidth-1:0] rsp_index_i,
  output logic                     poisoned_o,
  output logic                     swallows_o,
  output logic     [1:0]           beat_o,
  input wire logic                 step_i,
  input wire logic                 step_ends_i,
  input wire logic                 step_ctx_i,
  input wire dmar_pkg::cache_tag_t step_tag_i,
  input wire logic                 step_beat_i,       // the last entry of a beat of a line
  input wire logic                 step_last_i,       // ... of the last beat of all
  // Overtaken walks
  output logic                     dead_o,
  output logic     [WalkWidth-1:0] dead_index_o,
  input wire logic                 dead_taken_i,
  // The answers are given
  input wire logic                 release_i,
  input wire logic [4:0]           release_walk_i,
  output logic                     busy_o
);

  logic [Walks-1:0]   free, dead, poisoned, swallows, mergeable;
  logic [Walks-1:0]   free_pick, merge_pick, dead_pick;
  logic [Walks*2-1:0] beats;
  logic [5:0]         seek_hash, start_hash;

  function automatic logic [5:0] hash(input logic [15:0] source_id, input logic [51:0] page,
                                      input logic is_interrupt);
    hash = source_id[5:0] ^ source_id[13:8] ^ page[8:3] ^ page[14:9] ^ page[20:15]
        ^ {is_interrupt, page[25:21]};
  endfunction
  function automatic logic [WalkWidth-1:0] index_of(input logic [Walks-1:0] onehot);
    index_of = '0;
    for (int unsigned i = 0; i < Walks; i++) begin
      if (onehot[i]) index_of = index_of | WalkWidth'(i);
    end
  endfunction

  assign seek_hash         = hash(seek_i.source_id, seek_i.page, seek_i.is_interrupt);
  assign start_hash        = hash(start_seek_i.source_id, start_seek_i.page,
      start_seek_i.is_interrupt);
  assign free_pick         = free & (~free + 1'b1);
  assign merge_pick        = mergeable & (~mergeable + 1'b1);
  assign dead_pick         = dead & (~dead + 1'b1);
  assign free_o            = (free != '0);
  assign spare_o           = ((free & ~free_pick) != '0);
  assign start_index_o     = index_of(free_pick);
  assign candidate_o       = (mergeable != '0);
  assign candidate_index_o = index_of(merge_pick);
  assign dead_o            = (dead != '0);
  assign dead_index_o      = index_of(dead_pick);
  assign poisoned_o        = poisoned[rsp_index_i];
  assign swallows_o        = swallows[rsp_index_i];
  assign beat_o            = beats[rsp_index_i*2 +: 2];
  assign busy_o            = (free != '1);

  for (genvar i = 0; i < Walks; i++) begin : gen_walk
    logic step;
    assign step = step_i && (rsp_index_i == WalkWidth'(i));

    dmar_walk_slot #(.LeafLines(LeafLines)) u_slot (
      .clk_i, .rst_ni,
      .start_i(start_i && free_pick[i]), .start_read_i, .start_hash_i(start_hash),
      .start_beat_i(start_seek_i.page[2:1]), .start_interrupt_i(start_seek_i.is_interrupt),
      .start_tag_valid_i(progress_i.ctx_valid),
      .start_tag_i(dmar_pkg::tag_hash(progress_i.cache_tag)), .read_i(read_i[i]), .step_i(step),
      .step_ends_i, .step_ctx_i, .step_tag_i(dmar_pkg::tag_hash(step_tag_i)),
      .beat_i(step && step_beat_i), .last_beat_i(step && step_last_i),
      .dead_i(dead_taken_i && dead_pick[i]),
      .release_i(release_i && (release_walk_i == 5'(i))), .poison_i, .flush_i,
      .seek_hash_i(seek_hash), .seek_beat_i(seek_i.page[2:1]), .free_o(free[i]),
      .wants_read_o(wants_read_o[i]),
      .dead_o(dead[i]), .poisoned_o(poisoned[i]), .swallows_o(swallows[i]),
      .mergeable_o(mergeable[i]), .beat_o(beats[i*2 +: 2])
    );
  end

  `DMAR_COVER(AllWalksBusy_C, free == '0)

endmodule
`default_nettype wire
