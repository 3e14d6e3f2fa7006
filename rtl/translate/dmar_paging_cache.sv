// SPDX-License-Identifier: Apache-2.0
// Paging-structure caches: for each level, the tables that present non-leaf entries point to, with
// the permissions accumulated on the way. A lookup answers with the lowest table known; it is read
// in one clock and compared in the next, and keeps its answer while it does not read.
`default_nettype none
module dmar_paging_cache #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter int unsigned DomainWidth    = 16,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter int unsigned Sets           = 4,
  parameter int unsigned Ways           = 2,
  parameter int unsigned SweepWidth     = 1
) (
  input wire logic                  clk_i,
  input wire logic                  read_i,
  input wire dmar_pkg::page_t       read_page_i,
  input wire dmar_pkg::cache_tag_t  read_tag_i,
  input wire dmar_pkg::cache_tag_t  cache_tag_i,
  input wire dmar_pkg::page_t       page_i,
  output logic                      hit_o,
  output logic     [2:0]            level_o,     // of the entries in the table found: 1..4
  output dmar_pkg::table_t          table_o,
  // Fills and sweeps
  input wire logic                  fill_read_i,
  input wire dmar_pkg::page_t       fill_read_page_i,
  input wire dmar_pkg::cache_tag_t  fill_read_tag_i,
  input wire logic                  sweep_read_i,
  input wire logic [SweepWidth-1:0] sweep_count_i,
  input wire logic                  fill_i,
  input wire dmar_pkg::cache_tag_t  fill_tag_i,
  input wire dmar_pkg::page_t       fill_page_i,
  input wire logic [2:0]            fill_level_i,  // of the entries in the table
  input wire dmar_pkg::table_t      table_i,
  input wire logic                  sweep_i,
  input wire logic                  clear_i,
  input wire dmar_pkg::flush_t      flush_i
);

  localparam int unsigned T          = dmar_pkg::TABLE_WIDTH;
  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned DataWidth  = FrameWidth + 2;
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;
  // Below a PML4E and below a PML5E, where such tables and addresses exist.
  localparam bit          HasPml4    = (Sagaw[3:2] != 2'b00) && (GuestAddrWidth > 39);
  localparam bit          HasPml5    = Sagaw[3] && (GuestAddrWidth > 48);
  localparam logic [3:0]  Has        = {HasPml5, HasPml4, 2'b11};

  // The set of a table: its bits of the page number, and what the domain adds from the top bit on.
  function automatic logic [IndexWidth-1:0] set_of(
      input logic [IndexWidth-1:0] region, input logic [DomainWidth-1:0] domain);
    logic [dmar_pkg::SPREAD_WIDTH-1:0] spread;
    spread = dmar_pkg::tag_spread(16'(domain));
    set_of = region
        ^ IndexWidth'(({{IndexWidth{1'b0}}, spread} << IndexWidth) >> dmar_pkg::SPREAD_WIDTH);
  endfunction

  logic [3:0]     hit;
  logic [4*T-1:0] found;

  for (genvar i = 0; i < 4; i++) begin : gen_level
    localparam int unsigned Shift = 9 * (i + 1);

    if (Has[i]) begin : gen_cache
      localparam int unsigned PageWidth = GuestAddrWidth - 12 - Shift;

      logic [DataWidth-1:0]             data;
      logic [IndexWidth-1:0]            keep_index, swept, sweep_index;
      logic [PageWidth+DomainWidth-1:0] key, mask;

      assign swept       = flush_i.by_page ? IndexWidth'(flush_i.page_mask >> Shift) : '0;
      assign sweep_index = (set_of(IndexWidth'(flush_i.page >> Shift),
                                   DomainWidth'(flush_i.cache_tag.domain)) & swept)
          | (IndexWidth'(sweep_count_i) & ~swept);
      assign keep_index  = sweep_read_i ? sweep_index
          : set_of(IndexWidth'(fill_read_page_i >> Shift),
                   DomainWidth'(fill_read_tag_i.domain));

      logic [DomainWidth-1:0] domain_mask;
      logic [PageWidth-1:0]   page_mask;
      assign domain_mask = flush_i.by_domain ? '1 : '0;
      assign page_mask   = flush_i.by_page ? PageWidth'(flush_i.page_mask >> Shift) : '0;

      always_comb begin
        key  = {fill_tag_i.domain[DomainWidth-1:0], PageWidth'(fill_page_i >> Shift)};
        mask = '1;
        if (sweep_i) begin
          key  = {flush_i.cache_tag.domain[DomainWidth-1:0], PageWidth'(flush_i.page >> Shift)};
          mask = {domain_mask, page_mask};
        end
      end

      dmar_cache #(
        .Ports(1), .Sets(Sets), .Ways(Ways), .LookWidth(PageWidth + DomainWidth),
        .DataWidth(DataWidth)
      ) u_cache (
        .clk_i, .read_i, .index_i(set_of(IndexWidth'(read_page_i >> Shift),
                                           DomainWidth'(read_tag_i.domain))),
        .key_i({cache_tag_i.domain[DomainWidth-1:0], PageWidth'(page_i >> Shift)}), .touch_i(1'b1),
        .hit_o(hit[i]), .data_o(data),
        .keep_read_i(fill_read_i || sweep_read_i), .keep_index_i((Sets > 1) ? keep_index : '0),
        .keep_key_i(key), .keep_mask_i(mask), .fill_i(fill_i && fill_level_i == 3'(i + 1)),
        .data_i({table_i.frame[FrameWidth-1:0], table_i.read, table_i.write}), .sweep_i, .clear_i
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
`default_nettype wire
