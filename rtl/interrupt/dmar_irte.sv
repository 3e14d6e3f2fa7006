// SPDX-License-Identifier: Apache-2.0
// Judges an interrupt-remapping table entry for one requester (VT-d 5.1.4, 9.9, 9.10). In this
// order: present, a validation type that exists, source id, reserved fields of the format that IM
// chooses. FPD counts even when the entry is not present. Without posted interrupts IM is reserved.
`default_nettype none
module dmar_irte #(
  parameter int unsigned HostAddrWidth    = 46,
  parameter bit          PostedInterrupts = 1'b0
) (
  input wire logic [127:0]         entry_i,
  input wire dmar_pkg::source_id_t requester_i,
  input wire logic                 extended_i,   // EIME: 32-bit destination
  output logic                     fault_o,
  output logic     [7:0]           reason_o,
  output logic                     fpd_o,
  output dmar_pkg::irte_t          irte_o
);

  logic        posted, admitted, bad_delivery, reserved_remapped, reserved_posted, reserved;
  logic [63:0] descriptor;

  assign fpd_o      = entry_i[1];
  assign posted     = PostedInterrupts && entry_i[15];
  assign descriptor = {entry_i[127:96], entry_i[63:38], 6'h0};

  always_comb begin
    irte_o = '0;
    irte_o.validation    = entry_i[83:82];
    irte_o.qualifier     = entry_i[81:80];
    irte_o.source_id     = entry_i[79:64];
    irte_o.destination   = entry_i[63:32];
    irte_o.vector_number = entry_i[23:16];
    irte_o.delivery      = entry_i[7:5];
    irte_o.trigger       = entry_i[4];
    irte_o.hint          = entry_i[3];
    irte_o.logical       = entry_i[2];
    if (posted) begin
      irte_o.posted     = 1'b1;
      irte_o.fpd        = entry_i[1];
      irte_o.urgent     = entry_i[14];
      irte_o.descriptor = descriptor[51:6];
    end
  end

  dmar_interrupt_source u_source (
    .requester_i, .irte_i(irte_o), .admitted_o(admitted)
  );

  // xAPIC destinations have 8 bits, 47:40.
  assign bad_delivery      = (entry_i[7:5] == 3'b011) || (entry_i[7:5] == 3'b110);
  assign reserved_remapped = (entry_i[15:12] != '0) || (entry_i[31:24] != '0)
      || (entry_i[127:84] != '0)
      || (!extended_i && (entry_i[63:48] != '0 || entry_i[39:32] != '0)) || bad_delivery;
  assign reserved_posted   = (entry_i[7:2] != '0) || (entry_i[13:12] != '0)
      || (entry_i[37:24] != '0) || (entry_i[95:84] != '0)
      || ((descriptor >> HostAddrWidth) != '0);
  assign reserved          = posted ? reserved_posted : reserved_remapped;

  always_comb begin
    fault_o  = 1'b1;
    reason_o = dmar_pkg::FR_NONE;
    if (!entry_i[0])                     reason_o = dmar_pkg::FR_IRTE_NOT_PRESENT;
    else if (irte_o.validation == 2'b11) reason_o = dmar_pkg::FR_IRTE_RESERVED;
    else if (!admitted)                  reason_o = dmar_pkg::FR_INTERRUPT_SOURCE;
    else if (reserved)                   reason_o = dmar_pkg::FR_IRTE_RESERVED;
    else                                 fault_o  = 1'b0;
  end

  // Bits 11:8 are for software.
  logic unused;
  assign unused = ^{entry_i, descriptor};

endmodule
`default_nettype wire
