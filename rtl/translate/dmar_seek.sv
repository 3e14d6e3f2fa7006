// SPDX-License-Identifier: Apache-2.0
// One request at a time that was no hit: answers it where no table is needed, or joins it to a walk
// that goes to the same place, or starts a walk as deep in the tables as the paging-structure
// caches allow. The caches are read in the clock before the request is here. A request that finds
// no free walk stays; others wait behind it in dmar_requests, and hits go on in the lanes.
// Lines ahead of a sequential stream: see dmar_prefetch.
`default_nettype none
`include "dmar_assert.svh"

module dmar_seek #(
  parameter int unsigned Lanes         = 2,
  parameter int unsigned HostAddrWidth = 46,
  parameter bit          LeafLines     = 1'b1,
  parameter int unsigned PrefetchLines = 8
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire dmar_pkg::page_t  root_page_i,     // root table in force
  input wire dmar_pkg::page_t  irt_page_i,      // interrupt-remapping table in force
  // Lanes, third clock
  input wire logic [Lanes-1:0] valid2_i,
  input wire logic [Lanes-1:0] miss2_i,
  input wire logic [Lanes-1:0] hit2_i,          // at the begin of a line
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
  output dmar_pkg::cache_tag_t read_tag_o,
  output dmar_pkg::page_t      page_o,
  output dmar_pkg::cache_tag_t cache_tag_o,
  input wire logic             table_hit_i,
  input wire logic [2:0]       table_level_i,
  input wire dmar_pkg::table_t table_i,
  input wire logic             irte_hit_i,
  input wire dmar_pkg::irte_t  irte_i,
  // Walks
  output dmar_pkg::seek_t      seek_o,          // joins,
  output dmar_pkg::seek_t      start_seek_o,    // begins, beside it or alone
  output dmar_pkg::progress_t  progress_o,
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
  localparam int unsigned CountWidth = $clog2(PrefetchLines + 2);

  logic                  valid_q, hit_q, tables_q, entries_q, load, leaves, lane, hit;
  logic                  away, ahead, move, read_ahead, more, forward, is_hit;
  logic [CountWidth-1:0] lines;
  dmar_pkg::tag_t        tag_q;
  dmar_pkg::miss_t       miss_q, lane_miss;

  // Who is next: a request that waits, else what misses in a lane in this clock, else a hit that
  // may set off lines ahead //

  assign lane      = (Lanes == 2) && !valid2_i[0];
  assign lane_miss = lane ? miss2_data_i[(Lanes-1)*M +: M] : miss2_data_i[M-1:0];
  assign load      = !valid_q || leaves;

  // A miss comes here at once when nobody is here: who leaves is known too late in a clock.
  always_comb begin
    taken2_o = '0;
    if (!valid_q && !next_valid_i) taken2_o[(Lanes == 2) ? lane : 1'b0] = 1'b1;
    taken2_o = taken2_o & miss2_i;
  end
  assign hit         = !next_valid_i && hit2_i[(Lanes == 2) ? lane : 1'b0];
  assign next_take_o = load && next_valid_i;
  assign read_o      = load || read_ahead;
  assign read_page_o = read_ahead ? miss_q.asked.page
      : next_valid_i ? next_i.asked.page : lane_miss.asked.page;
  assign read_tag_o  = read_ahead ? miss_q.ctx.cache_tag
      : next_valid_i ? next_i.ctx.cache_tag : lane_miss.ctx.cache_tag;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_q <= 1'b0;
    else if (load) valid_q <= next_valid_i || (taken2_o != '0) || hit;
    if (load)      hit_q   <= hit;
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      tag_q  <= next_valid_i ? next_tag_i : lane ? tag2_i[(Lanes-1)*8 +: 8] : tag2_i[7:0];
      miss_q <= next_valid_i ? next_i : lane_miss;
    end else if (move) begin
      miss_q.asked.page[51:3] <= miss_q.asked.page[51:3] + 49'(lines);
    end
    if (forget_ctx_i) miss_q.ctx_valid <= 1'b0;
    tables_q  <= (load || read_ahead || tables_q) && !forget_tables_i;
    entries_q <= (load || entries_q) && !forget_entries_i;
  end

  // Where the walk would begin //

  logic                is_interrupt, table_known, root_beyond_haw, sequential;
  dmar_pkg::seek_t     seek;
  dmar_pkg::progress_t progress;

  assign page_o       = miss_q.asked.page;
  assign cache_tag_o  = miss_q.ctx.cache_tag;
  assign is_interrupt = (miss_q.asked.need == dmar_pkg::NEED_ENTRY);

  dmar_seek_start #(.HostAddrWidth(HostAddrWidth)) u_start (
    .root_page_i, .irt_page_i, .tag_i(tag_q), .miss_i(miss_q), .ahead_i(ahead),
    .sequential_i(sequential), .table_hit_i(table_hit_i && tables_q), .table_level_i, .table_i,
    .table_known_o(table_known), .root_beyond_haw_o(root_beyond_haw), .seek_o(seek),
    .progress_o(progress)
  );
  assign seek_o     = seek;
  assign progress_o = progress;

  // A line ahead in the same table, while the request joins the walk of its own line.
  logic       beside, crosses;
  logic [5:0] beside_line;

  always_comb begin
    start_seek_o = seek;
    if (beside) begin
      start_seek_o.page[8:0] = {beside_line, 3'd0};
      start_seek_o.owned     = 1'b0;
      start_seek_o.line      = 1'b1;
    end
  end

  // What to do //

  logic acts, compared_q, admitted_q;
  logic needs_walk, admitted, entry_known, may_merge, merges, starts, forget, last_table, room;
  logic begins_beside;

  dmar_interrupt_source u_source (
    .requester_i(miss_q.asked.source_id), .irte_i, .admitted_o(admitted)
  );
  // When a cached entry does not admit the requester, memory has to say so. That takes a clock of
  // its own, for the way from the cache to here is long.
  always_ff @(posedge clk_i) begin
    compared_q <= valid_q && !load;
    admitted_q <= irte_hit_i && admitted;
  end
  assign acts        = away ? ahead : (valid_q && !hit_q && (!is_interrupt || compared_q));
  assign entry_known = admitted_q && entries_q && !miss_q.fresh;

  assign needs_walk     = !root_beyond_haw && (is_interrupt ? !entry_known
      : miss_q.asked.need != dmar_pkg::NEED_NOTHING);
  assign may_merge      = !miss_q.fresh && miss_q.asked.need != dmar_pkg::NEED_CONTEXT;
  // In the clock in which something is forgotten nothing is begun with it.
  assign forget         = forget_ctx_i || forget_tables_i || forget_entries_i;
  assign merges         = acts && !forget && needs_walk && may_merge && merge_ready_i;
  assign last_table     = table_known && (table_level_i == 3'd1);
  assign room           = !ahead ? start_ready_i && !beside
      : spare_ready_i && table_known && (table_level_i <= 3'd2);
  assign starts         = acts && !forget && needs_walk && !(may_merge && merge_ready_i) && room;
  assign merge_o        = merges && !ahead;
  assign begins_beside  = merges && beside && spare_ready_i && last_table;
  assign start_o        = starts || begins_beside;
  assign park_o         = !ahead && (merges || starts);
  assign park_tag_o     = tag_q;
  assign result_valid_o = acts && !forget && !needs_walk && !ahead;

  // Whether lines ahead follow on what is done here, and what leaves in this clock: written for
  // both answers to the question whether a walk can be joined, which is known last.
  logic follows_start, follows_merge, follows_else, leaves_start, leaves_merge, seeks_page, may_act;
  logic follows, begins_line, next_same, last_call, owes;
  assign seeks_page    = (miss_q.asked.need == dmar_pkg::NEED_PAGE);
  assign may_act       = acts && !forget && needs_walk;
  assign is_hit        = valid_q && hit_q && !away;
  assign next_same     = next_valid_i && (next_i.asked.need == dmar_pkg::NEED_PAGE) && !next_i.fresh
      && (next_i.asked.page[51:3] == miss_q.asked.page[51:3])
      && (next_i.asked.source_id == miss_q.asked.source_id);
  // The last request of a line does what was left for it.
  assign last_call     = crosses || (owes && !next_same);
  assign follows       = seeks_page && last_table
      && (ahead ? more : (sequential || last_call) && (PrefetchLines != 0));
  assign begins_line   = (miss_q.asked.page[2:0] == 3'd0) || last_call;
  assign follows_start = follows && (ahead || crosses || !next_same);
  assign follows_merge = follows_start && (ahead || begins_line);
  assign follows_else  = is_hit ? forward : (away && !ahead && more);
  assign leaves_merge  = may_act ? !follows_merge : ahead;
  assign leaves_start  = (may_act && room) ? !follows_start : ahead;
  assign leaves        = (result_valid_o && result_ready_i)
      || ((is_hit || (away && !ahead)) && !follows_else)
      || ((may_merge && merge_ready_i) ? leaves_merge : leaves_start);

  dmar_prefetch #(.LeafLines(LeafLines), .Lines(PrefetchLines)) u_prefetch (
    .clk_i, .rst_ni, .source_id_i(miss_q.asked.source_id),
    .page_i(miss_q.asked.page),
    .sought_i(park_o && seeks_page), .hit_i(is_hit),
    .begins_i(ahead && (merges || starts)),
    .goes_on_i((merges && follows_merge) || (starts && follows_start) || follows_else),
    .leaves_i(leaves), .next_same_i(next_same),
    .asks_i(!ahead && follows && ((merges && begins_line) || starts)),
    .begins_beside_i(begins_beside), .alone_i(acts && !forget && !merges),
    .sequential_o(sequential), .forward_o(forward), .away_o(away), .ahead_o(ahead),
    .move_o(move), .lines_o(lines), .read_o(read_ahead), .more_o(more),
    .beside_o(beside), .beside_line_o(beside_line), .crosses_o(crosses), .owes_o(owes)
  );

  always_comb begin
    result_o          = '0;
    result_o.direct   = 1'b1;
    result_o.ends     = 1'b1;
    result_o.seek     = seek;
    result_o.progress = progress;
    result_o.irte     = irte_i;
    result_o.found    = dmar_pkg::FoundVerdict;
    result_o.verdict  = miss_q.asked.verdict;
    result_o.reason   = miss_q.asked.reason;
    if (root_beyond_haw && miss_q.asked.need != dmar_pkg::NEED_NOTHING) begin
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
  `DMAR_COVER(FetchesBeside_C, begins_beside)

endmodule
`default_nettype wire
