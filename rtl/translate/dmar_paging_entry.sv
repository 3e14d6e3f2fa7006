// SPDX-License-Identifier: Apache-2.0
// Judges a second-stage paging entry of any level (VT-d 9.8). One that permits nothing is a leaf
// without rights, whatever else it says.
`default_nettype none
module dmar_paging_entry #(
  parameter int unsigned HostAddrWidth = 46,
  parameter logic [1:0]  SuperPages    = 2'b11,
  parameter bit          SnoopControl  = 1'b1
) (
  input wire logic [127:0]     data_i,      // the aligned 16 bytes around the entry
  input wire dmar_pkg::page_t  page_i,      // for which it is looked at
  input wire logic [2:0]       level_i,     // 5 PML5E .. 1 PTE
  output dmar_pkg::decoded_t   decoded_o,
  output logic                 snoop_o      // of a leaf: SNP
);

  logic [63:0] entry;
  logic        odd_entry, page_size, may_be_leaf, leaf, no_access, snoop_allowed, reserved;
  logic [39:0] beyond_haw;    // of bits 51:12
  logic [39:0] below_page;    // address bits of a large leaf that must be zero

  // The lowest index bit says which half of the 16 bytes holds the entry.
  always_comb begin
    case (level_i)
      3'd1:    odd_entry = page_i[0];
      3'd2:    odd_entry = page_i[9];
      3'd3:    odd_entry = page_i[18];
      3'd4:    odd_entry = page_i[27];
      default: odd_entry = page_i[36];
    endcase
  end
  assign entry = odd_entry ? data_i[127:64] : data_i[63:0];

  assign page_size   = entry[7] && (level_i != 3'd1);
  assign may_be_leaf = (level_i == 3'd2 && SuperPages[0]) || (level_i == 3'd3 && SuperPages[1]);
  assign leaf        = (level_i == 3'd1) || (page_size && may_be_leaf);
  assign beyond_haw  = 40'({41{1'b1}} << (HostAddrWidth - 12));

  // SNP exists in leaf entries only.
  assign snoop_allowed = leaf && SnoopControl;
  assign snoop_o       = entry[11];

  always_comb begin
    below_page = '0;
    if (leaf && level_i == 3'd2) below_page = 40'h00_0000_01FF;
    if (leaf && level_i == 3'd3) below_page = 40'h00_0003_FFFF;
  end

  assign no_access = (entry[1:0] == 2'b00);
  assign reserved  = entry[62] || ((entry[51:12] & (beyond_haw | below_page)) != '0)
      || (page_size && !may_be_leaf) || (entry[11] && !snoop_allowed);

  always_comb begin
    decoded_o.fault  = !no_access && reserved;
    decoded_o.reason = dmar_pkg::FR_PAGING_ENTRY_RESERVED;
    decoded_o.leaf   = no_access || leaf;
    decoded_o.frame  = entry[51:12];
    decoded_o.read   = entry[0];
    decoded_o.write  = entry[1];
  end

endmodule
`default_nettype wire
