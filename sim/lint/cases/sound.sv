// SPDX-License-Identifier: Apache-2.0
// What all of them take.
`default_nettype none
module sound (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic in_i,
  output logic     out_o
);
  logic value_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) value_q <= 1'b0;
    else         value_q <= in_i;
  end
  assign out_o = value_q;
endmodule
`default_nettype wire
