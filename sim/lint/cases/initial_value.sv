// SPDX-License-Identifier: Apache-2.0
// expect verilator: PROCASSINIT
// A register with a value at its declaration and another one in a process.
`default_nettype none
module initial_value (
  input wire logic clk_i,
  input wire logic in_i,
  output logic     out_o
);
  logic value_q = 1'b0;
  always_ff @(posedge clk_i) value_q <= in_i;
  assign out_o = value_q;
endmodule
`default_nettype wire
