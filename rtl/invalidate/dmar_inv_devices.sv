// SPDX-License-Identifier: Apache-2.0
// Invalidations of the TLBs of devices (VT-d 6.5.2.5): each gets an ITag and is offered as a
// message; the tag is out until the device has answered or its time is over. The queue goes on once
// a message is on offer: only the next one waits for a port that takes none, and no longer than for
// a device. What goes wrong is kept for IQERCD: the device that was late (ITESID) or answered what
// it was not asked (ICESID).
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_devices #(
  parameter int unsigned Timeout = 64   // clocks, at least 64
) (
  input wire logic                      clk_i,
  input wire logic                      rst_ni,
  // A request, held until it is on offer, or its time is over
  input wire logic                      request_valid_i,
  output logic                          request_done_o,
  input wire dmar_pkg::device_message_t request_i,      // without its ITag
  input wire logic [4:0]                limit_i,        // MIP
  output logic                          awaited_o,      // a device owes an answer
  // To devices and from them
  output logic                          m_msg_valid_o,
  input wire logic                      m_msg_ready_i,
  output dmar_pkg::device_message_t     m_msg_o,
  input wire logic                      s_msg_valid_i,
  output logic                          s_msg_ready_o,
  input wire dmar_pkg::device_message_t s_msg_i,
  input wire logic                      refuse_i,       // GSTS.TES=0
  // Errors
  output logic                          late_o,         // sets FSTS.ITE
  input wire logic                      late_status_i,  // FSTS.ITE, not cleared in this clock
  output logic                          wrong_o,        // sets FSTS.ICE
  input wire logic                      wrong_status_i, // FSTS.ICE, not cleared in this clock
  output logic     [31:0]               sources_o       // IQERCD.ICESID, ITESID
);

  logic                 offered_q, held_q, port_free, load, lost, given, given_out, free, busy;
  logic                 tag_used;
  logic [4:0]           given_tag, tag_q, tag;
  dmar_pkg::device_message_t message_q;
  dmar_pkg::source_id_t tag_source, late_source, wrong_source, late_source_q, wrong_source_q;

  dmar_inv_tags #(.Timeout(Timeout)) u_tags (
    .clk_i, .rst_ni, .want_i(request_valid_i && !held_q), .want_source_i(request_i.source_id),
    .want_limit_i(limit_i), .wait_i(busy), .given_o(given), .given_tag_o(given_tag),
    .given_out_o(given_out),
    .look_tag_i(tag), .look_used_o(tag_used), .look_source_o(tag_source), .free_i(free),
    .awaited_o, .expired_o(late_o), .expired_source_o(late_source)
  );

  dmar_inv_answers u_answers (
    .clk_i, .rst_ni, .refuse_i, .msg_valid_i(s_msg_valid_i), .msg_ready_o(s_msg_ready_o),
    .msg_i(s_msg_i), .tag_o(tag), .tag_used_i(tag_used), .tag_source_i(tag_source), .free_o(free),
    .given_i(given), .given_tag_i(given_tag), .busy_o(busy), .wrong_o, .wrong_source_o(wrong_source)
  );

  // The tag is out before the message is, so that a port which takes none is noticed, too. A
  // message on offer stays there; a request behind it is dropped when its tag is taken back.
  assign port_free      = !offered_q || m_msg_ready_i;
  assign lost           = held_q && !given_out;
  assign load           = (given || (held_q && given_out)) && port_free;
  assign request_done_o = load || lost;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      offered_q <= 1'b0;
      held_q    <= 1'b0;
    end else begin
      offered_q <= load || !port_free;
      held_q    <= (given || held_q) && !request_done_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (given) tag_q <= given_tag;
    if (load) begin
      message_q     <= request_i;
      message_q.tag <= {4'h0, held_q ? tag_q : given_tag};
    end
  end

  assign m_msg_valid_o = offered_q;
  assign m_msg_o       = message_q;

  // The first one counts until software has cleared its status.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      late_source_q  <= '0;
      wrong_source_q <= '0;
    end else begin
      if (late_o && !late_status_i)   late_source_q  <= late_source;
      if (wrong_o && !wrong_status_i) wrong_source_q <= wrong_source;
    end
  end
  assign sources_o = {wrong_source_q, late_source_q};

  `DMAR_ASSERT_HELD(MessageHeld_A, m_msg_valid_o, m_msg_ready_i, m_msg_o)

endmodule
`default_nettype wire
