// SPDX-License-Identifier: Apache-2.0
// The descriptors that were fetched and not yet taken, in order. They are judged when their turn
// comes.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_buffer #(
  parameter int unsigned Depth = 8,      // 0 or a power of two
  parameter int unsigned Burst = 4,
  localparam int unsigned CountWidth = (Depth == 0) ? 1 : $clog2(Depth + 1)
) (
  input wire logic              clk_i,
  input wire logic              rst_ni,
  input wire logic              wide_i,        // descriptors of 256 bits
  input wire logic              idle_i,        // nothing is carried out
  input wire logic              drop_i,        // forget all
  output logic                  room_o,        // for one more burst
  output logic [CountWidth-1:0] count_o,
  // From memory
  input wire logic              begins_i,      // a burst was asked for
  input wire logic              received_i,    // a beat that is wanted
  input wire logic              rsp_valid_i,
  input wire logic [127:0]      rsp_data_i,
  input wire logic              rsp_error_i,
  // The next one
  output logic                  valid_o,
  output logic [127:0]          descriptor_o,
  output logic                  upper_half_o,  // a bit of the upper half is set
  output logic                  error_o,       // memory refused it
  input wire logic              take_i
);

  if (Depth == 0) begin : gen_nothing_kept
    // The answer is the descriptor. Nothing is asked for before it could be carried out.
    assign room_o       = idle_i;
    assign count_o      = '0;
    assign descriptor_o = rsp_data_i;
    assign valid_o      = received_i;
    assign error_o      = rsp_error_i;
    assign upper_half_o = 1'b0;

    logic unused;
    assign unused = ^{clk_i, rst_ni, wide_i, drop_i, begins_i, rsp_valid_i, take_i};
  end else begin : gen_kept
    localparam int unsigned PlaceWidth = (Depth > 1) ? $clog2(Depth) : 1;

    logic [127:0]          descriptor_q [Depth];
    logic [1:0]            flags_q [Depth];  // upper half not 0, fetch error
    logic [PlaceWidth-1:0] first_q, place;
    logic [CountWidth-1:0] count_q;
    logic                  upper_next_q, lower_error_q, complete;

    assign place    = (Depth > 1) ? first_q + PlaceWidth'(count_q) : '0;
    assign complete = received_i && (!wide_i || upper_next_q);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        first_q      <= '0;
        count_q      <= '0;
        upper_next_q <= 1'b0;
      end else begin
        if (take_i && Depth > 1) first_q <= first_q + 1'b1;
        count_q      <= drop_i ? '0 : count_q + CountWidth'(complete) - CountWidth'(take_i);
        upper_next_q <= wide_i && !begins_i && (upper_next_q ^ rsp_valid_i);
      end
    end

    // The upper half comes second and leaves no more than a mark.
    always_ff @(posedge clk_i) begin
      if (received_i && !(wide_i && upper_next_q)) descriptor_q[place] <= rsp_data_i;
      if (complete) begin
        flags_q[place] <= {wide_i && (rsp_data_i != '0), rsp_error_i || (wide_i && lower_error_q)};
      end
      if (rsp_valid_i) lower_error_q <= rsp_error_i;
    end

    `DMAR_ASSERT(HasPlace_A, !complete || count_q != CountWidth'(Depth))

    assign count_o      = count_q;
    assign room_o       = (count_q <= CountWidth'(Depth - Burst));
    assign descriptor_o = descriptor_q[first_q];
    assign valid_o      = (count_q != '0);
    assign {upper_half_o, error_o} = flags_q[first_q];

    logic unused;
    assign unused = idle_i;
  end

endmodule
`default_nettype wire
