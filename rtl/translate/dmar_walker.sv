// SPDX-License-Identifier: Apache-2.0
// Walks of root, context and second-stage tables, and reads of interrupt-remapping table entries:
// `Walks` in flight over one step datapath. What a walk is for and how far it has come lies in LUT
// RAM; reads go out tagged with the walk and may return in any order. A walk of a sequential stream
// reads the last table by lines of 64 bytes, whose eight entries are looked at one a clock.
`default_nettype none
`include "dmar_assert.svh"

module dmar_walker #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned DomainIdCode   = 6,
  parameter bit          PassThrough    = 1'b1,
  parameter bit          DeviceTlb      = 1'b0,
  parameter bit          SnoopControl   = 1'b1,
  parameter bit          PostedInterrupts = 1'b0,
  parameter int unsigned Walks          = 16,
  parameter int unsigned Tags           = 32,
  parameter bit          LeafLines      = 1'b1
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  // Invalidation: walks that may have used what is no longer cached start anew
  input wire logic             poison_i,
  input wire dmar_pkg::flush_t flush_i,
  input wire logic             irt_extended_i,    // EIME in force

  // dmar_seek
  input wire dmar_pkg::seek_t     seek_i,         // joins
  input wire dmar_pkg::seek_t     start_seek_i,   // begins
  input wire dmar_pkg::progress_t progress_i,
  output logic                 merge_ready_o,     // a live walk goes there
  input wire logic             merge_i,
  output logic                 start_ready_o,     // a walk is free
  output logic                 spare_ready_o,     // ... and another one
  input wire logic             start_i,
  output logic     [4:0]       park_walk_o,       // the walk that is joined, else started

  // Table reads
  output logic                 mem_valid_o,
  input wire logic             mem_ready_i,
  output logic     [63:0]      mem_addr_o,
  output logic                 mem_wide_o,        // 16 bytes, else 8
  output logic                 mem_line_o,        // 64 bytes, the 16 of the address first
  output logic     [5:0]       mem_id_o,
  input wire logic             rsp_valid_i,
  output logic                 rsp_ready_o,
  input wire logic [5:0]       rsp_id_i,
  input wire logic [127:0]     rsp_data_i,
  input wire logic             rsp_last_i,
  input wire logic             rsp_error_i,

  // What was found, to dmar_finish
  output logic                 result_valid_o,
  input wire logic             result_ready_i,
  output dmar_pkg::result_t     result_o,
  output logic     [4:0]       result_walk_o,
  output logic                 result_line_o,     // for one entry of a line only
  output logic                 result_release_o,  // the walk ends with it
  input wire logic             release_i,
  input wire logic [4:0]       release_walk_i,
  output logic                 busy_o
);

  localparam int unsigned WalkWidth = (Walks > 1) ? $clog2(Walks) : 1;

  logic [Walks-1:0]     wants_read, read_grant;
  logic [WalkWidth-1:0] start_index, merge_index, read_index, rsp_index, dead_index;
  logic                 free, spare, candidate, reads_pending, start_read, dead;
  dmar_pkg::seek_t      rsp_seek, read_seek, merge_seek;
  dmar_pkg::progress_t  rsp_progress, read_progress;
  logic                 step, step_writes, leads_on, poisoned_step, swallowed;
  logic                 line;             // the answer is a beat of a line
  logic [1:0]           beat;
  dmar_pkg::result_t    step_result;

  dmar_walk_slots #(.Walks(Walks), .LeafLines(LeafLines)) u_slots (
    .clk_i, .rst_ni, .poison_i, .flush_i, .seek_i, .start_seek_i, .progress_i,
    .start_i, .start_read_i(start_read), .free_o(free), .spare_o(spare),
    .start_index_o(start_index),
    .candidate_o(candidate), .candidate_index_o(merge_index), .wants_read_o(wants_read),
    .read_i(read_grant & {Walks{mem_ready_i}}), .rsp_index_i(rsp_index),
    .poisoned_o(poisoned_step), .swallows_o(swallowed), .beat_o(beat), .step_i(step),
    .step_ends_i(step_result.ends), .step_ctx_i(step_result.found == dmar_pkg::FoundContext),
    .step_tag_i(step_result.progress.cache_tag), .step_beat_i(rsp_ready_o && line),
    .step_last_i(rsp_ready_o && rsp_last_i), .dead_o(dead), .dead_index_o(dead_index),
    .dead_taken_i(!rsp_valid_i && result_ready_i), .release_i, .release_walk_i, .busy_o
  );

  // Starts and steps share the write port: while an entry is here that may lead on, none starts.
  dmar_walk_table #(
    .HostAddrWidth(HostAddrWidth), .DomainWidth(4 + 2 * DomainIdCode), .Walks(Walks), .Tags(Tags)
  ) u_table (
    .clk_i, .start_i, .start_index_i(start_index), .seek_i(start_seek_i),
    .write_i(start_i || step_writes),
    .write_index_i(step_writes ? rsp_index : start_index),
    .progress_i(step_writes ? step_result.progress : progress_i), .rsp_index_i(rsp_index),
    .rsp_seek_o(rsp_seek), .rsp_progress_o(rsp_progress), .read_index_i(read_index),
    .read_seek_o(read_seek), .read_progress_o(read_progress), .merge_index_i(merge_index),
    .merge_seek_o(merge_seek)
  );

  // Starting and joining: a hash finds a candidate, its page decides //

  assign leads_on      = rsp_valid_i && (rsp_progress.level != 3'd1);
  assign start_ready_o = free && !leads_on;
  assign spare_ready_o = spare && !leads_on;
  assign merge_ready_o = candidate && (merge_seek.source_id == seek_i.source_id)
      && (merge_seek.is_interrupt == seek_i.is_interrupt) && !merge_seek.context_only
      && (merge_seek.page[51:3] == seek_i.page[51:3])
      && (merge_seek.line || merge_seek.page[2:0] == seek_i.page[2:0]);
  assign park_walk_o   = merge_i ? 5'(merge_index) : 5'(start_index);

  // Reads: of walks under way, else of the one that starts //

  dmar_arbiter #(.Requests(Walks)) u_read_arbiter (
    .clk_i, .rst_ni, .request_i(wants_read), .accept_i(mem_ready_i), .valid_o(reads_pending),
    .grant_o(read_grant), .index_o(read_index)
  );

  assign start_read  = !reads_pending && mem_ready_i;
  assign mem_valid_o = reads_pending || start_i;
  assign mem_id_o    = reads_pending ? 6'(read_index) : 6'(start_index);

  dmar_walk_address #(.LeafLines(LeafLines)) u_address (
    .seek_i(reads_pending ? read_seek : start_seek_i),
    .progress_i(reads_pending ? read_progress : progress_i), .addr_o(mem_addr_o),
    .wide_o(mem_wide_o), .line_o(mem_line_o)
  );

  // Steps //

  logic            step_found;
  logic            half_q;          // the second entry of a beat
  dmar_pkg::seek_t step_seek;

  assign rsp_index   = rsp_id_i[WalkWidth-1:0];
  assign line        = LeafLines && rsp_seek.line && (rsp_progress.level == 3'd1);
  assign step        = rsp_valid_i && result_ready_i;
  assign step_writes = step && leads_on && !step_result.ends;
  assign rsp_ready_o = result_ready_i && (half_q || !line || poisoned_step || swallowed);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   half_q <= 1'b0;
    else if (step) half_q <= !rsp_ready_o;
  end

  // The entries of a line: the sought one first, then the other one of its 16 bytes; beats follow
  // in the order of a wrapping burst.
  always_comb begin
    step_seek = rsp_seek;
    if (line) begin
      step_seek.page[2:1] = rsp_seek.page[2:1] + beat;
      step_seek.page[0]   = rsp_seek.page[0] ^ half_q;
    end
  end

  dmar_walk_step #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .PassThrough(PassThrough),
    .DeviceTlb(DeviceTlb), .SnoopControl(SnoopControl), .PostedInterrupts(PostedInterrupts)
  ) u_step (
    .seek_i(step_seek), .progress_i(rsp_progress), .data_i(rsp_data_i), .error_i(rsp_error_i),
    .irt_extended_i, .found_o(step_found), .result_o(step_result)
  );

  // Results: of a step, else of a walk that was overtaken before it read //

  assign result_valid_o = rsp_valid_i ? (!swallowed && (step_found || poisoned_step)) : dead;
  assign result_walk_o  = rsp_valid_i ? 5'(rsp_index) : 5'(dead_index);
  assign result_line_o  = rsp_valid_i && line && !poisoned_step;
  assign result_release_o = !rsp_valid_i || (step_result.ends && !poisoned_step && rsp_last_i
      && (half_q || !line)) || (poisoned_step && rsp_last_i);

  // A line that cannot be read may have its error elsewhere: nobody owns that fault, so whoever
  // waits for it reads the entry alone.
  always_comb begin
    result_o = step_result;
    if (line && rsp_error_i) result_o.seek.owned = 1'b0;
    if (!rsp_valid_i || poisoned_step) begin
      result_o.found = dmar_pkg::FoundNothing;
      result_o.ends  = 1'b1;
    end
  end

  `DMAR_REQUIRE(StartHasRoom_R, !start_i || start_ready_o)
  `DMAR_REQUIRE(KnownWalk_R, !rsp_valid_i || {1'b0, rsp_id_i} < 7'(Walks))

endmodule
`default_nettype wire
