// SPDX-License-Identifier: Apache-2.0
// expect slang: latch inferred
// expect verilator: LATCH
// expect read_verilog: Latch inferred
// expect read_slang: logic loop
// A process without a value for every case.
`default_nettype none
module latch (
  input wire logic enable_i,
  input wire logic in_i,
  output logic     out_o
);
  always_comb begin
    if (enable_i) out_o = in_i;
  end
endmodule
`default_nettype wire
