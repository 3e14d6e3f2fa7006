// SPDX-License-Identifier: Apache-2.0
// expect slang: before its declaration
// expect read_slang: before its declaration
// A name in a port connection before its declaration is an implicit net (IEEE 1800-2017 6.10),
// unless there is none. Verilator and read_verilog look the name up late and take it all the same.
`default_nettype none
module late_name (
  input wire logic in_i,
  output logic     out_o
);
  if (1) begin : gen_part
    late_name_part u_part (.in_i(later), .out_o);
  end
  logic later;
  assign later = !in_i;
endmodule

module late_name_part (
  input wire logic in_i,
  output logic     out_o
);
  assign out_o = in_i;
endmodule
`default_nettype wire
