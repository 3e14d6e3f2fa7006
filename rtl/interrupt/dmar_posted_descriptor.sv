// SPDX-License-Identifier: Apache-2.0
// A posted-interrupt descriptor, one beat of 16 bytes at a time (VT-d 9.11): PIR in the beats 0 and
// 1, control in the low half of beat 2, and nothing behind it. What reserved bits say counts of the
// beat at hand; an xAPIC destination has 8 bits, 47:40.
`default_nettype none
module dmar_posted_descriptor (
  input wire logic [1:0]   beat_i,
  input wire logic [127:0] data_i,
  input wire logic         extended_i,      // EIME: 32-bit destination
  output logic             control_o,       // this beat holds the control fields:
  output logic             outstanding_o,   // ON
  output logic             suppressed_o,    // SN
  output logic     [7:0]   vector_o,        // NV
  output logic     [31:0]  destination_o,   // NDST
  output logic             reserved_o       // a reserved bit of this beat is set
);

  logic control_reserved;

  assign control_o     = (beat_i == 2'd2);
  assign outstanding_o = data_i[0];
  assign suppressed_o  = data_i[1];
  assign vector_o      = data_i[23:16];
  assign destination_o = data_i[63:32];

  assign control_reserved = (data_i[15:2] != '0) || (data_i[31:24] != '0)
      || (!extended_i && (data_i[63:48] != '0 || data_i[39:32] != '0));

  always_comb begin
    case (beat_i)
      2'd2:    reserved_o = control_reserved || (data_i[127:64] != '0);
      2'd3:    reserved_o = (data_i != '0);
      default: reserved_o = 1'b0;
    endcase
  end

endmodule
`default_nettype wire
