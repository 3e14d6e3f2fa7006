// SPDX-License-Identifier: Apache-2.0
// Fetches descriptors, one burst at a time: to the end of the line of 64 bytes, or of so much of it
// as can be kept, and not past the tail.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_fetch #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned Burst         = 4     // descriptors: 1, 2 or 4
) (
  input wire logic         clk_i,
  input wire logic         rst_ni,
  input wire logic         allowed_i,      // the queue is on, and there is room
  input wire logic         drop_i,         // what was asked for is not wanted any more
  // The ring
  input wire logic [14:0]  fetch_i,
  input wire logic [14:0]  tail_i,
  input wire logic [51:0]  base_i,
  input wire logic         wide_i,
  input wire logic         outside_i,
  output logic             beyond_haw_o,   // no host address
  output logic             asking_o,       // a request is offered
  output logic             fetching_o,     // its answer is awaited
  output logic             accepted_o,
  output logic             received_o,     // a beat of an answer that is wanted
  // Memory. A request may change or end before it is taken.
  output logic             mem_valid_o,
  input wire logic         mem_ready_i,
  output logic     [63:0]  mem_addr_o,
  output logic     [1:0]   mem_len_o,      // beats of 16 bytes, less one
  input wire logic         rsp_valid_i,
  input wire logic         rsp_last_i
);

  localparam int unsigned FrameWidth = HostAddrWidth - 12;

  logic                request_q, fetching_q, discard_q, wanted, answered;
  logic [FrameWidth:0] frame;                // one bit more: the sum leaves the host addresses
  logic [1:0]          to_end, to_tail, burst_mask;
  logic [2:0]          difference, last_beat;
  logic                tail_is_near;

  assign frame        = {1'b0, base_i[FrameWidth-1:0]} + (FrameWidth + 1)'(fetch_i[14:8]);
  assign beyond_haw_o = frame[FrameWidth] || ((base_i >> FrameWidth) != '0);
  assign mem_addr_o   = {{(64 - HostAddrWidth){1'b0}}, frame[FrameWidth-1:0], fetch_i[7:0], 4'h0};

  assign burst_mask   = wide_i ? {Burst > 1, 1'b1} : 2'(Burst - 1);
  assign to_end       = burst_mask & ~fetch_i[1:0];
  assign to_tail      = tail_i[1:0] - fetch_i[1:0] - 2'd1;
  assign tail_is_near = (fetch_i[14:2] == tail_i[14:2]) && (tail_i[1:0] > fetch_i[1:0]);
  assign difference   = {1'b0, to_tail} - {1'b0, to_end};
  assign mem_len_o    = outside_i                       ? {1'b0, wide_i}
                      : (tail_is_near && difference[2]) ? to_tail : to_end;
  assign last_beat    = {1'b0, fetch_i[1:0]} + {1'b0, mem_len_o};

  assign wanted      = allowed_i && !beyond_haw_o && (fetch_i != tail_i);
  assign mem_valid_o = request_q;
  assign accepted_o  = request_q && mem_ready_i;
  assign answered    = rsp_valid_i && rsp_last_i;
  assign received_o  = rsp_valid_i && !discard_q;
  assign asking_o    = request_q;
  assign fetching_o  = fetching_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      request_q  <= 1'b0;
      fetching_q <= 1'b0;
      discard_q  <= 1'b0;
    end else begin
      request_q  <= wanted && !accepted_o && !fetching_q && !drop_i;
      fetching_q <= accepted_o || (fetching_q && !answered);
      discard_q  <= (accepted_o || (fetching_q && !answered)) && (drop_i || discard_q);
    end
  end

  `DMAR_REQUIRE(ResponseIsAwaited_R, !rsp_valid_i || fetching_q)
  `DMAR_ASSERT(BurstStaysInItsLine_A, !mem_valid_o || !last_beat[2])

  logic unused;
  assign unused = ^{difference[1:0], last_beat};

endmodule
`default_nettype wire
