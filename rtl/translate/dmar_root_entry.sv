// SPDX-License-Identifier: Apache-2.0
// Judges a legacy root-entry (VT-d 9.1).
`default_nettype none
module dmar_root_entry #(
  parameter int unsigned HostAddrWidth = 46
) (
  input wire logic [127:0]      entry_i,
  output logic                  fault_o,
  output logic     [7:0]        reason_o,
  output dmar_pkg::frame_t      frame_o      // context table
);

  logic [51:0] beyond_haw;  // bits 63:12 that no host address has

  assign beyond_haw = {52{1'b1}} << (HostAddrWidth - 12);
  assign frame_o    = entry_i[51:12];

  always_comb begin
    fault_o  = 1'b1;
    reason_o = dmar_pkg::FR_NONE;
    if (!entry_i[0]) begin
      reason_o = dmar_pkg::FR_ROOT_NOT_PRESENT;
    end else if (entry_i[11:1] != '0 || (entry_i[63:12] & beyond_haw) != '0
                 || entry_i[127:64] != '0) begin
      reason_o = dmar_pkg::FR_ROOT_RESERVED;
    end else begin
      fault_o = 1'b0;
    end
  end

endmodule
`default_nettype wire
