// SPDX-License-Identifier: Apache-2.0
// Invalidation completion: ICS.IWC and the invalidation event (VT-d 11.4.8).
`default_nettype none
module dmar_inv_completion (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  completion_i,
  output logic                      busy_o,
  output logic                      msg_valid_o,
  input wire logic                  msg_ready_i,
  output dmar_pkg::message_t        msg_o
);

  localparam logic [9:0] ICS_WORD   = 10'h027;
  localparam logic [9:0] IECTL_WORD = 10'h028;

  logic        complete_q, clear;
  logic [31:0] event_rdata;

  assign clear = access_i.valid && access_i.write && (access_i.word == ICS_WORD)
      && access_i.data[0];

  // A completion in the clock in which software clears IWC comes after it: it sets IWC again and
  // is an event of its own.
  always_ff @(posedge clk_i) begin
    if (!rst_ni)           complete_q <= 1'b0;
    else if (completion_i) complete_q <= 1'b1;
    else if (clear)        complete_q <= 1'b0;
  end

  dmar_event #(.FirstWord(IECTL_WORD)) u_event (
    .clk_i, .rst_ni, .access_i, .rdata_o(event_rdata),
    .set_i(completion_i && (!complete_q || clear)), .quiet_i(!complete_q), .busy_o,
    .msg_valid_o, .msg_ready_i, .msg_o
  );

  assign rdata_o = event_rdata | ((access_i.word == ICS_WORD) ? {31'h0, complete_q} : '0);

endmodule
`default_nettype wire
