// SPDX-License-Identifier: Apache-2.0
// The remapping unit without AXI device ports: native translation requests (xlate_req, xlate_rsp),
// register accesses, one AXI4 manager for its own tables, queues and messages. Someone with PCIe
// TLPs uses this module.
//
// Two request ports, valid/ready, for two requests a clock; a user with one stream ties the other
// off. Tags below Port0Tags belong to port 0, the others to port 1. The answer comes with the tag
// of the request, in any order, never refused: the requester keeps room for it. Hits are answered
// on the port's own rsp; all else, of both ports, on late_rsp, which may come in the same clock. A
// tag is free again with its answer.
// Messages of devices come after the writes that the device made before: each is visible or refused
// when its message is given (dmar_top has dmar_write_barrier for that).
// A translation request is answered with VerdictComplete, its `completion` and `host_page`, of
// which dmar_pkg::completion_entry makes the 64 bits that a device gets, or with VerdictFault,
// where `completion.aborted` tells a completer abort from an unsupported request.
// A requester holds `drain_busy_i` while it has permitted accesses in flight whose answer carried
// an epoch other than `epoch_o`, from DrainLatency clocks after the first clock of the new epoch at
// the latest. The last answer of the old epoch comes in that first clock.
// tb/check/dmar_drain_check.sv holds both sides to this in simulation.
`default_nettype none
`include "dmar_assert.svh"
`include "dmar_parameters.svh"

module dmar_core #(
  `DMAR_CORE_PARAMETERS
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic                  xlate0_req_valid_i,
  output logic                      xlate0_req_ready_o,
  input wire dmar_pkg::tag_t        xlate0_req_tag_i,
  input wire dmar_pkg::request_t    xlate0_req_i,
  output logic                      xlate0_rsp_valid_o,
  output dmar_pkg::tag_t            xlate0_rsp_tag_o,
  output dmar_pkg::answer_t         xlate0_rsp_o,
  input wire logic                  xlate1_req_valid_i,
  output logic                      xlate1_req_ready_o,
  input wire dmar_pkg::tag_t        xlate1_req_tag_i,
  input wire dmar_pkg::request_t    xlate1_req_i,
  output logic                      xlate1_rsp_valid_o,
  output dmar_pkg::tag_t            xlate1_rsp_tag_o,
  output dmar_pkg::answer_t         xlate1_rsp_o,
  output logic                      late_rsp_valid_o,
  output dmar_pkg::tag_t            late_rsp_tag_o,
  output dmar_pkg::answer_t         late_rsp_o,
  output logic                      epoch_o,
  input wire logic                  drain_busy_i,
  // An interrupt with the answer VerdictPost, handed over once all earlier writes of its source are
  // visible. It is held until it is done; with a fault it was not posted, and a record tells why.
  input wire logic                  post_valid_i,
  input wire dmar_pkg::posting_t    post_i,
  output logic                      post_done_o,
  output logic                      post_fault_o,
  // Messages to devices and from them
  output logic                      m_msg_valid_o,
  input wire logic                  m_msg_ready_i,
  output dmar_pkg::device_message_t m_msg_o,
  input wire logic                  s_msg_valid_i,
  output logic                      s_msg_ready_o,
  input wire dmar_pkg::device_message_t s_msg_i,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           access_rdata_o,
  output logic                      messages_busy_o,
  // AXI4 manager for tables, queues and messages
  output logic     [5:0]            awid_o,
  output logic     [63:0]           awaddr_o,
  output logic     [7:0]            awlen_o,
  output logic     [2:0]            awsize_o,
  output logic     [1:0]            awburst_o,
  output logic                      awlock_o,
  output logic     [3:0]            awcache_o,
  output logic     [2:0]            awprot_o,
  output logic     [3:0]            awqos_o,
  output logic                      awuser_o,
  output logic                      awvalid_o,
  input wire logic                  awready_i,
  output logic     [127:0]          wdata_o,
  output logic     [15:0]           wstrb_o,
  output logic                      wlast_o,
  output logic                      wvalid_o,
  input wire logic                  wready_i,
  input wire logic [5:0]            bid_i,
  input wire logic [1:0]            bresp_i,
  input wire logic                  bvalid_i,
  output logic                      bready_o,
  output logic     [5:0]            arid_o,
  output logic     [63:0]           araddr_o,
  output logic     [7:0]            arlen_o,
  output logic     [2:0]            arsize_o,
  output logic     [1:0]            arburst_o,
  output logic                      arlock_o,
  output logic     [3:0]            arcache_o,
  output logic     [2:0]            arprot_o,
  output logic     [3:0]            arqos_o,
  output logic                      aruser_o,
  output logic                      arvalid_o,
  input wire logic                  arready_i,
  input wire logic [5:0]            rid_i,
  input wire logic [127:0]          rdata_i,
  input wire logic [1:0]            rresp_i,
  input wire logic                  rlast_i,
  input wire logic                  rvalid_i,
  output logic                      rready_o,
  // Monitor, in the clock of the answer; [0], [1]: of rsp, [2]: of late_rsp, as in mon_verdicts_o
  output logic     [2:0]            mon_valid_o,
  output logic     [3*dmar_pkg::VERDICT_WIDTH-1:0] mon_verdicts_o,
  output logic                      mon_walk_o,   // one pulse for each table walk started
  output logic                      mon_busy_o    // an invalidation or a command is carried out
);

  dmar_params #(`DMAR_CORE_CHECKED) u_params ();
  function automatic int unsigned larger(input int unsigned a, input int unsigned b);
    larger = (a > b) ? a : b;
  endfunction

  localparam int unsigned PageSets = larger(larger(Iotlb4kSets, Iotlb2mSets),
      larger(Iotlb1gSets, PagingCacheSets));
  localparam int unsigned InterruptSets = InterruptRemapping ? InterruptCacheSets : 1;
  localparam int unsigned SweepSets  = larger(larger(ContextSets, PageSets), InterruptSets);
  localparam int unsigned SweepWidth = (SweepSets > 1) ? $clog2(SweepSets) : 1;
  localparam int unsigned R = dmar_pkg::REQUEST_WIDTH;
  localparam int unsigned A = dmar_pkg::ANSWER_WIDTH;
  localparam int unsigned V = dmar_pkg::VERDICT_WIDTH;
  localparam int unsigned FaultInfoWidth = Sagaw[3] ? 57 : Sagaw[2] ? 48 : 39;

  // Request ports: a lane each, or one for both //

  logic [Lanes-1:0]   req_valid, req_ready, rsp_valid, mon_valid;
  logic [Lanes*8-1:0] req_tag, rsp_tag;
  logic [Lanes*R-1:0] req;
  logic [Lanes*A-1:0] rsp;
  logic [Lanes*V-1:0] mon_verdict;

  if (Lanes == 2) begin : gen_lanes
    assign req_valid = {xlate1_req_valid_i, xlate0_req_valid_i};
    assign req_tag   = {xlate1_req_tag_i, xlate0_req_tag_i};
    assign req       = {xlate1_req_i, xlate0_req_i};
    assign xlate0_req_ready_o = req_ready[0];
    assign xlate0_rsp_valid_o = rsp_valid[0];
    assign xlate1_req_ready_o = req_ready[Lanes-1];
    assign xlate1_rsp_valid_o = rsp_valid[Lanes-1];
    assign mon_valid_o[1:0]   = mon_valid;
  end else begin : gen_lane
    logic rsp_port;

    dmar_xlate_mux u_xlate_mux (
      .clk_i, .rst_ni,
      .valid0_i(xlate0_req_valid_i), .ready0_o(xlate0_req_ready_o), .tag0_i(xlate0_req_tag_i),
      .request0_i(xlate0_req_i),
      .valid1_i(xlate1_req_valid_i), .ready1_o(xlate1_req_ready_o), .tag1_i(xlate1_req_tag_i),
      .request1_i(xlate1_req_i),
      .valid_o(req_valid), .ready_i(req_ready), .tag_o(req_tag), .request_o(req)
    );
    assign rsp_port           = ({1'b0, rsp_tag[7:0]} >= 9'(Port0Tags));
    assign xlate0_rsp_valid_o = rsp_valid[0] && !rsp_port;
    assign xlate1_rsp_valid_o = rsp_valid[0] && rsp_port;
    assign mon_valid_o[1:0]   = {mon_valid[0] && rsp_port, mon_valid[0] && !rsp_port};
  end

  assign xlate0_rsp_tag_o = rsp_tag[7:0];
  assign xlate0_rsp_o     = rsp[A-1:0];
  assign xlate1_rsp_tag_o = rsp_tag[(Lanes-1)*8 +: 8];
  assign xlate1_rsp_o     = rsp[(Lanes-1)*A +: A];
  assign mon_verdicts_o[2*V-1:0] = {mon_verdict[(Lanes-1)*V +: V], mon_verdict[V-1:0]};

  // Translation and its flushes //

  dmar_pkg::control_t control, control_next;
  dmar_pkg::flush_t   flush, command_flush;
  logic               flush_valid, flush_done, stop, empty, overtaken, flushing, poison;
  logic               sweep_valid, clear_all, epoch;
  logic [SweepWidth-1:0] sweep_count;
  logic               command_valid, command_done;
  logic [31:0]        low_base, low_limit;
  logic [63:0]        high_base, high_limit;
  logic               fault_valid;
  dmar_pkg::fault_t   fault;
  logic               walk_valid, walk_ready, walk_wide, walk_line, walk_rsp_valid;
  logic               walk_rsp_ready, rsp_error;
  logic [63:0]        walk_addr;
  logic [5:0]         walk_id, rsp_id;
  logic [127:0]       rsp_data;
  logic               rsp_last;

  logic             post_fault_valid;
  dmar_pkg::fault_t post_fault;

  dmar_translate #(`DMAR_TRANSLATE_MAP, .SweepWidth(SweepWidth)) u_translate (
    .clk_i, .rst_ni, .req_valid_i(req_valid), .req_ready_o(req_ready), .req_tag_i(req_tag),
    .req_i(req), .rsp_valid_o(rsp_valid), .rsp_tag_o(rsp_tag), .rsp_o(rsp),
    .late_valid_o(late_rsp_valid_o), .late_tag_o(late_rsp_tag_o), .late_o(late_rsp_o),
    .fault_valid_o(fault_valid), .fault_hold_i(post_fault_valid), .fault_o(fault),
    .control_i(control), .low_base_i(low_base), .low_limit_i(low_limit),
    .high_base_i(high_base), .high_limit_i(high_limit),
    .stop_i(stop), .empty_o(empty), .overtaken_o(overtaken), .flushing_i(flushing),
    .poison_i(poison), .sweep_valid_i(sweep_valid), .sweep_count_i(sweep_count),
    .clear_all_i(clear_all), .flush_i(flush), .epoch_i(epoch), .mem_valid_o(walk_valid),
    .mem_ready_i(walk_ready), .mem_addr_o(walk_addr), .mem_wide_o(walk_wide),
    .mem_line_o(walk_line), .mem_id_o(walk_id), .mem_rsp_valid_i(walk_rsp_valid),
    .mem_rsp_ready_o(walk_rsp_ready), .mem_rsp_id_i(rsp_id), .mem_rsp_data_i(rsp_data),
    .mem_rsp_last_i(rsp_last), .mem_rsp_error_i(rsp_error), .mon_valid_o(mon_valid),
    .mon_verdict_o(mon_verdict), .mon_late_valid_o(mon_valid_o[2]),
    .mon_late_verdict_o(mon_verdicts_o[2*V +: V]), .mon_walk_o
  );

  dmar_flush #(
    .ContextSets(ContextSets), .PageSets(PageSets), .PageShift($clog2(Iotlb4kPages)),
    .InterruptSets(InterruptSets), .SweepSets(SweepSets), .DrainLatency(DrainLatency)
  ) u_flush (
    .clk_i, .rst_ni, .flush_valid_i(flush_valid), .flush_i(flush), .flush_done_o(flush_done),
    .control_next_i(control_next), .control_o(control), .stop_o(stop), .empty_i(empty),
    .overtaken_i(overtaken), .flushing_o(flushing), .poison_o(poison),
    .sweep_valid_o(sweep_valid), .sweep_count_o(sweep_count), .clear_all_o(clear_all),
    .epoch_o(epoch), .drain_busy_i
  );
  assign epoch_o    = epoch;
  assign mon_busy_o = flush_valid;

  // Registers and what acts on them //

  logic [31:0] capability_rdata, command_rdata, protected_rdata, inv_rdata;
  logic [31:0] completion_rdata, fault_rdata;
  logic        queue_enable, queue_enabled, completion;
  dmar_pkg::queue_errors_t queue_errors, queue_status, queue_kept;
  logic        remapping, fault_busy, completion_busy;
  logic        queue_valid, queue_ready, queue_rsp_valid, status_valid, status_done;
  logic [63:0] queue_addr;
  logic [1:0]  queue_len;
  logic        fault_event_valid, fault_event_done, inv_event_valid, inv_event_done;
  dmar_pkg::message_t status, fault_event, inv_event;

  dmar_capability #(`DMAR_CAPABILITY_MAP) u_capability (
    .access_i, .rdata_o(capability_rdata)
  );

  dmar_global_command #(
    .HasProtected(ProtectedLow || ProtectedHigh), .InterruptRemapping(InterruptRemapping),
    .ExtendedInterruptMode(ExtendedInterruptMode), .WriteBufferFlush(WriteBufferFlush)
  ) u_global_command (
    .clk_i, .rst_ni, .access_i, .rdata_o(command_rdata), .queue_enable_o(queue_enable),
    .queue_enabled_i(queue_enabled), .control_i(control), .control_next_o(control_next),
    .flush_valid_o(command_valid), .flush_o(command_flush), .flush_done_i(command_done),
    .remapping_o(remapping)
  );

  dmar_protected_regs #(
    .ProtectedLow(ProtectedLow), .ProtectedHigh(ProtectedHigh), .ProtectedAlign(ProtectedAlign)
  ) u_protected_regs (
    .clk_i, .rst_ni, .access_i, .rdata_o(protected_rdata), .low_base_o(low_base),
    .low_limit_o(low_limit), .high_base_o(high_base), .high_limit_o(high_limit)
  );

  dmar_invalidate #(`DMAR_INVALIDATE_MAP) u_invalidate (
    .clk_i, .rst_ni, .access_i, .rdata_o(inv_rdata), .queue_enable_i(queue_enable),
    .queue_enabled_o(queue_enabled), .ttm_i(control.ttm), .status_i(queue_status),
    .kept_i(queue_kept), .errors_o(queue_errors), .mem_valid_o(queue_valid),
    .mem_ready_i(queue_ready), .mem_addr_o(queue_addr), .mem_len_o(queue_len),
    .rsp_valid_i(queue_rsp_valid), .rsp_data_i(rsp_data), .rsp_last_i(rsp_last),
    .rsp_error_i(rsp_error), .translation_i(control.translation_enabled),
    .m_msg_valid_o, .m_msg_ready_i, .m_msg_o, .s_msg_valid_i, .s_msg_ready_o, .s_msg_i,
    .status_valid_o(status_valid), .status_o(status), .status_done_i(status_done),
    .completion_o(completion), .command_valid_i(command_valid), .command_flush_i(command_flush),
    .command_done_o(command_done), .flush_valid_o(flush_valid), .flush_o(flush),
    .flush_done_i(flush_done)
  );

  dmar_inv_completion u_inv_completion (
    .clk_i, .rst_ni, .access_i, .rdata_o(completion_rdata), .completion_i(completion),
    .busy_o(completion_busy), .msg_valid_o(inv_event_valid), .msg_ready_i(inv_event_done),
    .msg_o(inv_event)
  );

  // A fault of a posting waits while those of translations are recorded that were found already.
  dmar_fault_unit #(
    .FaultRecords(FaultRecords), .CollapseFaults(CollapseFaults), .FaultInfoWidth(FaultInfoWidth),
    .DeviceTlb(DeviceTlb)
  ) u_fault_unit (
    .clk_i, .rst_ni, .access_i, .rdata_o(fault_rdata),
    .fault_valid_i(fault_valid || post_fault_valid),
    .fault_i(fault_valid ? fault : post_fault),
    .restart_i(!remapping), .queue_errors_i(queue_errors),
    .queue_status_o(queue_status), .queue_kept_o(queue_kept), .busy_o(fault_busy),
    .msg_valid_o(fault_event_valid),
    .msg_ready_i(fault_event_done), .msg_o(fault_event)
  );

  // Each register belongs to one block; the others answer 0.
  assign access_rdata_o = capability_rdata | command_rdata | protected_rdata | inv_rdata
      | completion_rdata | fault_rdata;
  assign messages_busy_o = fault_busy || completion_busy || status_valid;

  // The unit's own memory traffic. A status write that memory refuses counts as done: no queue
  // error stands for it, and a stopped queue would take all devices along. //

  logic                  write_error, notify_valid, notify_done, update_valid, update_beat;
  logic                  update_change, update_done;
  logic [1:0]            update_index, write_beat;
  logic [63:0]           update_address;
  dmar_pkg::message_t    notify;
  dmar_pkg::table_data_t update_data;
  dmar_pkg::update_e     update;

  dmar_table_port #(
    .HostAddrWidth(HostAddrWidth), .Coherent(Coherent), .SnoopCache(SnoopCache),
    .TableQos(TableQos), .Walks(Walks), .TableAtomics(TableAtomics), .FullSlice(Walks > 1)
  ) u_table_port (
    .clk_i, .rst_ni,
    .walk_valid_i(walk_valid), .walk_ready_o(walk_ready), .walk_addr_i(walk_addr),
    .walk_wide_i(walk_wide), .walk_line_i(walk_line), .walk_id_i(walk_id),
    .walk_rsp_valid_o(walk_rsp_valid), .walk_rsp_ready_i(walk_rsp_ready),
    .queue_valid_i(queue_valid), .queue_ready_o(queue_ready), .queue_addr_i(queue_addr),
    .queue_len_i(queue_len), .queue_rsp_valid_o(queue_rsp_valid),
    .rsp_id_o(rsp_id), .rsp_data_o(rsp_data), .rsp_last_o(rsp_last),
    .rsp_error_o(rsp_error),
    .status_valid_i(status_valid), .status_i(status), .status_done_o(status_done),
    .fault_event_valid_i(fault_event_valid), .fault_event_i(fault_event),
    .fault_event_done_o(fault_event_done),
    .inv_event_valid_i(inv_event_valid), .inv_event_i(inv_event),
    .inv_event_done_o(inv_event_done), .write_error_o(write_error),
    .notify_valid_i(notify_valid), .notify_i(notify), .notify_done_o(notify_done),
    .update_valid_i(update_valid), .update_address_i(update_address),
    .update_beat_o(update_beat), .update_index_o(update_index),
    .update_change_i(update_change), .write_beat_o(write_beat), .update_data_i(update_data),
    .update_done_o(update_done), .update_o(update),
    .awid_o, .awaddr_o, .awlen_o, .awsize_o, .awburst_o, .awlock_o, .awcache_o, .awprot_o,
    .awqos_o, .awuser_o, .awvalid_o, .awready_i,
    .wdata_o, .wstrb_o, .wlast_o, .wvalid_o, .wready_i, .bid_i, .bresp_i, .bvalid_i,
    .bready_o,
    .arid_o, .araddr_o, .arlen_o, .arsize_o, .arburst_o, .arlock_o, .arcache_o, .arprot_o,
    .arqos_o, .aruser_o, .arvalid_o, .arready_i,
    .rid_i, .rdata_i, .rresp_i, .rlast_i, .rvalid_i, .rready_o
  );

  // Posted interrupts //

  if (PostedInterrupts) begin : gen_posting
    dmar_posting u_posting (
      .clk_i, .rst_ni, .valid_i(post_valid_i), .posting_i(post_i), .done_o(post_done_o),
      .fault_o(post_fault_o), .update_valid_o(update_valid), .update_address_o(update_address),
      .update_beat_i(update_beat), .update_index_i(update_index), .update_data_i(rsp_data),
      .update_change_o(update_change), .write_beat_i(write_beat), .write_data_o(update_data),
      .update_done_i(update_done), .update_i(update), .notify_valid_o(notify_valid),
      .notify_o(notify), .notify_done_i(notify_done), .fault_valid_o(post_fault_valid),
      .fault_ready_i(!fault_valid), .fault_record_o(post_fault)
    );
  end else begin : gen_no_posting
    assign post_done_o      = 1'b0;
    assign post_fault_o     = 1'b0;
    assign update_valid     = 1'b0;
    assign update_address   = '0;
    assign update_change    = 1'b0;
    assign update_data      = '0;
    assign notify_valid     = 1'b0;
    assign notify           = '0;
    assign post_fault_valid = 1'b0;
    assign post_fault       = '0;

    logic unused_posting;
    assign unused_posting = ^{post_valid_i, post_i, notify_done, update_beat, update_index,
                              write_beat, update_done, update};
  end

  logic unused;
  assign unused = write_error;

endmodule
`default_nettype wire
