// SPDX-License-Identifier: Apache-2.0
// AXI4-Lite to 32-bit register accesses. An access of 8 bytes becomes two, low half first, as the
// architecture allows. Anything else than 4 or 8 aligned bytes reads 0 and writes nothing. The host
// holds address and data until both halves are done: nothing of them is stored.
`default_nettype none
`include "dmar_assert.svh"

module dmar_reg_port (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic [11:0]           awaddr_i,
  input wire logic                  awvalid_i,
  output logic                      awready_o,
  input wire logic [63:0]           wdata_i,
  input wire logic [7:0]            wstrb_i,
  input wire logic                  wvalid_i,
  output logic                      wready_o,
  output logic     [1:0]            bresp_o,
  output logic                      bvalid_o,
  input wire logic                  bready_i,
  input wire logic [11:0]           araddr_i,
  input wire logic                  arvalid_i,
  output logic                      arready_o,
  output logic     [63:0]           rdata_o,
  output logic     [1:0]            rresp_o,
  output logic                      rvalid_o,
  input wire logic                  rready_i,
  input wire logic                  messages_busy_i,  // status writes or event messages under way
  output dmar_pkg::reg_access_t     access_o,
  input wire logic [31:0]           access_rdata_i    // of access_o.word, in the same clock
);

  typedef enum logic [2:0] {
    StIdle, StWriteLow, StWriteHigh, StWriteAnswer, StReadLow, StReadHigh, StReadAnswer
  } state_e;
  state_e state_d, state_q;

  logic        read_turn_q, take_write, take_read, low_enabled, high_enabled, waits, aligned;
  logic        writing, high, pushes_q;
  logic [11:0] address;

  // Reads and writes take turns when both wait.
  assign take_write = awvalid_i && wvalid_i && !(arvalid_i && read_turn_q);
  assign take_read  = arvalid_i && !take_write;

  assign writing = (state_q == StWriteLow) || (state_q == StWriteHigh);
  assign high    = (state_q == StWriteHigh) || (state_q == StReadHigh);
  assign address = writing ? awaddr_i : araddr_i;

  // Reading a status or event register pushes the messages already due: the answer waits until they
  // are visible (VT-d 11.4.7, 11.4.8). So do writes, which could change a message under way.
  // Decided when the access is taken: the address must not reach READY in the same clock.
  logic [8:0] taken_word;
  assign taken_word = take_write ? awaddr_i[11:3] : araddr_i[11:3];
  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) begin
      pushes_q <= (taken_word == 9'h006) || (taken_word == 9'h007) || (taken_word == 9'h008)
          || (taken_word == 9'h013) || (taken_word == 9'h014) || (taken_word == 9'h015);
    end
  end
  assign waits = messages_busy_i && pushes_q;

  assign low_enabled  = (awaddr_i[2:0] == 3'd0) && (wstrb_i == 8'h0F || wstrb_i == 8'hFF);
  assign high_enabled = ((awaddr_i[2:0] == 3'd0) && (wstrb_i == 8'hF0 || wstrb_i == 8'hFF))
      || ((awaddr_i[2:0] == 3'd4) && (wstrb_i == 8'hF0));

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: begin
        if (take_write) state_d = StWriteLow;
        else if (take_read) state_d = StReadLow;
      end
      StWriteLow:    if (!waits) state_d = StWriteHigh;
      StWriteHigh:   if (!waits) state_d = StWriteAnswer;
      StWriteAnswer: if (bready_i) state_d = StIdle;
      StReadLow:     if (!waits) state_d = StReadHigh;
      StReadHigh:    if (!waits) state_d = StReadAnswer;
      StReadAnswer:  if (rready_i) state_d = StIdle;
      default:       state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      read_turn_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (state_q == StIdle && take_write) read_turn_q <= 1'b1;
      if (state_q == StIdle && take_read)  read_turn_q <= 1'b0;
    end
  end

  assign aligned = (araddr_i[1:0] == 2'd0);
  always_ff @(posedge clk_i) begin
    if (state_q == StReadLow)  rdata_o[31:0]  <= aligned ? access_rdata_i : '0;
    if (state_q == StReadHigh) rdata_o[63:32] <= aligned ? access_rdata_i : '0;
  end

  logic access_valid;
  assign access_valid = !waits && (((state_q == StWriteLow) && low_enabled)
      || ((state_q == StWriteHigh) && high_enabled));
  assign access_o = {access_valid, access_valid, address[11:3], high,
                     high ? wdata_i[63:32] : wdata_i[31:0]};

  assign awready_o = (state_q == StWriteHigh) && !waits;
  assign wready_o  = awready_o;
  assign arready_o = (state_q == StReadHigh) && !waits;
  assign bvalid_o  = (state_q == StWriteAnswer);
  assign rvalid_o  = (state_q == StReadAnswer);
  assign bresp_o   = 2'b00;
  assign rresp_o   = 2'b00;

  `DMAR_REQUIRE(WriteHeld_R, !writing || (awvalid_i && wvalid_i))
  `DMAR_REQUIRE(ReadHeld_R,
                !(state_q == StReadLow || state_q == StReadHigh) || arvalid_i)
  `DMAR_ASSERT_HELD(ReadAnswerHeld_A, rvalid_o, rready_i, rdata_o)

endmodule
`default_nettype wire
