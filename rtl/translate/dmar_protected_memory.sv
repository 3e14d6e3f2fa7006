// SPDX-License-Identifier: Apache-2.0
// Does a host page lie in a protected memory region (VT-d 11.4.9)? The low Align bits of a base
// count as zero and those of a limit as one; a limit below its base makes an empty region.
`default_nettype none
module dmar_protected_memory #(
  parameter bit          ProtectedLow   = 1'b0,
  parameter bit          ProtectedHigh  = 1'b0,
  parameter int unsigned ProtectedAlign = 21
) (
  input wire logic            enabled_i,
  input wire logic [31:0]     low_base_i,
  input wire logic [31:0]     low_limit_i,
  input wire logic [63:0]     high_base_i,
  input wire logic [63:0]     high_limit_i,
  input wire dmar_pkg::page_t page_i,
  output logic                hit_o
);

  logic [63:0] granule, low_granule, address;
  logic        in_low, in_high;

  assign address     = {page_i, 12'h0};
  assign granule     = address >> ProtectedAlign;
  assign low_granule = {32'h0, address[31:0]} >> ProtectedAlign;

  assign in_low  = ProtectedLow && (address[63:32] == '0)
      && (low_granule >= ({32'h0, low_base_i} >> ProtectedAlign))
      && (low_granule <= ({32'h0, low_limit_i} >> ProtectedAlign));
  assign in_high = ProtectedHigh && (granule >= (high_base_i >> ProtectedAlign))
      && (granule <= (high_limit_i >> ProtectedAlign));
  assign hit_o   = enabled_i && (in_low || in_high);

endmodule
`default_nettype wire
