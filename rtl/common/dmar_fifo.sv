// SPDX-License-Identifier: Apache-2.0
// Queue in registers, any depth; the oldest word shows on dn_data_o at once.
`default_nettype none
`include "dmar_assert.svh"

module dmar_fifo #(
  parameter int unsigned Depth = 4,
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

  localparam int unsigned PtrWidth   = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int unsigned CountWidth = $clog2(Depth + 1);

  logic [Width-1:0]      mem_q [Depth];
  logic [PtrWidth-1:0]   read_q, write_q;
  logic [CountWidth-1:0] count_q;
  logic                  push, pop;

  assign push       = up_valid_i && up_ready_o;
  assign pop        = dn_valid_o && dn_ready_i;
  assign up_ready_o = (count_q != CountWidth'(Depth));
  assign dn_valid_o = (count_q != '0);
  assign dn_data_o  = mem_q[read_q];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      count_q <= '0;
    end else begin
      if (push) write_q <= (write_q == PtrWidth'(Depth - 1)) ? '0 : write_q + 1'b1;
      if (pop)  read_q  <= (read_q == PtrWidth'(Depth - 1)) ? '0 : read_q + 1'b1;
      if (push && !pop) count_q <= count_q + 1'b1;
      if (pop && !push) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem_q[write_q] <= up_data_i;
  end

  `DMAR_ASSERT_HELD(DownstreamHeld_A, dn_valid_o, dn_ready_i, dn_data_o)
  `DMAR_COVER(Full_C, !up_ready_o)

endmodule
`default_nettype wire
