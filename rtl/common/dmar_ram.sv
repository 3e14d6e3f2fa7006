// SPDX-License-Identifier: Apache-2.0
// One write and one read port, read data one clock later: block RAM.
`default_nettype none
module dmar_ram #(
  parameter int unsigned Depth = 16,
  parameter int unsigned Width = 8,
  localparam int unsigned AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 write_i,
  input wire logic [AddrWidth-1:0] write_addr_i,
  input wire logic [Width-1:0]     write_data_i,
  input wire logic                 read_i,
  input wire logic [AddrWidth-1:0] read_addr_i,
  output logic     [Width-1:0]     read_data_o
);

  // Reading the word that is being written gives either value, or none: users do not look at it.
  if (Depth > 2) begin : gen_block
    (* ram_style = "block", no_rw_check *) logic [Width-1:0] mem_q [Depth];

    always_ff @(posedge clk_i) begin
      if (write_i) mem_q[write_addr_i] <= write_data_i;
      if (read_i) read_data_o <= mem_q[read_addr_i];
    end
  end else begin : gen_registers
    logic [Width-1:0] mem_q [Depth];

    always_ff @(posedge clk_i) begin
      if (write_i) mem_q[write_addr_i] <= write_data_i;
      if (read_i) read_data_o <= mem_q[read_addr_i];
    end
  end

endmodule
`default_nettype wire
