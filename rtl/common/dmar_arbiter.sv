// SPDX-License-Identifier: Apache-2.0
// Round robin: grants one of the requests; after `accept_i` the granted one has the lowest
// priority. A grant is held while it is not accepted, so a stream behind it stays stable.
`default_nettype none
`include "dmar_assert.svh"

module dmar_arbiter #(
  parameter int unsigned Requests = 2,
  localparam int unsigned IndexWidth = (Requests > 1) ? $clog2(Requests) : 1
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic [Requests-1:0]   request_i,
  input wire logic                  accept_i,
  output logic                      valid_o,
  output logic     [Requests-1:0]   grant_o,   // one-hot
  output logic     [IndexWidth-1:0] index_o
);

  logic [IndexWidth-1:0] last_q;           // granted last: those above it are the first choice
  logic                  held_q;           // and not accepted yet
  logic [IndexWidth-1:0] above, lowest;
  logic                  any_above;

  assign valid_o = (request_i != '0);

  // The lowest request above the last one granted, else the lowest of all.
  always_comb begin
    any_above = 1'b0;
    above     = '0;
    lowest    = '0;
    for (int unsigned i = Requests; i > 0; i--) begin
      if (request_i[i-1]) lowest = IndexWidth'(i - 1);
      if (request_i[i-1] && IndexWidth'(i - 1) > last_q) begin
        any_above = 1'b1;
        above     = IndexWidth'(i - 1);
      end
    end
  end

  assign index_o = (Requests > 1 && held_q && request_i[last_q]) ? last_q
                 : any_above ? above : lowest;

  for (genvar i = 0; i < Requests; i++) begin : gen_grant
    assign grant_o[i] = valid_o && (index_o == IndexWidth'(i));
  end

  // The first grant after reset goes to the lowest request.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      last_q <= IndexWidth'(Requests - 1);
      held_q <= 1'b0;
    end else if (valid_o) begin
      last_q <= index_o;
      held_q <= !accept_i;
    end
  end

  `DMAR_ASSERT(OneGrant_A, $onehot0(grant_o))
  `DMAR_ASSERT(GrantIsRequested_A, (grant_o & ~request_i) == '0)

endmodule
`default_nettype wire
