// SPDX-License-Identifier: Apache-2.0
// Judges a second-stage paging entry of any level (VT-d 9.8).
`default_nettype none
module dmar_paging_entry #(
  parameter int unsigned HostAddrWidth = 46,
  parameter logic [1:0]  SuperPages    = 2'b11,
  parameter bit          SnoopControl  = 1'b1
) (
  input wire logic [63:0]      entry_i,
  input wire logic [2:0]       level_i,       // 5 PML5E .. 1 PTE
  output logic                 no_access_o,   // R = W = 0: the rest is ignored
  output logic                 reserved_o,
  output logic                 leaf_o,
  output logic                 snoop_o,
  output dmar_pkg::frame_t     frame_o        // next table, or first frame of the page
);

  logic        page_size, may_be_leaf, snoop_allowed;
  logic [39:0] beyond_haw;    // of bits 51:12
  logic [39:0] below_page;    // address bits of a large leaf that must be zero

  assign page_size   = entry_i[7] && (level_i != 3'd1);
  assign may_be_leaf = (level_i == 3'd2 && SuperPages[0]) || (level_i == 3'd3 && SuperPages[1]);
  assign leaf_o      = (level_i == 3'd1) || (page_size && may_be_leaf);
  assign beyond_haw  = 40'({41{1'b1}} << (HostAddrWidth - 12));

  // SNP exists in leaf entries only.
  assign snoop_allowed = leaf_o && SnoopControl;

  always_comb begin
    below_page = '0;
    if (leaf_o && level_i == 3'd2) below_page = 40'h00_0000_01FF;
    if (leaf_o && level_i == 3'd3) below_page = 40'h00_0003_FFFF;
  end

  assign no_access_o = (entry_i[1:0] == 2'b00);
  assign reserved_o  = entry_i[62] || ((entry_i[51:12] & (beyond_haw | below_page)) != '0)
      || (page_size && !may_be_leaf) || (entry_i[11] && !snoop_allowed);
  assign snoop_o     = entry_i[11];
  assign frame_o     = entry_i[51:12];

endmodule
`default_nettype wire
