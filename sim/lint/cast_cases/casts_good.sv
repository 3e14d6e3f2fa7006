// SPDX-License-Identifier: Apache-2.0
// What cast_operands.py lets pass: a cast alone, operators elsewhere, operands outside.
`default_nettype none
module casts_good #(
  parameter int unsigned W = 3
) (
  input wire logic       c_i,
  input wire logic [7:0] x_i,
  input wire logic [3:0] a_i,
  output logic     [6:0] alone_o, beside_o, index_o, inside_o,
  output logic     [2:0] outside_o,
  output logic           less_o
);
  assign alone_o   = {a_i, W'(x_i)};
  assign beside_o  = {a_i ^ 4'd1, W'(x_i)};
  assign index_o   = {a_i, x_i[3'(a_i + 4'd1)] ? 3'd1 : 3'd0};
  assign inside_o  = {a_i, W'(c_i ? x_i : 8'd0)};
  assign outside_o = c_i ? W'(x_i) : W'(0);
  assign less_o    = ({1'b0, x_i} < 9'(a_i));
endmodule
`default_nettype wire
