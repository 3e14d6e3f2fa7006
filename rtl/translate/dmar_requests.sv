// SPDX-License-Identifier: Apache-2.0
// Keeps every request that was no hit until it is answered: waiting for its turn in dmar_seek, or
// parked on a walk. Those of each lane and those that start over wait in queues of their own, which
// take turns.
`default_nettype none
`include "dmar_assert.svh"

module dmar_requests #(
  parameter int unsigned Lanes         = 2,
  parameter int unsigned Tags          = 32,
  parameter int unsigned Port0Tags     = 16,
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainWidth   = 16
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  // Misses
  input wire logic [Lanes-1:0] miss_i,
  input wire logic [Lanes-1:0] taken_i,         // by dmar_seek at once, so that it need not wait
  input wire logic [Lanes*8-1:0] miss_tag_i,
  input wire logic [Lanes*dmar_pkg::MISS_WIDTH-1:0] miss_data_i,
  input wire logic [Lanes*64-1:0] miss_address_i,
  // The next one for dmar_seek
  output logic                 next_valid_o,
  input wire logic             next_take_i,
  output dmar_pkg::tag_t       next_tag_o,
  output dmar_pkg::miss_t      next_o,
  input wire logic             forget_ctx_i,    // what was read from the context cache is stale
  // Parking on a walk
  input wire logic             park_i,
  input wire dmar_pkg::tag_t   park_tag_i,
  input wire logic [4:0]       park_walk_i,
  input wire logic [2:0]       park_entry_i,    // of the line of eight
  // Those parked on a walk that has an answer, one after the other
  input wire logic             done_i,
  input wire logic [4:0]       done_walk_i,
  input wire logic             done_line_i,     // the answer is for one entry of a line
  input wire logic [2:0]       done_entry_i,
  output logic                 done_valid_o,    // there is one
  output logic                 done_more_o,     // and another one behind it
  output dmar_pkg::tag_t       done_tag_o,
  // What becomes of the request `judged_tag_i`
  input wire dmar_pkg::tag_t   judged_tag_i,
  output dmar_pkg::miss_t      judged_o,
  output logic     [63:0]      judged_address_o,
  input wire logic             answered_i,
  input wire logic             again_i,
  input wire logic             again_fresh_i,      // next time, walk with nothing cached
  input wire logic             again_overtaken_i,  // an invalidation overtook its walk
  output logic                 overtaken_o,        // such a request is not answered yet
  output logic                 busy_o
);

  localparam int unsigned TagWidth   = (Tags > 1) ? $clog2(Tags) : 1;
  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned Width = 16 + 2 + 1 + 52 + 2 + 3 + 8 + 5 + DomainWidth + FrameWidth;

  // The requests //

  logic [Tags-1:0] parked_q, fresh_q, ctx_valid_q, overtaken_q;
  logic [Tags-1:0] park, judged, match;
  logic [TagWidth-1:0] next_q;
  logic [((Lanes == 2) ? 2 : 1)-1:0] turn_index;

  function automatic logic [Width-1:0] packed_miss(input logic [dmar_pkg::MISS_WIDTH-1:0] bits);
    // All but `fresh` and `ctx_valid`, which stand in registers.
    packed_miss = {bits[dmar_pkg::MISS_WIDTH-1 -: 84], bits[60 -: 5],
                   bits[40 +: DomainWidth], bits[FrameWidth-1:0]};
  endfunction

  logic [Lanes*Width-1:0] next_words, judged_words;
  logic [Lanes*64-1:0]    address_words;
  logic [Width-1:0]       next_bits, judged_bits;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int unsigned First = (l == 0) ? 0 : Port0Tags;
    localparam int unsigned Depth = (Lanes == 1) ? Tags : (l == 0) ? Port0Tags : Tags - Port0Tags;
    localparam int unsigned Addr  = (Depth > 1) ? $clog2(Depth) : 1;

    logic [7:0] miss_place, next_place, judged_place;

    assign miss_place   = miss_tag_i[l*8 +: 8] - 8'(First);
    assign next_place   = next_tag_o - 8'(First);
    assign judged_place = judged_tag_i - 8'(First);

    dmar_lut_ram #(.Depth(Depth), .Width(Width), .Reads(2)) u_store (
      .clk_i, .write_i(miss_i[l]), .write_addr_i(miss_place[Addr-1:0]),
      .write_data_i(packed_miss(miss_data_i[l*dmar_pkg::MISS_WIDTH +: dmar_pkg::MISS_WIDTH])),
      .read_addr_i({judged_place[Addr-1:0], next_place[Addr-1:0]}),
      .read_data_o({judged_words[l*Width +: Width], next_words[l*Width +: Width]})
    );
    // For the monitor only.
    dmar_lut_ram #(.Depth(Depth), .Width(64)) u_addresses (
      .clk_i, .write_i(miss_i[l]), .write_addr_i(miss_place[Addr-1:0]),
      .write_data_i(miss_address_i[l*64 +: 64]), .read_addr_i(judged_place[Addr-1:0]),
      .read_data_o(address_words[l*64 +: 64])
    );
  end

  if (Lanes == 2) begin : gen_choose
    logic next_port, judged_port;
    assign next_port        = ({1'b0, next_tag_o} >= 9'(Port0Tags));
    assign judged_port      = ({1'b0, judged_tag_i} >= 9'(Port0Tags));
    assign next_bits        = next_port ? next_words[Width +: Width] : next_words[Width-1:0];
    assign judged_bits      = judged_port ? judged_words[Width +: Width] : judged_words[Width-1:0];
    assign judged_address_o = judged_port ? address_words[64 +: 64] : address_words[63:0];
  end else begin : gen_single
    assign next_bits        = next_words;
    assign judged_bits      = judged_words;
    assign judged_address_o = address_words;
  end

  // Queues of tags //

  localparam int unsigned Queues = Lanes + 1;

  logic [Queues-1:0]   queue_valid, turn;
  logic [Queues*8-1:0] queue_tags;

  for (genvar q = 0; q < Queues; q++) begin : gen_queue
    logic           push, space;
    dmar_pkg::tag_t tag;

    if (q < Lanes) begin : gen_lane_queue
      assign push = miss_i[q] && !taken_i[q];
      assign tag  = miss_tag_i[q*8 +: 8];
    end else begin : gen_again_queue
      assign push = again_i;
      assign tag  = judged_tag_i;
    end

    // As deep as there are tags: each waits once.
    dmar_tag_queue #(.Depth(Tags)) u_queue (
      .clk_i, .rst_ni, .up_valid_i(push), .up_ready_o(space), .up_tag_i(tag),
      .dn_valid_o(queue_valid[q]), .dn_ready_i(turn[q] && next_take_i),
      .dn_tag_o(queue_tags[q*8 +: 8])
    );
    `DMAR_ASSERT(QueueHasRoom_A, !push || space)
  end

  dmar_arbiter #(.Requests(Queues)) u_turn (
    .clk_i, .rst_ni, .request_i(queue_valid), .accept_i(next_take_i), .valid_o(next_valid_o),
    .grant_o(turn), .index_o(turn_index)
  );
  dmar_onehot_mux #(.Inputs(Queues), .Width(8)) u_next_tag (
    .select_i(turn), .data_i(queue_tags), .data_o(next_tag_o)
  );
  assign next_q = next_tag_o[TagWidth-1:0];

  // {source .. reason}, fresh, ctx_valid, {fpd, pass_through, levels}, domain, frame
  assign next_o = {next_bits[Width-1 -: 84], fresh_q[next_q], ctx_valid_q[next_q] && !forget_ctx_i,
                   next_bits[FrameWidth + DomainWidth +: 5],
                   16'(next_bits[FrameWidth +: DomainWidth]), 40'(next_bits[FrameWidth-1:0])};
  assign judged_o = {judged_bits[Width-1 -: 84], 2'b00,
                     judged_bits[FrameWidth + DomainWidth +: 5],
                     16'(judged_bits[FrameWidth +: DomainWidth]), 40'(judged_bits[FrameWidth-1:0])};

  // The state of each tag //

  logic [Tags*5-1:0] walk_q;
  logic [Tags*3-1:0] entry_q;

  for (genvar i = 0; i < Tags; i++) begin : gen_tag
    // Each lane has tags of its own.
    localparam int unsigned Lane = (Lanes == 2 && i >= Port0Tags) ? 1 : 0;

    logic miss, miss_fresh, miss_ctx;
    assign miss       = miss_i[Lane] && (miss_tag_i[Lane*8 +: TagWidth] == TagWidth'(i));
    assign miss_fresh = miss_data_i[Lane*dmar_pkg::MISS_WIDTH + dmar_pkg::CTX_WIDTH + 1];
    assign miss_ctx   = miss_data_i[Lane*dmar_pkg::MISS_WIDTH + dmar_pkg::CTX_WIDTH];
    assign park[i]    = park_i && (park_tag_i[TagWidth-1:0] == TagWidth'(i));
    assign judged[i]  = (judged_tag_i[TagWidth-1:0] == TagWidth'(i));
    assign match[i]       = done_i && parked_q[i] && (walk_q[i*5 +: 5] == done_walk_i)
        && (!done_line_i || entry_q[i*3 +: 3] == done_entry_i);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        parked_q[i]    <= 1'b0;
        overtaken_q[i] <= 1'b0;
      end else begin
        if (park[i])                                        parked_q[i] <= 1'b1;
        else if ((again_i || answered_i) && judged[i])      parked_q[i] <= 1'b0;
        if (again_i && again_overtaken_i && judged[i])      overtaken_q[i] <= 1'b1;
        else if (answered_i && judged[i])                   overtaken_q[i] <= 1'b0;
      end
    end

    always_ff @(posedge clk_i) begin
      if (miss)                                             fresh_q[i] <= miss_fresh;
      else if (again_i && again_fresh_i && judged[i])       fresh_q[i] <= 1'b1;
      // A miss in this very clock has read its context-entry before what is forgotten changed.
      if (forget_ctx_i)  ctx_valid_q[i] <= 1'b0;
      else if (miss)     ctx_valid_q[i] <= miss_ctx;
      if (park[i]) begin
        walk_q[i*5 +: 5]  <= park_walk_i;
        entry_q[i*3 +: 3] <= park_entry_i;
      end
    end
  end

  assign overtaken_o = (overtaken_q != '0);
  assign busy_o      = (parked_q != '0) || (queue_valid != '0);

  // Parked requests that have an answer //

  logic [Tags-1:0] first;
  assign first  = match & (~match + 1'b1);
  assign done_valid_o = (match != '0);
  assign done_more_o  = (match != first);

  always_comb begin
    done_tag_o = '0;
    for (int unsigned i = 0; i < Tags; i++) begin
      if (first[i]) done_tag_o = done_tag_o | 8'(i);
    end
  end

  `DMAR_ASSERT(ParksOnce_A, (park & parked_q) == '0)
  `DMAR_COVER(FaultOfAnotherWalk_C, again_i && again_fresh_i)

  // The grant says it, too.
  logic unused;
  assign unused = ^turn_index;

endmodule
`default_nettype wire
