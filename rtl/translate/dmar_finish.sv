// SPDX-License-Identifier: Apache-2.0
// Takes what was found, one thing at a time: it enters the caches, and the requests that wait for
// it are answered, one a clock.
// A fault is only ever answered to the request whose own walk found it, reading every table from
// memory. What the caches hold, or a walk that another request began earlier, may predate an entry
// that software has made present or more permissive since; that needs no invalidation. Others that
// wait for such a walk start over, with nothing cached. So does a translation request that would be
// granted less than it asked for: it is no fault, and the device may keep it as long.
`default_nettype none
`include "dmar_assert.svh"

module dmar_finish #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter bit          ProtectedLow   = 1'b0,
  parameter bit          ProtectedHigh  = 1'b0,
  parameter int unsigned ProtectedAlign = 21,
  parameter bit          ZeroLengthRead = 1'b1,
  parameter bit          DeviceTlb      = 1'b0,
  parameter bit          InterruptRemapping = 1'b1
) (
  input wire logic                clk_i,
  input wire logic                rst_ni,
  // Control state
  input wire dmar_pkg::control_t  control_i,
  input wire logic [31:0]         low_base_i,
  input wire logic [31:0]         low_limit_i,
  input wire logic [63:0]         high_base_i,
  input wire logic [63:0]         high_limit_i,
  input wire logic                epoch_i,
  // dmar_flush
  input wire logic                flushing_i,       // from before its first sweep until ...
  input wire logic                poison_i,
  input wire dmar_pkg::flush_t    flush_i,
  input wire logic                sweep_valid_i,    // the caches are read by a sweep
  // Another fault waits for the fault unit: no fault comes once what was taken is answered
  input wire logic                hold_i,
  // From the walks, always first
  input wire logic                walk_valid_i,
  output logic                    walk_ready_o,
  input wire dmar_pkg::result_t   walk_result_i,
  input wire logic [4:0]          walk_i,
  input wire logic                walk_line_i,
  input wire logic                walk_release_i,
  output logic                    release_o,
  output logic     [4:0]          release_walk_o,
  // From dmar_seek
  input wire logic                seek_valid_i,
  output logic                    seek_ready_o,
  input wire dmar_pkg::result_t   seek_result_i,
  // Into the caches, one clock after they were read for it
  output logic                    fill_read_o,
  output logic                    fill_context_o,
  output logic                    fill_table_o,
  output logic                    fill_leaf_o,
  output logic                    fill_entry_o,
  output dmar_pkg::result_t       result_o,
  // dmar_requests
  output logic                    done_o,
  output logic     [4:0]          done_walk_o,
  output logic                    done_line_o,
  output logic     [2:0]          done_entry_o,
  input wire logic                done_valid_i,
  input wire logic                done_more_i,
  input wire dmar_pkg::tag_t      done_tag_i,
  output dmar_pkg::tag_t          judged_tag_o,
  input wire dmar_pkg::asked_t    judged_i,
  input wire logic [63:0]         judged_address_i,
  output logic                    answered_o,
  output logic                    again_o,
  output logic                    again_fresh_o,
  output logic                    again_overtaken_o,
  // Answers
  output logic                    rsp_valid_o,
  output dmar_pkg::tag_t          rsp_tag_o,
  output dmar_pkg::answer_t       rsp_o,
  output logic                    fault_valid_o,    // to the fault unit, always taken
  output dmar_pkg::fault_t        fault_o,
  output logic                    busy_o,
  output logic                    mon_valid_o,
  output dmar_pkg::verdict_t      mon_verdict_o
);

  logic              valid_q, first_q, may_fill_q, line_q, release_q, ready, takes, finishes;
  logic              accepts;
  logic [4:0]        walk_q;
  dmar_pkg::result_t result, result_q;

  assign ready        = !valid_q || finishes;
  assign accepts      = ready && !hold_i;
  assign walk_ready_o = accepts;
  assign seek_ready_o = accepts && !walk_valid_i;
  assign takes        = accepts && (walk_valid_i || seek_valid_i);

  // What dmar_seek answers is of its owner only and enters no cache: the rest is of no account.
  always_comb begin
    result = walk_result_i;
    result.progress.ctx_valid = walk_valid_i && walk_result_i.progress.ctx_valid;
    if (!walk_valid_i) begin
      result.found             = seek_result_i.found;
      result.direct            = 1'b1;
      result.ends              = 1'b1;
      result.cached            = seek_result_i.cached;
      result.reason            = seek_result_i.reason;
      result.seek.is_interrupt = seek_result_i.seek.is_interrupt;
      result.seek.owner        = seek_result_i.seek.owner;
      result.seek.owned        = 1'b1;
      result.seek.fresh        = 1'b1;
      result.irte              = seek_result_i.irte;
    end
    result.verdict = seek_result_i.verdict;
  end
  assign fill_read_o  = takes && walk_valid_i && !sweep_valid_i;

  // Does the invalidation under way concern what was found?
  logic concerned;
  assign concerned = dmar_pkg::flush_concerns(flush_i.ctx, flush_i.iotlb || flush_i.paging,
      flush_i.irte, flush_i.by_domain, dmar_pkg::tag_hash(flush_i.cache_tag),
      result_q.seek.is_interrupt, result_q.progress.ctx_valid,
      dmar_pkg::tag_hash(result_q.progress.cache_tag));

  always_ff @(posedge clk_i) begin
    if (!rst_ni)    valid_q <= 1'b0;
    else if (ready) valid_q <= takes;
  end

  always_ff @(posedge clk_i) begin
    first_q <= takes;
    if (takes) begin
      result_q   <= result;
      walk_q     <= walk_i;
      line_q     <= walk_valid_i && walk_line_i;
      release_q  <= walk_valid_i && walk_release_i;
      may_fill_q <= fill_read_o;
    end else if (poison_i && concerned && result_q.found != dmar_pkg::FoundVerdict) begin
      result_q.found <= dmar_pkg::FoundNothing;
    end
  end

  assign result_o       = result_q;
  assign release_o      = valid_q && finishes && release_q;
  assign release_walk_o = walk_q;
  assign busy_o         = valid_q || rsp_valid_o;

  // Fills. While an invalidation runs, what it concerns stays out (docs/architecture.md, "Why
  // nothing stale survives"); so does a page without rights //

  logic fills;
  assign fills          = valid_q && first_q && may_fill_q && !(flushing_i && concerned);
  assign fill_context_o = fills && (result_q.found == dmar_pkg::FoundContext);
  assign fill_table_o   = fills && (result_q.found == dmar_pkg::FoundTable);
  assign fill_leaf_o    = fills && (result_q.found == dmar_pkg::FoundLeaf)
      && (result_q.leaf.read || result_q.leaf.write);
  assign fill_entry_o   = fills && (result_q.found == dmar_pkg::FoundEntry);

  // Whose turn it is //

  logic judges;
  assign done_o       = valid_q && result_q.ends && !result_q.direct;
  assign done_walk_o  = walk_q;
  assign done_line_o  = line_q && (result_q.found != dmar_pkg::FoundNothing);
  assign done_entry_o = result_q.seek.page[2:0];
  assign judges       = valid_q && result_q.ends && (result_q.direct || done_valid_i);
  assign judged_tag_o = result_q.direct ? result_q.seek.owner : done_tag_i;
  assign finishes     = !result_q.ends || result_q.direct || !done_more_i;

  // The verdict //

  logic               needs_own, recorded, snoop, remapped, protected_hit, own, overtaken;
  dmar_pkg::verdict_e verdict;
  logic [7:0]         reason;
  dmar_pkg::page_t    host_page, fault_page;
  dmar_pkg::remapped_t message;
  dmar_pkg::completion_t completion;
  dmar_pkg::posted_t   posted;

  dmar_judge #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth),
    .ZeroLengthRead(ZeroLengthRead), .DeviceTlb(DeviceTlb),
    .InterruptRemapping(InterruptRemapping)
  ) u_judge (
    .request_i(judged_i), .result_i(result_q), .irt_extended_i(control_i.irt_extended),
    .needs_own_o(needs_own), .verdict_o(verdict), .reason_o(reason), .recorded_o(recorded),
    .snoop_o(snoop), .host_page_o(host_page), .remapped_o(remapped), .message_o(message),
    .completion_o(completion), .posted_o(posted), .fault_page_o(fault_page)
  );

  dmar_protected_memory #(
    .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign)
  ) u_protected_memory (
    .enabled_i(control_i.protection_enabled), .low_base_i, .low_limit_i, .high_base_i,
    .high_limit_i, .page_i(host_page), .hit_o(protected_hit)
  );

  assign own       = result_q.seek.fresh && result_q.seek.owned
      && (result_q.seek.owner == judged_tag_o);
  assign overtaken = (result_q.found == dmar_pkg::FoundNothing);

  assign answered_o        = judges && !overtaken && (!needs_own || own);
  assign again_o           = judges && !answered_o;
  assign again_fresh_o     = !overtaken;
  assign again_overtaken_o = overtaken;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_o   <= 1'b0;
      fault_valid_o <= 1'b0;
    end else begin
      rsp_valid_o   <= answered_o;
      fault_valid_o <= answered_o && (verdict == dmar_pkg::VerdictFault) && recorded;
    end
  end

  dmar_pkg::verdict_e final_verdict;
  assign final_verdict = (verdict == dmar_pkg::VerdictForward && protected_hit)
      ? dmar_pkg::VerdictBlock : verdict;

  always_ff @(posedge clk_i) begin
    rsp_tag_o     <= judged_tag_o;
    rsp_o         <= {final_verdict, reason, snoop, host_page, remapped, message, completion,
                      posted, epoch_i};
    fault_o       <= {judged_i.source_id, reason, DeviceTlb ? judged_i.at : 2'b00, judged_i.kind,
                      fault_page};
    mon_verdict_o <= {judged_i.source_id, judged_address_i, judged_i.at, judged_i.kind,
                      final_verdict, reason, result_q.cached};
  end
  assign mon_valid_o = rsp_valid_o;

  `DMAR_ASSERT(NoDmaToInterruptRange_A, !rsp_valid_o || rsp_o.verdict != dmar_pkg::VerdictForward
      || !dmar_pkg::in_interrupt_range(rsp_o.host_page))
  `DMAR_COVER(OvertakenWhileFinishing_C, poison_i && valid_q && concerned)

endmodule
`default_nettype wire
