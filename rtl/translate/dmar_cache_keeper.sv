// SPDX-License-Identifier: Apache-2.0
// Fills and sweeps a cache beside its lookups: keeps the keys once more, with a read port of its
// own. An operation reads a set in its first clock and writes what it decides in the next. The
// write goes to the stores of the lookups too. One operation a clock.
// An entry has one part, or some that come and go alone under one key: a fill over its match adds
// the part that it brings, a sweep takes those that it names.
// A set read in the clock in which it is written may look torn; then a fill picks some way, and a
// sweep may drop an entry too many: never does it miss one, since what is being written is either
// being dropped or does not match (docs/architecture.md, "Why nothing stale survives"). Of the
// parts of an entry that looks torn none is kept, but for a fill right behind a fill of that entry,
// and a sweep right behind a sweep, which leaves what that one left.
`default_nettype none
module dmar_cache_keeper #(
  parameter int unsigned Sets     = 4,
  parameter int unsigned Ways     = 2,
  parameter int unsigned KeyWidth = 16,
  parameter int unsigned Parts    = 1,     // of an entry
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1
) (
  input wire logic                  clk_i,
  // First clock
  input wire logic                  read_i,
  input wire logic [IndexWidth-1:0] index_i,
  // Second clock: what to look for (mask 1: compare this bit) and what to do
  input wire logic [KeyWidth-1:0]   key_i,
  input wire logic [KeyWidth-1:0]   mask_i,
  input wire logic [Parts-1:0]      parts_i,     // to add or to drop; some only: the mask is 1
  input wire logic                  fill_i,      // over the match, else a free way, else the victim
  input wire logic                  sweep_i,     // drop from every match
  input wire logic                  clear_i,     // drop the set
  input wire logic [Ways-1:0]       victim_i,    // one-hot, of the set of index_o
  output logic     [IndexWidth-1:0] index_o,
  output logic     [Ways-1:0]       write_way_o,
  output logic     [Ways*Parts-1:0] write_parts_o  // what each way has if it is written
);

  logic [Ways-1:0]       valid, match, free, oldest_match;
  logic [Ways*Parts-1:0] kept;               // of a match
  logic [IndexWidth-1:0] index;

  assign index = (Sets > 1) ? index_i : '0;

  always_ff @(posedge clk_i) begin
    if (read_i) index_o <= index;
  end

  if (Sets * Ways * Parts == 1) begin : gen_one_entry
    // Not worth a copy of its key: every sweep drops it, which an invalidation may always do.
    assign valid = 1'b1;
    assign match = 1'b1;
    assign kept  = 1'b0;
    logic unused;
    assign unused = ^{key_i, mask_i};
  end else begin : gen_keys
    logic [Ways*Parts-1:0]    stored;
    logic [Ways*KeyWidth-1:0] keys;

    for (genvar w = 0; w < Ways; w++) begin : gen_way
      dmar_ram #(.Depth(Sets), .Width(KeyWidth + Parts)) u_keys (
        .clk_i,
        .write_i     (write_way_o[w]),
        .write_addr_i(index_o),
        .write_data_i({write_parts_o[w*Parts +: Parts], key_i}),
        .read_i      (read_i),
        .read_addr_i (index),
        .read_data_o ({stored[w*Parts +: Parts], keys[w*KeyWidth +: KeyWidth]})
      );
    end

    if (Parts == 1) begin : gen_whole
      for (genvar w = 0; w < Ways; w++) begin : gen_match
        assign valid[w] = stored[w];
        assign match[w] = stored[w] && (((keys[w*KeyWidth +: KeyWidth] ^ key_i) & mask_i) == '0);
      end
      assign kept = '0;
    end else begin : gen_parts
      // Torn: written in the clock in which this operation read its set.
      logic [Ways-1:0]     torn_q;
      logic [KeyWidth-1:0] last_key_q;
      logic [Parts-1:0]    last_parts_q;
      logic                last_fill_q, last_sweep_q, follows;

      always_ff @(posedge clk_i) begin
        torn_q       <= (index_o == index) ? write_way_o : '0;
        last_fill_q  <= fill_i;
        last_sweep_q <= sweep_i && !fill_i && !clear_i;
        last_key_q   <= key_i;
        for (int unsigned w = 0; w < Ways; w++) begin
          if (write_way_o[w]) last_parts_q <= write_parts_o[w*Parts +: Parts];
        end
      end
      assign follows = fill_i && last_fill_q && (last_key_q == key_i);

      for (genvar w = 0; w < Ways; w++) begin : gen_match
        logic found;
        assign found    = (stored[w*Parts +: Parts] != '0)
            && (((keys[w*KeyWidth +: KeyWidth] ^ key_i) & mask_i) == '0);
        assign valid[w] = torn_q[w] || (stored[w*Parts +: Parts] != '0);
        assign match[w] = torn_q[w] ? (follows || (sweep_i && !last_sweep_q)) : found;
        assign kept[w*Parts +: Parts] = !torn_q[w] ? stored[w*Parts +: Parts]
                                      : follows    ? last_parts_q : '0;
      end
    end
  end

  assign free         = ~valid & (valid + 1'b1);
  assign oldest_match = match & (~match + 1'b1);

  always_comb begin
    write_way_o = '0;
    if (fill_i)       write_way_o = (match != '0) ? oldest_match : (free != '0) ? free : victim_i;
    else if (clear_i) write_way_o = '1;
    else if (sweep_i) write_way_o = match;
  end

  // Whatever replaces an entry begins with the part that it brings.
  for (genvar w = 0; w < Ways; w++) begin : gen_left
    logic [Parts-1:0] old;
    assign old = (match[w] && !clear_i) ? kept[w*Parts +: Parts] : '0;
    assign write_parts_o[w*Parts +: Parts] = fill_i ? (old | parts_i) : (old & ~parts_i);
  end

`ifndef SYNTHESIS
  // Sets that are cleared one after the other follow each other, so that none is left out: nothing
  // is known of an entry that a reset left behind.
  logic [IndexWidth-1:0] cleared_q;
  logic                  clearing_q, sweeping_q;
  logic [KeyWidth-1:0]   swept_key_q, swept_mask_q;
  logic [Parts-1:0]      swept_parts_q;
  initial clearing_q = 1'b0;
  initial sweeping_q = 1'b0;
  always @(posedge clk_i) begin
    cleared_q  <= index_o;
    clearing_q <= clear_i;
    if (clear_i && clearing_q && Sets > 1) begin
      ClearsEverySet_A: assert (index_o == cleared_q + 1'b1);
    end
    // What is left of an entry that is swept in part is written with the key that was looked for.
    if (sweep_i && !clear_i && !fill_i) begin
      PartsHaveTheirKey_A: assert (parts_i == '1 || mask_i == '1);
      // Sweeps in clocks that follow each other are of one invalidation.
      if (sweeping_q) begin
        SweepsAreOne_A: assert (parts_i == swept_parts_q && mask_i == swept_mask_q
            && ((key_i ^ swept_key_q) & mask_i) == '0);
      end
    end
    sweeping_q    <= sweep_i && !clear_i && !fill_i;
    swept_key_q   <= key_i;
    swept_mask_q  <= mask_i;
    swept_parts_q <= parts_i;
  end
`endif

endmodule
`default_nettype wire
