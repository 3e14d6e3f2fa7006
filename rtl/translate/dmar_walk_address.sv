// SPDX-License-Identifier: Apache-2.0
// Where the entry lies that a walk reads next, and how much of its table is read.
`default_nettype none
module dmar_walk_address #(
  parameter bit LeafLines = 1'b1
) (
  input wire dmar_pkg::seek_t     seek_i,
  input wire dmar_pkg::progress_t progress_i,
  output logic     [63:0]         addr_o,
  output logic                    wide_o,    // 16 bytes, else 8
  output logic                    line_o     // 64 bytes, the 16 of the address first
);

  logic [11:0] paging, offset;   // of the entry in its table

  always_comb begin
    case (progress_i.level)
      3'd5:    paging = {seek_i.page[44:36], 3'h0};
      3'd4:    paging = {seek_i.page[35:27], 3'h0};
      3'd3:    paging = {seek_i.page[26:18], 3'h0};
      3'd2:    paging = {seek_i.page[17:9], 3'h0};
      default: paging = {seek_i.page[8:0], 3'h0};
    endcase
    case (progress_i.structure)
      dmar_pkg::STRUCTURE_ROOT:      offset = {seek_i.source_id[15:8], 4'h0};
      dmar_pkg::STRUCTURE_CONTEXT:   offset = {seek_i.source_id[7:0], 4'h0};
      dmar_pkg::STRUCTURE_INTERRUPT: offset = {seek_i.page[7:0], 4'h0};
      default:                       offset = paging;
    endcase
    if (line_o) offset[3] = 1'b0;
  end

  assign addr_o = {12'h0, progress_i.at.frame, offset};
  assign wide_o = (progress_i.structure != dmar_pkg::STRUCTURE_SECOND_STAGE);
  assign line_o = LeafLines && seek_i.line && (progress_i.level == 3'd1);

endmodule
`default_nettype wire
