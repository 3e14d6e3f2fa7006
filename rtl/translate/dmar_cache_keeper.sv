// SPDX-License-Identifier: Apache-2.0
// Fills and sweeps a cache beside its lookups: keeps the keys once more, with a read port of its
// own. An operation reads a set in its first clock and writes what it decides in the next. The
// write goes to the stores of the lookups too. One operation a clock.
// A set read in the clock in which it is written may look torn; then a fill picks some way, and a
// sweep may drop an entry too many: never does it miss one, since what is being written is either
// being dropped or does not match (docs/architecture.md, "Why nothing stale survives").
`default_nettype none
module dmar_cache_keeper #(
  parameter int unsigned Sets     = 4,
  parameter int unsigned Ways     = 2,
  parameter int unsigned KeyWidth = 16,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1
) (
  input wire logic                  clk_i,
  // First clock
  input wire logic                  read_i,
  input wire logic [IndexWidth-1:0] index_i,
  // Second clock: what to look for (mask 1: compare this bit) and what to do
  input wire logic [KeyWidth-1:0]   key_i,
  input wire logic [KeyWidth-1:0]   mask_i,
  input wire logic                  fill_i,      // over the match, else a free way, else the victim
  input wire logic                  sweep_i,     // drop every match
  input wire logic                  clear_i,     // drop the set
  input wire logic [Ways-1:0]       victim_i,    // one-hot, of the set of index_o
  output logic     [IndexWidth-1:0] index_o,
  output logic     [Ways-1:0]       write_way_o,
  output logic                      write_valid_o
);

  logic [Ways-1:0]       valid, match, free, oldest_match;
  logic [IndexWidth-1:0] index;

  assign index = (Sets > 1) ? index_i : '0;

  always_ff @(posedge clk_i) begin
    if (read_i) index_o <= index;
  end

  if (Sets * Ways == 1) begin : gen_one_entry
    // Not worth a copy of its key: every sweep drops it, which an invalidation may always do.
    assign valid = 1'b1;
    assign match = 1'b1;
    logic unused;
    assign unused = ^{key_i, mask_i};
  end else begin : gen_keys
    for (genvar w = 0; w < Ways; w++) begin : gen_way
      logic [KeyWidth-1:0] key;

      dmar_ram #(.Depth(Sets), .Width(KeyWidth + 1)) u_keys (
        .clk_i,
        .write_i     (write_way_o[w]),
        .write_addr_i(index_o),
        .write_data_i({write_valid_o, key_i}),
        .read_i      (read_i),
        .read_addr_i (index),
        .read_data_o ({valid[w], key})
      );
      assign match[w] = valid[w] && (((key ^ key_i) & mask_i) == '0);
    end
  end

  assign free          = ~valid & (valid + 1'b1);
  assign oldest_match  = match & (~match + 1'b1);
  assign write_valid_o = fill_i;

  always_comb begin
    write_way_o = '0;
    if (fill_i)       write_way_o = (match != '0) ? oldest_match : (free != '0) ? free : victim_i;
    else if (clear_i) write_way_o = '1;
    else if (sweep_i) write_way_o = match;
  end

`ifndef SYNTHESIS
  // Sets that are cleared one after the other follow each other, so that none is left out: nothing
  // is known of an entry that a reset left behind.
  logic [IndexWidth-1:0] cleared_q;
  logic                  clearing_q;
  initial clearing_q = 1'b0;
  always @(posedge clk_i) begin
    cleared_q  <= index_o;
    clearing_q <= clear_i;
    if (clear_i && clearing_q && Sets > 1) begin
      ClearsEverySet_A: assert (index_o == cleared_q + 1'b1);
    end
  end
`endif

endmodule
`default_nettype wire
