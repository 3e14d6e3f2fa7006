// SPDX-License-Identifier: Apache-2.0
// The lookup pipeline: takes a request every clock and never stops for a miss. Four clocks after
// it was taken a request is answered, or it waits, parked on a walk or queued for a walk slot.
// Stages: 0 issue; 1 context cache; 2 IOTLB, paging-structure, interrupt-entry caches; 3 verdict.
// Interrupt requests go the same way: their only table entry is read by a walk of one stage.
`include "dmar_assert.svh"

module dmar_translate #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned DomainIdCode   = 6,
  parameter bit          ProtectedLow   = 1'b0,
  parameter bit          ProtectedHigh  = 1'b0,
  parameter int unsigned ProtectedAlign = 21,
  parameter bit          ZeroLengthRead = 1'b1,
  parameter bit          PassThrough    = 1'b1,
  parameter bit          SnoopControl   = 1'b1,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode      = 1'b0,
  parameter int unsigned Walks          = 4,
  parameter int unsigned Tags           = 16,
  parameter int unsigned ContextSets = 16, parameter int unsigned ContextWays = 2,
  parameter int unsigned Iotlb4kSets = 32, parameter int unsigned Iotlb4kWays = 4,
  parameter int unsigned Iotlb2mSets = 8,  parameter int unsigned Iotlb2mWays = 2,
  parameter int unsigned Iotlb1gSets = 4,  parameter int unsigned Iotlb1gWays = 2,
  parameter int unsigned PagingCacheSets = 4, parameter int unsigned PagingCacheWays = 2,
  parameter int unsigned InterruptCacheSets = 16, parameter int unsigned InterruptCacheWays = 2,
  parameter int unsigned SweepSets      = 32,
  localparam int unsigned SweepWidth = (SweepSets > 1) ? $clog2(SweepSets) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // xlate_req, xlate_rsp: the requester has room for the answer to every tag it sends
  input  logic                  req_valid_i,
  output logic                  req_ready_o,
  input  dmar_pkg::tag_t        req_tag_i,
  input  dmar_pkg::request_t    req_i,
  output logic                  rsp_valid_o,
  output dmar_pkg::tag_t        rsp_tag_o,
  output dmar_pkg::answer_t     rsp_o,
  output logic                  fault_valid_o,   // to the fault unit, always taken
  output dmar_pkg::fault_t      fault_o,
  // Control state
  input  dmar_pkg::control_t    control_i,
  input  logic [31:0]           low_base_i,      // protected memory registers
  input  logic [31:0]           low_limit_i,
  input  logic [63:0]           high_base_i,
  input  logic [63:0]           high_limit_i,
  // dmar_flush
  input  logic                  stop_i,
  output logic                  empty_o,
  output logic                  overtaken_o,     // requests that a flush made start over
  input  logic                  poison_i,
  input  logic                  clear_i,
  input  logic                  sweep_valid_i,
  input  logic [SweepWidth-1:0] sweep_index_i,
  input  dmar_pkg::flush_t      flush_i,
  input  logic                  epoch_i,
  // Table reads
  output logic                  mem_valid_o,
  input  logic                  mem_ready_i,
  output logic [63:0]           mem_addr_o,
  output logic                  mem_wide_o,
  output logic [5:0]            mem_id_o,
  input  logic                  mem_rsp_valid_i,
  input  logic [5:0]            mem_rsp_id_i,
  input  logic [127:0]          mem_rsp_data_i,
  input  logic                  mem_rsp_error_i,
  // Monitor
  output logic                  mon_valid_o,
  output dmar_pkg::request_t    mon_request_o,
  output logic                  mon_hit_o,
  output logic                  mon_walk_o
);

  // Stage 0 //

  dmar_pkg::op_e      op0, op1, op2, op3, finish_op;
  dmar_pkg::tag_t     tag0, tag1, tag2, tag3, finish_tag;
  dmar_pkg::request_t req0, req1, req2, req3;
  logic               fresh0, fresh1, fresh2, fresh3;
  logic               finish_valid, finish_ready;
  dmar_pkg::walk_t    walk;            // whose fill and deliveries are in the pipeline
  logic               walk_poisoned;
  logic               requeue, requeue_fresh, queue_empty, start_ready, replay_in_flight;
  logic               deliver3, answer;
  dmar_pkg::page_t    page0;
  logic               read0;

  assign replay_in_flight = (op1 == dmar_pkg::OpReplay) || (op2 == dmar_pkg::OpReplay)
      || (op3 == dmar_pkg::OpReplay);

  dmar_issue #(.Tags(Tags)) u_issue (
    .clk_i, .rst_ni, .req_valid_i, .req_ready_o, .req_tag_i, .req_i, .stop_i, .sweep_valid_i,
    .finish_valid_i(finish_valid), .finish_ready_o(finish_ready), .finish_op_i(finish_op),
    .finish_tag_i(finish_tag),
    .requeue_i(requeue), .requeue_tag_i(tag3), .requeue_fresh_i(requeue_fresh),
    .requeue_overtaken_i(deliver3 && walk_poisoned), .answer_i(answer), .overtaken_o,
    .queue_empty_o(queue_empty), .walk_free_i(start_ready),
    .replay_in_flight_i(replay_in_flight),
    .op_o(op0), .op_tag_o(tag0), .op_request_o(req0), .op_fresh_o(fresh0)
  );

  assign page0 = (op0 == dmar_pkg::OpFill) ? walk.page : req0.address[63:12];
  assign read0 = (op0 == dmar_pkg::OpLookup) || (op0 == dmar_pkg::OpReplay)
      || (op0 == dmar_pkg::OpFill);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      op1 <= dmar_pkg::OpNone;
      op2 <= dmar_pkg::OpNone;
      op3 <= dmar_pkg::OpNone;
    end else begin
      op1 <= op0;
      op2 <= op1;
      op3 <= op2;
    end
  end

  always_ff @(posedge clk_i) begin
    tag1   <= tag0;
    tag2   <= tag1;
    tag3   <= tag2;
    req1   <= req0;
    req2   <= req1;
    req3   <= req2;
    fresh1 <= fresh0;
    fresh2 <= fresh1;
    fresh3 <= fresh2;
  end

  // Stage 1: context cache //

  logic           ctx_hit1, ctx_hit2, ctx_hit3;
  dmar_pkg::ctx_t ctx1, ctx2, ctx3;
  logic           is_fill1;

  assign is_fill1 = (op1 == dmar_pkg::OpFill);

  dmar_context_cache #(
    .Sets(ContextSets), .Ways(ContextWays), .SweepWidth(SweepWidth)
  ) u_context_cache (
    .clk_i, .rst_ni,
    .clear_i         (clear_i && flush_i.ctx),
    .read_i          (read0),
    .sweep_read_i    (sweep_valid_i),
    .sweep_index_i,
    .read_source_id_i((op0 == dmar_pkg::OpFill) ? walk.source_id : req0.source_id),
    .source_id_i     (is_fill1 ? walk.source_id : req1.source_id),
    .fill_i          (is_fill1 && !walk.is_interrupt),
    .ctx_i           (walk.ctx),
    .sweep_i         ((op1 == dmar_pkg::OpSweep) && flush_i.ctx),
    .flush_i,
    .hit_o           (ctx_hit1),
    .ctx_o           (ctx1)
  );

  always_ff @(posedge clk_i) begin
    // A request that has to walk with nothing cached must not see the caches.
    ctx_hit2 <= ctx_hit1 && !fresh1;
    ctx_hit3 <= ctx_hit2;
    ctx2     <= ctx1;
    ctx3     <= ctx2;
  end

  // Stage 1: what an interrupt request asks for //

  logic                 message1, message2, message3, remappable1, remappable2, remappable3;
  logic                 refused1, refused2, refused3;
  logic [7:0]           refusal1, refusal2, refusal3;
  logic [15:0]          index1, index2, index3;
  dmar_pkg::page_t      entry_page1, entry_page2, entry_page3;

  dmar_interrupt_request #(.HostAddrWidth(HostAddrWidth)) u_interrupt_request (
    .request_i(req1), .control_i, .is_message_o(message1), .remappable_o(remappable1),
    .index_o(index1), .entry_page_o(entry_page1), .refused_o(refused1), .reason_o(refusal1)
  );

  always_ff @(posedge clk_i) begin
    message2    <= message1;
    message3    <= message2;
    remappable2 <= remappable1;
    remappable3 <= remappable2;
    refused2    <= refused1;
    refused3    <= refused2;
    refusal2    <= refusal1;
    refusal3    <= refusal2;
    index2      <= index1;
    index3      <= index2;
    entry_page2 <= entry_page1;
    entry_page3 <= entry_page2;
  end

  // Stage 2: IOTLB, paging-structure and interrupt-entry caches //

  logic              leaf_hit2, leaf_hit3, table_hit2, table_hit3, is_fill2, fill_leaf2;
  dmar_pkg::leaf_t   leaf2, leaf3;
  dmar_pkg::table_t  table2, table3;
  logic [2:0]        table_level2, table_level3;
  dmar_pkg::domain_t domain2;
  dmar_pkg::page_t   page2;

  assign is_fill2   = (op2 == dmar_pkg::OpFill);
  assign fill_leaf2 = is_fill2 && !walk.is_interrupt && !walk.ctx.pass_through;
  assign domain2    = is_fill2 ? walk.ctx.domain : ctx2.domain;
  assign page2      = is_fill2 ? walk.page : req2.address[63:12];

  dmar_iotlb #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .SuperPages(SuperPages),
    .Sets4k(Iotlb4kSets), .Ways4k(Iotlb4kWays), .Sets2m(Iotlb2mSets), .Ways2m(Iotlb2mWays),
    .Sets1g(Iotlb1gSets), .Ways1g(Iotlb1gWays), .SweepWidth(SweepWidth)
  ) u_iotlb (
    .clk_i, .rst_ni,
    .clear_i     (clear_i && flush_i.iotlb),
    .read_i      (read0),
    .sweep_read_i(sweep_valid_i),
    .sweep_index_i,
    .read_page_i (page0),
    .domain_i    (domain2),
    .page_i      (page2),
    .fill_i      (fill_leaf2),
    .leaf_i      (walk.leaf),
    .sweep_i     ((op2 == dmar_pkg::OpSweep) && flush_i.iotlb),
    .flush_i,
    .hit_o       (leaf_hit2),
    .leaf_o      (leaf2)
  );

  dmar_paging_cache #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .Sets(PagingCacheSets), .Ways(PagingCacheWays), .SweepWidth(SweepWidth)
  ) u_paging_cache (
    .clk_i, .rst_ni,
    .clear_i     (clear_i && flush_i.paging),
    .read_i      (read0),
    .sweep_read_i(sweep_valid_i),
    .sweep_index_i,
    .read_page_i (page0),
    .domain_i    (domain2),
    .page_i      (page2),
    .fill_i      (walk.saved_valid & {4{fill_leaf2}}),
    .tables_i    (walk.saved),
    .sweep_i     ((op2 == dmar_pkg::OpSweep) && flush_i.paging),
    .flush_i,
    .hit_o       (table_hit2),
    .level_o     (table_level2),
    .table_o     (table2)
  );

  logic                  irte_hit2, irte_hit3;
  dmar_pkg::irte_t       irte2, irte3;
  logic [SweepWidth-1:0] sweep_index1;

  if (InterruptRemapping) begin : gen_interrupt_cache
    always_ff @(posedge clk_i) sweep_index1 <= sweep_index_i;

    dmar_interrupt_cache #(
      .Sets(InterruptCacheSets), .Ways(InterruptCacheWays), .SweepWidth(SweepWidth)
    ) u_interrupt_cache (
      .clk_i, .rst_ni,
      .clear_i      (clear_i && flush_i.irte),
      .read_i       ((op1 == dmar_pkg::OpLookup) || (op1 == dmar_pkg::OpReplay) || is_fill1),
      .sweep_read_i (op1 == dmar_pkg::OpSweep),
      .sweep_index_i(sweep_index1),
      .read_index_i (is_fill1 ? walk.page[15:0] : index1),
      .index_i      (is_fill2 ? walk.page[15:0] : index2),
      .fill_i       (is_fill2 && walk.is_interrupt),
      .irte_i       (walk.saved[dmar_pkg::IRTE_WIDTH-1:0]),
      .sweep_i      ((op2 == dmar_pkg::OpSweep) && flush_i.irte),
      .flush_i,
      .hit_o        (irte_hit2),
      .irte_o       (irte2)
    );
  end else begin : gen_no_interrupt_cache
    assign sweep_index1 = '0;
    assign irte_hit2    = 1'b0;
    assign irte2        = '0;
    logic unused;
    assign unused = ^{sweep_index1, index1};
  end

  always_ff @(posedge clk_i) begin
    irte_hit3 <= irte_hit2 && !fresh2;
    irte3     <= irte2;
  end

  always_ff @(posedge clk_i) begin
    leaf_hit3    <= leaf_hit2;
    leaf3        <= leaf2;
    table_hit3   <= table_hit2;
    table3       <= table2;
    table_level3 <= table_level2;
  end

  // Stage 3: verdict //

  logic               lookup3, decided, table_fault, recorded, snoop, protected_hit;
  logic               dma_decided, dma_table_fault, dma_recorded, interrupt3, irte_decided;
  logic               irte_table_fault, remapped;
  dmar_pkg::verdict_e dma_verdict, irte_verdict;
  logic [7:0]         dma_reason, irte_reason;
  dmar_pkg::page_t    dma_page, message_page, seek_page, fault_page;
  dmar_pkg::remapped_t message;
  logic               own_fresh_walk, need_fresh, miss, merge_ready, merge, start;
  dmar_pkg::verdict_e verdict;
  dmar_pkg::ctx_t     judged_ctx;
  logic [7:0]         reason;
  dmar_pkg::page_t    host_page;
  logic [Tags-1:0]    tag_onehot3;
  logic               judged_ctx_valid;

  assign deliver3         = (op3 == dmar_pkg::OpDeliver);
  assign lookup3          = (op3 == dmar_pkg::OpLookup) || (op3 == dmar_pkg::OpReplay);
  assign judged_ctx_valid = deliver3 ? walk.ctx_valid : ctx_hit3;
  assign judged_ctx       = deliver3 ? walk.ctx : ctx3;

  dmar_judge #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth),
    .ZeroLengthRead(ZeroLengthRead), .AbortMode(AbortMode)
  ) u_judge (
    .request_i    (req3),
    .control_i,
    .ctx_valid_i  (judged_ctx_valid),
    .ctx_i        (judged_ctx),
    .leaf_valid_i (deliver3 ? !walk.fault : leaf_hit3),
    .leaf_i       (deliver3 ? walk.leaf : leaf3),
    .walk_fault_i (deliver3 && walk.fault),
    .walk_reason_i(walk.reason),
    .decided_o    (dma_decided),
    .table_fault_o(dma_table_fault),
    .verdict_o    (dma_verdict),
    .reason_o     (dma_reason),
    .recorded_o   (dma_recorded),
    .snoop_o      (snoop),
    .host_page_o  (dma_page)
  );

  assign interrupt3 = message3 && control_i.interrupt_enabled;

  dmar_interrupt_judge u_interrupt_judge (
    .requester_i  (req3.source_id),
    .extended_i   (control_i.irt_extended),
    .remappable_i (remappable3),
    .refused_i    (refused3),
    .refusal_i    (refusal3),
    .entry_valid_i(deliver3 ? !walk.fault : irte_hit3),
    .entry_i      (deliver3 ? walk.saved[dmar_pkg::IRTE_WIDTH-1:0] : irte3),
    .walk_fault_i (deliver3 && walk.fault),
    .walk_reason_i(walk.reason),
    .decided_o    (irte_decided),
    .table_fault_o(irte_table_fault),
    .verdict_o    (irte_verdict),
    .reason_o     (irte_reason),
    .remapped_o   (remapped),
    .page_o       (message_page),
    .message_o    (message)
  );

  assign decided     = interrupt3 ? irte_decided : dma_decided;
  assign table_fault = interrupt3 ? irte_table_fault : dma_table_fault;
  assign verdict     = interrupt3 ? irte_verdict : dma_verdict;
  assign reason      = interrupt3 ? irte_reason : dma_reason;
  assign recorded    = interrupt3 ? !(irte_table_fault && walk.ctx.fpd) : dma_recorded;
  assign host_page   = (interrupt3 && remapped) ? message_page : dma_page;

  // A record names the interrupt by its index, where there is one.
  assign fault_page = !dmar_pkg::is_interrupt_fault(reason) ? req3.address[63:12]
      : (interrupt3 && reason != dmar_pkg::FR_INTERRUPT_RESERVED
         && reason != dmar_pkg::FR_INTERRUPT_COMPATIBILITY) ? {index3, 36'h0} : '0;

  dmar_protected_memory #(
    .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign)
  ) u_protected_memory (
    .enabled_i(control_i.protection_enabled), .low_base_i, .low_limit_i, .high_base_i,
    .high_limit_i, .page_i(host_page), .hit_o(protected_hit)
  );

  // A fault is only ever answered to the request whose own walk found it, reading every table from
  // memory. What the caches hold, or a walk that another request began earlier, may predate an
  // entry that software has made present or more permissive since; that needs no invalidation.
  assign own_fresh_walk = deliver3 && walk.fresh && (walk.owner == tag3);
  assign answer = (lookup3 || (deliver3 && !walk_poisoned)) && decided
      && (!table_fault || own_fresh_walk);

  assign miss          = lookup3 && !answer;
  assign need_fresh    = table_fault || fresh3;
  assign merge          = miss && !need_fresh && merge_ready;
  assign start         = miss && !merge && start_ready
      && ((op3 == dmar_pkg::OpReplay) || (queue_empty && !replay_in_flight));
  assign requeue       = (miss && !merge && !start) || (deliver3 && !answer);
  assign requeue_fresh = lookup3 ? need_fresh : (table_fault && !walk_poisoned);

  for (genvar i = 0; i < Tags; i++) begin : gen_tag
    assign tag_onehot3[i] = (tag3 == 8'(i));
  end

  // Walks //

  dmar_pkg::walk_t start_walk, done_walk;
  logic            done_valid, done_ready, done_poisoned;
  logic [Tags-1:0] done_parked;

  always_comb begin
    start_walk           = '0;
    start_walk.source_id = req3.source_id;
    start_walk.page      = req3.address[63:12];
    start_walk.owner     = tag3;
    start_walk.fresh     = need_fresh || !ctx_hit3 || interrupt3;
    start_walk.ctx_valid = ctx_hit3 && !need_fresh;
    start_walk.ctx       = (ctx_hit3 && !need_fresh) ? ctx3 : '0;
    start_walk.stage     = table_hit3 ? table_level3 : ctx3.levels;
    start_walk.top       = !table_hit3;
    start_walk.at        = {ctx3.frame, 2'b11};
    if (table_hit3) start_walk.at = table3;
    // The permissions of a walk from the root start out whole.
    if (!start_walk.ctx_valid) begin
      start_walk.top      = 1'b1;
      start_walk.at.read  = 1'b1;
      start_walk.at.write = 1'b1;
    end
    start_walk.is_interrupt = interrupt3;
    if (interrupt3) begin
      start_walk.page      = seek_page;
      start_walk.ctx_valid = 1'b0;
      start_walk.stage     = dmar_pkg::STAGE_IRTE;
      start_walk.at.frame  = entry_page3[39:0];
    end
  end
  assign seek_page = interrupt3 ? {36'h0, index3} : req3.address[63:12];

  dmar_walker #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .PassThrough(PassThrough),
    .SnoopControl(SnoopControl), .Walks(Walks), .Tags(Tags)
  ) u_walker (
    .clk_i, .rst_ni, .poison_i,
    .root_page_i     (control_i.root_page),
    .irt_extended_i  (control_i.irt_extended),
    .seek_interrupt_i(interrupt3),
    .seek_source_id_i(req3.source_id),
    .seek_page_i     (seek_page),
    .merge_ready_o    (merge_ready),
    .merge_i          (merge),
    .start_ready_o   (start_ready),
    .start_i         (start),
    .start_walk_i    (start_walk),
    .tag_i           (tag_onehot3),
    .mem_valid_o, .mem_ready_i, .mem_addr_o, .mem_wide_o, .mem_id_o,
    .rsp_valid_i     (mem_rsp_valid_i),
    .rsp_id_i        (mem_rsp_id_i),
    .rsp_data_i      (mem_rsp_data_i),
    .rsp_error_i     (mem_rsp_error_i),
    .done_valid_o    (done_valid),
    .done_ready_i    (done_ready),
    .done_walk_o     (done_walk),
    .done_poisoned_o (done_poisoned),
    .done_parked_o   (done_parked)
  );

  logic finish_in_flight;
  assign finish_in_flight = is_fill1 || is_fill2 || (op3 == dmar_pkg::OpFill)
      || (op1 == dmar_pkg::OpDeliver) || (op2 == dmar_pkg::OpDeliver) || deliver3;

  dmar_finish #(.Tags(Tags)) u_finish (
    .clk_i, .rst_ni, .poison_i,
    .done_valid_i   (done_valid),
    .done_ready_o   (done_ready),
    .done_walk_i    (done_walk),
    .done_poisoned_i(done_poisoned),
    .done_parked_i  (done_parked),
    .op_valid_o     (finish_valid),
    .op_ready_i     (finish_ready),
    .op_o           (finish_op),
    .op_tag_o       (finish_tag),
    .op_in_flight_i (finish_in_flight),
    .walk_o         (walk),
    .poisoned_o     (walk_poisoned)
  );

  // Answers //

  dmar_pkg::verdict_e final_verdict;
  assign final_verdict = (verdict == dmar_pkg::VerdictForward && protected_hit)
      ? dmar_pkg::VerdictBlock : verdict;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_o   <= 1'b0;
      fault_valid_o <= 1'b0;
      mon_walk_o    <= 1'b0;
    end else begin
      rsp_valid_o   <= answer;
      fault_valid_o <= answer && (verdict == dmar_pkg::VerdictFault) && recorded;
      mon_walk_o    <= start;
    end
  end

  always_ff @(posedge clk_i) begin
    rsp_tag_o       <= tag3;
    rsp_o.verdict   <= final_verdict;
    rsp_o.reason    <= reason;
    rsp_o.snoop     <= snoop;
    rsp_o.host_page <= host_page;
    rsp_o.remapped  <= interrupt3 && remapped;
    rsp_o.message   <= message;
    rsp_o.epoch     <= epoch_i;
    fault_o         <= {req3.source_id, reason, req3.kind, fault_page};
    mon_request_o   <= req3;
    mon_hit_o       <= lookup3 && (interrupt3 ? irte_hit3 && remapped
        : ctx_hit3 && (verdict == dmar_pkg::VerdictForward) && control_i.translation_enabled);
  end

  assign mon_valid_o = rsp_valid_o;
  assign empty_o     = (op1 == dmar_pkg::OpNone) && (op2 == dmar_pkg::OpNone)
      && (op3 == dmar_pkg::OpNone) && !rsp_valid_o;

  `DMAR_ASSERT(OvertakenWalkNeverFills_A, !is_fill1 || !walk_poisoned)
  `DMAR_ASSERT(OneOutcome_A, !lookup3 || $onehot0({answer, merge, start, requeue}))
  `DMAR_COVER(Merges_C, merge)
  `DMAR_COVER(FaultOfAnotherWalk_C, deliver3 && table_fault && !own_fresh_walk)

endmodule
