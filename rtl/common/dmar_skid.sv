// SPDX-License-Identifier: Apache-2.0
// Two-entry register slice: full throughput, no combinational path between the two sides.
`default_nettype none
`include "dmar_assert.svh"

module dmar_skid #(
  parameter int unsigned Width = 8
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic             up_valid_i,
  output logic                 up_ready_o,
  input wire logic [Width-1:0] up_data_i,
  output logic                 dn_valid_o,
  input wire logic             dn_ready_i,
  output logic     [Width-1:0] dn_data_o
);

  logic             main_free, spare_valid_q;
  logic [Width-1:0] spare_data_q;

  assign up_ready_o = !spare_valid_q;
  assign main_free  = !dn_valid_o || dn_ready_i;

  // The spare entry fills only when the consumer stalls, and always drains first.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      dn_valid_o    <= 1'b0;
      spare_valid_q <= 1'b0;
    end else if (main_free) begin
      dn_valid_o    <= spare_valid_q || up_valid_i;
      spare_valid_q <= 1'b0;
    end else if (up_valid_i) begin
      spare_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (main_free)  dn_data_o    <= spare_valid_q ? spare_data_q : up_data_i;
    if (up_ready_o) spare_data_q <= up_data_i;
  end

  `DMAR_ASSERT_HELD(DownstreamHeld_A, dn_valid_o, dn_ready_i, dn_data_o)
  `DMAR_ASSERT(SpareImpliesMain_A, !spare_valid_q || dn_valid_o)
  `DMAR_COVER(BothFull_C, spare_valid_q)

endmodule
`default_nettype wire
