// SPDX-License-Identifier: Apache-2.0
// Judges a legacy root-entry (VT-d 9.1).
`default_nettype none
module dmar_root_entry #(
  parameter int unsigned HostAddrWidth = 46
) (
  input wire logic [127:0]     entry_i,
  output dmar_pkg::decoded_t   decoded_o
);

  logic [51:0] beyond_haw;  // bits 63:12 that no host address has

  assign beyond_haw = {52{1'b1}} << (HostAddrWidth - 12);

  always_comb begin
    decoded_o       = '0;
    decoded_o.fault = 1'b1;
    decoded_o.frame = entry_i[51:12];   // context table
    decoded_o.read  = 1'b1;
    decoded_o.write = 1'b1;
    if (!entry_i[0]) begin
      decoded_o.reason = dmar_pkg::FR_ROOT_NOT_PRESENT;
    end else if (entry_i[11:1] != '0 || (entry_i[63:12] & beyond_haw) != '0
                 || entry_i[127:64] != '0) begin
      decoded_o.reason = dmar_pkg::FR_ROOT_RESERVED;
    end else begin
      decoded_o.fault = 1'b0;
    end
  end

endmodule
`default_nettype wire
