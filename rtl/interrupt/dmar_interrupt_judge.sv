// SPDX-License-Identifier: Apache-2.0
// The verdict on an interrupt request while interrupt remapping is on, from what is known so far:
// the control state, an entry of the cache, or the end of a walk (VT-d 5.1.4). When the entry is
// not known, or a cached one does not admit the requester, the request has to read it.
module dmar_interrupt_judge (
  input  dmar_pkg::source_id_t requester_i,
  input  logic                 extended_i,      // EIME
  input  logic                 remappable_i,
  input  logic                 refused_i,       // dmar_interrupt_request
  input  logic [7:0]           refusal_i,
  input  logic                 entry_valid_i,   // from the cache or from a walk
  input  dmar_pkg::irte_t      entry_i,
  input  logic                 walk_fault_i,    // the walk ended here
  input  logic [7:0]           walk_reason_i,
  output logic                 decided_o,
  output logic                 table_fault_o,   // a fault that memory is the cause of
  output dmar_pkg::verdict_e   verdict_o,
  output logic [7:0]           reason_o,
  output logic                 remapped_o,
  output dmar_pkg::page_t      page_o,          // remapped: address bits 63:12
  output dmar_pkg::remapped_t  message_o        // remapped: the rest of the message
);

  logic admitted;

  dmar_interrupt_source u_source (
    .requester_i, .irte_i(entry_i), .admitted_o(admitted)
  );

  dmar_interrupt_message u_message (
    .irte_i(entry_i), .extended_i, .page_o, .message_o
  );

  always_comb begin
    decided_o     = 1'b1;
    table_fault_o = 1'b0;
    verdict_o     = dmar_pkg::VerdictInterrupt;
    reason_o      = dmar_pkg::FR_NONE;
    remapped_o    = 1'b0;
    if (refused_i) begin
      verdict_o = dmar_pkg::VerdictFault;
      reason_o  = refusal_i;
    end else if (!remappable_i) begin
      remapped_o = 1'b0;
    end else if (walk_fault_i) begin
      verdict_o     = dmar_pkg::VerdictFault;
      reason_o      = walk_reason_i;
      table_fault_o = 1'b1;
    end else if (!entry_valid_i) begin
      decided_o = 1'b0;
    end else if (!admitted) begin
      // A walk has looked already; so this is a cached entry, and memory has to say it.
      decided_o     = 1'b0;
      table_fault_o = 1'b1;
    end else begin
      remapped_o = 1'b1;
    end
  end

endmodule
