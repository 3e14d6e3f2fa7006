// SPDX-License-Identifier: Apache-2.0
// Judges an interrupt-remapping table entry for one requester (VT-d 5.1.4, 9.10). In this order:
// present, a validation type that exists, source id, reserved fields. FPD counts even when the
// entry is not present. Posted format (IM) is not built and therefore reserved.
`default_nettype none
module dmar_irte (
  input wire logic [127:0]         entry_i,
  input wire dmar_pkg::source_id_t requester_i,
  input wire logic                 extended_i,   // EIME: 32-bit destination
  output logic                     fault_o,
  output logic     [7:0]           reason_o,
  output logic                     fpd_o,
  output dmar_pkg::irte_t          irte_o
);

  logic admitted, reserved, bad_delivery;

  assign fpd_o = entry_i[1];
  assign irte_o = {entry_i[83:82], entry_i[81:80], entry_i[79:64], entry_i[63:32], entry_i[23:16],
                   entry_i[7:5], entry_i[4], entry_i[3], entry_i[2]};

  dmar_interrupt_source u_source (
    .requester_i, .irte_i(irte_o), .admitted_o(admitted)
  );

  assign bad_delivery = (entry_i[7:5] == 3'b011) || (entry_i[7:5] == 3'b110);
  // xAPIC destinations have 8 bits, 47:40.
  assign reserved = (entry_i[15:12] != '0) || (entry_i[31:24] != '0) || (entry_i[127:84] != '0)
      || (!extended_i && (entry_i[63:48] != '0 || entry_i[39:32] != '0)) || bad_delivery;

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
  assign unused = ^entry_i;

endmodule
`default_nettype wire
