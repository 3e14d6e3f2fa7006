// SPDX-License-Identifier: Apache-2.0
// Tells whether a device walks through its pages in order: remembers the last page that was noted
// of each of some streams, told apart by source and region. Only a hint, so streams may
// share a place. A place that nothing was noted in since reset says nothing.
`default_nettype none
module dmar_streams (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire dmar_pkg::source_id_t source_id_i,
  input wire dmar_pkg::page_t      page_i,
  input wire logic                 note_i,        // this page is the last one from now on
  output logic     [3:0]           place_o,
  output logic                     sequential_o,  // it lies within eight pages of the last one
  output logic                     near_o,        // in the line of the last one, or beside it
  output logic                     forward_o,     // in the line behind that of the last one
  output logic                     backward_o     // in the line before it
);

  logic [11:0] last, distance;
  logic [8:0]  lines;
  logic [15:0] noted_q;

  assign place_o = source_id_i[3:0] ^ source_id_i[7:4] ^ page_i[15:12];

  dmar_lut_ram #(.Depth(16), .Width(12)) u_last (
    .clk_i, .write_i(note_i), .write_addr_i(place_o), .write_data_i(page_i[11:0]),
    .read_addr_i(place_o), .read_data_o(last)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni)     noted_q <= '0;
    else if (note_i) noted_q[place_o] <= 1'b1;
  end

  assign distance     = page_i[11:0] - last + 12'd8;
  assign sequential_o = noted_q[place_o] && (distance <= 12'd16) && (distance != 12'd8);
  assign lines        = page_i[11:3] - last[11:3];
  assign forward_o    = noted_q[place_o] && (lines == 9'd1);
  assign backward_o   = noted_q[place_o] && (lines == 9'h1FF);
  assign near_o       = noted_q[place_o] && ((lines + 9'd1) <= 9'd2);

endmodule
`default_nettype wire
