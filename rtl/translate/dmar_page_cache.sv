// SPDX-License-Identifier: Apache-2.0
// A cache keyed by domain and the page-number bits from Shift up: an IOTLB of one page size, or a
// paging-structure cache of one level. Compared in the pipeline's third clock, when the domain is
// known.
module dmar_page_cache #(
  parameter int unsigned Sets           = 4,
  parameter int unsigned Ways           = 2,
  parameter int unsigned Shift          = 0,    // 0, 9, 18, 27 or 36
  parameter int unsigned GuestAddrWidth = 48,
  parameter int unsigned DataWidth      = 43,
  parameter int unsigned SweepWidth     = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  // First clock
  input  logic                  read_i,
  input  logic                  sweep_read_i,
  input  logic [SweepWidth-1:0] sweep_index_i,
  input  dmar_pkg::page_t       read_page_i,
  // Compare clock
  input  dmar_pkg::domain_t     domain_i,
  input  dmar_pkg::page_t       page_i,
  input  logic                  fill_i,
  input  logic [DataWidth-1:0]  data_i,
  input  logic                  sweep_i,
  input  dmar_pkg::flush_t      flush_i,     // what a sweep looks for
  output logic                  hit_o,
  output logic [DataWidth-1:0]  data_o
);

  localparam int unsigned PageWidth  = GuestAddrWidth - 12 - Shift;
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;

  logic [IndexWidth-1:0]   index;
  logic [PageWidth+15:0]   key, mask;

  assign index = sweep_read_i ? IndexWidth'(sweep_index_i) : IndexWidth'(read_page_i >> Shift);

  always_comb begin
    key  = {domain_i, PageWidth'(page_i >> Shift)};
    mask = '1;
    if (sweep_i) begin
      // A page overlaps the range when they agree in all bits above both sizes.
      key  = {flush_i.domain, PageWidth'(flush_i.page >> Shift)};
      mask = {{16{flush_i.by_domain}},
              flush_i.by_page ? PageWidth'(flush_i.page_mask >> Shift) : PageWidth'(0)};
    end
  end

  dmar_cache #(
    .Sets(Sets), .Ways(Ways), .KeyWidth(PageWidth + 16), .DataWidth(DataWidth), .LateKey(1'b1)
  ) u_cache (
    .clk_i, .rst_ni, .clear_i,
    .read_i (read_i || sweep_read_i),
    .index_i(index),
    .key_i  (key),
    .mask_i (mask),
    .fill_i,
    .data_i,
    .sweep_i,
    .hit_o,
    .data_o
  );

endmodule
