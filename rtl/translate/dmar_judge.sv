// SPDX-License-Identifier: Apache-2.0
// The verdict on a request from what is known so far: the control state, a context-entry, a page,
// or the end of a walk. Checks stand in the order in which they count (docs/architecture.md). When
// something needed is not known, `decided_o` is low and the request has to walk.
module dmar_judge #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter bit          ZeroLengthRead = 1'b1,
  parameter bit          AbortMode      = 1'b0
) (
  input  dmar_pkg::request_t request_i,
  input  dmar_pkg::control_t control_i,
  input  logic               ctx_valid_i,
  input  dmar_pkg::ctx_t     ctx_i,          // FPD counts without ctx_valid_i too
  input  logic               leaf_valid_i,
  input  dmar_pkg::leaf_t    leaf_i,
  input  logic               walk_fault_i,   // the walk ended here
  input  logic [7:0]         walk_reason_i,
  output logic               decided_o,
  output logic               table_fault_o,  // a fault that tables in memory are the cause of
  output dmar_pkg::verdict_e verdict_o,      // before the protected memory check
  output logic [7:0]         reason_o,
  output logic               recorded_o,     // the fault is not suppressed by FPD
  output logic               snoop_o,
  output dmar_pkg::page_t    host_page_o
);

  dmar_pkg::page_t page, leaf_page;
  logic            interrupt_range, untranslated_plain, malformed, beyond, granted;
  logic [7:0]      permission_reason;

  assign page               = request_i.address[63:12];
  assign interrupt_range    = dmar_pkg::in_interrupt_range(page);
  assign untranslated_plain = (request_i.at == dmar_pkg::AT_UNTRANSLATED) && !request_i.pasid_valid;
  // Without ECAP.PTRS a translated request has no PASID.
  assign malformed          = (request_i.at == dmar_pkg::AT_RESERVED) || !request_i.in_page
      || (request_i.at == dmar_pkg::AT_TRANSLATED && request_i.pasid_valid)
      || (request_i.at == dmar_pkg::AT_TRANSLATION_REQUEST
          && (request_i.kind == dmar_pkg::KIND_WRITE || request_i.kind == dmar_pkg::KIND_ATOMIC));

  dmar_width_check #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth)
  ) u_width_check (
    .page_i(page), .levels_i(ctx_i.levels), .pass_through_i(ctx_i.pass_through), .beyond_o(beyond)
  );

  dmar_permission #(.ZeroLengthRead(ZeroLengthRead)) u_permission (
    .kind_i(request_i.kind), .read_i(leaf_i.read), .write_i(leaf_i.write),
    .granted_o(granted), .reason_o(permission_reason)
  );

  // The page frame with the offset pages of a large page filled in.
  always_comb begin
    leaf_page = {12'h0, leaf_i.frame};
    if (leaf_i.size == 2'd1) leaf_page[8:0] = page[8:0];
    if (leaf_i.size == 2'd2) leaf_page[17:0] = page[17:0];
  end

  typedef enum logic [1:0] {NoFault, ControlFault, TableFault} fault_e;
  fault_e fault;

  always_comb begin
    decided_o   = 1'b1;
    fault       = NoFault;
    verdict_o   = dmar_pkg::VerdictBlock;
    reason_o    = dmar_pkg::FR_NONE;
    snoop_o     = !request_i.no_snoop;
    host_page_o = page;
    if (malformed) begin
      verdict_o = dmar_pkg::VerdictBlock;
    end else if (untranslated_plain && interrupt_range) begin
      // A well-formed message leaves unchanged, unless interrupt remapping is on: then
      // dmar_interrupt_judge decides.
      if (request_i.kind == dmar_pkg::KIND_WRITE && request_i.dword) begin
        verdict_o = dmar_pkg::VerdictInterrupt;
      end else if (request_i.kind == dmar_pkg::KIND_ZERO_LENGTH_READ) begin
        verdict_o = dmar_pkg::VerdictComplete;
      end else begin
        fault    = ControlFault;
        reason_o = dmar_pkg::FR_INTERRUPT_REQUEST;
      end
    end else if (!control_i.translation_enabled) begin
      if (request_i.at == dmar_pkg::AT_UNTRANSLATED) verdict_o = dmar_pkg::VerdictForward;
    end else if (control_i.ttm != dmar_pkg::TTM_LEGACY) begin
      fault    = ControlFault;
      reason_o = (AbortMode && control_i.ttm == dmar_pkg::TTM_ABORT) ? dmar_pkg::FR_ABORT_MODE
                                                                     : dmar_pkg::FR_TABLE_MODE;
    end else if (request_i.pasid_valid) begin
      fault    = ControlFault;
      reason_o = dmar_pkg::FR_PASID_IN_LEGACY_MODE;
    end else if (!ctx_valid_i) begin
      decided_o = walk_fault_i;
      fault     = walk_fault_i ? TableFault : NoFault;
      reason_o  = walk_reason_i;
    end else if (request_i.at != dmar_pkg::AT_UNTRANSLATED) begin
      fault    = TableFault;
      reason_o = dmar_pkg::FR_TRANSLATION_TYPE;
    end else if (beyond) begin
      fault    = TableFault;
      reason_o = dmar_pkg::FR_ADDRESS_BEYOND_WIDTH;
    end else if (ctx_i.pass_through) begin
      verdict_o = dmar_pkg::VerdictForward;
    end else if (!leaf_valid_i) begin
      decided_o = walk_fault_i;
      fault     = walk_fault_i ? TableFault : NoFault;
      reason_o  = walk_reason_i;
    end else if (!granted) begin
      fault    = TableFault;
      reason_o = permission_reason;
    end else if (dmar_pkg::in_interrupt_range(leaf_page)) begin
      fault    = TableFault;
      reason_o = dmar_pkg::FR_INTERRUPT_RANGE_OUTPUT;
    end else begin
      verdict_o   = dmar_pkg::VerdictForward;
      host_page_o = leaf_page;
      snoop_o     = !request_i.no_snoop || leaf_i.snoop;
    end
    if (fault != NoFault) verdict_o = dmar_pkg::VerdictFault;
  end

  assign table_fault_o = (fault == TableFault);

  // Faults found before a context-entry was read, or in reading it, are always recorded.
  assign recorded_o = (fault == ControlFault) || !ctx_i.fpd
      || (reason_o == dmar_pkg::FR_ROOT_NOT_PRESENT) || (reason_o == dmar_pkg::FR_ROOT_ACCESS)
      || (reason_o == dmar_pkg::FR_ROOT_RESERVED) || (reason_o == dmar_pkg::FR_CONTEXT_ACCESS);

endmodule
