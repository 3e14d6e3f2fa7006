// SPDX-License-Identifier: Apache-2.0
// Fault status, fault records and the fault event (VT-d 7.2, 11.4.7). Never stalls its source.
`default_nettype none
`include "dmar_assert.svh"

module dmar_fault_unit #(
  parameter int unsigned FaultRecords   = 8,
  parameter bit          CollapseFaults = 1'b1,
  parameter int unsigned FaultInfoWidth = 48,
  parameter bit          DeviceTlb      = 1'b0
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  fault_valid_i,
  input wire dmar_pkg::fault_t      fault_i,
  input wire logic                  restart_i,         // TES = IRES = 0
  input wire dmar_pkg::queue_errors_t queue_errors_i,  // set FSTS.IQE, ICE, ITE
  output dmar_pkg::queue_errors_t   queue_status_o,    // FSTS.IQE, ICE, ITE
  output dmar_pkg::queue_errors_t   queue_kept_o,      // of them, what is not cleared in this clock
  output logic                      busy_o,
  output logic                      msg_valid_o,
  input wire logic                  msg_ready_i,
  output dmar_pkg::message_t        msg_o
);

  localparam logic [9:0] FSTS_WORD  = 10'h00D;
  localparam logic [9:0] FECTL_WORD = 10'h00E;

  localparam dmar_pkg::queue_errors_t QUEUE_STATUS = {{2{DeviceTlb}}, 1'b1};  // what there is

  logic        overflow_q, overflow_kept, pending, recorded, lost, write_status;
  dmar_pkg::queue_errors_t queue_q, queue_cleared;  // FSTS.ITE, ICE, IQE
  logic [7:0]  index_q, recorded_index;
  logic [31:0] record_rdata, event_rdata, status;
  logic        any_status, condition;

  dmar_fault_records #(
    .FaultRecords(FaultRecords), .CollapseFaults(CollapseFaults), .FaultInfoWidth(FaultInfoWidth),
    .DeviceTlb(DeviceTlb)
  ) u_records (
    .clk_i, .rst_ni, .access_i, .rdata_o(record_rdata), .fault_valid_i, .fault_i,
    .overflow_i(overflow_q), .restart_i, .pending_o(pending), .recorded_o(recorded),
    .recorded_index_o(recorded_index), .lost_o(lost)
  );

  assign status        = {16'h0, index_q, 1'b0, queue_q, 2'b00, pending, overflow_q};
  assign queue_cleared = write_status ? access_i.data[6:4] : '0;
  assign write_status  = access_i.valid && access_i.write && (access_i.word == FSTS_WORD);

  // A bit that is set and cleared in one clock stays set: nothing that happened is forgotten.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      overflow_q <= 1'b0;
      queue_q    <= '0;
      index_q    <= '0;
    end else begin
      if (lost)                                  overflow_q <= 1'b1;
      else if (write_status && access_i.data[0]) overflow_q <= 1'b0;
      queue_q <= (queue_errors_i | queue_kept_o) & QUEUE_STATUS;
      if (recorded && !pending)                  index_q <= recorded_index;
    end
  end

  // While any status bit is set, software has yet to look: no further message. One that is cleared
  // in this clock has been looked at.
  assign queue_kept_o  = queue_q & ~queue_cleared;
  assign overflow_kept = overflow_q && !(write_status && access_i.data[0]);
  assign any_status    = pending || overflow_q || (queue_q != '0);
  assign condition     = ((recorded && !pending) || queue_errors_i != '0)
      && !(pending || overflow_kept || queue_kept_o != '0);

  dmar_event #(.FirstWord(FECTL_WORD)) u_event (
    .clk_i, .rst_ni, .access_i, .rdata_o(event_rdata), .set_i(condition), .quiet_i(!any_status),
    .busy_o, .msg_valid_o, .msg_ready_i, .msg_o
  );

  assign rdata_o = record_rdata | event_rdata | ((access_i.word == FSTS_WORD) ? status : '0);
  assign queue_status_o = queue_q;

endmodule
`default_nettype wire
