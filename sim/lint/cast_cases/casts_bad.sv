// SPDX-License-Identifier: Apache-2.0
// What cast_operands.py refuses.
`default_nettype none
module casts_bad #(
  parameter int unsigned W = 3
) (
  input wire logic       c_i,
  input wire logic [7:0] x_i,
  input wire logic [3:0] a_i,
  output logic     [6:0] chosen_o, masked_o, added_o, inverted_o, grouped_o,
  output logic     [9:0] nested_o
);
  assign chosen_o   = {a_i, c_i ? W'(x_i) : W'(0)};     // refused
  assign masked_o   = {a_i, 3'(x_i) & {3{c_i}}};        // refused
  assign added_o    = {a_i, 3'd1 + 3'(x_i)};            // refused
  assign inverted_o = {a_i, ~3'(x_i)};                  // refused
  assign grouped_o  = {a_i, (c_i ? (3'(x_i)) : 3'd0)};  // refused
  assign nested_o   = {a_i, {3'd0,
                             (W)'(x_i) | 3'd1}};        // refused
endmodule
`default_nettype wire
