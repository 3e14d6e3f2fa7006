// SPDX-License-Identifier: Apache-2.0
// Pseudo-LRU by one bit a way: a hit or a fill marks its way as used; when all are, the others are
// unmarked. The victim is the first way that is not marked. It is a matter of speed only, so a
// touch may be left out. Whoever clears a cache after reset clears its marks, too.
`default_nettype none
module dmar_plru #(
  parameter int unsigned Sets = 4,
  parameter int unsigned Ways = 2,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1
) (
  input wire logic                  clk_i,
  input wire logic                  touch_i,
  input wire logic [IndexWidth-1:0] touch_index_i,
  input wire logic [Ways-1:0]       touch_way_i,     // one-hot
  input wire logic                  clear_i,         // unmark the set of touch_index_i instead
  input wire logic [IndexWidth-1:0] victim_index_i,
  output logic     [Ways-1:0]       victim_o         // one-hot
);

  if (Ways > 1) begin : gen_marks
    logic [Ways-1:0] touched, marked, victim_marks, unmarked;

    dmar_lut_ram #(.Depth(Sets), .Width(Ways), .Reads(2)) u_marks (
      .clk_i,
      .write_i     (touch_i || clear_i),
      .write_addr_i(touch_index_i),
      .write_data_i(clear_i ? '0 : (marked == '1) ? touch_way_i : marked),
      .read_addr_i ({victim_index_i, touch_index_i}),
      .read_data_o ({victim_marks, touched})
    );

    assign marked   = touched | touch_way_i;
    assign unmarked = ~victim_marks & (victim_marks + 1'b1);
    assign victim_o = (unmarked != '0) ? unmarked : Ways'(1);
  end else begin : gen_single
    assign victim_o = 1'b1;
    logic unused;
    assign unused = ^{clk_i, touch_i, touch_index_i, touch_way_i, clear_i, victim_index_i};
  end

endmodule
`default_nettype wire
