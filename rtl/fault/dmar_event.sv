// SPDX-License-Identifier: Apache-2.0
// Event control, data and address registers of one event, and its message (VT-d 11.4.7). A
// condition sets IP; the message leaves when IM is 0; IP clears unsent when the cause is gone.
// A message under way is not copied: its registers may not be written before it is visible, for
// which whoever makes the register accesses waits (dmar_reg_port).
`default_nettype none
`include "dmar_assert.svh"

module dmar_event #(
  parameter logic [9:0] FirstWord = 10'h00E   // offset / 4 of the control register
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,      // 0 for other registers
  input wire logic                  set_i,        // the event condition arose
  input wire logic                  quiet_i,      // no status bit is left that would want an event
  output logic                      busy_o,       // a message is due
  output logic                      msg_valid_o,
  input wire logic                  msg_ready_i,
  output dmar_pkg::message_t        msg_o
);

  logic        masked_q, pending_q;
  logic [15:0] data_q;
  logic [29:0] address_q;
  logic [31:0] upper_q;
  logic [3:0]  here;
  logic        write, send;

  for (genvar i = 0; i < 4; i++) begin : gen_here
    assign here[i] = (access_i.word == FirstWord + 10'(i));
  end
  assign write = access_i.valid && access_i.write;
  assign send  = pending_q && !masked_q && !msg_valid_o;

  assign rdata_o = (here[0] ? {masked_q, pending_q, 30'h0} : '0)
      | (here[1] ? {16'h0, data_q} : '0)
      | (here[2] ? {address_q, 2'b00} : '0)
      | (here[3] ? upper_q : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      masked_q  <= 1'b1;
      data_q    <= '0;
      address_q <= '0;
      upper_q   <= '0;
    end else if (write) begin
      if (here[0]) masked_q  <= access_i.data[31];
      if (here[1]) data_q    <= access_i.data[15:0];
      if (here[2]) address_q <= access_i.data[31:2];
      if (here[3]) upper_q   <= access_i.data;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q   <= 1'b0;
      msg_valid_o <= 1'b0;
    end else begin
      if (set_i)                pending_q <= 1'b1;
      else if (send || quiet_i) pending_q <= 1'b0;
      if (send)             msg_valid_o <= 1'b1;
      else if (msg_ready_i) msg_valid_o <= 1'b0;
    end
  end

  assign msg_o  = {upper_q, address_q, 2'b00, 16'h0, data_q};
  assign busy_o = msg_valid_o || (pending_q && !masked_q);

  `DMAR_ASSERT_HELD(MessageHeld_A, msg_valid_o, msg_ready_i, msg_o)

endmodule
`default_nettype wire
