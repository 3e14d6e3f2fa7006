// SPDX-License-Identifier: Apache-2.0
// Feeds dmar_plru: one use a clock, fills first, then hits of the first port that has one.
`default_nettype none
module dmar_touch #(
  parameter int unsigned Ports = 1,
  parameter int unsigned Sets  = 4,
  parameter int unsigned Ways  = 2,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1
) (
  input wire logic                        clk_i,
  input wire logic [Ports-1:0]            touch_i,
  input wire logic [Ports*IndexWidth-1:0] index_i,
  input wire logic [Ports*Ways-1:0]       way_i,
  input wire logic                        fill_i,
  input wire logic [IndexWidth-1:0]       fill_index_i,   // of every fill and sweep
  input wire logic [Ways-1:0]             fill_way_i,
  input wire logic                        clear_i,        // forget all uses of a set
  output logic     [Ways-1:0]             victim_o
);

  if (Ways > 1) begin : gen_plru
    logic                  touch_q, clear_q;
    logic [IndexWidth-1:0] index, index_q;
    logic [Ways-1:0]       way, way_q;

    always_comb begin
      index = index_i[IndexWidth-1:0];
      way   = way_i[Ways-1:0];
      for (int unsigned p = 1; p < Ports; p++) begin
        if (touch_i[p] && !touch_i[0]) begin
          index = index_i[p*IndexWidth +: IndexWidth];
          way   = way_i[p*Ways +: Ways];
        end
      end
      if (fill_i || clear_i) begin
        index = fill_index_i;
        way   = fill_way_i;
      end
    end

    always_ff @(posedge clk_i) begin
      touch_q <= fill_i || (touch_i != '0);
      clear_q <= clear_i;
      index_q <= index;
      way_q   <= way;
    end

    dmar_plru #(.Sets(Sets), .Ways(Ways)) u_plru (
      .clk_i, .touch_i(touch_q), .touch_index_i(index_q), .touch_way_i(way_q),
      .clear_i(clear_q), .victim_index_i(fill_index_i), .victim_o
    );
  end else begin : gen_single
    assign victim_o = 1'b1;
    logic unused;
    assign unused = ^{clk_i, touch_i, index_i, way_i, fill_i, fill_index_i, fill_way_i, clear_i};
  end

endmodule
`default_nettype wire
