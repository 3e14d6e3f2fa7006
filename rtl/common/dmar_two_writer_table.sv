// SPDX-License-Identifier: Apache-2.0
// A table whose words come from two sources, one of each a clock, and that is read at any time.
// Each source has an array of its own, since an array with one write port is LUT RAM; a bit of
// each word tells whose is the newer one. One or two words are plain registers, which is less than
// two copies of them.
`default_nettype none
`include "dmar_assert.svh"

module dmar_two_writer_table #(
  parameter int unsigned Depth = 8,
  parameter int unsigned Width = 8,
  localparam int unsigned AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire logic                 write0_i,
  input wire logic [AddrWidth-1:0] addr0_i,
  input wire logic [Width-1:0]     data0_i,
  input wire logic                 write1_i,   // to another word in the same clock
  input wire logic [AddrWidth-1:0] addr1_i,
  input wire logic [Width-1:0]     data1_i,
  input wire logic [AddrWidth-1:0] read_addr_i,
  output logic     [Width-1:0]     read_data_o
);

  if (Depth > 2) begin : gen_arrays
    logic [Width-1:0] mem0_q [Depth];
    logic [Width-1:0] mem1_q [Depth];
    logic [Depth-1:0] newer_q;           // the word of mem1_q counts

    always_ff @(posedge clk_i) begin
      if (write0_i) mem0_q[addr0_i] <= data0_i;
    end
    always_ff @(posedge clk_i) begin
      if (write1_i) mem1_q[addr1_i] <= data1_i;
    end

    for (genvar i = 0; i < Depth; i++) begin : gen_word
      always_ff @(posedge clk_i) begin
        if (write1_i && addr1_i == AddrWidth'(i))      newer_q[i] <= 1'b1;
        else if (write0_i && addr0_i == AddrWidth'(i)) newer_q[i] <= 1'b0;
      end
    end

    assign read_data_o = newer_q[read_addr_i] ? mem1_q[read_addr_i] : mem0_q[read_addr_i];
  end else begin : gen_registers
    logic [Depth*Width-1:0] words;

    for (genvar i = 0; i < Depth; i++) begin : gen_word
      logic             here0, here1;
      logic [Width-1:0] word_q;
      assign here0 = write0_i && (Depth == 1 || addr0_i == AddrWidth'(i));
      assign here1 = write1_i && (Depth == 1 || addr1_i == AddrWidth'(i));
      always_ff @(posedge clk_i) begin
        if (here0 || here1) word_q <= here1 ? data1_i : data0_i;
      end
      assign words[i*Width +: Width] = word_q;
    end

    assign read_data_o = (Depth == 1 || !read_addr_i[0]) ? words[Width-1:0]
                                                         : words[Depth*Width-1 -: Width];
  end

  `DMAR_REQUIRE(WordHasOneWriter_R, !(write0_i && write1_i && addr0_i == addr1_i))

endmodule
`default_nettype wire
