// SPDX-License-Identifier: Apache-2.0
// Queue in block RAM for long, wide queues. Depth is a power of two, at least 2. A word shows two
// clocks after it was written, straight from the output register of the RAM.
`default_nettype none
`include "dmar_assert.svh"

module dmar_ram_fifo #(
  parameter int unsigned Depth = 256,
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

  localparam int unsigned PtrWidth = $clog2(Depth);

  logic [PtrWidth:0] write_q, read_q;  // one bit more than the address tells full from empty
  logic              push, fetch;

  assign up_ready_o = (write_q[PtrWidth-1:0] != read_q[PtrWidth-1:0])
      || (write_q[PtrWidth] == read_q[PtrWidth]);
  assign push       = up_valid_i && up_ready_o;

  // A word is fetched in the clock in which the one before it leaves the output register.
  assign fetch = (write_q != read_q) && (!dn_valid_o || dn_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q    <= '0;
      read_q     <= '0;
      dn_valid_o <= 1'b0;
    end else begin
      if (push)  write_q <= write_q + 1'b1;
      if (fetch) read_q  <= read_q + 1'b1;
      if (fetch) dn_valid_o <= 1'b1;
      else if (dn_ready_i) dn_valid_o <= 1'b0;
    end
  end

  dmar_ram #(.Depth(Depth), .Width(Width)) u_ram (
    .clk_i,
    .write_i     (push),
    .write_addr_i(write_q[PtrWidth-1:0]),
    .write_data_i(up_data_i),
    .read_i      (fetch),
    .read_addr_i (read_q[PtrWidth-1:0]),
    .read_data_o (dn_data_o)
  );

  `DMAR_ASSERT_HELD(DownstreamHeld_A, dn_valid_o, dn_ready_i, dn_data_o)
  `DMAR_ASSERT(NoReadOfWordWritten_A,
               !(push && fetch) || write_q[PtrWidth-1:0] != read_q[PtrWidth-1:0])

endmodule
`default_nettype wire
