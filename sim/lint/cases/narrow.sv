// SPDX-License-Identifier: Apache-2.0
// expect slang: port-width-trunc
// expect verilator: WIDTH
// expect read_verilog: Resizing cell port
// expect read_slang: type-mismatch
// A port connection of another width.
`default_nettype none
module narrow (
  input wire logic [2:0] in_i,
  output logic           out_o
);
  narrow_part u_part (.in_i, .out_o);
endmodule

module narrow_part (
  input wire logic [1:0] in_i,
  output logic           out_o
);
  assign out_o = ^in_i;
endmodule
`default_nettype wire
