// SPDX-License-Identifier: Apache-2.0
// Source-id verification of an interrupt request (VT-d 5.1.4, 9.9; reason 26h). A bus range whose
// start lies above its end admits nobody.
`default_nettype none
module dmar_interrupt_source (
  input wire dmar_pkg::source_id_t requester_i,
  input wire dmar_pkg::irte_t      irte_i,
  output logic                     admitted_o
);

  always_comb begin
    case (irte_i.validation)
      2'b00:   admitted_o = 1'b1;
      2'b01:   admitted_o = ((requester_i ^ irte_i.source_id)
                             & dmar_pkg::function_mask(irte_i.qualifier)) == '0;
      2'b10:   admitted_o = (requester_i[15:8] >= irte_i.source_id[15:8])
                   && (requester_i[15:8] <= irte_i.source_id[7:0]);
      default: admitted_o = 1'b0;
    endcase
  end

  // The rest of the entry says what the message becomes.
  logic unused;
  assign unused = ^irte_i;

endmodule
`default_nettype wire
