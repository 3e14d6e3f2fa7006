// SPDX-License-Identifier: Apache-2.0
// One lookup lane: takes a request every clock and never stops. A hit is answered three clocks
// after it was taken; all else leaves as a miss in the third clock.
// Clocks: 1 context cache and keys of the IOTLB are read; 2 context-entry and pages are compared,
// the request is classified; 3 domains are compared, the permission is checked.
// Lanes answer with VerdictForward, or VerdictBlock where memory is protected, and never with a
// fault: what a cache holds may predate an entry that software has made present or more permissive
// since, which needs no invalidation. So the tables have to say it (dmar_finish).
`default_nettype none
`include "dmar_assert.svh"

module dmar_lookup #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter bit          ProtectedLow   = 1'b0,
  parameter bit          ProtectedHigh  = 1'b0,
  parameter int unsigned ProtectedAlign = 21,
  parameter bit          ZeroLengthRead = 1'b1,
  parameter bit          DeviceTlb      = 1'b0,
  parameter bit          NoWriteFlag    = 1'b0,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode      = 1'b0
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic                  take_i,           // a request, first clock
  input wire dmar_pkg::tag_t        tag_i,
  input wire dmar_pkg::request_t    request_i,
  // Control state
  input wire dmar_pkg::control_t    control_i,
  input wire logic [31:0]           low_base_i,
  input wire logic [31:0]           low_limit_i,
  input wire logic [63:0]           high_base_i,
  input wire logic [63:0]           high_limit_i,
  input wire logic                  epoch_i,
  // Caches, first clock
  output dmar_pkg::source_id_t      source_id0_o,
  output dmar_pkg::page_t           page0_o,
  // Context cache, second clock
  output dmar_pkg::source_id_t      source_id1_o,
  input wire logic                  ctx_hit1_i,
  input wire dmar_pkg::ctx_t        ctx1_i,
  // IOTLB, second and third clock
  output dmar_pkg::page_t           page1_o,
  output dmar_pkg::source_id_t      source_id2_o,
  output dmar_pkg::page_t           page2_o,
  output dmar_pkg::cache_tag_t      cache_tag2_o,
  output logic                      touch2_o,
  input wire logic                  leaf_hit2_i,
  input wire dmar_pkg::page_t       host_page2_i,
  input wire logic                  readable2_i,
  input wire logic                  writable2_i,
  input wire logic                  snoop2_i,
  input wire logic                  interrupt_range2_i,
  input wire logic [1:0]            size2_i,
  input wire logic                  reaches2_i,
  // Hits
  output logic                      rsp_valid_o,
  output dmar_pkg::tag_t            rsp_tag_o,
  output dmar_pkg::answer_t         rsp_o,
  // Misses, third clock
  output logic                      valid2_o,         // an operation is in its third clock
  output logic                      miss2_o,
  output dmar_pkg::tag_t            tag2_o,
  output logic                      hit2_o,           // a hit in the first pages of a line
  output dmar_pkg::miss_t           miss_o,           // of a hit, too
  output logic     [63:0]           address2_o,       // of the request, for the monitor
  output logic                      busy_o,
  output logic                      mon_valid_o,
  output dmar_pkg::verdict_t        mon_verdict_o
);

  assign source_id0_o = request_i.source_id;
  assign page0_o      = request_i.address[63:12];

  logic               valid1, valid2;
  dmar_pkg::tag_t     tag1, tag2;
  dmar_pkg::request_t request1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid1 <= 1'b0;
      valid2 <= 1'b0;
    end else begin
      valid1 <= take_i;
      valid2 <= valid1;
    end
  end

  always_ff @(posedge clk_i) begin
    tag1     <= tag_i;
    tag2     <= tag1;
    request1 <= request_i;
  end

  // Second clock //

  logic [1:0]         need1, need2, at2, kind2;
  dmar_pkg::verdict_e verdict1, verdict2;
  logic [7:0]         reason1, reason2;
  dmar_pkg::page_t    class_page1, page2;
  dmar_pkg::source_id_t source_id2;
  logic               no_snoop2, no_write2, ctx_hit2;
  dmar_pkg::ctx_t     ctx2;

  assign source_id1_o = request1.source_id;
  assign page1_o      = request1.address[63:12];

  dmar_classify #(
    .HostAddrWidth(HostAddrWidth), .DeviceTlb(DeviceTlb),
    .InterruptRemapping(InterruptRemapping), .AbortMode(AbortMode)
  ) u_classify (
    .request_i(request1), .control_i, .need_o(need1), .verdict_o(verdict1), .reason_o(reason1),
    .page_o(class_page1)
  );

  always_ff @(posedge clk_i) begin
    need2      <= need1;
    verdict2   <= verdict1;
    reason2    <= reason1;
    page2      <= class_page1;
    source_id2 <= request1.source_id;
    at2        <= request1.at;
    kind2      <= request1.kind;
    no_snoop2  <= request1.no_snoop;
    no_write2  <= NoWriteFlag && request1.no_write;
    address2_o <= request1.address;
    ctx_hit2   <= ctx_hit1_i;
    ctx2       <= ctx1_i;
  end

  // Third clock //

  logic       beyond, granted, translated, forward, needs_table, denied, protected_hit;
  logic       asks, carries, identity, told, reduced;
  logic [7:0] permission_reason;
  logic       beyond_haw;
  dmar_pkg::verdict_e verdict;
  dmar_pkg::page_t host_page;

  assign beyond_haw   = ((page2 >> (HostAddrWidth - 12)) != '0);
  assign source_id2_o = source_id2;
  assign page2_o      = page2;
  assign cache_tag2_o = ctx2.cache_tag;

  dmar_width_check #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth)
  ) u_width_check (
    .page_i(page2), .levels_i(ctx2.levels), .pass_through_i(ctx2.pass_through), .beyond_o(beyond)
  );

  dmar_permission #(.ZeroLengthRead(ZeroLengthRead)) u_permission (
    .kind_i(kind2), .read_i(readable2_i), .write_i(writable2_i), .granted_o(granted),
    .reason_o(permission_reason)
  );

  // A translation request is told what is cached, of the whole page, unless that would grant it
  // less than it may ask for: then it walks at once from the root.
  assign needs_table = (need2 == dmar_pkg::NEED_PAGE);
  assign asks        = DeviceTlb && (at2 == dmar_pkg::AT_TRANSLATION_REQUEST);
  assign carries     = DeviceTlb && (at2 == dmar_pkg::AT_TRANSLATED);
  assign identity    = (need2 == dmar_pkg::NEED_CONTEXT) && carries && ctx_hit2 && ctx2.device_tlb
      && !beyond_haw && !dmar_pkg::in_interrupt_range(page2);
  assign reduced     = asks && (!ctx2.device_tlb || (leaf_hit2_i
      && (reaches2_i || !(readable2_i && (writable2_i || no_write2)))));
  assign told        = asks && needs_table && ctx_hit2 && !beyond && leaf_hit2_i && !reduced
      && !dmar_pkg::in_interrupt_range(page2);
  assign denied      = ctx_hit2 && ((need2 == dmar_pkg::NEED_CONTEXT) || (needs_table && (beyond
      || reduced || (!ctx2.pass_through && leaf_hit2_i && (!granted || interrupt_range2_i)))));
  assign translated  = needs_table && !asks && ctx_hit2 && !beyond
      && (ctx2.pass_through || (leaf_hit2_i && granted && !interrupt_range2_i));
  assign forward     = translated || identity
      || (need2 == dmar_pkg::NEED_NOTHING && verdict2 == dmar_pkg::VerdictForward);
  always_comb begin
    host_page = (needs_table && !ctx2.pass_through) ? host_page2_i : page2;
    if (told && size2_i == 2'd1) host_page[8:0]  = '0;
    if (told && size2_i == 2'd2) host_page[17:0] = '0;
  end
  // Nothing is accessed by a translation request, so that no memory is protected from it.
  assign verdict     = told ? dmar_pkg::VerdictComplete
                     : protected_hit ? dmar_pkg::VerdictBlock : dmar_pkg::VerdictForward;
  assign touch2_o    = valid2 && needs_table && ctx_hit2;

  dmar_protected_memory #(
    .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign)
  ) u_protected_memory (
    .enabled_i(control_i.protection_enabled), .low_base_i, .low_limit_i, .high_base_i,
    .high_limit_i, .page_i(host_page), .hit_o(protected_hit)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) rsp_valid_o <= 1'b0;
    else         rsp_valid_o <= valid2 && (forward || told);
  end

  always_ff @(posedge clk_i) begin
    rsp_tag_o       <= tag2;
    rsp_o           <= '0;
    rsp_o.verdict   <= verdict;
    rsp_o.snoop     <= !no_snoop2 || (needs_table && !ctx2.pass_through && snoop2_i);
    rsp_o.host_page <= host_page;
    rsp_o.epoch     <= epoch_i;
    if (told) begin
      rsp_o.completion.read  <= 1'b1;
      rsp_o.completion.write <= !no_write2;
      rsp_o.completion.snoop <= snoop2_i;
      rsp_o.completion.size  <= size2_i;
    end
    mon_verdict_o   <= {source_id2, address2_o, at2, kind2, verdict, dmar_pkg::FR_NONE,
                        needs_table || identity};
  end
  assign mon_valid_o = rsp_valid_o;

  assign valid2_o = valid2;
  assign miss2_o  = valid2 && !(forward || told);
  assign hit2_o   = valid2 && translated && (page2[2:1] == 2'd0);
  assign tag2_o   = tag2;
  assign miss_o   = {source_id2, at2, kind2, no_snoop2, no_write2, page2, need2, verdict2, reason2,
                     denied, ctx_hit2, ctx2};
  assign busy_o   = valid1 || valid2 || rsp_valid_o;

  `DMAR_ASSERT(NoDmaToInterruptRange_A, !rsp_valid_o || rsp_o.verdict != dmar_pkg::VerdictForward
      || !dmar_pkg::in_interrupt_range(rsp_o.host_page))

  logic unused;
  assign unused = ^permission_reason;

endmodule
`default_nettype wire
