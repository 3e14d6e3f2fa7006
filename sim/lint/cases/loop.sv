// SPDX-License-Identifier: Apache-2.0
// expect verilator: UNOPTFLAT
// expect read_verilog: logic loop
// expect read_slang: logic loop
// A combinational loop.
`default_nettype none
module loop (
  input wire logic in_i,
  output logic     out_o
);
  logic a, b;
  assign a     = in_i && !b;
  assign b     = in_i || a;
  assign out_o = b;
endmodule
`default_nettype wire
