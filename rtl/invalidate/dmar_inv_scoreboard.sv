// SPDX-License-Identifier: Apache-2.0
// What is being carried out, and how far it has come: a flush, a message to a device, or a wait
// descriptor. One at a time; only the answers of devices are awaited side by side, by the wait
// descriptor behind them. So a wait completes when everything before it has, fence or not.
`default_nettype none
module dmar_inv_scoreboard #(
  parameter bit DeviceTlb = 1'b0
) (
  input wire logic       clk_i,
  input wire logic       rst_ni,
  input wire logic       start_i,
  input wire logic [2:0] kind_i,           // dmar_pkg::INV_*
  output logic           idle_o,
  output logic           finished_o,       // in this clock; the next may start
  // Flushes
  output logic           flush_valid_o,
  input wire logic       flush_done_i,
  // Device TLBs
  output logic           message_valid_o,
  input wire logic       message_done_i,   // it has left
  input wire logic       awaited_i,        // a device owes an answer
  input wire logic       timed_out_i,      // one did not answer: FSTS.ITE
  // The wait descriptor
  input wire logic       wants_status_i,   // SW
  input wire logic       wants_event_i,    // IF
  output logic           status_valid_o,
  input wire logic       status_done_i,    // visible in memory
  output logic           completion_o      // one with IF completes
);

  typedef enum logic [2:0] {StIdle, StInvalidate, StMessage, StAnswers, StDrain, StStatus} state_e;
  state_e state_d, state_q;

  assign finished_o   = ((state_q == StInvalidate) && flush_done_i)
      || ((state_q == StMessage) && message_done_i)
      || ((state_q == StAnswers) && timed_out_i)
      || ((state_q == StDrain) && flush_done_i && !wants_status_i)
      || ((state_q == StStatus) && status_done_i);
  assign completion_o = finished_o && (state_q == StDrain || state_q == StStatus) && wants_event_i;

  always_comb begin
    state_d = finished_o ? StIdle : state_q;
    // A wait descriptor looks at the DMA that earlier invalidations may have let through, once all
    // devices have answered. The event message must push the status write, so that waits to be
    // visible first. A time-out ends a wait that nobody will hear of.
    if (state_q == StAnswers && !timed_out_i && !awaited_i) state_d = StDrain;
    if (state_q == StDrain && flush_done_i && wants_status_i) state_d = StStatus;
    if (start_i) begin
      case (kind_i)
        dmar_pkg::INV_WAIT:   state_d = DeviceTlb ? StAnswers : StDrain;
        dmar_pkg::INV_DEVICE: state_d = DeviceTlb ? StMessage : StInvalidate;
        default:              state_d = StInvalidate;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
  end

  assign idle_o          = (state_q == StIdle);
  assign message_valid_o = (state_q == StMessage);
  assign flush_valid_o   = (state_q == StInvalidate) || (state_q == StDrain);
  assign status_valid_o  = (state_q == StStatus);

endmodule
`default_nettype wire
