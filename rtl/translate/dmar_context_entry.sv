// SPDX-License-Identifier: Apache-2.0
// Judges a legacy context-entry (VT-d 9.3). FPD counts even when the entry is not present.
`default_nettype none
module dmar_context_entry #(
  parameter int unsigned HostAddrWidth = 46,
  parameter logic [4:0]  Sagaw         = 5'b00110,
  parameter int unsigned DomainIdCode  = 6,
  parameter bit          PassThrough   = 1'b1,
  parameter bit          DeviceTlb     = 1'b0
) (
  input wire logic [127:0]   entry_i,
  output dmar_pkg::decoded_t decoded_o,
  output dmar_pkg::ctx_t     ctx_o
);

  localparam int unsigned DomainWidth = 4 + 2 * DomainIdCode;

  logic [51:0] beyond_haw;
  logic [15:0] beyond_domain;
  logic [1:0]  translation_type;
  logic [2:0]  address_width;
  logic        reserved, width_supported;

  assign translation_type = entry_i[3:2];
  assign address_width    = entry_i[66:64];
  assign beyond_haw       = {52{1'b1}} << (HostAddrWidth - 12);
  assign beyond_domain    = 16'({17{1'b1}} << DomainWidth);

  // SSPTPTR is ignored, upper bits included, when the entry selects pass-through.
  assign reserved = (entry_i[11:4] != '0)
      || ((translation_type != 2'b10) && ((entry_i[63:12] & beyond_haw) != '0))
      || entry_i[71] || ((entry_i[87:72] & beyond_domain) != '0) || (entry_i[127:88] != '0);

  assign width_supported = (address_width == 3'd1 && Sagaw[1])
      || (address_width == 3'd2 && Sagaw[2]) || (address_width == 3'd3 && Sagaw[3]);

  assign ctx_o = {entry_i[1], translation_type == 2'b10, DeviceTlb && (translation_type == 2'b01),
                  address_width + 3'd2, entry_i[87:72], entry_i[51:12]};

  always_comb begin
    decoded_o       = '0;
    decoded_o.fault = 1'b1;
    decoded_o.leaf  = ctx_o.pass_through;
    decoded_o.frame = ctx_o.frame;
    decoded_o.read  = 1'b1;
    decoded_o.write = 1'b1;
    if (!entry_i[0]) begin
      decoded_o.reason = dmar_pkg::FR_CONTEXT_NOT_PRESENT;
    end else if (reserved) begin
      decoded_o.reason = dmar_pkg::FR_CONTEXT_RESERVED;
    end else if (!(translation_type == 2'b00 || (translation_type == 2'b01 && DeviceTlb)
                   || (translation_type == 2'b10 && PassThrough))) begin
      // 11 is reserved.
      decoded_o.reason = dmar_pkg::FR_CONTEXT_INVALID;
    end else if (!width_supported) begin
      decoded_o.reason = dmar_pkg::FR_CONTEXT_INVALID;
    end else begin
      decoded_o.fault = 1'b0;
    end
  end

endmodule
`default_nettype wire
