// SPDX-License-Identifier: Apache-2.0
// Compares a request address with what its context-entry allows (VT-d 3.6; LGN.1.1, LGN.1.3).
`default_nettype none
module dmar_width_check #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48
) (
  input wire dmar_pkg::page_t page_i,
  input wire logic [2:0]      levels_i,        // 3..5
  input wire logic            pass_through_i,
  output logic                beyond_o         // fault 04h
);

  // Address bits at and above the limit: the min(MGAW, AGAW).
  function automatic logic [51:0] beyond(input int unsigned width);
    beyond = {52{1'b1}} << (((width < GuestAddrWidth) ? width : GuestAddrWidth) - 12);
  endfunction

  logic [51:0] mask;

  always_comb begin
    case (levels_i)
      3'd3:    mask = beyond(39);
      3'd4:    mask = beyond(48);
      default: mask = beyond(57);
    endcase
    // The width of the entry binds pass-through, too (VT-d 9.3, AW).
    if (pass_through_i) mask |= {52{1'b1}} << (HostAddrWidth - 12);
  end

  assign beyond_o = ((page_i & mask) != '0);

endmodule
`default_nettype wire
