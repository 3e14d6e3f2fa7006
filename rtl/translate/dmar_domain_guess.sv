// SPDX-License-Identifier: Apache-2.0
// Guesses in the first clock of a lookup what its domain adds to the set index, which is known for
// sure in the third only: remembers it by source. Many sources may share a place. A wrong guess
// costs a walk, never a wrong hit, for it is compared with the domain found. A source whose
// context-entry is cached has been learnt since the last reset.
`default_nettype none
module dmar_domain_guess #(
  parameter int unsigned Lanes  = 2,
  parameter int unsigned Places = 256
) (
  input wire logic                clk_i,
  // First clock of a lookup
  input wire logic [Lanes*16-1:0] source_id_i,
  output logic     [Lanes*dmar_pkg::SPREAD_WIDTH-1:0] guess_o,
  // A context-entry enters its cache
  input wire logic                fill_i,
  input wire dmar_pkg::source_id_t fill_source_id_i,
  input wire dmar_pkg::spread_t   fill_spread_i,
  // Lanes, third clock: the guess was wrong
  input wire logic [Lanes-1:0]    wrong_i,
  input wire logic [Lanes*16-1:0] wrong_source_id_i,
  input wire logic [Lanes*dmar_pkg::SPREAD_WIDTH-1:0] wrong_spread_i
);

  localparam int unsigned W          = dmar_pkg::SPREAD_WIDTH;
  localparam int unsigned PlaceWidth = $clog2(Places);

  // The 256 places differ for 2^n buses with 2^(8-n) functions in a row, and for 8 buses with 32
  // devices of one function.
  function automatic logic [PlaceWidth-1:0] place_of(input logic [15:0] source_id);
    place_of = PlaceWidth'(source_id[7:0] ^ {4'b0, source_id[11:8]}
                           ^ {source_id[8], source_id[9], source_id[10], source_id[11],
                              source_id[12], source_id[13], source_id[14], source_id[15]});
  endfunction

  logic                        learn, learn_q;
  logic [PlaceWidth-1:0]       place, place_q;
  dmar_pkg::spread_t           spread, spread_q;
  logic [Lanes*PlaceWidth-1:0] places;

  always_comb begin
    place  = place_of(wrong_source_id_i[15:0]);
    spread = wrong_spread_i[W-1:0];
    if (Lanes == 2 && !wrong_i[0]) begin
      place  = place_of(wrong_source_id_i[(Lanes-1)*16 +: 16]);
      spread = wrong_spread_i[(Lanes-1)*W +: W];
    end
    if (fill_i) begin
      place  = place_of(fill_source_id_i);
      spread = fill_spread_i;
    end
  end
  assign learn = fill_i || (wrong_i != '0);

  always_ff @(posedge clk_i) begin
    learn_q  <= learn;
    place_q  <= place;
    spread_q <= spread;
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign places[l*PlaceWidth +: PlaceWidth] = place_of(source_id_i[l*16 +: 16]);
  end

  dmar_lut_ram #(.Depth(Places), .Width(W), .Reads(Lanes)) u_spreads (
    .clk_i, .write_i(learn_q), .write_addr_i(place_q), .write_data_i(spread_q),
    .read_addr_i(places), .read_data_o(guess_o)
  );

endmodule
`default_nettype wire
