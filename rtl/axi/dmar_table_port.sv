// SPDX-License-Identifier: Apache-2.0
// The unit's own memory traffic as one AXI4 manager: who reads and writes, and how. Reads, writes
// and atomic updates each have a module of their own.
`default_nettype none
`include "dmar_assert.svh"

module dmar_table_port #(
  parameter int unsigned HostAddrWidth = 46,
  parameter bit          Coherent      = 1'b1,
  parameter logic [3:0]  SnoopCache    = 4'b0010,
  parameter logic [3:0]  TableQos      = 4'b0000,
  parameter int unsigned Walks         = 16,
  parameter bit          TableAtomics  = 1'b0,
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
  // Writes, done once memory has answered them
  input wire logic               status_valid_i,
  input wire dmar_pkg::message_t status_i,
  output logic                   status_done_o,
  input wire logic               fault_event_valid_i,
  input wire dmar_pkg::message_t fault_event_i,
  output logic                   fault_event_done_o,
  input wire logic               inv_event_valid_i,
  input wire dmar_pkg::message_t inv_event_i,
  output logic                   inv_event_done_o,
  output logic                   write_error_o,    // of the one that is done
  input wire logic               notify_valid_i,
  input wire dmar_pkg::message_t notify_i,
  output logic                   notify_done_o,
  // Atomic updates of a line (dmar_table_update)
  input wire logic               update_valid_i,
  input wire logic [63:0]        update_address_i,
  output logic                   update_beat_o,
  output logic     [1:0]         update_index_o,
  input wire logic               update_change_i,
  output logic     [1:0]         write_beat_o,
  input wire dmar_pkg::table_data_t update_data_i,
  output logic                   update_done_o,
  output dmar_pkg::update_e      update_o,
  // AXI4
  output logic     [5:0]         awid_o,
  output logic     [63:0]        awaddr_o,
  output logic     [7:0]         awlen_o,
  output logic     [2:0]         awsize_o,
  output logic     [1:0]         awburst_o,
  output logic                   awlock_o,
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
  input wire logic [1:0]         bresp_i,
  input wire logic               bvalid_i,
  output logic                   bready_o,
  output logic     [5:0]         arid_o,
  output logic     [63:0]        araddr_o,
  output logic     [7:0]         arlen_o,
  output logic     [2:0]         arsize_o,
  output logic     [1:0]         arburst_o,
  output logic                   arlock_o,
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

  // Reads. A line begins at the entry that is wanted. Queue accesses always snoop, table reads when
  // ECAP.C says so. //

  dmar_pkg::table_read_t walk_read, queue_read, update_read;
  logic [1:0]            rsp_resp;
  logic                  update_read_valid, update_read_ready, update_rsp_valid;

  assign walk_read  = {walk_id_i, walk_addr_i[63:4], walk_addr_i[3] && !walk_line_i, 3'b000,
                       {2{walk_line_i}}, walk_wide_i || walk_line_i, walk_line_i, Coherent, 1'b0};
  assign queue_read = {dmar_pkg::ID_QUEUE, queue_addr_i, queue_len_i, 1'b1, 1'b0, 1'b1, 1'b0};

  dmar_table_reads #(
    .HostAddrWidth(HostAddrWidth), .SnoopCache(SnoopCache), .TableQos(TableQos), .Walks(Walks),
    .TableAtomics(TableAtomics), .FullSlice(FullSlice)
  ) u_reads (
    .clk_i, .rst_ni, .walk_valid_i, .walk_ready_o, .walk_i(walk_read), .queue_valid_i,
    .queue_ready_o, .queue_i(queue_read), .walk_rsp_valid_o, .walk_rsp_ready_i, .queue_rsp_valid_o,
    .update_valid_i(update_read_valid), .update_ready_o(update_read_ready), .update_i(update_read),
    .update_rsp_valid_o(update_rsp_valid), .rsp_id_o, .rsp_data_o, .rsp_resp_o(rsp_resp),
    .rsp_last_o,
    .arid_o, .araddr_o, .arlen_o, .arsize_o, .arburst_o, .arlock_o, .arcache_o, .arprot_o,
    .arqos_o, .aruser_o, .arvalid_o, .arready_i, .rid_i, .rdata_i, .rresp_i, .rlast_i, .rvalid_i,
    .rready_o
  );
  assign rsp_error_o = (rsp_resp != dmar_pkg::RESP_OKAY);

  // Writes, the first of this list first. After an event the next one takes a deed of software, so
  // status writes cannot starve. //

  localparam int unsigned Writers = 5;

  dmar_pkg::table_write_t inv_event_write, fault_event_write, status_write, notify_write;
  dmar_pkg::table_write_t update_write;
  dmar_pkg::table_data_t  inv_event_data, fault_event_data, status_data, notify_data;
  logic [1:0]             write_resp;
  logic                   update_write_valid, update_write_done;

  assign inv_event_write   = {dmar_pkg::ID_INV_EVENT, inv_event_i.address, 2'd0, 3'd2, 1'b0, 1'b1};
  assign inv_event_data    = {dmar_pkg::dword_strobe(inv_event_i.address[3:2]),
                              {4{inv_event_i.data}}};
  assign fault_event_write = {dmar_pkg::ID_FAULT_EVENT, fault_event_i.address, 2'd0, 3'd2, 1'b0,
                              1'b1};
  assign fault_event_data  = {dmar_pkg::dword_strobe(fault_event_i.address[3:2]),
                              {4{fault_event_i.data}}};
  assign status_write      = {dmar_pkg::ID_STATUS, status_i.address, 2'd0, 3'd2, 1'b0, 1'b0};
  assign status_data       = {dmar_pkg::dword_strobe(status_i.address[3:2]), {4{status_i.data}}};
  assign notify_write      = {dmar_pkg::ID_NOTIFY, notify_i.address, 2'd0, 3'd2, 1'b0, 1'b1};
  assign notify_data       = {dmar_pkg::dword_strobe(notify_i.address[3:2]), {4{notify_i.data}}};

  dmar_table_writes #(
    .SnoopCache(SnoopCache), .TableQos(TableQos), .Writers(Writers)
  ) u_writes (
    .clk_i, .rst_ni,
    .valid_i({update_write_valid, notify_valid_i, status_valid_i, fault_event_valid_i,
              inv_event_valid_i}),
    .write_i({update_write, notify_write, status_write, fault_event_write, inv_event_write}),
    .beat_o(write_beat_o),
    .data_i({update_data_i, notify_data, status_data, fault_event_data, inv_event_data}),
    .done_o({update_write_done, notify_done_o, status_done_o, fault_event_done_o,
             inv_event_done_o}), .resp_o(write_resp),
    .awid_o, .awaddr_o, .awlen_o, .awsize_o, .awburst_o, .awlock_o, .awcache_o, .awprot_o,
    .awqos_o, .awuser_o, .awvalid_o, .awready_i, .wdata_o, .wstrb_o, .wlast_o, .wvalid_o,
    .wready_i, .bid_i, .bresp_i, .bvalid_i, .bready_o
  );
  assign write_error_o = write_resp[1];

  // Atomic updates //

  if (TableAtomics) begin : gen_update
    dmar_table_update #(.Id(dmar_pkg::ID_POSTING)) u_update (
      .clk_i, .rst_ni, .valid_i(update_valid_i), .address_i(update_address_i),
      .beat_o(update_beat_o), .index_o(update_index_o), .change_i(update_change_i),
      .done_o(update_done_o), .result_o(update_o), .read_valid_o(update_read_valid),
      .read_ready_i(update_read_ready), .read_o(update_read), .rsp_valid_i(update_rsp_valid),
      .rsp_resp_i(rsp_resp), .rsp_last_i(rsp_last_o), .write_valid_o(update_write_valid),
      .write_o(update_write), .write_done_i(update_write_done), .write_resp_i(write_resp)
    );
  end else begin : gen_no_update
    assign update_beat_o      = 1'b0;
    assign update_index_o     = '0;
    assign update_done_o      = 1'b0;
    assign update_o           = dmar_pkg::UpdateFailed;
    assign update_read_valid  = 1'b0;
    assign update_read        = '0;
    assign update_write_valid = 1'b0;
    assign update_write       = '0;

    logic unused_update;
    assign unused_update = ^{update_valid_i, update_address_i, update_change_i, update_read_ready,
                             update_rsp_valid, update_write_done, write_resp};
  end

endmodule
`default_nettype wire
