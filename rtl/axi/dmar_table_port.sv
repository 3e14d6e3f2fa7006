// SPDX-License-Identifier: Apache-2.0
// The unit's own memory traffic as one AXI4 manager: table walks and descriptor fetches read,
// wait status and event messages write. Reads are tagged and may return in any order. The queue
// reads one burst at a time, so it may go before the walks without starving them. Writes go one at
// a time, so that an event message pushes the status written before it.
`default_nettype none
`include "dmar_assert.svh"

module dmar_table_port #(
  parameter int unsigned HostAddrWidth = 46,
  parameter bit          Coherent      = 1'b1,
  parameter logic [3:0]  SnoopCache    = 4'b0010,
  parameter logic [3:0]  TableQos      = 4'b0000,
  parameter int unsigned Walks         = 16,
  parameter bit          FullSlice     = 1'b1   // 0: smaller, a read every other clock
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  // Table walks
  input wire logic               walk_valid_i,
  output logic                   walk_ready_o,
  input wire logic [63:0]        walk_addr_i,
  input wire logic               walk_wide_i,      // 16 bytes, else 8
  input wire logic               walk_line_i,      // 64 bytes: four beats, wrapping
  input wire logic [5:0]         walk_id_i,
  output logic                   walk_rsp_valid_o,
  input wire logic               walk_rsp_ready_i,
  // Invalidation queue
  input wire logic               queue_valid_i,
  output logic                   queue_ready_o,
  input wire logic [63:0]        queue_addr_i,
  input wire logic [1:0]         queue_len_i,      // beats of 16 bytes, less one
  output logic                   queue_rsp_valid_o,
  // Answers to both
  output logic     [5:0]         rsp_id_o,
  output logic     [127:0]       rsp_data_o,
  output logic                   rsp_last_o,       // last beat of the burst
  output logic                   rsp_error_o,
  // Writes, done once memory has acknowledged them
  input wire logic               status_valid_i,
  input wire dmar_pkg::message_t status_i,
  output logic                   status_done_o,
  input wire logic               fault_event_valid_i,
  input wire dmar_pkg::message_t fault_event_i,
  output logic                   fault_event_done_o,
  input wire logic               inv_event_valid_i,
  input wire dmar_pkg::message_t inv_event_i,
  output logic                   inv_event_done_o,
  // AXI4
  output logic     [5:0]         awid_o,
  output logic     [63:0]        awaddr_o,
  output logic     [7:0]         awlen_o,
  output logic     [2:0]         awsize_o,
  output logic     [1:0]         awburst_o,
  output logic     [3:0]         awcache_o,
  output logic     [2:0]         awprot_o,
  output logic     [3:0]         awqos_o,
  output logic                   awuser_o,
  output logic                   awvalid_o,
  input wire logic               awready_i,
  output logic     [127:0]       wdata_o,
  output logic     [15:0]        wstrb_o,
  output logic                   wlast_o,
  output logic                   wvalid_o,
  input wire logic               wready_i,
  input wire logic [5:0]         bid_i,
  input wire logic               bvalid_i,
  output logic                   bready_o,
  output logic     [5:0]         arid_o,
  output logic     [63:0]        araddr_o,
  output logic     [7:0]         arlen_o,
  output logic     [2:0]         arsize_o,
  output logic     [1:0]         arburst_o,
  output logic     [3:0]         arcache_o,
  output logic     [2:0]         arprot_o,
  output logic     [3:0]         arqos_o,
  output logic                   aruser_o,
  output logic                   arvalid_o,
  input wire logic               arready_i,
  input wire logic [5:0]         rid_i,
  input wire logic [127:0]       rdata_i,
  input wire logic [1:0]         rresp_i,
  input wire logic               rlast_i,
  input wire logic               rvalid_i,
  output logic                   rready_o
);

  // Reads //

  localparam int unsigned SliceWidth = 6 + (HostAddrWidth - 3) + 1 + 2;

  logic                     read_ready, wide;
  logic [1:0]               len;
  logic [HostAddrWidth-4:0] address;           // of 8 bytes
  logic [SliceWidth-1:0]    read_beat;

  assign walk_ready_o  = read_ready && !queue_valid_i;
  assign queue_ready_o = read_ready;
  assign read_beat     = queue_valid_i
      ? {dmar_pkg::ID_QUEUE, queue_addr_i[HostAddrWidth-1:3], 1'b1, queue_len_i}
      : {walk_id_i, walk_addr_i[HostAddrWidth-1:4], walk_addr_i[3] && !walk_line_i,
         walk_wide_i || walk_line_i, {2{walk_line_i}}};

  if (FullSlice) begin : gen_full_slice
    dmar_skid #(.Width(SliceWidth)) u_slice (
      .clk_i, .rst_ni, .up_valid_i(queue_valid_i || walk_valid_i), .up_ready_o(read_ready),
      .up_data_i(read_beat), .dn_valid_o(arvalid_o), .dn_ready_i(arready_i),
      .dn_data_o({arid_o, address, wide, len})
    );
  end else begin : gen_half_slice
    assign read_ready = !arvalid_o;

    always_ff @(posedge clk_i) begin
      if (!rst_ni)         arvalid_o <= 1'b0;
      else if (read_ready) arvalid_o <= queue_valid_i || walk_valid_i;
      else if (arready_i)  arvalid_o <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
      if (read_ready) {arid_o, address, wide, len} <= read_beat;
    end
  end
  assign araddr_o     = {{(64 - HostAddrWidth){1'b0}}, address, 3'b000};
  assign arlen_o      = {6'h0, len};
  assign arsize_o     = wide ? 3'd4 : 3'd3;
  // A line begins at the entry that is wanted and turns at its end.
  assign arburst_o    = (!arid_o[5] && len[0]) ? 2'b10 : 2'b01;
  // Queue accesses always snoop, table reads when ECAP.C says so.
  assign aruser_o     = Coherent || arid_o[5];
  assign arcache_o    = aruser_o ? SnoopCache : dmar_pkg::CACHE_MEMORY;
  assign arprot_o     = dmar_pkg::PROT_DATA;
  assign arqos_o      = TableQos;

  // A beat that cannot be looked at in the clock in which it comes waits in a place of its own, so
  // that READY depends on nothing that comes with it.
  logic         spare_valid_q, beat_valid, beat_taken, beat_last;
  logic [136:0] spare_q, beat;
  logic [1:0]   beat_resp;

  assign rready_o   = !spare_valid_q;
  assign beat_valid = spare_valid_q || rvalid_i;
  assign beat       = spare_valid_q ? spare_q : {rid_i, rdata_i, rresp_i, rlast_i};
  assign {rsp_id_o, rsp_data_o, beat_resp, beat_last} = beat;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) spare_valid_q <= 1'b0;
    else         spare_valid_q <= beat_valid && !beat_taken;
    if (rready_o) spare_q <= {rid_i, rdata_i, rresp_i, rlast_i};
  end

  // Who waits for data, from when its address enters the slice until its last beat is taken. What
  // nobody waits for is taken and dropped: after a reset memory may still owe answers to readers
  // that are forgotten. A walk has one read at a time, and so has the queue.
  logic [Walks-1:0] walk_owed_q;
  logic             queue_owed_q, walk_awaited, queue_awaited;

  always_comb begin
    walk_awaited = 1'b0;
    for (int unsigned i = 0; i < Walks; i++) begin
      if (walk_owed_q[i] && rsp_id_o == 6'(i)) walk_awaited = 1'b1;
    end
  end
  assign queue_awaited = queue_owed_q && (rsp_id_o == dmar_pkg::ID_QUEUE);

  for (genvar i = 0; i < Walks; i++) begin : gen_owed
    always_ff @(posedge clk_i) begin
      if (!rst_ni) walk_owed_q[i] <= 1'b0;
      else if (walk_valid_i && walk_ready_o && walk_id_i == 6'(i)) walk_owed_q[i] <= 1'b1;
      else if (beat_taken && beat_last && rsp_id_o == 6'(i)) walk_owed_q[i] <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) queue_owed_q <= 1'b0;
    else if (queue_valid_i && queue_ready_o) queue_owed_q <= 1'b1;
    else if (queue_rsp_valid_o && beat_last) queue_owed_q <= 1'b0;
  end

  // The queue has a place for every beat it asked for.
  assign beat_taken        = beat_valid && (walk_rsp_ready_i || !walk_awaited);
  assign rsp_last_o        = beat_last;
  assign rsp_error_o       = (beat_resp != 2'b00);
  assign walk_rsp_valid_o  = beat_valid && walk_awaited;
  assign queue_rsp_valid_o = beat_valid && queue_awaited;

  // Writes //

  // The last two bits of the ID; 0: nobody writes. A message stays at its source until it is done.
  localparam logic [1:0] WRITER_STATUS      = 2'd1;
  localparam logic [1:0] WRITER_FAULT_EVENT = 2'd2;
  localparam logic [1:0] WRITER_INV_EVENT   = 2'd3;

  logic [1:0]         writer_q;
  logic               sends, aw_done_q, w_done_q, write_done;
  dmar_pkg::message_t message;

  assign sends   = (writer_q != '0);
  assign message = (writer_q == WRITER_INV_EVENT)   ? inv_event_i
                 : (writer_q == WRITER_FAULT_EVENT) ? fault_event_i : status_i;

  // After an event the next one takes a deed of software, so status writes cannot starve.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || write_done)    writer_q <= '0;
    else if (sends)               writer_q <= writer_q;
    else if (inv_event_valid_i)   writer_q <= WRITER_INV_EVENT;
    else if (fault_event_valid_i) writer_q <= WRITER_FAULT_EVENT;
    else if (status_valid_i)      writer_q <= WRITER_STATUS;
  end

  // Address and data are taken in any order.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || write_done) begin
      aw_done_q <= 1'b0;
      w_done_q  <= 1'b0;
    end else if (sends) begin
      aw_done_q <= aw_done_q || awready_i;
      w_done_q  <= w_done_q || wready_i;
    end
  end

  // A response with another ID is owed to a write that a reset has made forgotten.
  assign write_done         = sends && bready_o && bvalid_i && (bid_i == awid_o);
  assign status_done_o      = write_done && (writer_q == WRITER_STATUS);
  assign fault_event_done_o = write_done && (writer_q == WRITER_FAULT_EVENT);
  assign inv_event_done_o   = write_done && (writer_q == WRITER_INV_EVENT);

  assign awid_o    = {dmar_pkg::ID_STATUS[5:2], writer_q};
  assign awaddr_o  = message.address;
  assign awlen_o   = 8'd0;
  assign awsize_o  = 3'd2;
  assign awburst_o = 2'b01;
  assign awuser_o  = 1'b1;
  // Events go to an interrupt controller, not to memory.
  assign awcache_o = (writer_q == WRITER_STATUS) ? SnoopCache : dmar_pkg::CACHE_DEVICE;
  assign awprot_o  = dmar_pkg::PROT_DATA;
  assign awqos_o   = TableQos;
  assign awvalid_o = sends && !aw_done_q;
  assign wdata_o   = {4{message.data}};
  assign wstrb_o   = 16'h000F << {message.address[3:2], 2'b00};
  assign wlast_o   = 1'b1;
  assign wvalid_o  = sends && !w_done_q;
  assign bready_o  = !sends || (aw_done_q && w_done_q);

  `DMAR_ASSERT_HELD(ReadAddressHeld_A, arvalid_o, arready_i,
                    {arid_o, araddr_o, arlen_o, arsize_o, arburst_o})
  `DMAR_ASSERT_HELD(WriteAddressHeld_A, awvalid_o, awready_i, {awid_o, awaddr_o})
  `DMAR_ASSERT_HELD(WriteDataHeld_A, wvalid_o, wready_i, {wdata_o, wstrb_o})
  `DMAR_REQUIRE(WalkReadsBelowHostWidth_R, !walk_valid_i || (walk_addr_i >> HostAddrWidth) == '0)
  `DMAR_REQUIRE(QueueReadsBelowHostWidth_R,
                !queue_valid_i || (queue_addr_i >> HostAddrWidth) == '0)

endmodule
`default_nettype wire
