// SPDX-License-Identifier: Apache-2.0
// Round robin: grants one of the requests; after `accept_i` the granted one has the lowest
// priority. A grant is held while it is not accepted, so a stream behind it stays stable.
`include "dmar_assert.svh"

module dmar_arbiter #(
  parameter int unsigned Requests = 2,
  localparam int unsigned IndexWidth = (Requests > 1) ? $clog2(Requests) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [Requests-1:0]   request_i,
  input  logic                  accept_i,
  output logic                  valid_o,
  output logic [Requests-1:0]   grant_o,   // one-hot
  output logic [IndexWidth-1:0] index_o
);

  logic [Requests-1:0] after_q;            // requests behind the last winner: first choice
  logic [Requests-1:0] held_q;             // grant offered and not yet accepted
  logic [Requests-1:0] preferred, pick;

  assign preferred = request_i & after_q;
  assign valid_o   = |request_i;

  // Lowest set bit of the preferred requests, else of all.
  assign pick    = (preferred != '0) ? (preferred & (~preferred + 1'b1))
                                     : (request_i & (~request_i + 1'b1));
  assign grant_o = ((held_q & request_i) != '0) ? held_q : pick;

  always_comb begin
    index_o = '0;
    for (int unsigned i = 0; i < Requests; i++) begin
      if (grant_o[i]) index_o = IndexWidth'(i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      after_q <= '0;
      held_q  <= '0;
    end else if (valid_o) begin
      held_q <= accept_i ? '0 : grant_o;
      // All bits above the winner.
      if (accept_i) after_q <= ~(grant_o | (grant_o - 1'b1));
    end
  end

  `DMAR_ASSERT(OneGrant_A, $onehot0(grant_o))
  `DMAR_ASSERT(GrantIsRequested_A, (grant_o & ~request_i) == '0)

endmodule
