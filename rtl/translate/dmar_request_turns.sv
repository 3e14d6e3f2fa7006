// SPDX-License-Identifier: Apache-2.0
// Whose turn it is in dmar_seek: misses of each lane and requests that start over wait in queues of
// their own, which take turns.
`default_nettype none
`include "dmar_assert.svh"

module dmar_request_turns #(
  parameter int unsigned Lanes = 2,
  parameter int unsigned Tags  = 32
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic [Lanes-1:0] miss_i,        // that has to wait
  input wire logic [Lanes*8-1:0] miss_tag_i,
  input wire logic             again_i,
  input wire dmar_pkg::tag_t   again_tag_i,
  output logic                 next_valid_o,
  input wire logic             next_take_i,
  output dmar_pkg::tag_t       next_tag_o,
  output logic                 busy_o
);

  localparam int unsigned Queues = Lanes + 1;

  logic [Queues-1:0]   push, queue_valid, turn;
  logic [Queues*8-1:0] push_tags, queue_tags;
  logic [((Lanes == 2) ? 2 : 1)-1:0] turn_index;

  assign push      = {again_i, miss_i};
  assign push_tags = {again_tag_i, miss_tag_i};

  for (genvar q = 0; q < Queues; q++) begin : gen_queue
    logic space;

    // As deep as there are tags: each waits once.
    dmar_tag_queue #(.Depth(Tags)) u_queue (
      .clk_i, .rst_ni, .up_valid_i(push[q]), .up_ready_o(space), .up_tag_i(push_tags[q*8 +: 8]),
      .dn_valid_o(queue_valid[q]), .dn_ready_i(turn[q] && next_take_i),
      .dn_tag_o(queue_tags[q*8 +: 8])
    );
    `DMAR_ASSERT(QueueHasRoom_A, !push[q] || space)
  end

  dmar_arbiter #(.Requests(Queues)) u_turn (
    .clk_i, .rst_ni, .request_i(queue_valid), .accept_i(next_take_i), .valid_o(next_valid_o),
    .grant_o(turn), .index_o(turn_index)
  );
  dmar_onehot_mux #(.Inputs(Queues), .Width(8)) u_next_tag (
    .select_i(turn), .data_i(queue_tags), .data_o(next_tag_o)
  );
  assign busy_o = (queue_valid != '0);

  // The grant says it, too.
  logic unused;
  assign unused = ^turn_index;

endmodule
`default_nettype wire
