// SPDX-License-Identifier: Apache-2.0
// Context-entries keyed by source id; domain ids are kept beside them for invalidation. A lane
// reads in its first clock and compares in the second.
`default_nettype none
module dmar_context_cache #(
  parameter int unsigned Lanes         = 2,
  parameter int unsigned Sets          = 16,
  parameter int unsigned Ways          = 2,
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainWidth   = 16,
  parameter bit          DeviceTlb     = 1'b0,
  parameter int unsigned SweepWidth    = 1
) (
  input wire logic                  clk_i,
  input wire logic [Lanes-1:0]      read_i,
  input wire logic [Lanes*16-1:0]   read_source_id_i,
  input wire logic [Lanes*16-1:0]   source_id_i,
  output logic     [Lanes-1:0]      hit_o,
  output logic     [Lanes*dmar_pkg::CTX_WIDTH-1:0] ctx_o,
  // Fills and sweeps
  input wire logic                  fill_read_i,
  input wire dmar_pkg::source_id_t  fill_read_source_id_i,
  input wire logic                  sweep_read_i,
  input wire logic [SweepWidth-1:0] sweep_count_i,
  input wire logic                  fill_i,
  input wire dmar_pkg::source_id_t  fill_source_id_i,
  input wire dmar_pkg::ctx_t        ctx_i,
  input wire logic                  sweep_i,
  input wire logic                  clear_i,
  input wire dmar_pkg::flush_t      flush_i
);

  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1;
  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  // TT = 01 on top, where there is such a thing.
  localparam int unsigned BaseWidth  = 5 + DomainWidth + FrameWidth;
  localparam int unsigned DataWidth  = BaseWidth + (DeviceTlb ? 1 : 0);

  // Device numbers differ more often than functions and buses.
  function automatic logic [IndexWidth-1:0] set_of(input logic [15:0] source_id);
    set_of = IndexWidth'({source_id[2:0], source_id[7:3]} ^ source_id[15:8]);
  endfunction

  logic [Lanes*IndexWidth-1:0] index;
  logic [Lanes*DataWidth-1:0]  data;
  logic [IndexWidth-1:0]       keep_index;
  logic [15+DomainWidth:0]     key, mask;

  assign keep_index = sweep_read_i ? IndexWidth'(sweep_count_i) : set_of(fill_read_source_id_i);

  always_comb begin
    key  = {fill_source_id_i, ctx_i.cache_tag.domain[DomainWidth-1:0]};
    mask = {16'hFFFF, {DomainWidth{1'b0}}};
    if (sweep_i) begin
      key  = {flush_i.source_id, flush_i.cache_tag.domain[DomainWidth-1:0]};
      mask = {flush_i.by_source ? flush_i.source_mask : 16'h0, {DomainWidth{flush_i.by_domain}}};
    end
  end

  logic [BaseWidth:0]   fill_word;
  logic [DataWidth-1:0] fill_data;
  assign fill_word = {ctx_i.device_tlb, ctx_i.fpd, ctx_i.pass_through, ctx_i.levels,
                      ctx_i.cache_tag.domain[DomainWidth-1:0], ctx_i.frame[FrameWidth-1:0]};
  assign fill_data = fill_word[DataWidth-1:0];

  dmar_cache #(
    .Ports(Lanes), .Sets(Sets), .Ways(Ways), .LookWidth(16), .RestWidth(DomainWidth),
    .DataWidth(DataWidth)
  ) u_cache (
    .clk_i, .read_i, .index_i(index), .key_i(source_id_i), .touch_i({Lanes{1'b1}}), .hit_o,
    .data_o(data),
    .keep_read_i(fill_read_i || sweep_read_i), .keep_index_i(keep_index), .keep_key_i(key),
    .keep_mask_i(mask), .fill_i,
    .data_i(fill_data),
    .sweep_i, .clear_i
  );

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [DataWidth-1:0] word;
    logic                 device_tlb;
    assign index[l*IndexWidth +: IndexWidth] = set_of(read_source_id_i[l*16 +: 16]);
    assign word = data[l*DataWidth +: DataWidth];
    assign ctx_o[l*dmar_pkg::CTX_WIDTH +: dmar_pkg::CTX_WIDTH] =
        {word[BaseWidth-1 -: 2], device_tlb, word[BaseWidth-3 -: 3],
         16'(word[FrameWidth +: DomainWidth]), 40'(word[FrameWidth-1:0])};
    assign device_tlb = DeviceTlb && word[DataWidth-1];
  end

endmodule
`default_nettype wire
