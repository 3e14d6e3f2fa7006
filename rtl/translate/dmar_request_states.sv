// SPDX-License-Identifier: Apache-2.0
// What changes of the requests that were no hit, by tag: parked on which walk, and what is known of
// them. Requests parked on a walk that has an answer are named one after the other.
// What a flush makes them forget, and when: docs/architecture.md, "Why nothing stale survives".
`default_nettype none
`include "dmar_assert.svh"

module dmar_request_states #(
  parameter int unsigned Lanes     = 2,
  parameter int unsigned Tags      = 32,
  parameter int unsigned Port0Tags = 16
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic [Lanes-1:0] miss_i,
  input wire logic [Lanes*8-1:0] miss_tag_i,
  input wire logic [Lanes-1:0] miss_fresh_i,
  input wire logic [Lanes-1:0] miss_ctx_valid_i,
  input wire dmar_pkg::tag_t   next_tag_i,
  output logic                 next_fresh_o,
  output logic                 next_ctx_valid_o,
  input wire logic             forget_ctx_i,
  input wire logic             park_i,
  input wire dmar_pkg::tag_t   park_tag_i,
  input wire logic [4:0]       park_walk_i,
  input wire logic [2:0]       park_entry_i,
  input wire logic             done_i,
  input wire logic [4:0]       done_walk_i,
  input wire logic             done_line_i,
  input wire logic [2:0]       done_entry_i,
  output logic                 done_valid_o,
  output logic                 done_more_o,
  output dmar_pkg::tag_t       done_tag_o,
  input wire dmar_pkg::tag_t   judged_tag_i,
  input wire logic             answered_i,
  input wire logic             again_i,
  input wire logic             again_fresh_i,
  input wire logic             again_overtaken_i,
  output logic                 overtaken_o,
  output logic                 busy_o
);

  localparam int unsigned TagWidth = (Tags > 1) ? $clog2(Tags) : 1;

  logic [Tags-1:0]     parked_q, fresh_q, ctx_valid_q, overtaken_q;
  logic [Tags-1:0]     park, judged, match, first;
  logic [Tags*5-1:0]   walk_q;
  logic [Tags*3-1:0]   entry_q;
  logic [TagWidth-1:0] next;

  for (genvar i = 0; i < Tags; i++) begin : gen_tag
    // Each lane has tags of its own.
    localparam int unsigned Lane = (Lanes == 2 && i >= Port0Tags) ? 1 : 0;

    logic miss;
    assign miss       = miss_i[Lane] && (miss_tag_i[Lane*8 +: TagWidth] == TagWidth'(i));
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
      if (miss)                                             fresh_q[i] <= miss_fresh_i[Lane];
      else if (again_i && again_fresh_i && judged[i])       fresh_q[i] <= 1'b1;
      // A miss in this very clock has read its context-entry before what is forgotten changed.
      if (forget_ctx_i)  ctx_valid_q[i] <= 1'b0;
      else if (miss)     ctx_valid_q[i] <= miss_ctx_valid_i[Lane];
      if (park[i]) begin
        walk_q[i*5 +: 5]  <= park_walk_i;
        entry_q[i*3 +: 3] <= park_entry_i;
      end
    end
  end

  assign next             = next_tag_i[TagWidth-1:0];
  assign next_fresh_o     = fresh_q[next];
  assign next_ctx_valid_o = ctx_valid_q[next] && !forget_ctx_i;
  assign overtaken_o      = (overtaken_q != '0);
  assign busy_o           = (parked_q != '0);

  // Parked requests that have an answer //

  assign first        = match & (~match + 1'b1);
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

endmodule
`default_nettype wire
