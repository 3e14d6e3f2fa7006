// SPDX-License-Identifier: Apache-2.0
// Context-entries keyed by source id; domain ids are kept beside them for invalidation. Compared in
// the pipeline's second clock.
module dmar_context_cache #(
  parameter int unsigned Sets       = 16,
  parameter int unsigned Ways       = 2,
  parameter int unsigned SweepWidth = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  // First clock
  input  logic                  read_i,
  input  logic                  sweep_read_i,
  input  logic [SweepWidth-1:0] sweep_index_i,
  input  dmar_pkg::source_id_t  read_source_id_i,
  // Compare clock
  input  dmar_pkg::source_id_t  source_id_i,
  input  logic                  fill_i,
  input  dmar_pkg::ctx_t        ctx_i,
  input  logic                  sweep_i,
  input  dmar_pkg::flush_t      flush_i,
  output logic                  hit_o,
  output dmar_pkg::ctx_t        ctx_o
);

  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;

  logic [7:0]            hash;
  logic [IndexWidth-1:0] index;
  logic [31:0]           key, mask;
  logic [dmar_pkg::CTX_WIDTH-1:0] data;

  // Device numbers differ more often than functions and buses.
  assign hash  = {read_source_id_i[2:0], read_source_id_i[7:3]} ^ read_source_id_i[15:8];
  assign index = sweep_read_i ? IndexWidth'(sweep_index_i) : IndexWidth'(hash);

  always_comb begin
    key  = {source_id_i, ctx_i.domain};
    mask = {16'hFFFF, 16'h0000};
    if (sweep_i) begin
      key  = {flush_i.source_id, flush_i.domain};
      mask = {flush_i.by_source ? flush_i.source_mask : 16'h0, {16{flush_i.by_domain}}};
    end
  end

  dmar_cache #(
    .Sets(Sets), .Ways(Ways), .KeyWidth(32), .DataWidth(dmar_pkg::CTX_WIDTH), .LateKey(1'b0)
  ) u_cache (
    .clk_i, .rst_ni, .clear_i,
    .read_i (read_i || sweep_read_i),
    .index_i(index),
    .key_i  (key),
    .mask_i (mask),
    .fill_i,
    .data_i (ctx_i),
    .sweep_i,
    .hit_o,
    .data_o (data)
  );

  assign ctx_o = data;

endmodule
