// SPDX-License-Identifier: Apache-2.0
// What a request needs, from the request and the control state alone: nothing, when its verdict
// stands already, or a context-entry and a page, or an interrupt-remapping table entry. Checks
// stand in the order in which they count (docs/architecture.md).
`default_nettype none
module dmar_classify #(
  parameter int unsigned HostAddrWidth = 46,
  parameter bit          DeviceTlb     = 1'b0,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode     = 1'b0
) (
  input wire dmar_pkg::request_t request_i,
  input wire dmar_pkg::control_t control_i,
  output logic     [1:0]         need_o,
  output dmar_pkg::verdict_e     verdict_o,   // NEED_NOTHING
  output logic     [7:0]         reason_o,
  output dmar_pkg::page_t        page_o       // NEED_ENTRY, and reason 21h: the index
);

  dmar_pkg::page_t page;
  logic            interrupt_range, untranslated_plain, malformed, message, remappable, refused;
  logic            beyond_haw;
  logic [7:0]      refusal;
  logic [15:0]     index;

  assign page               = request_i.address[63:12];
  assign interrupt_range    = dmar_pkg::in_interrupt_range(page);
  assign beyond_haw         = (page >> (HostAddrWidth - 12)) != '0;
  assign untranslated_plain = (request_i.at == dmar_pkg::AT_UNTRANSLATED) && !request_i.pasid_valid;
  // Without ECAP.PTRS a translated request has no PASID.
  assign malformed          = (request_i.at == dmar_pkg::AT_RESERVED) || !request_i.in_page
      || (request_i.at == dmar_pkg::AT_TRANSLATED && request_i.pasid_valid)
      || (request_i.at == dmar_pkg::AT_TRANSLATION_REQUEST
          && (request_i.kind == dmar_pkg::KIND_WRITE || request_i.kind == dmar_pkg::KIND_ATOMIC
              || (DeviceTlb && request_i.kind == dmar_pkg::KIND_ZERO_LENGTH_READ)));

  dmar_interrupt_request #(.HostAddrWidth(HostAddrWidth)) u_interrupt_request (
    .request_i, .control_i, .is_message_o(message), .remappable_o(remappable), .index_o(index),
    .refused_o(refused), .reason_o(refusal)
  );

  always_comb begin
    need_o    = dmar_pkg::NEED_NOTHING;
    verdict_o = dmar_pkg::VerdictBlock;
    reason_o  = dmar_pkg::FR_NONE;
    page_o    = page;
    if (malformed) begin
      verdict_o = dmar_pkg::VerdictBlock;
    end else if (InterruptRemapping && message && control_i.interrupt_enabled) begin
      if (remappable) page_o = {36'h0, index};
      if (refused) begin
        verdict_o = dmar_pkg::VerdictFault;
        reason_o  = refusal;
      end else if (remappable) begin
        need_o = dmar_pkg::NEED_ENTRY;
      end else begin
        verdict_o = dmar_pkg::VerdictInterrupt;
      end
    end else if (untranslated_plain && interrupt_range) begin
      // A well-formed message leaves unchanged.
      if (request_i.kind == dmar_pkg::KIND_WRITE && request_i.dword) begin
        verdict_o = dmar_pkg::VerdictInterrupt;
      end else if (request_i.kind == dmar_pkg::KIND_ZERO_LENGTH_READ) begin
        verdict_o = dmar_pkg::VerdictComplete;
      end else begin
        verdict_o = dmar_pkg::VerdictFault;
        reason_o  = dmar_pkg::FR_INTERRUPT_REQUEST;
      end
    end else if (!control_i.translation_enabled) begin
      // The address is the host address, and no DMA goes to the interrupt range (VT-d 3.15): with a
      // PASID a write would reach the interrupt controller past interrupt remapping. Nor does it
      // go where there is no host address, since a fabric of HAW bits would drop the bits above.
      if (request_i.at == dmar_pkg::AT_UNTRANSLATED && !interrupt_range && !beyond_haw) begin
        verdict_o = dmar_pkg::VerdictForward;
      end
    end else if (control_i.ttm != dmar_pkg::TTM_LEGACY) begin
      verdict_o = dmar_pkg::VerdictFault;
      reason_o  = (AbortMode && control_i.ttm == dmar_pkg::TTM_ABORT) ? dmar_pkg::FR_ABORT_MODE
                                                                      : dmar_pkg::FR_TABLE_MODE;
    end else if (request_i.pasid_valid) begin
      verdict_o = dmar_pkg::VerdictFault;
      reason_o  = dmar_pkg::FR_PASID_IN_LEGACY_MODE;
    end else if (request_i.at == dmar_pkg::AT_UNTRANSLATED
                 || (DeviceTlb && request_i.at == dmar_pkg::AT_TRANSLATION_REQUEST)) begin
      need_o = dmar_pkg::NEED_PAGE;
    end else begin
      need_o = dmar_pkg::NEED_CONTEXT;
    end
  end

endmodule
`default_nettype wire
