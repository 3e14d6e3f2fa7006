// SPDX-License-Identifier: Apache-2.0
// The message that a table entry stands for (VT-d 5.1.5). The level of a remapped interrupt is
// always "asserted". Bits 31:8 of an x2APIC id travel in address bits 63:40.
`default_nettype none
module dmar_interrupt_message (
  input wire dmar_pkg::irte_t     irte_i,
  input wire logic                extended_i,   // EIME
  output dmar_pkg::page_t         page_o,       // address bits 63:12
  output dmar_pkg::remapped_t     message_o
);

  assign page_o = extended_i
      ? {irte_i.destination[31:8], 8'h00, 12'hFEE, irte_i.destination[7:0]}
      : {32'h0, 12'hFEE, irte_i.destination[15:8]};
  assign message_o.address = {irte_i.hint, irte_i.logical};
  assign message_o.data    = {irte_i.trigger, 1'b1, 3'b000, irte_i.delivery, irte_i.vector_number};

  // Whom the entry admits has been checked.
  logic unused;
  assign unused = ^irte_i;

endmodule
`default_nettype wire
