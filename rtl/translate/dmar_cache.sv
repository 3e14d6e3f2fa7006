// SPDX-License-Identifier: Apache-2.0
// Set-associative cache whose key is known one clock after its set: context, paging-structure and
// interrupt-entry caches. Keys and data lie in block RAM, once for each lookup port and, the keys,
// once more for dmar_cache_keeper. A way that is being written while a lookup reads it does
// not hit (docs/architecture.md, "Why nothing stale survives").
// A key is {part that lookups compare, rest that only sweeps compare}.
`default_nettype none
module dmar_cache #(
  parameter int unsigned Ports     = 1,
  parameter int unsigned Sets      = 4,
  parameter int unsigned Ways      = 2,
  parameter int unsigned LookWidth = 16,
  parameter int unsigned RestWidth = 0,
  parameter int unsigned DataWidth = 8,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1,
  localparam int unsigned KeyWidth   = LookWidth + RestWidth
) (
  input wire logic                        clk_i,
  // Lookups, first clock; a port that does not read keeps its set
  input wire logic [Ports-1:0]            read_i,
  input wire logic [Ports*IndexWidth-1:0] index_i,
  // Lookups, second clock
  input wire logic [Ports*LookWidth-1:0]  key_i,
  input wire logic [Ports-1:0]            touch_i,      // the hit counts as a use
  output logic     [Ports-1:0]            hit_o,
  output logic     [Ports*DataWidth-1:0]  data_o,
  // Fills and sweeps, see dmar_cache_keeper
  input wire logic                        keep_read_i,
  input wire logic [IndexWidth-1:0]       keep_index_i,
  input wire logic [KeyWidth-1:0]         keep_key_i,
  input wire logic [KeyWidth-1:0]         keep_mask_i,
  input wire logic                        fill_i,
  input wire logic [DataWidth-1:0]        data_i,
  input wire logic                        sweep_i,
  input wire logic                        clear_i
);

  localparam int unsigned WordWidth = 1 + LookWidth + DataWidth;

  logic [Ways-1:0]             write_way, write_valid, victim;
  logic [IndexWidth-1:0]       write_index;
  logic [Ports*IndexWidth-1:0] index_q;
  logic [Ports*Ways-1:0]       hit_way;

  dmar_cache_keeper #(.Sets(Sets), .Ways(Ways), .KeyWidth(KeyWidth)) u_keeper (
    .clk_i, .read_i(keep_read_i), .index_i(keep_index_i), .key_i(keep_key_i),
    .mask_i(keep_mask_i), .parts_i(1'b1), .fill_i, .sweep_i, .clear_i, .victim_i(victim),
    .index_o(write_index), .write_way_o(write_way), .write_parts_o(write_valid)
  );

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    logic [IndexWidth-1:0] index;
    logic [LookWidth-1:0]  key;
    logic [Ways-1:0]       torn_q, match, pick;
    logic [Ways*DataWidth-1:0] data;

    assign index = (Sets > 1) ? index_i[p*IndexWidth +: IndexWidth] : '0;
    assign key   = key_i[p*LookWidth +: LookWidth];

    always_ff @(posedge clk_i) begin
      if (read_i[p]) begin
        index_q[p*IndexWidth +: IndexWidth] <= index;
        torn_q <= (write_index == index) ? write_way : '0;
      end
    end

    for (genvar w = 0; w < Ways; w++) begin : gen_way
      logic                 valid;
      logic [LookWidth-1:0] stored;

      dmar_ram #(.Depth(Sets), .Width(WordWidth)) u_ram (
        .clk_i,
        .write_i     (write_way[w]),
        .write_addr_i(write_index),
        .write_data_i({write_valid[w], keep_key_i[KeyWidth-1 -: LookWidth], data_i}),
        .read_i      (read_i[p]),
        .read_addr_i (index),
        .read_data_o ({valid, stored, data[w*DataWidth +: DataWidth]})
      );
      assign match[w] = valid && (stored == key) && !torn_q[w];
    end

    // Two walks may have brought the same entry: the first counts.
    assign pick     = match & (~match + 1'b1);
    assign hit_o[p] = (match != '0);
    assign hit_way[p*Ways +: Ways] = pick;

    dmar_onehot_mux #(.Inputs(Ways), .Width(DataWidth)) u_data (
      .select_i(pick), .data_i(data), .data_o(data_o[p*DataWidth +: DataWidth])
    );
  end

  dmar_touch #(.Ports(Ports), .Sets(Sets), .Ways(Ways)) u_touch (
    .clk_i, .touch_i(touch_i & hit_o), .index_i(index_q), .way_i(hit_way), .fill_i,
    .fill_index_i(write_index), .fill_way_i(write_way), .clear_i, .victim_o(victim)
  );

endmodule
`default_nettype wire
