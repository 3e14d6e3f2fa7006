// SPDX-License-Identifier: Apache-2.0
// expect slang: redefinition
// expect read_slang: redefinition
// Two conditional blocks of one scope with one name, of which only one is ever there: 27.5 forbids
// it all the same.
`default_nettype none
module one_name #(
  parameter int unsigned Width = 2
) (
  input wire logic [Width-1:0] in_i,
  output logic     [Width-1:0] out_o
);
  if (Width == 0) begin : gen_width
    $error("Width must not be 0");
  end
  if (Width == 2) begin : gen_width
    assign out_o = {in_i[0], in_i[1]};
  end else begin : gen_other
    assign out_o = in_i;
  end
endmodule
`default_nettype wire
