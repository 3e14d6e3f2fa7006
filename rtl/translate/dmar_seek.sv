// SPDX-License-Identifier: Apache-2.0
// One request at a time that was no hit: answers it where no table is needed, or joins it to a walk
// that goes to the same place, or starts a walk as deep in the tables as the paging-structure
// caches allow. The caches are read in the clock before the request is here. A request that finds
// no free walk stays; others wait behind it in dmar_requests, and hits go on in the lanes.
// Behind a walk of a sequential stream the lines that come next are fetched ahead.
`default_nettype none
`include "dmar_assert.svh"

module dmar_seek #(
  parameter int unsigned Lanes         = 2,
  parameter int unsigned HostAddrWidth = 46,
  parameter bit          LeafLines     = 1'b1,
  parameter int unsigned PrefetchLines = 2
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire dmar_pkg::page_t  root_page_i,     // root table in force
  input wire dmar_pkg::page_t  irt_page_i,      // interrupt-remapping table in force
  // Lanes, third clock
  input wire logic [Lanes-1:0] valid2_i,
  input wire logic [Lanes-1:0] miss2_i,
  input wire logic [Lanes*8-1:0] tag2_i,
  input wire logic [Lanes*dmar_pkg::MISS_WIDTH-1:0] miss2_data_i,
  output logic     [Lanes-1:0] taken2_o,        // this miss came here at once
  // Requests that wait
  input wire logic             next_valid_i,
  output logic                 next_take_o,
  input wire dmar_pkg::tag_t   next_tag_i,
  input wire dmar_pkg::miss_t  next_i,
  // What an invalidation has dropped from the caches must not be used
  input wire logic             forget_ctx_i,
  input wire logic             forget_tables_i,
  input wire logic             forget_entries_i,
  // Paging-structure and interrupt-entry caches
  output logic                 read_o,
  output dmar_pkg::page_t      read_page_o,
  output dmar_pkg::page_t      page_o,
  output dmar_pkg::domain_t     domain_o,
  input wire logic             table_hit_i,
  input wire logic [2:0]       table_level_i,
  input wire dmar_pkg::table_t table_i,
  input wire logic             irte_hit_i,
  input wire dmar_pkg::irte_t  irte_i,
  // Walks
  output dmar_pkg::seek_t      seek_o,
  output dmar_pkg::progress_t     progress_o,
  input wire logic             merge_ready_i,   // a live walk goes there
  output logic                 merge_o,
  input wire logic             start_ready_i,   // a walk is free
  input wire logic             spare_ready_i,   // and another one
  output logic                 start_o,
  output logic                 park_o,
  output dmar_pkg::tag_t       park_tag_o,
  // Answers without a walk
  output logic                 result_valid_o,
  input wire logic             result_ready_i,
  output dmar_pkg::result_t     result_o,
  output logic                 busy_o
);

  localparam int unsigned M = dmar_pkg::MISS_WIDTH;
  localparam int unsigned AheadWidth = $clog2(PrefetchLines + 2);

  logic                  valid_q, tables_q, entries_q, load, leaves, stays, lane, ahead;
  dmar_pkg::tag_t        tag_q;
  dmar_pkg::miss_t       miss_q, lane_miss;
  logic [AheadWidth-1:0] ahead_q;   // lines to fetch ahead; not 0: the request itself is parked

  // Who is next: a request that waits, else what misses in a lane in this clock //

  assign lane      = (Lanes == 2) && !valid2_i[0];
  assign lane_miss = lane ? miss2_data_i[(Lanes-1)*M +: M] : miss2_data_i[M-1:0];
  assign load      = !valid_q || leaves;

  always_comb begin
    taken2_o = '0;
    if (load && !next_valid_i) taken2_o[(Lanes == 2) ? lane : 1'b0] = 1'b1;
    taken2_o = taken2_o & miss2_i;
  end
  assign next_take_o = load && next_valid_i;
  assign read_o      = load;
  assign read_page_o = next_valid_i ? next_i.page : lane_miss.page;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_q <= 1'b0;
    else if (load) valid_q <= next_valid_i || (taken2_o != '0);
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      tag_q  <= next_valid_i ? next_tag_i : lane ? tag2_i[(Lanes-1)*8 +: 8] : tag2_i[7:0];
      miss_q <= next_valid_i ? next_i : lane_miss;
    end else if (stays) begin
      miss_q.page[8:3] <= miss_q.page[8:3] + 6'd1;
    end
    if (forget_ctx_i) miss_q.ctx_valid <= 1'b0;
    tables_q  <= (load || tables_q) && !forget_tables_i;
    entries_q <= (load || entries_q) && !forget_entries_i;
  end

  // Where the walk would begin //

  logic               is_interrupt, from_root, table_known, root_beyond_haw, sequential;
  dmar_pkg::seek_t    seek;
  dmar_pkg::progress_t progress;
  dmar_pkg::page_t    entry_page;

  assign page_o       = miss_q.page;
  assign domain_o     = miss_q.ctx.domain;
  assign is_interrupt = (miss_q.need == dmar_pkg::NEED_ENTRY);
  assign from_root    = !is_interrupt && (!miss_q.ctx_valid || miss_q.fresh);
  assign table_known  = table_hit_i && tables_q && miss_q.ctx_valid && !miss_q.fresh;
  assign entry_page   = irt_page_i + {44'h0, miss_q.page[15:8]};
  assign ahead        = (ahead_q != '0);

  // A root table beyond the host address width is an access error, found without a read.
  assign root_beyond_haw = from_root && ((root_page_i >> (HostAddrWidth - 12)) != '0);

  if (LeafLines) begin : gen_streams
    dmar_streams u_streams (
      .clk_i, .rst_ni, .source_id_i(miss_q.source_id), .page_i(miss_q.page),
      .note_i(park_o && miss_q.need == dmar_pkg::NEED_PAGE),
      .sequential_o(sequential)
    );
  end else begin : gen_no_streams
    assign sequential = 1'b0;
  end

  always_comb begin
    seek              = '0;
    seek.source_id    = miss_q.source_id;
    seek.is_interrupt = is_interrupt;
    seek.page         = miss_q.page;
    seek.owner        = tag_q;
    seek.owned        = !ahead;
    seek.fresh        = is_interrupt || from_root;
    seek.line         = ahead || (sequential && !is_interrupt && !miss_q.fresh);

    progress              = '0;
    progress.ctx_valid    = !is_interrupt && !from_root;
    progress.fpd          = progress.ctx_valid && miss_q.ctx.fpd;
    progress.pass_through = miss_q.ctx.pass_through;
    progress.levels       = miss_q.ctx.levels;
    progress.domain       = miss_q.ctx.domain;
    progress.top          = !table_known;
    progress.stage        = table_known ? table_level_i : miss_q.ctx.levels;
    // The permissions of a walk from the root start out whole.
    progress.at           = {miss_q.ctx.frame, 2'b11};
    if (table_known) progress.at = table_i;
    if (from_root) begin
      progress.stage    = dmar_pkg::STAGE_ROOT;
      progress.at.frame = root_page_i[39:0];
    end
    if (is_interrupt) begin
      progress.stage    = dmar_pkg::STAGE_IRTE;
      progress.at.frame = entry_page[39:0];
    end
    if (from_root || is_interrupt) begin
      progress.at.read  = 1'b1;
      progress.at.write = 1'b1;
    end
  end
  assign seek_o     = seek;
  assign progress_o = progress;

  // What to do //

  logic acts, compared_q, admitted_q;
  logic needs_walk, admitted, entry_known, may_merge, merges, starts, continues, forget;

  dmar_interrupt_source u_source (
    .requester_i(miss_q.source_id), .irte_i, .admitted_o(admitted)
  );
  // When a cached entry does not admit the requester, memory has to say so. That takes a clock of
  // its own, for the way from the cache to here is long.
  always_ff @(posedge clk_i) begin
    compared_q <= valid_q && !load;
    admitted_q <= irte_hit_i && admitted;
  end
  assign acts        = valid_q && (!is_interrupt || compared_q);
  assign entry_known = admitted_q && entries_q && !miss_q.fresh;

  assign needs_walk     = !root_beyond_haw && (is_interrupt ? !entry_known
      : miss_q.need != dmar_pkg::NEED_NOTHING);
  assign may_merge      = !miss_q.fresh && miss_q.need != dmar_pkg::NEED_CONTEXT;
  // In the clock in which something is forgotten nothing is begun with it.
  assign forget         = forget_ctx_i || forget_tables_i || forget_entries_i;
  assign merges         = acts && !forget && needs_walk && may_merge && merge_ready_i;
  assign starts         = acts && !forget && needs_walk && !(may_merge && merge_ready_i)
      && (ahead ? spare_ready_i : start_ready_i);
  assign merge_o        = merges && !ahead;
  assign start_o        = starts;
  assign park_o         = !ahead && (merges || starts);
  assign park_tag_o     = tag_q;
  assign result_valid_o = acts && !forget && !needs_walk && !ahead;

  // Lines ahead, once for each line, while the table they are in is known and does not end.
  assign continues = (PrefetchLines != 0) && sequential
      && (starts || miss_q.page[2:0] == 3'd0) && table_known && (table_level_i == 3'd1)
      && !is_interrupt && (miss_q.page[8:3] != 6'h3F);
  assign leaves = ahead
      ? ((ahead_q == AheadWidth'(1)) || (miss_q.page[8:3] == 6'h3F) || !(merges || starts)
         || !tables_q)
      : (result_valid_o && result_ready_i) || ((merges || starts) && !continues);

  assign stays = !leaves && (ahead || ((merges || starts) && continues));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || load) ahead_q <= '0;
    else if (ahead) ahead_q <= ahead_q - 1'b1;
    else if ((merges || starts) && continues) ahead_q <= AheadWidth'(PrefetchLines);
  end

  always_comb begin
    result_o          = '0;
    result_o.direct   = 1'b1;
    result_o.ends     = 1'b1;
    result_o.seek     = seek;
    result_o.progress = progress;
    result_o.irte     = irte_i;
    result_o.found    = dmar_pkg::FoundVerdict;
    result_o.verdict  = miss_q.verdict;
    result_o.reason   = miss_q.reason;
    if (root_beyond_haw && miss_q.need != dmar_pkg::NEED_NOTHING) begin
      result_o.found  = dmar_pkg::FoundFault;
      result_o.reason = dmar_pkg::FR_ROOT_ACCESS;
    end else if (is_interrupt) begin
      result_o.found  = dmar_pkg::FoundEntry;
      result_o.cached = 1'b1;
    end
  end

  assign busy_o = valid_q;

  `DMAR_COVER(Merges_C, merge_o)
  `DMAR_COVER(FetchesAhead_C, start_o && ahead)

endmodule
`default_nettype wire
