// SPDX-License-Identifier: Apache-2.0
// Keeps every request that was no hit until it is answered: waiting for its turn in dmar_seek, or
// parked on a walk.
`default_nettype none
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
  output dmar_pkg::asked_t     judged_o,
  output logic     [63:0]      judged_address_o,
  input wire logic             answered_i,
  input wire logic             again_i,
  input wire logic             again_fresh_i,      // next time, walk with nothing cached
  input wire logic             again_overtaken_i,  // an invalidation overtook its walk
  output logic                 overtaken_o,        // such a request is not answered yet
  output logic                 busy_o
);

  localparam int unsigned A = dmar_pkg::ASKED_WIDTH;
  localparam int unsigned C = dmar_pkg::CTX_WIDTH;
  localparam int unsigned M = dmar_pkg::MISS_WIDTH;

  logic [Lanes*A-1:0]  lane_next, lane_judged;
  logic [Lanes*C-1:0]  lane_ctx;
  logic [Lanes*64-1:0] lane_address;
  dmar_pkg::asked_t    next_asked;
  dmar_pkg::ctx_t      next_ctx;
  logic [Lanes-1:0]    miss_fresh, miss_ctx_valid;
  logic                next_fresh, next_ctx_valid, waiting, parked;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    dmar_request_store #(
      .FirstTag((l == 0) ? 0 : Port0Tags),
      .Tags((Lanes == 1) ? Tags : (l == 0) ? Port0Tags : Tags - Port0Tags),
      .HostAddrWidth(HostAddrWidth), .DomainWidth(DomainWidth)
    ) u_store (
      .clk_i, .write_i(miss_i[l]), .tag_i(miss_tag_i[l*8 +: 8]), .miss_i(miss_data_i[l*M +: M]),
      .address_i(miss_address_i[l*64 +: 64]), .fresh_o(miss_fresh[l]),
      .ctx_valid_o(miss_ctx_valid[l]), .next_tag_i(next_tag_o),
      .next_asked_o(lane_next[l*A +: A]), .next_ctx_o(lane_ctx[l*C +: C]), .judged_tag_i,
      .judged_asked_o(lane_judged[l*A +: A]), .judged_address_o(lane_address[l*64 +: 64])
    );
  end

  if (Lanes == 2) begin : gen_choose
    logic next_lane, judged_lane;
    assign next_lane        = ({1'b0, next_tag_o} >= 9'(Port0Tags));
    assign judged_lane      = ({1'b0, judged_tag_i} >= 9'(Port0Tags));
    assign next_asked       = next_lane ? lane_next[A +: A] : lane_next[A-1:0];
    assign next_ctx         = next_lane ? lane_ctx[C +: C] : lane_ctx[C-1:0];
    assign judged_o         = judged_lane ? lane_judged[A +: A] : lane_judged[A-1:0];
    assign judged_address_o = judged_lane ? lane_address[64 +: 64] : lane_address[63:0];
  end else begin : gen_single
    assign next_asked       = lane_next;
    assign next_ctx         = lane_ctx;
    assign judged_o         = lane_judged;
    assign judged_address_o = lane_address;
  end

  dmar_request_turns #(.Lanes(Lanes), .Tags(Tags)) u_turns (
    .clk_i, .rst_ni, .miss_i(miss_i & ~taken_i), .miss_tag_i, .again_i,
    .again_tag_i(judged_tag_i), .next_valid_o, .next_take_i, .next_tag_o, .busy_o(waiting)
  );

  dmar_request_states #(.Lanes(Lanes), .Tags(Tags), .Port0Tags(Port0Tags)) u_states (
    .clk_i, .rst_ni, .miss_i, .miss_tag_i, .miss_fresh_i(miss_fresh),
    .miss_ctx_valid_i(miss_ctx_valid), .next_tag_i(next_tag_o),
    .next_fresh_o(next_fresh), .next_ctx_valid_o(next_ctx_valid), .forget_ctx_i, .park_i,
    .park_tag_i, .park_walk_i, .park_entry_i, .done_i, .done_walk_i, .done_line_i,
    .done_entry_i, .done_valid_o, .done_more_o, .done_tag_o, .judged_tag_i, .answered_i, .again_i,
    .again_fresh_i, .again_overtaken_i, .overtaken_o, .busy_o(parked)
  );

  assign next_o = {next_asked, next_fresh, next_ctx_valid, next_ctx};
  assign busy_o = parked || waiting;

endmodule
`default_nettype wire
