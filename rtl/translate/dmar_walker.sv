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
  parameter bit          SnoopControl   = 1'b1,
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
  input wire dmar_pkg::seek_t     seek_i,
  input wire dmar_pkg::progress_t progress_i,
  output logic                 merge_ready_o,     // a live walk goes there
  output logic                 start_ready_o,     // a walk is free
  output logic                 spare_ready_o,     // ... and another one
  input wire logic             start_i,
  output logic     [4:0]       park_walk_o,       // the walk that is started or merged

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

  localparam int unsigned WalkWidth   = (Walks > 1) ? $clog2(Walks) : 1;
  localparam int unsigned TagWidth    = (Tags > 1) ? $clog2(Tags) : 1;
  localparam int unsigned FrameWidth  = HostAddrWidth - 12;
  localparam int unsigned DomainWidth = 4 + 2 * DomainIdCode;
  localparam int unsigned S = 16 + 1 + 52 + TagWidth + 3;                       // seek_t
  localparam int unsigned P = 3 + 1 + FrameWidth + 2 + 3 + 3 + DomainWidth;     // progress_t

  // Structures as the tables hold them, without bits that are always zero.
  function automatic logic [S-1:0] seek_bits(input logic [79:0] seek);
    // source_id, is_interrupt, page, owner, owned, fresh, line
    seek_bits = {seek[79:11], seek[3 +: TagWidth], seek[2:0]};
  endfunction
  function automatic logic [79:0] seek_of(input logic [S-1:0] bits);
    seek_of = {bits[S-1 -: 69], 8'(bits[3 +: TagWidth]), bits[2:0]};
  endfunction
  function automatic logic [P-1:0] progress_bits(input logic [67:0] progress);
    // stage, top, frame, read, write, ctx_valid, fpd, pass_through, levels, domain
    progress_bits = {progress[67:64], progress[24 +: FrameWidth], progress[23:16],
                     progress[DomainWidth-1:0]};
  endfunction
  function automatic logic [67:0] progress_of(input logic [P-1:0] bits);
    progress_of = {bits[P-1 -: 4], 40'(bits[DomainWidth + 8 +: FrameWidth]),
                   bits[DomainWidth +: 8], 16'(bits[DomainWidth-1:0])};
  endfunction

  function automatic logic [5:0] hash(input logic [15:0] source_id, input logic [51:0] page,
                                      input logic is_interrupt);
    hash = source_id[5:0] ^ source_id[13:8] ^ page[8:3] ^ page[14:9] ^ page[20:15]
        ^ {is_interrupt, page[25:21]};
  endfunction

  logic [Walks-1:0]     free, wants_read, dead, poisoned, swallows, mergeable;
  logic [Walks-1:0]     start_slot, read_slot, step_slot, dead_slot, release_slot;
  logic [Walks*2-1:0]   beats;
  logic [Walks-1:0]     free_pick, merge_pick, dead_pick, read_grant;
  logic [WalkWidth-1:0] start_index, merge_index, read_index, rsp_index, dead_index;
  logic [5:0]           seek_hash;
  logic                 reads_pending, start_read;

  function automatic logic [WalkWidth-1:0] index_of(input logic [Walks-1:0] onehot);
    index_of = '0;
    for (int unsigned i = 0; i < Walks; i++) begin
      if (onehot[i]) index_of = index_of | WalkWidth'(i);
    end
  endfunction

  // Tables //

  logic [S-1:0] rsp_seek_bits, read_seek_bits, merge_seek_bits;
  logic [P-1:0] rsp_bits, read_bits;
  dmar_pkg::seek_t     rsp_seek, read_seek, merge_seek;
  dmar_pkg::progress_t rsp_progress, read_progress;
  logic         step, step_writes, leads_on;
  logic         line;                      // the answer is a beat of a line
  dmar_pkg::result_t step_result;

  dmar_lut_ram #(.Depth(Walks), .Width(S), .Reads(3)) u_seeks (
    .clk_i, .write_i(start_i), .write_addr_i(start_index), .write_data_i(seek_bits(seek_i)),
    .read_addr_i({merge_index, read_index, rsp_index}),
    .read_data_o({merge_seek_bits, read_seek_bits, rsp_seek_bits})
  );
  // Starts and steps share the write port: while an entry is here that may lead on, none starts.
  dmar_lut_ram #(.Depth(Walks), .Width(P), .Reads(2)) u_progress (
    .clk_i, .write_i(start_i || step_writes),
    .write_addr_i(step_writes ? rsp_index : start_index),
    .write_data_i(progress_bits(step_writes ? step_result.progress : progress_i)),
    .read_addr_i({read_index, rsp_index}), .read_data_o({read_bits, rsp_bits})
  );

  assign merge_seek    = seek_of(merge_seek_bits);
  assign read_seek     = seek_of(read_seek_bits);
  assign rsp_seek      = seek_of(rsp_seek_bits);
  assign read_progress = progress_of(read_bits);
  assign rsp_progress  = progress_of(rsp_bits);

  // Starting and merging //

  assign seek_hash     = hash(seek_i.source_id, seek_i.page, seek_i.is_interrupt);
  assign free_pick     = free & (~free + 1'b1);
  assign start_index   = index_of(free_pick);
  assign start_slot    = start_i ? free_pick : '0;
  assign leads_on      = rsp_valid_i && (rsp_progress.stage != 3'd1);
  assign start_ready_o = (free != '0) && !leads_on;
  assign spare_ready_o = ((free & ~free_pick) != '0) && !leads_on;

  // The hash finds a candidate, its page decides.
  assign merge_pick    = mergeable & (~mergeable + 1'b1);
  assign merge_index   = index_of(merge_pick);
  assign merge_ready_o = (mergeable != '0) && (merge_seek.source_id == seek_i.source_id)
      && (merge_seek.is_interrupt == seek_i.is_interrupt)
      && (merge_seek.page[51:3] == seek_i.page[51:3])
      && (merge_seek.line || merge_seek.page[2:0] == seek_i.page[2:0]);
  assign park_walk_o   = start_i ? 5'(start_index) : 5'(merge_index);

  for (genvar i = 0; i < Walks; i++) begin : gen_walk
    dmar_walk_slot #(.LeafLines(LeafLines)) u_slot (
      .clk_i,
      .rst_ni,
      .start_i              (start_slot[i]),
      .start_read_i         (start_read),
      .start_hash_i         (seek_hash),
      .start_interrupt_i    (seek_i.is_interrupt),
      .start_ctx_valid_i    (progress_i.ctx_valid),
      .start_domain_i       (progress_i.domain[3:0]),
      .read_i               (read_slot[i]),
      .step_i               (step_slot[i]),
      .step_ends_i          (step_result.ends),
      .step_ctx_i           (step_result.found == dmar_pkg::FoundContext),
      .step_domain_i        (step_result.progress.domain[3:0]),
      .beat_i               (step_slot[i] && rsp_ready_o && line),
      .last_beat_i          (step_slot[i] && rsp_ready_o && rsp_last_i),
      .dead_i               (dead_slot[i]),
      .release_i            (release_slot[i]),
      .poison_i,
      .poison_interrupts_i  (flush_i.irte),
      .poison_translations_i(flush_i.iotlb || flush_i.paging),
      .poison_any_domain_i  (flush_i.ctx),
      .poison_by_domain_i   (flush_i.by_domain),
      .poison_domain_i      (flush_i.domain[3:0]),
      .seek_hash_i          (seek_hash),
      .free_o               (free[i]),
      .wants_read_o         (wants_read[i]),
      .dead_o               (dead[i]),
      .poisoned_o           (poisoned[i]),
      .swallows_o           (swallows[i]),
      .mergeable_o          (mergeable[i]),
      .beat_o               (beats[i*2 +: 2])
    );
    assign release_slot[i] = release_i && (release_walk_i == 5'(i));
    assign step_slot[i]    = step && (rsp_index == WalkWidth'(i));
  end
  assign busy_o = (free != '1);

  // Reads: of walks under way, else of the one that starts //

  dmar_arbiter #(.Requests(Walks)) u_read_arbiter (
    .clk_i, .rst_ni, .request_i(wants_read), .accept_i(mem_ready_i), .valid_o(reads_pending),
    .grant_o(read_grant), .index_o(read_index)
  );

  assign read_slot   = (reads_pending && mem_ready_i) ? read_grant : '0;
  assign start_read  = !reads_pending && mem_ready_i;
  assign mem_valid_o = reads_pending || start_i;
  assign mem_id_o    = reads_pending ? 6'(read_index) : 6'(start_index);

  dmar_pkg::seek_t     issue_seek;
  dmar_pkg::progress_t issue_progress;
  logic [11:0]         offset;  // of the entry in its table

  assign issue_seek     = reads_pending ? read_seek : seek_i;
  assign issue_progress = reads_pending ? read_progress : progress_i;

  always_comb begin
    case (issue_progress.stage)
      dmar_pkg::STAGE_ROOT:    offset = {issue_seek.source_id[15:8], 4'h0};
      dmar_pkg::STAGE_CONTEXT: offset = {issue_seek.source_id[7:0], 4'h0};
      dmar_pkg::STAGE_IRTE:    offset = {issue_seek.page[7:0], 4'h0};
      3'd5:                    offset = {issue_seek.page[44:36], 3'h0};
      3'd4:                    offset = {issue_seek.page[35:27], 3'h0};
      3'd3:                    offset = {issue_seek.page[26:18], 3'h0};
      3'd2:                    offset = {issue_seek.page[17:9], 3'h0};
      default:                 offset = {issue_seek.page[8:0], 3'h0};
    endcase
    if (mem_line_o) offset[3] = 1'b0;
  end
  assign mem_addr_o = {12'h0, issue_progress.at.frame, offset};
  assign mem_wide_o = (issue_progress.stage >= dmar_pkg::STAGE_CONTEXT)
      || (issue_progress.stage == dmar_pkg::STAGE_IRTE);
  assign mem_line_o = LeafLines && issue_seek.line && (issue_progress.stage == 3'd1);

  // Steps //

  logic            poisoned_step, swallowed, step_found;
  logic            half_q;          // the second entry of a beat
  dmar_pkg::seek_t step_seek;

  assign rsp_index     = rsp_id_i[WalkWidth-1:0];
  assign line          = LeafLines && rsp_seek.line && (rsp_progress.stage == 3'd1);
  assign poisoned_step = poisoned[rsp_index];
  assign swallowed     = swallows[rsp_index];
  assign step          = rsp_valid_i && result_ready_i;
  assign step_writes   = step && leads_on && !step_result.ends;
  assign rsp_ready_o   = result_ready_i && (half_q || !line || poisoned_step || swallowed);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   half_q <= 1'b0;
    else if (step) half_q <= !rsp_ready_o;
  end

  // The entries of a line: the sought one first, then the other one of its 16 bytes; beats follow
  // in the order of a wrapping burst.
  always_comb begin
    step_seek = rsp_seek;
    if (line) begin
      step_seek.page[2:1] = rsp_seek.page[2:1] + beats[rsp_index*2 +: 2];
      step_seek.page[0]   = rsp_seek.page[0] ^ half_q;
    end
  end

  dmar_walk_step #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .PassThrough(PassThrough),
    .SnoopControl(SnoopControl)
  ) u_step (
    .seek_i(step_seek), .progress_i(rsp_progress), .data_i(rsp_data_i), .error_i(rsp_error_i),
    .irt_extended_i, .found_o(step_found), .result_o(step_result)
  );

  // Results: of a step, else of a walk that was overtaken before it read //

  logic dead_valid;
  assign dead_pick  = dead & (~dead + 1'b1);
  assign dead_index = index_of(dead_pick);
  assign dead_valid = (dead != '0) && !rsp_valid_i;
  assign dead_slot  = (dead_valid && result_ready_i) ? dead_pick : '0;

  assign result_valid_o = rsp_valid_i ? (!swallowed && (step_found || poisoned_step)) : dead_valid;
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
  `DMAR_COVER(AllWalksBusy_C, free == '0)

endmodule
`default_nettype wire
