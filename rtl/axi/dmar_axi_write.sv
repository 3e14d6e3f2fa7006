// SPDX-License-Identifier: Apache-2.0
// Device writes, in order. The data of a burst is taken into a buffer first and its translation is
// asked for then, and there is room for the response of every write inside. So what was permitted
// depends on memory alone to finish: an invalidation that waits for it cannot be held up by a
// device.
// A blocked burst is dropped from the buffer at once; its slot then waits beside the ring until its
// error may be given, so a device that is refused holds up nobody. An interrupt message leaves
// after all earlier writes are visible, with the address and data that remapping gave it; a posted
// interrupt is handed to dmar_posting then.
`default_nettype none
`include "dmar_assert.svh"

module dmar_axi_write #(
  parameter int unsigned Slots       = 8,
  parameter int unsigned IdWidth     = 4,
  parameter int unsigned BufferBeats = 256,
  parameter int unsigned FirstTag    = 8,
  parameter bit          PostedInterrupts = 1'b0
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  // Device
  input wire logic [IdWidth-1:0] s_awid_i,
  input wire logic [63:0]        s_awaddr_i,
  input wire logic [7:0]         s_awlen_i,
  input wire logic [2:0]         s_awsize_i,
  input wire logic [1:0]         s_awburst_i,
  input wire logic [3:0]         s_awqos_i,      // passed on, the only attribute that is
  input wire logic [47:0]        s_awuser_i,
  input wire logic               s_awvalid_i,
  output logic                   s_awready_o,
  input wire logic [127:0]       s_wdata_i,
  input wire logic [15:0]        s_wstrb_i,
  input wire logic               s_wlast_i,
  input wire logic               s_wvalid_i,
  output logic                   s_wready_o,
  output logic     [IdWidth-1:0] s_bid_o,
  output logic     [1:0]         s_bresp_o,
  output logic                   s_bvalid_o,
  input wire logic               s_bready_i,
  // Translation; the tag is FirstTag plus the slot
  output logic                   req_valid_o,
  input wire logic               req_ready_i,
  output dmar_pkg::tag_t         req_tag_o,
  output dmar_pkg::request_t     req_o,
  input wire logic               rsp_valid_i,
  input wire dmar_pkg::tag_t     rsp_tag_i,
  input wire dmar_pkg::answer_t  rsp_i,
  input wire logic               late_valid_i,   // no hit; maybe in the same clock
  input wire dmar_pkg::tag_t     late_tag_i,
  input wire dmar_pkg::answer_t  late_i,
  input wire logic               epoch_i,
  output logic                   drain_busy_o,   // released before this epoch, not yet acknowledged
  // Posted interrupts (dmar_posting)
  output logic                   post_valid_o,
  output dmar_pkg::posting_t     post_o,
  input wire logic               post_done_i,
  input wire logic               post_fault_i,
  // For dmar_write_barrier: slots that are taken and given back in this clock
  output logic     [Slots-1:0]   slot_alloc_o,
  output logic     [Slots-1:0]   slot_done_o,
  // Memory
  output logic     [IdWidth-1:0] m_awid_o,
  output logic     [63:0]        m_awaddr_o,
  output logic     [7:0]         m_awlen_o,
  output logic     [2:0]         m_awsize_o,
  output logic     [1:0]         m_awburst_o,
  output logic     [3:0]         m_awqos_o,
  output logic     [17:0]        m_awuser_o,
  output logic                   m_awvalid_o,
  input wire logic               m_awready_i,
  output logic     [127:0]       m_wdata_o,
  output logic     [15:0]        m_wstrb_o,
  output logic                   m_wlast_o,
  output logic                   m_wvalid_o,
  input wire logic               m_wready_i,
  input wire logic [IdWidth-1:0] m_bid_i,
  input wire logic [1:0]         m_bresp_i,
  input wire logic               m_bvalid_i,
  output logic                   m_bready_o
);

  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1;

  logic [Slots-1:0]         used, alloc, judged, permitted, epoch, done, done_turn, issue_turn;
  logic [Slots-1:0]         permitted_q, refused_q, issued_q, dropped_q, posted_q, epoch_q;
  logic [Slots*IdWidth-1:0] id;
  logic [SlotWidth-1:0]     alloc_slot, data_slot, ask_slot, head_slot, done_slot;

  // Addresses //

  logic                   filled, ask_taken, head_done, data_owed;
  logic [IdWidth-1:0]     head_id;
  logic [3:0]             head_qos;
  dmar_pkg::beat_data_t   data_beat;
  dmar_pkg::beat_target_t ask_target;
  dmar_pkg::beat_pasid_t  ask_pasid;
  dmar_pkg::beat_shape_t  ask_shape, head_shape;

  dmar_write_ring #(.Slots(Slots), .IdWidth(IdWidth)) u_ring (
    .clk_i, .rst_ni, .s_awid_i, .s_awaddr_i, .s_awlen_i, .s_awsize_i, .s_awburst_i, .s_awqos_i,
    .s_awuser_i, .s_awvalid_i, .s_awready_o, .used_i(used), .alloc_o(alloc),
    .alloc_slot_o(alloc_slot), .filled_i(filled), .asked_i(ask_taken), .head_done_i(head_done),
    .answered_i(s_bvalid_o && s_bready_i), .data_owed_o(data_owed), .data_slot_o(data_slot),
    .data_beat_o(data_beat), .ask_valid_o(req_valid_o), .ask_slot_o(ask_slot),
    .ask_target_o(ask_target), .ask_pasid_o(ask_pasid), .ask_shape_o(ask_shape),
    .head_slot_o(head_slot), .head_shape_o(head_shape), .head_id_o(head_id), .head_qos_o(head_qos)
  );

  // Writes are issued in the order of the ring, those of one ID with it.
  dmar_slot_order #(.Slots(Slots), .IdWidth(IdWidth)) u_order (
    .clk_i, .rst_ni, .alloc_i(alloc), .alloc_index_i(alloc_slot), .alloc_id_i(s_awid_i),
    .issue_i('0), .issue_index_i('0), .issued_i('0), .done_i(done), .done_index_i(done_slot),
    .used_o(used), .id_o(id), .issue_turn_o(issue_turn), .done_turn_o(done_turn)
  );

  // Data //

  logic         ask_dword, buffer_valid, buffer_ready;
  logic [1:0]   ask_lane, head_lane;
  logic [31:0]  ask_data;
  logic [127:0] buffer_data;
  logic [15:0]  buffer_strobe;

  dmar_write_data #(.Slots(Slots), .BufferBeats(BufferBeats)) u_data (
    .clk_i, .rst_ni, .s_wdata_i, .s_wstrb_i, .s_wlast_i, .s_wvalid_i, .s_wready_o,
    .owed_i(data_owed), .slot_i(data_slot), .beat_i(data_beat), .filled_o(filled),
    .ask_slot_i(ask_slot), .ask_dword_o(ask_dword), .ask_lane_o(ask_lane), .ask_data_o(ask_data),
    .head_slot_i(head_slot), .head_lane_o(head_lane), .valid_o(buffer_valid),
    .ready_i(buffer_ready), .data_o(buffer_data), .strobe_o(buffer_strobe)
  );

  // Translation //

  assign ask_taken = req_valid_o && req_ready_i;
  assign req_tag_o = 8'(FirstTag) + 8'(ask_slot);

  dmar_axi_request u_request (
    .write_i(1'b1), .target_i(ask_target), .pasid_i(ask_pasid), .shape_i(ask_shape),
    .dword_i(ask_dword), .lane_i(ask_lane), .data_i(ask_data), .request_o(req_o)
  );

  logic                head_interrupt, head_remapped, head_snoop, head_posted;
  dmar_pkg::page_t     head_page;
  dmar_pkg::remapped_t head_message;
  dmar_pkg::posted_t   head_posting;

  dmar_write_verdicts #(
    .Slots(Slots), .FirstTag(FirstTag), .PostedInterrupts(PostedInterrupts)
  ) u_verdicts (
    .clk_i, .rst_ni, .rsp_valid_i, .rsp_tag_i, .rsp_i, .late_valid_i, .late_tag_i, .late_i,
    .judged_o(judged), .permitted_o(permitted), .epoch_o(epoch), .head_slot_i(head_slot),
    .head_interrupt_o(head_interrupt), .head_remapped_o(head_remapped), .head_snoop_o(head_snoop),
    .head_page_o(head_page), .head_message_o(head_message), .head_posted_o(head_posted),
    .head_posting_o(head_posting)
  );

  // To memory. Messages push the writes before them: data first, then the interrupt that announces
  // it. A posted one leaves the ring when it is in its descriptor and the notification is out. //

  logic head_go, head_waits, head_leaves;
  assign head_waits = (issued_q != '0);
  assign head_go    = permitted_q[head_slot] && !head_posted && !(head_interrupt && head_waits);

  assign post_valid_o = permitted_q[head_slot] && head_posted && !head_waits && buffer_valid;
  assign post_o       = {head_shape.source_id, head_page, head_posting};
  assign head_leaves  = PostedInterrupts && post_valid_o && post_done_i;

  dmar_write_head #(.IdWidth(IdWidth)) u_head (
    .clk_i, .rst_ni, .go_i(head_go), .sink_i(refused_q[head_slot] || head_leaves),
    .done_o(head_done),
    .shape_i(head_shape), .id_i(head_id), .qos_i(head_qos), .lane_i(head_lane),
    .interrupt_i(head_interrupt), .remapped_i(head_remapped), .snoop_i(head_snoop),
    .page_i(head_page), .message_i(head_message), .buffer_valid_i(buffer_valid),
    .buffer_ready_o(buffer_ready), .buffer_data_i(buffer_data), .buffer_strobe_i(buffer_strobe),
    .m_awid_o, .m_awaddr_o, .m_awlen_o, .m_awsize_o, .m_awburst_o, .m_awqos_o, .m_awuser_o,
    .m_awvalid_o, .m_awready_i, .m_wdata_o, .m_wstrb_o, .m_wlast_o, .m_wvalid_o, .m_wready_i
  );

  dmar_write_responses #(.Slots(Slots), .IdWidth(IdWidth)) u_responses (
    .clk_i, .rst_ni, .id_i(id), .done_turn_i(done_turn), .issued_i(issued_q),
    .dropped_i(dropped_q), .posted_i(posted_q), .done_o(done), .done_slot_o(done_slot),
    .m_bid_i, .m_bresp_i, .m_bvalid_i, .m_bready_o, .s_bid_o, .s_bresp_o, .s_bvalid_o, .s_bready_i
  );

  // The state of each slot //

  for (genvar i = 0; i < Slots; i++) begin : gen_state
    always_ff @(posedge clk_i) begin
      if (!rst_ni || done[i]) begin
        permitted_q[i] <= 1'b0;
        refused_q[i]   <= 1'b0;
        dropped_q[i]   <= 1'b0;
        issued_q[i]    <= 1'b0;
      end else begin
        if (judged[i]) begin
          permitted_q[i] <= permitted[i];
          refused_q[i]   <= !permitted[i];
        end
        if (head_done && head_slot == SlotWidth'(i)) begin
          permitted_q[i] <= 1'b0;
          refused_q[i]   <= 1'b0;
          dropped_q[i]   <= refused_q[i] || head_leaves;
          issued_q[i]    <= permitted_q[i] && !head_leaves;
        end
      end
    end

    // It is answered here, and with no error.
    always_ff @(posedge clk_i) begin
      if (head_done && head_slot == SlotWidth'(i)) posted_q[i] <= head_leaves && !post_fault_i;
    end

    always_ff @(posedge clk_i) begin
      if (judged[i]) epoch_q[i] <= epoch[i];
    end
  end

  assign slot_alloc_o = alloc;
  assign slot_done_o  = done;
  assign drain_busy_o = ((permitted_q | issued_q) & (epoch_q ^ {Slots{epoch_i}})) != '0;

  `DMAR_ASSERT(AnswersAwaited_A,
               (judged & ~(used & ~(permitted_q | issued_q | refused_q | dropped_q))) == '0)
  `DMAR_ASSERT_HELD(RequestHeld_A, req_valid_o, req_ready_i, {req_tag_o, req_o})

  logic unused;
  assign unused = ^issue_turn;

endmodule
`default_nettype wire
