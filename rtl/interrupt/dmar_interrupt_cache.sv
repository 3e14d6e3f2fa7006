// SPDX-License-Identifier: Apache-2.0
// Interrupt-remapping table entries keyed by index. A set is read in one clock and compared in the
// next; a lookup keeps its answer while it does not read.
`default_nettype none
module dmar_interrupt_cache #(
  parameter int unsigned Sets       = 16,
  parameter int unsigned Ways       = 2,
  parameter int unsigned SweepWidth = 1,
  parameter bit          PostedInterrupts = 1'b0
) (
  input wire logic                  clk_i,
  input wire logic                  read_i,
  input wire logic [15:0]           read_index_i,
  input wire logic [15:0]           index_i,
  output logic                      hit_o,
  output dmar_pkg::irte_t           irte_o,
  // Fills and sweeps
  input wire logic                  fill_read_i,
  input wire logic [15:0]           fill_read_index_i,
  input wire logic                  sweep_read_i,
  input wire logic [SweepWidth-1:0] sweep_count_i,
  input wire logic                  fill_i,
  input wire logic [15:0]           fill_index_i,
  input wire dmar_pkg::irte_t       irte_i,
  input wire logic                  sweep_i,
  input wire logic                  clear_i,
  input wire dmar_pkg::flush_t      flush_i
);

  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;
  localparam int unsigned Width = PostedInterrupts ? dmar_pkg::IRTE_WIDTH
                                                   : dmar_pkg::REMAPPED_IRTE_WIDTH;

  logic [IndexWidth-1:0] keep_index, swept;
  logic [15:0]           key, mask;
  logic [Width-1:0]      data;

  assign swept      = flush_i.by_page ? IndexWidth'(flush_i.page_mask) : '0;
  assign keep_index = !sweep_read_i ? IndexWidth'(fill_read_index_i)
      : (IndexWidth'(flush_i.page) & swept) | (IndexWidth'(sweep_count_i) & ~swept);
  assign key  = sweep_i ? flush_i.page[15:0] : fill_index_i;
  assign mask = !sweep_i ? 16'hFFFF : flush_i.by_page ? flush_i.page_mask[15:0] : 16'h0;

  dmar_cache #(
    // dmar_params refuses 0 ways; here they would only drown its message.
    .Ports(1), .Sets(Sets), .Ways((Ways == 0) ? 1 : Ways), .LookWidth(16),
    .DataWidth(Width)
  ) u_cache (
    .clk_i, .read_i, .index_i(IndexWidth'(read_index_i)), .key_i(index_i), .touch_i(1'b1), .hit_o,
    .data_o(data), .keep_read_i(fill_read_i || sweep_read_i),
    .keep_index_i((Sets > 1) ? keep_index : '0), .keep_key_i(key), .keep_mask_i(mask), .fill_i,
    .data_i(irte_i[Width-1:0]), .sweep_i, .clear_i
  );

  assign irte_o = dmar_pkg::IRTE_WIDTH'(data);

  // An interrupt entry belongs to no domain and no source.
  logic unused;
  assign unused = ^{flush_i, irte_i};

endmodule
`default_nettype wire
