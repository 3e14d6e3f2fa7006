// SPDX-License-Identifier: Apache-2.0
// Final translations: one array for each page size, looked up in parallel. The smallest page wins
// where tables changed under a cached larger one.
module dmar_iotlb #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned Sets4k = 32, parameter int unsigned Ways4k = 4,
  parameter int unsigned Sets2m = 8,  parameter int unsigned Ways2m = 2,
  parameter int unsigned Sets1g = 4,  parameter int unsigned Ways1g = 2,
  parameter int unsigned SweepWidth = 1
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
  input  logic                  fill_i,
  input  dmar_pkg::leaf_t       leaf_i,
  input  logic                  sweep_i,
  input  dmar_pkg::flush_t      flush_i,
  output logic                  hit_o,
  output dmar_pkg::leaf_t       leaf_o
);

  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned DataWidth  = FrameWidth + 3;  // frame, read, write, snoop

  logic [DataWidth-1:0] fill_data, data_4k, data_2m, data_1g;
  logic                 hit_4k, hit_2m, hit_1g;

  assign fill_data = {leaf_i.frame[FrameWidth-1:0], leaf_i.read, leaf_i.write, leaf_i.snoop};

  dmar_page_cache #(
    .Sets(Sets4k), .Ways(Ways4k), .Shift(0), .GuestAddrWidth(GuestAddrWidth),
    .DataWidth(DataWidth), .SweepWidth(SweepWidth)
  ) u_4k (
    .clk_i, .rst_ni, .clear_i, .read_i, .sweep_read_i, .sweep_index_i, .read_page_i, .domain_i,
    .page_i, .fill_i(fill_i && leaf_i.size == 2'd0), .data_i(fill_data), .sweep_i, .flush_i,
    .hit_o(hit_4k), .data_o(data_4k)
  );

  if (SuperPages[0]) begin : gen_2m
    dmar_page_cache #(
      .Sets(Sets2m), .Ways(Ways2m), .Shift(9), .GuestAddrWidth(GuestAddrWidth),
      .DataWidth(DataWidth), .SweepWidth(SweepWidth)
    ) u_2m (
      .clk_i, .rst_ni, .clear_i, .read_i, .sweep_read_i, .sweep_index_i, .read_page_i, .domain_i,
      .page_i, .fill_i(fill_i && leaf_i.size == 2'd1), .data_i(fill_data), .sweep_i, .flush_i,
      .hit_o(hit_2m), .data_o(data_2m)
    );
  end else begin : gen_no_2m
    assign hit_2m  = 1'b0;
    assign data_2m = '0;
  end

  if (SuperPages[1]) begin : gen_1g
    dmar_page_cache #(
      .Sets(Sets1g), .Ways(Ways1g), .Shift(18), .GuestAddrWidth(GuestAddrWidth),
      .DataWidth(DataWidth), .SweepWidth(SweepWidth)
    ) u_1g (
      .clk_i, .rst_ni, .clear_i, .read_i, .sweep_read_i, .sweep_index_i, .read_page_i, .domain_i,
      .page_i, .fill_i(fill_i && leaf_i.size == 2'd2), .data_i(fill_data), .sweep_i, .flush_i,
      .hit_o(hit_1g), .data_o(data_1g)
    );
  end else begin : gen_no_1g
    assign hit_1g  = 1'b0;
    assign data_1g = '0;
  end

  logic [DataWidth-1:0] data;
  assign data   = hit_4k ? data_4k : hit_2m ? data_2m : data_1g;
  assign hit_o  = hit_4k || hit_2m || hit_1g;
  assign leaf_o = {40'(data[DataWidth-1:3]), hit_4k ? 2'd0 : hit_2m ? 2'd1 : 2'd2, data[2:0]};

endmodule
