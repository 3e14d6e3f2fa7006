// SPDX-License-Identifier: Apache-2.0
// The verdict on a request from the end of its walk, or from what was known without one. Checks
// stand in the order in which they count (docs/architecture.md).
`default_nettype none
module dmar_judge #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter bit          ZeroLengthRead = 1'b1,
  parameter bit          DeviceTlb      = 1'b0,
  parameter bit          InterruptRemapping = 1'b1
) (
  input wire dmar_pkg::asked_t    request_i,
  input wire dmar_pkg::result_t   result_i,
  input wire logic                irt_extended_i, // EIME
  output logic                    needs_own_o,    // only a walk of its own from the root may say it
  output dmar_pkg::verdict_e      verdict_o,      // before the protected memory check
  output logic     [7:0]          reason_o,
  output logic                    recorded_o,     // the fault is not suppressed by FPD
  output logic                    snoop_o,
  output dmar_pkg::page_t         host_page_o,
  output logic                    remapped_o,
  output dmar_pkg::remapped_t     message_o,
  output dmar_pkg::posted_t       posted_o,       // VerdictPost
  output dmar_pkg::completion_t   completion_o,   // of a translation request
  output dmar_pkg::page_t         fault_page_o    // for the record
);

  dmar_pkg::page_t page, leaf_page, message_page;
  logic            beyond, beyond_haw, granted, is_interrupt, found_fault, asks, carries, barred;
  logic            posts;
  logic            table_fault;   // that tables in memory are the cause of
  logic            write;         // what a translation request may learn of it
  logic [7:0]      permission_reason;

  assign page         = request_i.page;
  assign is_interrupt = InterruptRemapping && (request_i.need == dmar_pkg::NEED_ENTRY);
  assign found_fault  = (result_i.found == dmar_pkg::FoundFault);
  assign asks         = DeviceTlb && (request_i.at == dmar_pkg::AT_TRANSLATION_REQUEST);
  assign carries      = DeviceTlb && (request_i.at == dmar_pkg::AT_TRANSLATED);
  assign beyond_haw   = ((page >> (HostAddrWidth - 12)) != '0);
  assign barred       = (asks || carries) ? !result_i.progress.device_tlb
                                          : (request_i.need == dmar_pkg::NEED_CONTEXT);
  assign write        = result_i.leaf.write && !request_i.no_write;

  dmar_width_check #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth)
  ) u_width_check (
    .page_i(page), .levels_i(result_i.progress.levels),
    .pass_through_i(result_i.progress.pass_through), .beyond_o(beyond)
  );

  dmar_permission #(.ZeroLengthRead(ZeroLengthRead)) u_permission (
    .kind_i(request_i.kind), .read_i(result_i.leaf.read), .write_i(result_i.leaf.write),
    .granted_o(granted), .reason_o(permission_reason)
  );

  dmar_interrupt_message u_message (
    .irte_i(result_i.irte), .extended_i(irt_extended_i), .page_o(message_page), .message_o
  );

  // The page frame with the offset pages of a large page filled in.
  always_comb begin
    leaf_page = {12'h0, result_i.leaf.frame};
    if (result_i.leaf.size == 2'd1) leaf_page[8:0] = page[8:0];
    if (result_i.leaf.size == 2'd2) leaf_page[17:0] = page[17:0];
  end

  always_comb begin
    table_fault  = 1'b0;
    verdict_o    = dmar_pkg::VerdictForward;
    reason_o     = dmar_pkg::FR_NONE;
    snoop_o      = !request_i.no_snoop;
    host_page_o  = page;
    completion_o = '0;
    if (request_i.need == dmar_pkg::NEED_NOTHING) begin
      verdict_o = result_i.verdict;
      reason_o  = result_i.reason;
    end else if (is_interrupt) begin
      verdict_o   = posts ? dmar_pkg::VerdictPost : dmar_pkg::VerdictInterrupt;
      host_page_o = posts ? {12'h0, result_i.irte.descriptor[45:6]} : message_page;
      table_fault = found_fault;
      reason_o    = found_fault ? result_i.reason : dmar_pkg::FR_NONE;
    end else if (!result_i.progress.ctx_valid) begin
      table_fault = 1'b1;
      reason_o    = result_i.reason;
    end else if (barred) begin
      table_fault = 1'b1;
      reason_o    = dmar_pkg::FR_TRANSLATION_TYPE;
    end else if (carries) begin
      // A translated request has no width but that of the host.
      table_fault = beyond_haw || dmar_pkg::in_interrupt_range(page);
      if (beyond_haw)       reason_o = dmar_pkg::FR_ADDRESS_BEYOND_WIDTH;
      else if (table_fault) reason_o = dmar_pkg::FR_INTERRUPT_RANGE_OUTPUT;
    end else if (beyond) begin
      if (asks) verdict_o = dmar_pkg::VerdictComplete;
      else begin
        table_fault = 1'b1;
        reason_o    = dmar_pkg::FR_ADDRESS_BEYOND_WIDTH;
      end
    end else if (asks && dmar_pkg::in_interrupt_range(page)) begin
      // Interrupts are sent untranslated, which is no access to the page.
      verdict_o                 = dmar_pkg::VerdictComplete;
      host_page_o               = '0;
      completion_o.write        = !request_i.no_write;
      completion_o.untranslated = !request_i.no_write;
    end else if (result_i.progress.pass_through) begin
      verdict_o = dmar_pkg::VerdictForward;
    end else if (found_fault) begin
      table_fault = 1'b1;
      reason_o    = result_i.reason;
    end else if (asks && !(result_i.leaf.read || result_i.leaf.write)) begin
      verdict_o = dmar_pkg::VerdictComplete;
    end else if (!asks && !granted) begin
      table_fault = 1'b1;
      reason_o    = permission_reason;
    end else if (asks ? dmar_pkg::reaches_interrupt_range(result_i.leaf.frame, result_i.leaf.size)
                      : dmar_pkg::in_interrupt_range(leaf_page)) begin
      // Of a translation request all counts that the device may keep.
      table_fault = 1'b1;
      reason_o    = dmar_pkg::FR_INTERRUPT_RANGE_OUTPUT;
    end else if (asks) begin
      verdict_o          = dmar_pkg::VerdictComplete;
      host_page_o        = {12'h0, result_i.leaf.frame};
      completion_o.read  = result_i.leaf.read;
      completion_o.write = write;
      completion_o.snoop = result_i.leaf.snoop;
      completion_o.size  = result_i.leaf.size;
    end else begin
      host_page_o = leaf_page;
      snoop_o     = !request_i.no_snoop || result_i.leaf.snoop;
    end
    if (table_fault) verdict_o = dmar_pkg::VerdictFault;
    completion_o.aborted = asks && (verdict_o == dmar_pkg::VerdictFault)
        && dmar_pkg::aborts_translation(reason_o);
  end

  // What is cached, or was read for another request, may predate an entry that software has made
  // present or more permissive: it can neither refuse nor grant less than was asked for.
  assign needs_own_o = table_fault || (asks && (request_i.need != dmar_pkg::NEED_NOTHING)
      && !completion_o.untranslated
      && !(completion_o.read && (completion_o.write || request_i.no_write)));

  assign posts      = result_i.irte.posted;
  assign remapped_o = is_interrupt && !found_fault && !posts;
  assign posted_o   = {result_i.irte.descriptor[5:0], result_i.irte.vector_number,
                       result_i.irte.urgent, irt_extended_i && posts,
                       result_i.irte.fpd, page[15:0] & {16{posts}}};

  // Faults found before a table was read, or before a context-entry was, are always recorded.
  assign recorded_o = !table_fault || !result_i.progress.fpd
      || (reason_o == dmar_pkg::FR_ROOT_NOT_PRESENT) || (reason_o == dmar_pkg::FR_ROOT_ACCESS)
      || (reason_o == dmar_pkg::FR_ROOT_RESERVED) || (reason_o == dmar_pkg::FR_CONTEXT_ACCESS);

  // A record names an interrupt by its index, where there is one.
  assign fault_page_o = !dmar_pkg::is_interrupt_fault(reason_o) ? page
      : (is_interrupt || reason_o == dmar_pkg::FR_INTERRUPT_INDEX) ? {page[15:0], 36'h0} : '0;

endmodule
`default_nettype wire
