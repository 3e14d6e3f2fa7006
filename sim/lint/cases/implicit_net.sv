// SPDX-License-Identifier: Apache-2.0
// expect slang: implicit net
// expect read_slang: used but has no driver
// A name in a port connection before its declaration is an implicit net (IEEE 1800-2017 6.10),
// which slang alone says: so the sources are to have `default_nettype none`.
`default_nettype wire
module implicit_net (
  input wire logic in_i,
  output logic     out_o
);
  if (1) begin : gen_part
    implicit_net_part u_part (.in_i(later), .out_o);
  end
  logic later;
  assign later = !in_i;
endmodule

module implicit_net_part (
  input wire logic in_i,
  output logic     out_o
);
  assign out_o = in_i;
endmodule
`default_nettype wire
