// SPDX-License-Identifier: Apache-2.0
// One flush at a time, of a command or of an invalidation. Whoever has begun holds its flush until
// it is done; otherwise commands go first. They come one at a time from software, each with a clock
// in between, so invalidations go on.
`default_nettype none
module dmar_flush_mux (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic             command_valid_i,
  input wire dmar_pkg::flush_t command_flush_i,   // of whole caches
  output logic                 command_done_o,
  input wire logic             inv_valid_i,
  input wire dmar_pkg::flush_t inv_flush_i,
  output logic                 inv_done_o,
  output logic                 flush_valid_o,
  output dmar_pkg::flush_t     flush_o,
  input wire logic             flush_done_i
);

  logic inv_begun_q, command;

  assign command = command_valid_i && !inv_begun_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) inv_begun_q <= 1'b0;
    else         inv_begun_q <= inv_valid_i && !command && !flush_done_i;
  end

  assign flush_valid_o  = command_valid_i || inv_valid_i;
  assign command_done_o = flush_done_i && command;
  assign inv_done_o     = flush_done_i && !command;

  // What the entries are compared with does not matter to a flush of whole caches.
  always_comb begin
    flush_o = inv_flush_i;
    if (command) begin
      flush_o.drain     = command_flush_i.drain;
      flush_o.apply     = command_flush_i.apply;
      flush_o.all       = command_flush_i.all;
      flush_o.ctx       = command_flush_i.ctx;
      flush_o.iotlb     = command_flush_i.iotlb;
      flush_o.paging    = command_flush_i.paging;
      flush_o.irte      = command_flush_i.irte;
      flush_o.by_domain = 1'b0;
      flush_o.by_source = 1'b0;
      flush_o.by_page   = 1'b0;
    end
  end

  logic unused;
  assign unused = ^command_flush_i;

endmodule
`default_nettype wire
