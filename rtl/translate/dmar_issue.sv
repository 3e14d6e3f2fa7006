// SPDX-License-Identifier: Apache-2.0
// First stage of the lookup pipeline: one operation a clock. Sweeps come first, then fills and
// deliveries of finished walks, then requests that waited for a walk slot, then new requests.
// Keeps every request by its tag until it is answered.
`include "dmar_assert.svh"

module dmar_issue #(
  parameter int unsigned Tags = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // New requests; a tag may be used again once it was answered
  input  logic               req_valid_i,
  output logic               req_ready_o,
  input  dmar_pkg::tag_t     req_tag_i,
  input  dmar_pkg::request_t req_i,
  // dmar_flush
  input  logic               stop_i,
  input  logic               sweep_valid_i,
  // dmar_finish
  input  logic               finish_valid_i,
  output logic               finish_ready_o,
  input  dmar_pkg::op_e      finish_op_i,
  input  dmar_pkg::tag_t     finish_tag_i,
  // Requests put back by the last stage
  input  logic               requeue_i,
  input  dmar_pkg::tag_t     requeue_tag_i,
  input  logic               requeue_fresh_i,   // next time, walk with nothing cached
  input  logic               requeue_overtaken_i,  // an invalidation overtook its walk
  input  logic               answer_i,             // the request of requeue_tag_i is answered
  output logic               overtaken_o,          // such a request is not answered yet
  output logic               queue_empty_o,
  input  logic               walk_free_i,
  input  logic               replay_in_flight_i,
  // The operation
  output dmar_pkg::op_e      op_o,
  output dmar_pkg::tag_t     op_tag_o,
  output dmar_pkg::request_t op_request_o,
  output logic               op_fresh_o
);

  localparam int unsigned TagIndexWidth = (Tags > 1) ? $clog2(Tags) : 1;

  logic           queue_valid, queue_ready, queue_space, replay;
  dmar_pkg::tag_t queue_tag;
  logic           accept;
  logic [Tags-1:0] fresh_q, overtaken_q;
  logic [dmar_pkg::REQUEST_WIDTH-1:0] store_q [Tags];
  logic [TagIndexWidth-1:0] store_index;
  dmar_pkg::request_t       stored;

  // Requests wait in the order in which they missed. One at a time is replayed, when a walk slot
  // is free for it; new misses queue behind, so that none is overtaken for ever.
  dmar_fifo #(.Depth(Tags), .Width(8)) u_queue (
    .clk_i, .rst_ni,
    .up_valid_i(requeue_i), .up_ready_o(queue_space), .up_data_i(requeue_tag_i),
    .dn_valid_o(queue_valid), .dn_ready_i(queue_ready), .dn_data_o(queue_tag)
  );

  assign replay         = queue_valid && walk_free_i && !replay_in_flight_i;
  assign queue_empty_o  = !queue_valid;
  assign finish_ready_o = !stop_i;
  assign queue_ready    = !stop_i && !finish_valid_i && replay;
  assign req_ready_o    = !stop_i && !finish_valid_i && !replay;
  assign accept         = req_valid_i && req_ready_o;

  always_comb begin
    op_o     = dmar_pkg::OpNone;
    op_tag_o = req_tag_i;
    if (sweep_valid_i) begin
      op_o = dmar_pkg::OpSweep;
    end else if (stop_i) begin
      op_o = dmar_pkg::OpNone;
    end else if (finish_valid_i) begin
      op_o     = finish_op_i;
      op_tag_o = finish_tag_i;
    end else if (replay) begin
      op_o     = dmar_pkg::OpReplay;
      op_tag_o = queue_tag;
    end else if (req_valid_i) begin
      op_o = dmar_pkg::OpLookup;
    end
  end

  assign store_index  = TagIndexWidth'(finish_valid_i ? finish_tag_i : queue_tag);
  assign stored       = store_q[store_index];
  assign op_request_o = (op_o == dmar_pkg::OpLookup) ? req_i : stored;
  assign op_fresh_o   = (op_o == dmar_pkg::OpReplay) && fresh_q[store_index];

  always_ff @(posedge clk_i) begin
    if (accept) store_q[req_tag_i[TagIndexWidth-1:0]] <= req_i;
    if (accept) fresh_q[req_tag_i[TagIndexWidth-1:0]] <= 1'b0;
    if (requeue_i && requeue_fresh_i) fresh_q[requeue_tag_i[TagIndexWidth-1:0]] <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) overtaken_q <= '0;
    else if (requeue_i && requeue_overtaken_i) begin
      overtaken_q[requeue_tag_i[TagIndexWidth-1:0]] <= 1'b1;
    end else if (answer_i) begin
      overtaken_q[requeue_tag_i[TagIndexWidth-1:0]] <= 1'b0;
    end
  end
  assign overtaken_o = (overtaken_q != '0);

  `DMAR_REQUIRE(TagInRange_R, !req_valid_i || {1'b0, req_tag_i} < 9'(Tags))
  `DMAR_ASSERT(QueueHasRoom_A, !requeue_i || queue_space)

endmodule
