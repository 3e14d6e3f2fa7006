// SPDX-License-Identifier: Apache-2.0
// Interrupt-remapping table entries keyed by index. The index of a request is known one clock later
// than a page is, so a set is read in the pipeline's second clock and compared in its third.
module dmar_interrupt_cache #(
  parameter int unsigned Sets       = 16,
  parameter int unsigned Ways       = 2,
  parameter int unsigned SweepWidth = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  // Second clock
  input  logic                  read_i,
  input  logic                  sweep_read_i,
  input  logic [SweepWidth-1:0] sweep_index_i,
  input  logic [15:0]           read_index_i,
  // Compare clock
  input  logic [15:0]           index_i,
  input  logic                  fill_i,
  input  dmar_pkg::irte_t       irte_i,
  input  logic                  sweep_i,
  input  dmar_pkg::flush_t      flush_i,
  output logic                  hit_o,
  output dmar_pkg::irte_t       irte_o
);

  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;

  logic [IndexWidth-1:0] set;
  logic [15:0]           key, mask;
  logic [dmar_pkg::IRTE_WIDTH-1:0] data;

  assign set  = sweep_read_i ? IndexWidth'(sweep_index_i) : IndexWidth'(read_index_i);
  assign key  = sweep_i ? flush_i.page[15:0] : index_i;
  assign mask = !sweep_i ? 16'hFFFF : flush_i.by_page ? flush_i.page_mask[15:0] : 16'h0;

  dmar_cache #(
    .Sets(Sets), .Ways(Ways), .KeyWidth(16), .DataWidth(dmar_pkg::IRTE_WIDTH), .LateKey(1'b0)
  ) u_cache (
    .clk_i, .rst_ni, .clear_i,
    .read_i (read_i || sweep_read_i),
    .index_i(set),
    .key_i  (key),
    .mask_i (mask),
    .fill_i,
    .data_i (irte_i),
    .sweep_i,
    .hit_o,
    .data_o (data)
  );

  assign irte_o = data;

  // An interrupt entry belongs to no domain and no source.
  logic unused;
  assign unused = ^flush_i;

endmodule
