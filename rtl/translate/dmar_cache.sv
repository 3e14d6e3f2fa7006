// SPDX-License-Identifier: Apache-2.0
// Set-associative store behind every translation cache: keys and data in block RAM, valid bits in
// registers. An operation reads a set in its first clock and is compared in the next one, or in
// the one after that (LateKey) when the key is not known earlier. One operation a clock.
`include "dmar_assert.svh"

module dmar_cache #(
  parameter int unsigned Sets      = 4,
  parameter int unsigned Ways      = 2,
  parameter int unsigned KeyWidth  = 16,
  parameter int unsigned DataWidth = 8,
  parameter bit          LateKey   = 1'b0,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,      // drop every entry
  // First clock: which set
  input  logic                  read_i,
  input  logic [IndexWidth-1:0] index_i,
  // Compare clock: what to look for (mask 1: compare this bit) and what to do with it
  input  logic [KeyWidth-1:0]   key_i,
  input  logic [KeyWidth-1:0]   mask_i,
  input  logic                  fill_i,       // write key and data over the match or a victim
  input  logic [DataWidth-1:0]  data_i,
  input  logic                  sweep_i,      // drop every match of the set
  output logic                  hit_o,
  output logic [DataWidth-1:0]  data_o
);

  localparam int unsigned WordWidth = KeyWidth + DataWidth;

  logic [IndexWidth-1:0] index, index_q1, index_q;
  logic [Ways-1:0]       valid_read, valid_q1, way_valid;
  logic [Ways-1:0]       match, victim, replace, write_way;
  logic [Ways-1:0]       turn_q;         // one-hot: next way to replace in a full set
  logic [Sets-1:0]       set_onehot;
  logic [Ways*WordWidth-1:0] words;

  assign index = (Sets > 1) ? index_i : '0;

  for (genvar w = 0; w < Ways; w++) begin : gen_way
    logic [Sets-1:0]      valid_q;
    logic [WordWidth-1:0] ram_word, word;

    dmar_ram #(.Depth(Sets), .Width(WordWidth)) u_ram (
      .clk_i,
      .write_i     (write_way[w]),
      .write_addr_i(index_q),
      .write_data_i({key_i, data_i}),
      .read_i      (read_i),
      .read_addr_i (index),
      .read_data_o (ram_word)
    );

    // The word travels with the operation up to the compare clock.
    if (LateKey) begin : gen_late
      logic [WordWidth-1:0] word_q;
      always_ff @(posedge clk_i) word_q <= ram_word;
      assign word = word_q;
    end else begin : gen_early
      assign word = ram_word;
    end

    assign valid_read[w] = valid_q[index];
    assign match[w] = way_valid[w] && (((word[WordWidth-1:DataWidth] ^ key_i) & mask_i) == '0);
    assign words[w*WordWidth +: WordWidth] = word;

    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i)        valid_q <= '0;
      else if (write_way[w])         valid_q <= valid_q | set_onehot;
      else if (sweep_i && match[w])  valid_q <= valid_q & ~set_onehot;
    end
  end

  always_ff @(posedge clk_i) begin
    if (read_i) begin
      index_q1 <= index;
      valid_q1 <= valid_read;
    end
  end

  if (LateKey) begin : gen_late_control
    always_ff @(posedge clk_i) begin
      index_q   <= index_q1;
      way_valid <= valid_q1;
    end
  end else begin : gen_early_control
    assign index_q   = index_q1;
    assign way_valid = valid_q1;
  end

  always_comb begin
    set_onehot = '0;
    set_onehot[index_q] = 1'b1;
  end

  // A fill renews the entry it matches, else takes a free way, else the way whose turn it is.
  assign victim  = ~way_valid & (way_valid + 1'b1);
  assign replace = (match != '0) ? match : (victim != '0) ? victim : turn_q;
  assign write_way = fill_i ? replace : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) turn_q <= Ways'(1);
    else if (fill_i) turn_q <= (Ways > 1) ? Ways'({turn_q, turn_q} >> (Ways - 1)) : turn_q;
  end

  always_comb begin
    data_o = '0;
    for (int unsigned w = 0; w < Ways; w++) begin
      if (match[w]) data_o = data_o | words[w*WordWidth +: DataWidth];
    end
  end
  assign hit_o = (match != '0);

`ifndef SYNTHESIS
  // Data of the ways is ORed: an entry may be there once only.
  logic [1:0] compare_q = 2'b00;
  always_ff @(posedge clk_i) compare_q <= {compare_q[0], rst_ni && read_i};
  `DMAR_ASSERT(OneHit_A, !compare_q[LateKey] || sweep_i || $onehot0(match))
`endif
  `DMAR_ASSERT(OneFillTarget_A, !fill_i || $onehot0(replace))
  `DMAR_ASSERT(OneTurn_A, $onehot0(turn_q) && (turn_q != '0))

endmodule
