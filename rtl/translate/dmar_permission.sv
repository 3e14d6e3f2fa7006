// SPDX-License-Identifier: Apache-2.0
// Holds a request against the effective permissions of its page (VT-d 3.7, 7.1.3 LGN.2, LGN.3).
`default_nettype none
module dmar_permission #(
  parameter bit ZeroLengthRead = 1'b1
) (
  input wire logic [1:0] kind_i,
  input wire logic       read_i,
  input wire logic       write_i,
  output logic           granted_o,
  output logic     [7:0] reason_o   // when not granted
);

  always_comb begin
    granted_o = 1'b0;
    reason_o  = dmar_pkg::FR_READ_NOT_PERMITTED;
    case (kind_i)
      dmar_pkg::KIND_READ: granted_o = read_i;
      dmar_pkg::KIND_WRITE: begin
        granted_o = write_i;
        reason_o  = dmar_pkg::FR_WRITE_NOT_PERMITTED;
      end
      // Lacking both, an atomic reports the write: the architecture leaves the order open.
      dmar_pkg::KIND_ATOMIC: begin
        granted_o = read_i && write_i;
        if (!write_i) reason_o = dmar_pkg::FR_WRITE_NOT_PERMITTED;
      end
      // With CAP.ZLR a read of no bytes, which flushes writes, succeeds in a write-only page.
      default: granted_o = read_i || (ZeroLengthRead && write_i);
    endcase
  end

endmodule
`default_nettype wire
