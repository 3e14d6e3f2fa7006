// SPDX-License-Identifier: Apache-2.0
// Atomic update of one line of memory by an AXI4 exclusive pair: a read of its four beats, which
// the client looks at, and a write of the same shape with what it changes. EXOKAY is success; OKAY
// to the write means that somebody else wrote: the line is read again, without end, for whoever
// came before has made progress. OKAY to the read means that the bus has no monitor, and nothing
// is written.
`default_nettype none
`include "dmar_assert.svh"

module dmar_table_update #(
  parameter logic [5:0] Id = dmar_pkg::ID_POSTING
) (
  input wire logic                clk_i,
  input wire logic                rst_ni,
  // Client, which holds its request until it is done
  input wire logic                valid_i,
  input wire logic [63:0]         address_i,     // of the line
  output logic                    beat_o,        // a beat is here
  output logic     [1:0]          index_o,       // which one
  input wire logic                change_i,      // once all four are: it shall be written
  output logic                    done_o,
  output dmar_pkg::update_e       result_o,
  // dmar_table_reads
  output logic                    read_valid_o,
  input wire logic                read_ready_i,
  output dmar_pkg::table_read_t   read_o,
  input wire logic                rsp_valid_i,
  input wire logic [1:0]          rsp_resp_i,
  input wire logic                rsp_last_i,
  // dmar_table_writes
  output logic                    write_valid_o,
  output dmar_pkg::table_write_t  write_o,
  input wire logic                write_done_i,
  input wire logic [1:0]          write_resp_i
);

  typedef enum logic [2:0] {StIdle, StAsk, StRead, StLook, StWrite} state_e;
  state_e state_d, state_q;

  logic       exclusive_q;   // every beat so far was
  logic [1:0] index_q;
  logic       gives_up, fails, written;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:  if (valid_i) state_d = StAsk;
      StAsk:   if (read_ready_i) state_d = StRead;
      StRead:  if (rsp_valid_i && rsp_last_i) state_d = StLook;
      StLook:  state_d = (exclusive_q && change_i) ? StWrite : StIdle;
      StWrite: if (write_done_i) state_d = (write_resp_i == dmar_pkg::RESP_OKAY) ? StAsk : StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StAsk) begin
      exclusive_q <= 1'b1;
      index_q     <= '0;
    end else if (rsp_valid_i) begin
      exclusive_q <= exclusive_q && (rsp_resp_i == dmar_pkg::RESP_EXCLUSIVE);
      index_q     <= index_q + 2'd1;
    end
  end

  assign beat_o  = rsp_valid_i;
  assign index_o = index_q;

  assign gives_up = (state_q == StLook) && exclusive_q && !change_i;
  assign fails    = ((state_q == StLook) && !exclusive_q)
      || ((state_q == StWrite) && write_done_i && write_resp_i[1]);
  assign written  = (state_q == StWrite) && write_done_i
      && (write_resp_i == dmar_pkg::RESP_EXCLUSIVE);
  assign done_o   = gives_up || fails || written;

  always_comb begin
    result_o = dmar_pkg::UpdateGivenUp;
    if (fails)   result_o = dmar_pkg::UpdateFailed;
    if (written) result_o = dmar_pkg::UpdateDone;
  end

  assign read_valid_o  = (state_q == StAsk);
  assign read_o        = {Id, address_i, 2'd3, 1'b1, 1'b0, 1'b1, 1'b1};
  assign write_valid_o = (state_q == StWrite);
  assign write_o       = {Id, address_i, 2'd3, 3'd4, 1'b1, 1'b0};

  `DMAR_ASSERT_HELD(RequestHeld_A, valid_i, done_o, address_i)
  `DMAR_REQUIRE(FourBeats_R, !rsp_valid_i || rsp_last_i == (index_q == 2'd3))
  `DMAR_COVER(LooksAgain_C, state_q == StWrite && state_d == StAsk)

endmodule
`default_nettype wire
