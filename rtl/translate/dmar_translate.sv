// SPDX-License-Identifier: Apache-2.0
// Translation: one or two lookup lanes, which answer hits and never stop, and behind them, for all
// that is no hit, one path of requests that wait, walks, and answers.
//   request ports -> dmar_lookup --hit--> rsp0, rsp1
//                        | miss
//                  dmar_requests -> dmar_seek -> dmar_walker -> dmar_finish -> late_rsp
// The caches lie between them: lanes look up, dmar_seek looks up, dmar_finish fills, dmar_flush
// sweeps.
`default_nettype none
`include "dmar_assert.svh"
`include "dmar_parameters.svh"

module dmar_translate #(
  `DMAR_TRANSLATE_PARAMETERS,
  parameter int unsigned SweepWidth     = 7
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  // Lanes: the requester has room for the answer to every tag it sends
  input wire logic [Lanes-1:0]      req_valid_i,
  output logic     [Lanes-1:0]      req_ready_o,
  input wire logic [Lanes*8-1:0]    req_tag_i,
  input wire logic [Lanes*dmar_pkg::REQUEST_WIDTH-1:0] req_i,
  output logic     [Lanes-1:0]      rsp_valid_o,
  output logic     [Lanes*8-1:0]    rsp_tag_o,
  output logic     [Lanes*dmar_pkg::ANSWER_WIDTH-1:0] rsp_o,
  // Whatever was no hit
  output logic                      late_valid_o,
  output dmar_pkg::tag_t            late_tag_o,
  output dmar_pkg::answer_t         late_o,
  output logic                      fault_valid_o,   // to the fault unit, always taken
  input wire logic                  fault_hold_i,    // ... and soon none: another one waits
  output dmar_pkg::fault_t          fault_o,
  // Control state
  input wire dmar_pkg::control_t    control_i,
  input wire logic [31:0]           low_base_i,      // protected memory registers
  input wire logic [31:0]           low_limit_i,
  input wire logic [63:0]           high_base_i,
  input wire logic [63:0]           high_limit_i,
  // dmar_flush
  input wire logic                  stop_i,
  output logic                      empty_o,
  output logic                      overtaken_o,     // requests that a flush made start over
  input wire logic                  flushing_i,
  input wire logic                  poison_i,
  input wire logic                  sweep_valid_i,
  input wire logic [SweepWidth-1:0] sweep_count_i,
  input wire logic                  clear_all_i,
  input wire dmar_pkg::flush_t      flush_i,
  input wire logic                  epoch_i,
  // Table reads
  output logic                      mem_valid_o,
  input wire logic                  mem_ready_i,
  output logic     [63:0]           mem_addr_o,
  output logic                      mem_wide_o,
  output logic                      mem_line_o,
  output logic     [5:0]            mem_id_o,
  input wire logic                  mem_rsp_valid_i,
  output logic                      mem_rsp_ready_o,
  input wire logic [5:0]            mem_rsp_id_i,
  input wire logic [127:0]          mem_rsp_data_i,
  input wire logic                  mem_rsp_last_i,
  input wire logic                  mem_rsp_error_i,
  // Monitor
  output logic     [Lanes-1:0]      mon_valid_o,
  output logic     [Lanes*dmar_pkg::VERDICT_WIDTH-1:0] mon_verdict_o,
  output logic                      mon_late_valid_o,
  output dmar_pkg::verdict_t        mon_late_verdict_o,
  output logic                      mon_walk_o
);

  localparam int unsigned DomainWidth = 4 + 2 * DomainIdCode;
  localparam int unsigned R = dmar_pkg::REQUEST_WIDTH;
  localparam int unsigned A = dmar_pkg::ANSWER_WIDTH;
  localparam int unsigned M = dmar_pkg::MISS_WIDTH;
  localparam int unsigned C = dmar_pkg::CTX_WIDTH;
  localparam int unsigned V = dmar_pkg::VERDICT_WIDTH;
  localparam int unsigned T = dmar_pkg::CACHE_TAG_WIDTH;

  `DMAR_WIDTH(Request, dmar_pkg::request_t, R)
  `DMAR_WIDTH(Answer, dmar_pkg::answer_t, A)
  `DMAR_WIDTH(Verdict, dmar_pkg::verdict_t, V)
  `DMAR_WIDTH(CacheTag, dmar_pkg::cache_tag_t, T)
  `DMAR_WIDTH(Ctx, dmar_pkg::ctx_t, C)
  `DMAR_WIDTH(Table, dmar_pkg::table_t, dmar_pkg::TABLE_WIDTH)
  `DMAR_WIDTH(Irte, dmar_pkg::irte_t, dmar_pkg::IRTE_WIDTH)
  `DMAR_WIDTH(Asked, dmar_pkg::asked_t, dmar_pkg::ASKED_WIDTH)
  `DMAR_WIDTH(Miss, dmar_pkg::miss_t, M)

  // Lanes //

  logic [Lanes-1:0]    take, lane_busy, valid2, miss2, hit2, taken2;
  logic [Lanes*16-1:0] source_id0, source_id1, source_id2;
  logic [Lanes*T-1:0]  cache_tag2;
  logic [Lanes*52-1:0] page0, page1, page2, host_page2;
  logic [Lanes-1:0]    ctx_hit1, leaf_hit2, readable2, writable2, snoop2, range2, touch2;
  logic [Lanes*2-1:0]  size2;
  logic [Lanes-1:0]    reaches2;
  logic [Lanes*C-1:0]  ctx1;
  logic [Lanes*8-1:0]  tag2;
  logic [Lanes*M-1:0]  miss2_data;
  logic [Lanes*64-1:0] address2;

  assign req_ready_o = {Lanes{!stop_i}};
  assign take        = req_valid_i & req_ready_o;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    dmar_lookup #(
      .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth),
      .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh),
      .ProtectedAlign(ProtectedAlign), .ZeroLengthRead(ZeroLengthRead), .DeviceTlb(DeviceTlb),
      .NoWriteFlag(NoWriteFlag),
      .InterruptRemapping(InterruptRemapping), .AbortMode(AbortMode)
    ) u_lookup (
      .clk_i, .rst_ni, .take_i(take[l]), .tag_i(req_tag_i[l*8 +: 8]), .request_i(req_i[l*R +: R]),
      .control_i, .low_base_i, .low_limit_i, .high_base_i, .high_limit_i, .epoch_i,
      .source_id0_o(source_id0[l*16 +: 16]), .page0_o(page0[l*52 +: 52]),
      .source_id1_o(source_id1[l*16 +: 16]), .ctx_hit1_i(ctx_hit1[l]), .ctx1_i(ctx1[l*C +: C]),
      .page1_o(page1[l*52 +: 52]), .source_id2_o(source_id2[l*16 +: 16]),
      .page2_o(page2[l*52 +: 52]),
      .cache_tag2_o(cache_tag2[l*T +: T]), .touch2_o(touch2[l]), .leaf_hit2_i(leaf_hit2[l]),
      .host_page2_i(host_page2[l*52 +: 52]), .readable2_i(readable2[l]),
      .writable2_i(writable2[l]), .snoop2_i(snoop2[l]), .interrupt_range2_i(range2[l]),
      .size2_i(size2[l*2 +: 2]), .reaches2_i(reaches2[l]),
      .rsp_valid_o(rsp_valid_o[l]), .rsp_tag_o(rsp_tag_o[l*8 +: 8]), .rsp_o(rsp_o[l*A +: A]),
      .valid2_o(valid2[l]), .miss2_o(miss2[l]), .hit2_o(hit2[l]), .tag2_o(tag2[l*8 +: 8]),
      .miss_o(miss2_data[l*M +: M]), .address2_o(address2[l*64 +: 64]), .busy_o(lane_busy[l]),
      .mon_valid_o(mon_valid_o[l]), .mon_verdict_o(mon_verdict_o[l*V +: V])
    );
  end

  // Fills and sweeps: a set is read in one clock, what is done with it follows in the next //

  dmar_pkg::result_t walk_result, filled;
  logic              fill_read, fill_context, fill_table, fill_leaf, fill_entry;
  logic              sweep_q, clear_all_q;
  logic              sweep_context, sweep_iotlb, sweep_paging, sweep_entry;
  logic              clear_context, clear_iotlb, clear_paging, clear_entry;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) sweep_q <= 1'b0;
    else         sweep_q <= sweep_valid_i;
    clear_all_q <= clear_all_i;
  end

  // What is left in flush_i after a reset, from before it or from power-on, has no say in the
  // sweep of all sets.
  dmar_pkg::flush_t sweep;
  assign sweep = clear_all_i ? '0 : flush_i;

  assign sweep_context = sweep_q && flush_i.ctx;
  assign sweep_iotlb   = sweep_q && flush_i.iotlb;
  assign sweep_paging  = sweep_q && flush_i.paging;
  assign sweep_entry   = sweep_q && flush_i.irte;
  assign clear_context = sweep_q && (clear_all_q || (flush_i.ctx && flush_i.all));
  assign clear_iotlb   = sweep_q && (clear_all_q || (flush_i.iotlb && flush_i.all));
  assign clear_paging  = sweep_q && (clear_all_q || (flush_i.paging && flush_i.all));
  assign clear_entry   = sweep_q && (clear_all_q || (flush_i.irte && flush_i.all));

  // Caches //

  dmar_pkg::ctx_t filled_ctx;
  assign filled_ctx = {filled.progress.fpd, filled.progress.pass_through,
                       filled.progress.device_tlb, filled.progress.levels,
                       filled.progress.cache_tag, filled.progress.at.frame};

  dmar_context_cache #(
    .Lanes(Lanes), .Sets(ContextSets), .Ways(ContextWays), .HostAddrWidth(HostAddrWidth),
    .DomainWidth(DomainWidth), .DeviceTlb(DeviceTlb), .SweepWidth(SweepWidth)
  ) u_context_cache (
    .clk_i, .read_i(take), .read_source_id_i(source_id0), .source_id_i(source_id1),
    .hit_o(ctx_hit1), .ctx_o(ctx1), .fill_read_i(fill_read),
    .fill_read_source_id_i(walk_result.seek.source_id), .sweep_read_i(sweep_valid_i),
    .sweep_count_i, .fill_i(fill_context), .fill_source_id_i(filled.seek.source_id),
    .ctx_i(filled_ctx), .sweep_i(sweep_context), .clear_i(clear_context), .flush_i(sweep)
  );

  dmar_iotlb #(
    .Lanes(Lanes), .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth),
    .DomainWidth(DomainWidth), .SuperPages(SuperPages), .DomainGuesses(DomainGuesses),
    .Sets4k(Iotlb4kSets),
    .Ways4k(Iotlb4kWays), .Pages4k(Iotlb4kPages), .Sets2m(Iotlb2mSets), .Ways2m(Iotlb2mWays),
    .Pages2m(Iotlb2mPages), .Sets1g(Iotlb1gSets), .Ways1g(Iotlb1gWays), .SweepWidth(SweepWidth)
  ) u_iotlb (
    .clk_i, .read_i(take), .read_page_i(page0), .read_source_id_i(source_id0), .page1_i(page1),
    .page2_i(page2), .cache_tag2_i(cache_tag2), .known_i(touch2), .source_id2_i(source_id2),
    .touch_i(touch2), .hit_o(leaf_hit2), .host_page_o(host_page2),
    .readable_o(readable2), .writable_o(writable2), .snoop_o(snoop2),
    .interrupt_range_o(range2), .size_o(size2), .reaches_o(reaches2), .fill_read_i(fill_read),
    .fill_read_page_i(walk_result.seek.page), .fill_read_tag_i(walk_result.progress.cache_tag),
    .sweep_read_i(sweep_valid_i), .sweep_count_i, .fill_context_i(fill_context),
    .fill_source_id_i(filled.seek.source_id), .fill_i(fill_leaf),
    .fill_tag_i(filled.progress.cache_tag), .fill_page_i(filled.seek.page),
    .leaf_i(filled.leaf), .sweep_i(sweep_iotlb), .clear_i(clear_iotlb), .flush_i(sweep)
  );

  logic               seek_read, table_hit, irte_hit;
  dmar_pkg::page_t    seek_read_page, seek_page;
  dmar_pkg::cache_tag_t seek_tag, seek_read_tag;
  logic [2:0]         table_level;
  dmar_pkg::table_t   found_table;
  dmar_pkg::irte_t    irte;

  dmar_paging_cache #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .DomainWidth(DomainWidth),
    .Sagaw(Sagaw), .Sets(PagingCacheSets), .Ways(PagingCacheWays), .SweepWidth(SweepWidth)
  ) u_paging_cache (
    .clk_i, .read_i(seek_read), .read_page_i(seek_read_page), .read_tag_i(seek_read_tag),
    .cache_tag_i(seek_tag), .page_i(seek_page), .hit_o(table_hit), .level_o(table_level),
    .table_o(found_table),
    .fill_read_i(fill_read), .fill_read_page_i(walk_result.seek.page),
    .fill_read_tag_i(walk_result.progress.cache_tag),
    .sweep_read_i(sweep_valid_i), .sweep_count_i, .fill_i(fill_table),
    .fill_tag_i(filled.progress.cache_tag), .fill_page_i(filled.seek.page),
    .fill_level_i(filled.progress.level), .table_i(filled.progress.at), .sweep_i(sweep_paging),
    .clear_i(clear_paging), .flush_i(sweep)
  );

  if (InterruptRemapping) begin : gen_interrupt_cache
    dmar_interrupt_cache #(
      .Sets(InterruptCacheSets), .Ways(InterruptCacheWays), .SweepWidth(SweepWidth),
      .PostedInterrupts(PostedInterrupts)
    ) u_interrupt_cache (
      .clk_i, .read_i(seek_read), .read_index_i(seek_read_page[15:0]),
      .index_i(seek_page[15:0]), .hit_o(irte_hit), .irte_o(irte), .fill_read_i(fill_read),
      .fill_read_index_i(walk_result.seek.page[15:0]), .sweep_read_i(sweep_valid_i),
      .sweep_count_i, .fill_i(fill_entry), .fill_index_i(filled.seek.page[15:0]),
      .irte_i(filled.irte), .sweep_i(sweep_entry), .clear_i(clear_entry), .flush_i(sweep)
    );
  end else begin : gen_no_interrupt_cache
    assign irte_hit = 1'b0;
    assign irte     = '0;
    logic unused_entry;
    assign unused_entry = ^{fill_entry, sweep_entry, clear_entry};
  end

  // Requests that were no hit //

  logic               next_valid, next_take, park, requests_busy, seek_busy, walker_busy;
  logic               finish_busy, forget_ctx, forget_tables, forget_entries;
  dmar_pkg::tag_t     next_tag, park_tag, done_tag, judged_tag;
  dmar_pkg::miss_t    next;
  dmar_pkg::asked_t   judged;
  logic [63:0]        judged_address;
  logic [4:0]         park_walk, done_walk;
  logic               done, done_line, done_valid, done_more;
  logic [2:0]         done_entry;
  logic               answered, again, again_fresh, again_overtaken;

  assign forget_ctx     = poison_i && flush_i.ctx;
  assign forget_tables  = poison_i && (flush_i.iotlb || flush_i.paging);
  assign forget_entries = poison_i && flush_i.irte;

  dmar_requests #(
    .Lanes(Lanes), .Tags(Tags), .Port0Tags(Port0Tags), .HostAddrWidth(HostAddrWidth),
    .DomainWidth(DomainWidth)
  ) u_requests (
    .clk_i, .rst_ni, .miss_i(miss2), .taken_i(taken2), .miss_tag_i(tag2),
    .miss_data_i(miss2_data), .miss_address_i(address2), .next_valid_o(next_valid),
    .next_take_i(next_take), .next_tag_o(next_tag), .next_o(next), .forget_ctx_i(forget_ctx),
    .park_i(park), .park_tag_i(park_tag), .park_walk_i(park_walk),
    .park_entry_i(seek_page[2:0]), .done_i(done), .done_walk_i(done_walk),
    .done_line_i(done_line), .done_entry_i(done_entry), .done_valid_o(done_valid),
    .done_more_o(done_more), .done_tag_o(done_tag), .judged_tag_i(judged_tag),
    .judged_o(judged), .judged_address_o(judged_address), .answered_i(answered),
    .again_i(again), .again_fresh_i(again_fresh), .again_overtaken_i(again_overtaken),
    .overtaken_o, .busy_o(requests_busy)
  );

  dmar_pkg::seek_t     seek, start_seek;
  dmar_pkg::progress_t progress;
  dmar_pkg::result_t   seek_result;
  logic                merge_ready, merge, start_ready, spare_ready, start;
  logic                seek_result_valid, seek_result_ready;

  dmar_seek #(
    .Lanes(Lanes), .HostAddrWidth(HostAddrWidth), .LeafLines(LeafLines),
    .PrefetchLines(PrefetchLines)
  ) u_seek (
    .clk_i, .rst_ni, .root_page_i(control_i.root_page), .irt_page_i(control_i.irt_page),
    .valid2_i(valid2), .miss2_i(miss2), .hit2_i(hit2), .tag2_i(tag2), .miss2_data_i(miss2_data),
    .taken2_o(taken2), .next_valid_i(next_valid), .next_take_o(next_take),
    .next_tag_i(next_tag), .next_i(next), .forget_ctx_i(forget_ctx),
    .forget_tables_i(forget_tables), .forget_entries_i(forget_entries), .read_o(seek_read),
    .read_page_o(seek_read_page), .read_tag_o(seek_read_tag), .page_o(seek_page),
    .cache_tag_o(seek_tag),
    .table_hit_i(table_hit), .table_level_i(table_level), .table_i(found_table),
    .irte_hit_i(irte_hit), .irte_i(irte), .seek_o(seek), .start_seek_o(start_seek),
    .progress_o(progress), .merge_ready_i(merge_ready), .merge_o(merge),
    .start_ready_i(start_ready),
    .spare_ready_i(spare_ready), .start_o(start), .park_o(park), .park_tag_o(park_tag),
    .result_valid_o(seek_result_valid), .result_ready_i(seek_result_ready),
    .result_o(seek_result), .busy_o(seek_busy)
  );

  logic       walk_valid, walk_ready, walk_line, walk_release, release_walk_valid;
  logic [4:0] result_walk, release_walk;

  dmar_walker #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .PassThrough(PassThrough),
    .DeviceTlb(DeviceTlb), .SnoopControl(SnoopControl), .PostedInterrupts(PostedInterrupts),
    .Walks(Walks), .Tags(Tags), .LeafLines(LeafLines)
  ) u_walker (
    .clk_i, .rst_ni, .poison_i, .flush_i, .irt_extended_i(control_i.irt_extended),
    .seek_i(seek), .start_seek_i(start_seek), .progress_i(progress),
    .merge_ready_o(merge_ready), .merge_i(merge), .start_ready_o(start_ready),
    .spare_ready_o(spare_ready), .start_i(start), .park_walk_o(park_walk),
    .mem_valid_o, .mem_ready_i, .mem_addr_o, .mem_wide_o, .mem_line_o,
    .mem_id_o, .rsp_valid_i(mem_rsp_valid_i), .rsp_ready_o(mem_rsp_ready_o),
    .rsp_id_i(mem_rsp_id_i), .rsp_data_i(mem_rsp_data_i), .rsp_last_i(mem_rsp_last_i),
    .rsp_error_i(mem_rsp_error_i), .result_valid_o(walk_valid), .result_ready_i(walk_ready),
    .result_o(walk_result), .result_walk_o(result_walk), .result_line_o(walk_line),
    .result_release_o(walk_release), .release_i(release_walk_valid),
    .release_walk_i(release_walk), .busy_o(walker_busy)
  );

  dmar_finish #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .ProtectedLow(ProtectedLow),
    .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign),
    .ZeroLengthRead(ZeroLengthRead), .DeviceTlb(DeviceTlb),
    .InterruptRemapping(InterruptRemapping)
  ) u_finish (
    .clk_i, .rst_ni, .control_i, .low_base_i, .low_limit_i, .high_base_i, .high_limit_i,
    .epoch_i, .flushing_i, .poison_i, .flush_i, .sweep_valid_i, .hold_i(fault_hold_i),
    .walk_valid_i(walk_valid), .walk_ready_o(walk_ready), .walk_result_i(walk_result),
    .walk_i(result_walk), .walk_line_i(walk_line), .walk_release_i(walk_release),
    .release_o(release_walk_valid), .release_walk_o(release_walk),
    .seek_valid_i(seek_result_valid), .seek_ready_o(seek_result_ready),
    .seek_result_i(seek_result), .fill_read_o(fill_read),
    .fill_context_o(fill_context), .fill_table_o(fill_table), .fill_leaf_o(fill_leaf),
    .fill_entry_o(fill_entry), .result_o(filled), .done_o(done), .done_walk_o(done_walk),
    .done_line_o(done_line), .done_entry_o(done_entry), .done_valid_i(done_valid),
    .done_more_i(done_more), .done_tag_i(done_tag), .judged_tag_o(judged_tag),
    .judged_i(judged), .judged_address_i(judged_address), .answered_o(answered),
    .again_o(again), .again_fresh_o(again_fresh), .again_overtaken_o(again_overtaken),
    .rsp_valid_o(late_valid_o), .rsp_tag_o(late_tag_o), .rsp_o(late_o), .fault_valid_o,
    .fault_o, .busy_o(finish_busy), .mon_valid_o(mon_late_valid_o),
    .mon_verdict_o(mon_late_verdict_o)
  );

  assign empty_o = (lane_busy == '0) && !requests_busy && !seek_busy && !walker_busy
      && !finish_busy;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) mon_walk_o <= 1'b0;
    else         mon_walk_o <= start;
  end

  logic unused;
  assign unused = ^touch2;

  `DMAR_REQUIRE(TagInRange_R, !take[0] || {1'b0, req_tag_i[7:0]} < 9'(Tags))

endmodule
`default_nettype wire
