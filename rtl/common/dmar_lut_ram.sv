// SPDX-License-Identifier: Apache-2.0
// A small table with one write port, read in the same clock: LUT RAM where the FPGA has it, else
// registers. Its contents are not reset.
`default_nettype none
module dmar_lut_ram #(
  parameter int unsigned Depth = 16,
  parameter int unsigned Width = 8,
  parameter int unsigned Reads = 1,
  localparam int unsigned AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input wire logic                       clk_i,
  input wire logic                       write_i,
  input wire logic [AddrWidth-1:0]       write_addr_i,
  input wire logic [Width-1:0]           write_data_i,
  input wire logic [Reads*AddrWidth-1:0] read_addr_i,
  output logic     [Reads*Width-1:0]     read_data_o
);

  logic [Width-1:0] mem_q [Depth];

  always_ff @(posedge clk_i) begin
    if (write_i) mem_q[write_addr_i] <= write_data_i;
  end

  for (genvar i = 0; i < Reads; i++) begin : gen_read
    assign read_data_o[i*Width +: Width] = mem_q[read_addr_i[i*AddrWidth +: AddrWidth]];
  end

endmodule
`default_nettype wire
