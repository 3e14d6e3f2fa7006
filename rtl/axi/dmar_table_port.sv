// SPDX-License-Identifier: Apache-2.0
// The unit's own memory traffic as one AXI4 manager: table walks and descriptor fetches read,
// wait status and event messages write. Reads are tagged and may return in any order. Writes go
// one at a time, so that an event message pushes the status written before it.
`include "dmar_assert.svh"

module dmar_table_port #(
  parameter bit Coherent = 1'b1
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // Table walks
  input  logic               walk_valid_i,
  output logic               walk_ready_o,
  input  logic [63:0]        walk_addr_i,
  input  logic               walk_wide_i,      // 16 bytes, else 8
  input  logic               walk_line_i,      // 64 bytes: four beats, that of the address first
  input  logic [5:0]         walk_id_i,
  output logic               walk_rsp_valid_o,
  input  logic               walk_rsp_ready_i,
  // Invalidation queue
  input  logic               queue_valid_i,
  output logic               queue_ready_o,
  input  logic [63:0]        queue_addr_i,
  output logic               queue_rsp_valid_o,
  // Answers to both
  output logic [5:0]         rsp_id_o,
  output logic [127:0]       rsp_data_o,
  output logic               rsp_last_o,       // last beat of the burst
  output logic               rsp_error_o,
  // Writes, done once memory has acknowledged them
  input  logic               status_valid_i,
  input  dmar_pkg::message_t status_i,
  output logic               status_done_o,
  input  logic               fault_event_valid_i,
  input  dmar_pkg::message_t fault_event_i,
  output logic               fault_event_done_o,
  input  logic               inv_event_valid_i,
  input  dmar_pkg::message_t inv_event_i,
  output logic               inv_event_done_o,
  // AXI4
  output logic [5:0]         awid_o,
  output logic [63:0]        awaddr_o,
  output logic [7:0]         awlen_o,
  output logic [2:0]         awsize_o,
  output logic [1:0]         awburst_o,
  output logic               awuser_o,
  output logic               awvalid_o,
  input  logic               awready_i,
  output logic [127:0]       wdata_o,
  output logic [15:0]        wstrb_o,
  output logic               wlast_o,
  output logic               wvalid_o,
  input  logic               wready_i,
  input  logic               bvalid_i,
  output logic               bready_o,
  output logic [5:0]         arid_o,
  output logic [63:0]        araddr_o,
  output logic [7:0]         arlen_o,
  output logic [2:0]         arsize_o,
  output logic [1:0]         arburst_o,
  output logic               aruser_o,
  output logic               arvalid_o,
  input  logic               arready_i,
  input  logic [5:0]         rid_i,
  input  logic [127:0]       rdata_i,
  input  logic [1:0]         rresp_i,
  input  logic               rlast_i,
  input  logic               rvalid_i,
  output logic               rready_o
);

  // Reads //

  logic [1:0]  read_grant;
  logic        read_valid, read_ready, read_index;
  logic [73:0] read_beat;   // snoop, id, address, size

  dmar_arbiter #(.Requests(2)) u_read_arbiter (
    .clk_i, .rst_ni, .request_i({queue_valid_i, walk_valid_i}), .accept_i(read_ready),
    .valid_o(read_valid), .grant_o(read_grant), .index_o(read_index)
  );

  // Queue accesses always snoop, table reads when ECAP.C says so.
  assign read_beat = read_index
      ? {1'b1, dmar_pkg::ID_QUEUE, queue_addr_i, 3'd4}
      : {Coherent, walk_id_i, walk_addr_i, walk_wide_i ? 3'd4 : 3'd3};
  assign walk_ready_o  = read_ready && read_grant[0];
  assign queue_ready_o = read_ready && read_grant[1];

  dmar_skid #(.Width(74)) u_read_slice (
    .clk_i, .rst_ni, .up_valid_i(read_valid), .up_ready_o(read_ready), .up_data_i(read_beat),
    .dn_valid_o(arvalid_o), .dn_ready_i(arready_i),
    .dn_data_o({aruser_o, arid_o, araddr_o, arsize_o})
  );
  assign arlen_o   = 8'd0;
  assign arburst_o = 2'b01;

  // Whoever reads has a place for the answer, so it never waits.
  assign rready_o          = 1'b1;
  assign rsp_id_o          = rid_i;
  assign rsp_data_o        = rdata_i;
  assign rsp_last_o        = rlast_i;
  assign rsp_error_o       = (rresp_i != 2'b00);
  assign walk_rsp_valid_o  = rvalid_i && (rid_i < dmar_pkg::ID_QUEUE);
  assign queue_rsp_valid_o = rvalid_i && (rid_i == dmar_pkg::ID_QUEUE);

  // Writes //

  typedef enum logic [1:0] {StIdle, StSend, StAnswer} state_e;
  state_e state_d, state_q;

  logic [2:0]         write_request, write_grant, grant_q;
  logic [1:0]         write_index;
  logic               write_valid, aw_done_q, w_done_q, write_done;
  dmar_pkg::message_t message, message_q;

  assign write_request = {inv_event_valid_i, fault_event_valid_i, status_valid_i};

  dmar_arbiter #(.Requests(3)) u_write_arbiter (
    .clk_i, .rst_ni, .request_i(write_request), .accept_i(state_q == StIdle),
    .valid_o(write_valid), .grant_o(write_grant), .index_o(write_index)
  );

  assign message = write_grant[0] ? status_i : write_grant[1] ? fault_event_i : inv_event_i;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:   if (write_valid) state_d = StSend;
      // Address and data are taken in any order.
      StSend:   if ((aw_done_q || awready_i) && (w_done_q || wready_i)) state_d = StAnswer;
      StAnswer: if (bvalid_i) state_d = StIdle;
      default:  state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StIdle;
      aw_done_q <= 1'b0;
      w_done_q  <= 1'b0;
    end else begin
      state_q   <= state_d;
      aw_done_q <= (state_q == StSend) && (aw_done_q || awready_i);
      w_done_q  <= (state_q == StSend) && (w_done_q || wready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) begin
      message_q <= message;
      grant_q   <= write_grant;
      awid_o    <= dmar_pkg::ID_STATUS + 6'(write_index);
    end
  end

  assign write_done         = (state_q == StAnswer) && bvalid_i;
  assign status_done_o      = write_done && grant_q[0];
  assign fault_event_done_o = write_done && grant_q[1];
  assign inv_event_done_o   = write_done && grant_q[2];

  assign awaddr_o  = message_q.address;
  assign awlen_o   = 8'd0;
  assign awsize_o  = 3'd2;
  assign awburst_o = 2'b01;
  assign awuser_o  = 1'b1;
  assign awvalid_o = (state_q == StSend) && !aw_done_q;
  assign wdata_o   = {4{message_q.data}};
  assign wstrb_o   = 16'h000F << {message_q.address[3:2], 2'b00};
  assign wlast_o   = 1'b1;
  assign wvalid_o  = (state_q == StSend) && !w_done_q;
  assign bready_o  = (state_q == StAnswer);

  `DMAR_ASSERT_HELD(ReadAddressHeld_A, arvalid_o, arready_i, {arid_o, araddr_o, arsize_o})
  `DMAR_ASSERT_HELD(WriteAddressHeld_A, awvalid_o, awready_i, {awid_o, awaddr_o})
  `DMAR_REQUIRE(OnlyKnownReaders_R, !rvalid_i || rid_i <= dmar_pkg::ID_QUEUE)

  logic unused;
  assign unused = ^{walk_line_i, walk_rsp_ready_i};

endmodule
