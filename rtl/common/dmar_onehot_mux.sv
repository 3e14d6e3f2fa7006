// SPDX-License-Identifier: Apache-2.0
// AND-OR multiplexer; zero when nothing is selected.
`default_nettype none
module dmar_onehot_mux #(
  parameter int unsigned Inputs = 2,
  parameter int unsigned Width  = 8
) (
  input wire logic [Inputs-1:0]       select_i,
  input wire logic [Inputs*Width-1:0] data_i,
  output logic     [Width-1:0]        data_o
);

  always_comb begin
    data_o = '0;
    for (int unsigned i = 0; i < Inputs; i++) begin
      if (select_i[i]) data_o = data_o | data_i[i*Width +: Width];
    end
  end

endmodule
`default_nettype wire
