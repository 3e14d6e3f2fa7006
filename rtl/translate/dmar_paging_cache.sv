// SPDX-License-Identifier: Apache-2.0
// Paging-structure caches: for each level, the tables that present non-leaf entries point to, with
// the permissions accumulated on the way. A lookup answers with the lowest table known.
module dmar_paging_cache #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter int unsigned Sets           = 4,
  parameter int unsigned Ways           = 2,
  parameter int unsigned SweepWidth     = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  read_i,
  input  logic                  sweep_read_i,
  input  logic [SweepWidth-1:0] sweep_index_i,
  input  dmar_pkg::page_t       read_page_i,
  input  dmar_pkg::domain_t     domain_i,
  input  dmar_pkg::page_t       page_i,
  input  logic [3:0]            fill_i,      // by level, [0]: the table below a PDE
  input  logic [167:0]          tables_i,
  input  logic                  sweep_i,
  input  dmar_pkg::flush_t      flush_i,
  output logic                  hit_o,
  output logic [2:0]            level_o,     // of the entries in the table found: 1..4
  output dmar_pkg::table_t      table_o
);

  localparam int unsigned T          = dmar_pkg::TABLE_WIDTH;
  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned DataWidth  = FrameWidth + 2;
  // Below a PML4E and below a PML5E, where such tables and addresses exist.
  localparam bit          HasPml4    = (Sagaw[3:2] != 2'b00) && (GuestAddrWidth > 39);
  localparam bit          HasPml5    = Sagaw[3] && (GuestAddrWidth > 48);
  localparam logic [3:0]  Has        = {HasPml5, HasPml4, 2'b11};

  logic [3:0]     hit;
  logic [4*T-1:0] found;

  for (genvar i = 0; i < 4; i++) begin : gen_level
    if (Has[i]) begin : gen_cache
      logic [DataWidth-1:0] data;

      dmar_page_cache #(
        .Sets(Sets), .Ways(Ways), .Shift(9 * (i + 1)), .GuestAddrWidth(GuestAddrWidth),
        .DataWidth(DataWidth), .SweepWidth(SweepWidth)
      ) u_cache (
        .clk_i, .rst_ni, .clear_i, .read_i, .sweep_read_i, .sweep_index_i, .read_page_i,
        .domain_i, .page_i, .fill_i(fill_i[i]), .data_i(tables_i[i*T +: DataWidth]), .sweep_i,
        .flush_i, .hit_o(hit[i]), .data_o(data)
      );
      assign found[i*T +: T] = T'(data);
    end else begin : gen_none
      assign hit[i] = 1'b0;
      assign found[i*T +: T] = '0;
    end
  end

  always_comb begin
    level_o = 3'd4;
    table_o = found[3*T +: T];
    for (int i = 2; i >= 0; i--) begin
      if (hit[i]) begin
        level_o = 3'(i + 1);
        table_o = found[i*T +: T];
      end
    end
  end
  assign hit_o = (hit != '0);

endmodule
