// SPDX-License-Identifier: Apache-2.0
// The 32 ITags: which are out, with which device, and since when. One tag is looked at each clock,
// round and round: a device that has not answered for `Timeout` clocks loses its tag, at most 32
// clocks late; and a request with a limit (MIP) waits until a whole round has seen fewer tags than
// that with its device. Tags are given out in turn, so that one which a device was late for comes
// back as late as can be.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_tags #(
  parameter int unsigned Timeout = 64   // clocks, at least 64
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  // A tag for a request; held until it is given
  input wire logic                 want_i,
  input wire dmar_pkg::source_id_t want_source_i,
  input wire logic [4:0]           want_limit_i,    // tags of this device, 0: as many as there are
  input wire logic                 wait_i,          // not in this clock
  output logic                     given_o,
  output logic     [4:0]           given_tag_o,
  output logic                     given_out_o,     // the one given last is out
  // Who has a tag
  input wire logic [4:0]           look_tag_i,
  output logic                     look_used_o,
  output dmar_pkg::source_id_t     look_source_o,
  input wire logic                 free_i,          // the tag that is looked at
  output logic                     awaited_o,       // any is out
  output logic                     expired_o,       // one is taken back
  output dmar_pkg::source_id_t     expired_source_o
);

  localparam int unsigned TimeWidth = $clog2(Timeout) + 1;

  logic [31:0]          used_q, given_tag, freed_tag;
  logic [4:0]           next_q, scan_q;
  logic [TimeWidth-1:0] now_q, since, age;
  dmar_pkg::source_id_t scan_source;
  logic                 scan_used;

  dmar_lut_ram #(.Depth(32), .Width(16), .Reads(2)) u_sources (
    .clk_i, .write_i(given_o), .write_addr_i(next_q), .write_data_i(want_source_i),
    .read_addr_i({scan_q, look_tag_i}), .read_data_o({scan_source, look_source_o})
  );

  dmar_lut_ram #(.Depth(32), .Width(TimeWidth)) u_times (
    .clk_i, .write_i(given_o), .write_addr_i(next_q), .write_data_i(now_q),
    .read_addr_i(scan_q), .read_data_o(since)
  );

  assign scan_used   = used_q[scan_q];
  assign look_used_o = used_q[look_tag_i];
  assign awaited_o   = (used_q != '0);

  // An answer in the clock of the time-out is in time.
  assign age              = now_q - since;
  assign expired_o        = scan_used && (age >= TimeWidth'(Timeout))
      && !(free_i && look_tag_i == scan_q);
  assign expired_source_o = scan_source;

  // The limit //

  logic [5:0] seen_q;        // tags looked at for this request
  logic [5:0] outstanding_q; // of them, with its device
  logic       below_limit, round_over;

  assign round_over  = (seen_q == 6'd32);
  assign below_limit = (want_limit_i == '0) || (round_over && outstanding_q < {1'b0, want_limit_i});

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !want_i || given_o || (round_over && !below_limit)) begin
      seen_q        <= '0;
      outstanding_q <= '0;
    end else if (!round_over) begin
      seen_q        <= seen_q + 6'd1;
      outstanding_q <= outstanding_q + 6'(scan_used && scan_source == want_source_i);
    end
  end

  // Tags //

  assign given_o     = want_i && below_limit && !used_q[next_q] && !wait_i;
  assign given_tag_o = next_q;
  assign given_out_o = used_q[next_q - 5'd1];
  assign given_tag   = given_o ? 32'h1 << next_q : '0;
  assign freed_tag   = (free_i ? 32'h1 << look_tag_i : '0) | (expired_o ? 32'h1 << scan_q : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      used_q <= '0;
      next_q <= '0;
      scan_q <= '0;
      now_q  <= '0;
    end else begin
      used_q <= (used_q & ~freed_tag) | given_tag;
      if (given_o || (want_i && used_q[next_q])) next_q <= next_q + 5'd1;
      scan_q <= scan_q + 5'd1;
      now_q  <= now_q + 1'b1;
    end
  end

  `DMAR_ASSERT(FreesUsed_A, (freed_tag & ~used_q) == '0)
  `DMAR_ASSERT(TakesFree_A, (given_tag & used_q) == '0)
  `DMAR_COVER(AllOut_C, used_q == '1)

endmodule
`default_nettype wire
