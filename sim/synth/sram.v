// SPDX-License-Identifier: Apache-2.0
// In place of an SRAM in the standard-cell run: its inputs end in flip-flops and its data come from
// flip-flops, so that the paths to and from it are timed. gates.py takes their area off again.
(* techmap_celltype = "sram" *)
module sram_boundary #(
  parameter MEMID = "", parameter INIT = 0, parameter SIZE = 0, parameter OFFSET = 0,
  parameter ABITS = 1, parameter WIDTH = 1, parameter RD_PORTS = 1, parameter WR_PORTS = 1,
  parameter RD_CLK_ENABLE = 0, parameter RD_CLK_POLARITY = 0, parameter RD_TRANSPARENCY_MASK = 0,
  parameter RD_COLLISION_X_MASK = 0, parameter RD_WIDE_CONTINUATION = 0,
  parameter RD_CE_OVER_SRST = 0, parameter RD_ARST_VALUE = 0, parameter RD_SRST_VALUE = 0,
  parameter RD_INIT_VALUE = 0, parameter WR_CLK_ENABLE = 0, parameter WR_CLK_POLARITY = 0,
  parameter WR_PRIORITY_MASK = 0, parameter WR_WIDE_CONTINUATION = 0
) (
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST,
  input  [RD_PORTS*ABITS-1:0] RD_ADDR,
  output [RD_PORTS*WIDTH-1:0] RD_DATA,
  input  [WR_PORTS-1:0]       WR_CLK,
  input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA,
  input  [WR_PORTS*ABITS-1:0] WR_ADDR
);
  // One enable for each write port: no word is written in parts.
  localparam INS = RD_PORTS * (ABITS + 1) + WR_PORTS * (ABITS + 1 + WIDTH);
  wire [WR_PORTS-1:0] write;
  genvar i;
  for (i = 0; i < WR_PORTS; i = i + 1) assign write[i] = WR_EN[i*WIDTH];
  (* keep *) reg [INS-1:0] sram_in_q;
  (* keep *) reg [RD_PORTS*WIDTH-1:0] sram_data_q;
  always @(posedge WR_CLK[0]) sram_in_q <= {RD_ADDR, RD_EN, WR_ADDR, WR_DATA, write};
  for (i = 0; i < RD_PORTS*WIDTH; i = i + 1)
    always @(posedge WR_CLK[0]) sram_data_q[i] <= sram_in_q[i % INS];
  assign RD_DATA = sram_data_q;
endmodule
