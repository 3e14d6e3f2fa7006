// SPDX-License-Identifier: Apache-2.0
// Posts interrupts, one at a time (VT-d 5.2): one atomic update of the descriptor sets the bit of
// the vector and decides on a notification, which leaves once the update is visible. A fault is
// with the fault unit before the posting is done.
`default_nettype none
`include "dmar_assert.svh"

module dmar_posting (
  input wire logic                   clk_i,
  input wire logic                   rst_ni,
  // The requester holds it until it is done
  input wire logic                   valid_i,
  input wire dmar_pkg::posting_t     posting_i,
  output logic                       done_o,
  output logic                       fault_o,            // ... and was not posted
  // Update of the descriptor (dmar_table_update)
  output logic                       update_valid_o,
  output logic     [63:0]            update_address_o,
  input wire logic                   update_beat_i,      // a beat of it has been read
  input wire logic [1:0]             update_index_i,
  input wire logic [127:0]           update_data_i,
  output logic                       update_change_o,    // all read: it shall be written
  input wire logic [1:0]             write_beat_i,
  output dmar_pkg::table_data_t      write_data_o,       // of this beat
  input wire logic                   update_done_i,
  input wire dmar_pkg::update_e      update_i,
  // Notification
  output logic                       notify_valid_o,
  output dmar_pkg::message_t         notify_o,
  input wire logic                   notify_done_i,
  // Fault unit
  output logic                       fault_valid_o,
  input wire logic                   fault_ready_i,
  output dmar_pkg::fault_t           fault_record_o
);

  typedef enum logic [2:0] {StIdle, StUpdate, StNotify, StFault, StDone} state_e;
  state_e state_d, state_q;

  dmar_pkg::posted_t posted;
  assign posted = posting_i.posted;

  // What was read: the control fields, and the byte of PIR with the bit of the vector. An update
  // that somebody else came before begins with beat 0 again. //

  logic        control, outstanding, suppressed, reserved;
  logic        outstanding_q, suppressed_q, reserved_q, notifies;
  logic [7:0]  vector, vector_q, requests_q;
  logic [31:0] destination, destination_q;

  dmar_posted_descriptor u_descriptor (
    .beat_i(update_index_i), .data_i(update_data_i), .extended_i(posted.extended),
    .control_o(control), .outstanding_o(outstanding), .suppressed_o(suppressed),
    .vector_o(vector), .destination_o(destination), .reserved_o(reserved)
  );

  always_ff @(posedge clk_i) begin
    if (update_beat_i) begin
      reserved_q <= reserved || (reserved_q && update_index_i != 2'd0);
      if (update_index_i == {1'b0, posted.vector_number[7]}) begin
        requests_q <= update_data_i[{posted.vector_number[6:3], 3'b000} +: 8];
      end
      if (control) begin
        outstanding_q <= outstanding;
        suppressed_q  <= suppressed;
        vector_q      <= vector;
        destination_q <= destination;
      end
    end
  end

  assign notifies = !outstanding_q && (posted.urgent || !suppressed_q);

  // What is written: the bytes that change and no other //

  logic [7:0] requests;
  assign requests = requests_q | (8'd1 << posted.vector_number[2:0]);

  always_comb begin
    write_data_o = '0;
    if (write_beat_i == {1'b0, posted.vector_number[7]}) begin
      write_data_o.strobe = 16'd1 << posted.vector_number[6:3];
      write_data_o.data   = {16{requests}};
    end else if (write_beat_i == 2'd2 && notifies) begin
      write_data_o.strobe = 16'd1;
      write_data_o.data   = {126'h0, suppressed_q, 1'b1};
    end
  end

  assign update_valid_o   = (state_q == StUpdate);
  assign update_address_o = {posting_i.page, posted.line, 6'h0};
  assign update_change_o  = !reserved_q;

  // The notification: physical, fixed, edge //

  dmar_pkg::irte_t     entry;
  dmar_pkg::page_t     page;
  dmar_pkg::remapped_t message;

  always_comb begin
    entry = '0;
    entry.destination   = destination_q;
    entry.vector_number = vector_q;
  end

  dmar_interrupt_message u_message (
    .irte_i(entry), .extended_i(posted.extended), .page_o(page), .message_o(message)
  );

  assign notify_valid_o = (state_q == StNotify);
  assign notify_o       = {page, 8'h00, message.address, 2'b00, 16'h0, message.data};

  // The fault //

  logic [7:0] reason_q;

  always_ff @(posedge clk_i) begin
    if (update_done_i) begin
      reason_q <= (update_i == dmar_pkg::UpdateGivenUp) ? dmar_pkg::FR_DESCRIPTOR_RESERVED
                                                        : dmar_pkg::FR_DESCRIPTOR_ACCESS;
    end
  end

  assign fault_valid_o  = (state_q == StFault) && !posted.fpd;
  assign fault_record_o = {posting_i.source_id, reason_q, 2'b00, dmar_pkg::KIND_WRITE, posted.index,
                           36'h0};

  // Steps //

  logic faulted_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:   if (valid_i) state_d = StUpdate;
      StUpdate: begin
        if (update_done_i) begin
          if (update_i != dmar_pkg::UpdateDone) state_d = StFault;
          else state_d = notifies ? StNotify : StDone;
        end
      end
      StNotify: if (notify_done_i) state_d = StDone;
      StFault:  if (posted.fpd || fault_ready_i) state_d = StDone;
      default:  state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
    if (state_q != StDone) faulted_q <= (state_q == StFault);
  end

  assign done_o  = (state_q == StDone);
  assign fault_o = faulted_q;

  `DMAR_ASSERT_HELD(PostingHeld_A, valid_i, done_o, posting_i)
  `DMAR_ASSERT(NotifiesOnce_A, !(update_done_i && notify_valid_o))

endmodule
`default_nettype wire
