// SPDX-License-Identifier: Apache-2.0
// A VT-d DMA-remapping unit between one AXI4 device port and memory: parameters, ports, wiring.
`default_nettype none
`include "dmar_parameters.svh"

module dmar_top #(
  // rtl/parameters.json; docs/integration.md has the meanings and the legal values
  `DMAR_TOP_PARAMETERS
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,

  // Registers: AXI4-Lite, 64-bit data, 4 KiB
  input wire logic [11:0]        s_reg_awaddr_i,
  input wire logic               s_reg_awvalid_i,
  output logic                   s_reg_awready_o,
  input wire logic [63:0]        s_reg_wdata_i,
  input wire logic [7:0]         s_reg_wstrb_i,
  input wire logic               s_reg_wvalid_i,
  output logic                   s_reg_wready_o,
  output logic     [1:0]         s_reg_bresp_o,
  output logic                   s_reg_bvalid_o,
  input wire logic               s_reg_bready_i,
  input wire logic [11:0]        s_reg_araddr_i,
  input wire logic               s_reg_arvalid_i,
  output logic                   s_reg_arready_o,
  output logic     [63:0]        s_reg_rdata_o,
  output logic     [1:0]         s_reg_rresp_o,
  output logic                   s_reg_rvalid_o,
  input wire logic               s_reg_rready_i,

  // Device side: AXI4 subordinate, 128-bit data. AxUSER: docs/integration.md
  input wire logic [IdWidth-1:0] s_dma_awid_i,
  input wire logic [63:0]        s_dma_awaddr_i,
  input wire logic [7:0]         s_dma_awlen_i,
  input wire logic [2:0]         s_dma_awsize_i,
  input wire logic [1:0]         s_dma_awburst_i,
  input wire logic               s_dma_awlock_i,
  input wire logic [3:0]         s_dma_awcache_i,
  input wire logic [2:0]         s_dma_awprot_i,
  input wire logic [3:0]         s_dma_awqos_i,
  input wire logic [47:0]        s_dma_awuser_i,
  input wire logic               s_dma_awvalid_i,
  output logic                   s_dma_awready_o,
  input wire logic [127:0]       s_dma_wdata_i,
  input wire logic [15:0]        s_dma_wstrb_i,
  input wire logic               s_dma_wlast_i,
  input wire logic               s_dma_wvalid_i,
  output logic                   s_dma_wready_o,
  output logic     [IdWidth-1:0] s_dma_bid_o,
  output logic     [1:0]         s_dma_bresp_o,
  output logic                   s_dma_bvalid_o,
  input wire logic               s_dma_bready_i,
  input wire logic [IdWidth-1:0] s_dma_arid_i,
  input wire logic [63:0]        s_dma_araddr_i,
  input wire logic [7:0]         s_dma_arlen_i,
  input wire logic [2:0]         s_dma_arsize_i,
  input wire logic [1:0]         s_dma_arburst_i,
  input wire logic               s_dma_arlock_i,
  input wire logic [3:0]         s_dma_arcache_i,
  input wire logic [2:0]         s_dma_arprot_i,
  input wire logic [3:0]         s_dma_arqos_i,
  input wire logic [47:0]        s_dma_aruser_i,
  input wire logic               s_dma_arvalid_i,
  output logic                   s_dma_arready_o,
  output logic     [IdWidth-1:0] s_dma_rid_o,
  output logic     [127:0]       s_dma_rdata_o,
  output logic     [1:0]         s_dma_rresp_o,
  output logic                   s_dma_rlast_o,
  output logic                   s_dma_rvalid_o,
  input wire logic               s_dma_rready_i,

  // Memory side, remapped DMA and interrupt messages: AXI4 manager
  output logic     [IdWidth-1:0] m_dma_awid_o,
  output logic     [63:0]        m_dma_awaddr_o,
  output logic     [7:0]         m_dma_awlen_o,
  output logic     [2:0]         m_dma_awsize_o,
  output logic     [1:0]         m_dma_awburst_o,
  output logic                   m_dma_awlock_o,
  output logic     [3:0]         m_dma_awcache_o,
  output logic     [2:0]         m_dma_awprot_o,
  output logic     [3:0]         m_dma_awqos_o,
  output logic     [17:0]        m_dma_awuser_o,
  output logic                   m_dma_awvalid_o,
  input wire logic               m_dma_awready_i,
  output logic     [127:0]       m_dma_wdata_o,
  output logic     [15:0]        m_dma_wstrb_o,
  output logic                   m_dma_wlast_o,
  output logic                   m_dma_wvalid_o,
  input wire logic               m_dma_wready_i,
  input wire logic [IdWidth-1:0] m_dma_bid_i,
  input wire logic [1:0]         m_dma_bresp_i,
  input wire logic               m_dma_bvalid_i,
  output logic                   m_dma_bready_o,
  output logic     [IdWidth-1:0] m_dma_arid_o,
  output logic     [63:0]        m_dma_araddr_o,
  output logic     [7:0]         m_dma_arlen_o,
  output logic     [2:0]         m_dma_arsize_o,
  output logic     [1:0]         m_dma_arburst_o,
  output logic                   m_dma_arlock_o,
  output logic     [3:0]         m_dma_arcache_o,
  output logic     [2:0]         m_dma_arprot_o,
  output logic     [3:0]         m_dma_arqos_o,
  output logic     [17:0]        m_dma_aruser_o,
  output logic                   m_dma_arvalid_o,
  input wire logic               m_dma_arready_i,
  input wire logic [IdWidth-1:0] m_dma_rid_i,
  input wire logic [127:0]       m_dma_rdata_i,
  input wire logic [1:0]         m_dma_rresp_i,
  input wire logic               m_dma_rlast_i,
  input wire logic               m_dma_rvalid_i,
  output logic                   m_dma_rready_o,

  // Messages to devices with TLBs of their own, and from them. Fields: docs/integration.md
  output logic                   m_msg_valid_o,    // invalidate request
  input wire logic               m_msg_ready_i,
  output logic     [15:0]        m_msg_source_id_o,
  output logic     [4:0]         m_msg_itag_o,
  output logic     [63:0]        m_msg_payload_o,
  input wire logic               s_msg_valid_i,    // invalidate completion
  output logic                   s_msg_ready_o,
  input wire logic [15:0]        s_msg_source_id_i,
  input wire logic [31:0]        s_msg_itags_i,
  input wire logic [2:0]         s_msg_count_i,    // 0 says 8

  // Memory side, tables, queues and event messages: AXI4 manager
  output logic     [5:0]         m_tbl_awid_o,
  output logic     [63:0]        m_tbl_awaddr_o,
  output logic     [7:0]         m_tbl_awlen_o,
  output logic     [2:0]         m_tbl_awsize_o,
  output logic     [1:0]         m_tbl_awburst_o,
  output logic                   m_tbl_awlock_o,
  output logic     [3:0]         m_tbl_awcache_o,
  output logic     [2:0]         m_tbl_awprot_o,
  output logic     [3:0]         m_tbl_awqos_o,
  output logic     [0:0]         m_tbl_awuser_o,
  output logic                   m_tbl_awvalid_o,
  input wire logic               m_tbl_awready_i,
  output logic     [127:0]       m_tbl_wdata_o,
  output logic     [15:0]        m_tbl_wstrb_o,
  output logic                   m_tbl_wlast_o,
  output logic                   m_tbl_wvalid_o,
  input wire logic               m_tbl_wready_i,
  input wire logic [5:0]         m_tbl_bid_i,
  input wire logic [1:0]         m_tbl_bresp_i,
  input wire logic               m_tbl_bvalid_i,
  output logic                   m_tbl_bready_o,
  output logic     [5:0]         m_tbl_arid_o,
  output logic     [63:0]        m_tbl_araddr_o,
  output logic     [7:0]         m_tbl_arlen_o,
  output logic     [2:0]         m_tbl_arsize_o,
  output logic     [1:0]         m_tbl_arburst_o,
  output logic                   m_tbl_arlock_o,
  output logic     [3:0]         m_tbl_arcache_o,
  output logic     [2:0]         m_tbl_arprot_o,
  output logic     [3:0]         m_tbl_arqos_o,
  output logic     [0:0]         m_tbl_aruser_o,
  output logic                   m_tbl_arvalid_o,
  input wire logic               m_tbl_arready_i,
  input wire logic [5:0]         m_tbl_rid_i,
  input wire logic [127:0]       m_tbl_rdata_i,
  input wire logic [1:0]         m_tbl_rresp_i,
  input wire logic               m_tbl_rlast_i,
  input wire logic               m_tbl_rvalid_i,
  output logic                   m_tbl_rready_o,

  // Monitor: a pulse for each verdict, for benches, statistics and trace hardware. Up to three a
  // clock: hits of reads [0] and of writes [1], all else [2]
  output logic     [2:0]         mon_valid_o,
  output logic     [47:0]        mon_source_id_o,
  output logic     [191:0]       mon_address_o,    // of the request
  output logic     [5:0]         mon_at_o,         // address type
  output logic     [5:0]         mon_kind_o,       // 0 read, 1 write, 2 atomic, 3 zero-length read
  output logic     [8:0]         mon_verdict_o,    // dmar_pkg::verdict_e
  output logic     [23:0]        mon_reason_o,     // fault reason, 0 when it is no fault
  output logic     [2:0]         mon_hit_o,        // answered without a walk of its own or merged
  output logic                   mon_walk_o,       // one pulse for each table walk started
  output logic                   mon_busy_o        // an invalidation or a command is carried out
);

  // What dmar_core is told of the device port
  localparam int unsigned Tags         = ReadSlots + WriteSlots;
  localparam int unsigned Port0Tags    = ReadSlots;
  localparam int unsigned DrainLatency = 2;

  dmar_params #(`DMAR_TOP_CHECKED) u_params ();

  // Device port //

  logic               read_valid, read_ready, write_valid, write_ready;
  logic               read_rsp_valid, write_rsp_valid, late_rsp_valid;
  logic               epoch, read_drain_busy, write_drain_busy, post_valid, post_done, post_fault;
  dmar_pkg::posting_t post;
  dmar_pkg::tag_t     read_tag, write_tag, read_rsp_tag, write_rsp_tag, late_rsp_tag;
  dmar_pkg::request_t read_request, write_request;
  dmar_pkg::answer_t  read_rsp, write_rsp, late_rsp;
  logic [WriteSlots-1:0] write_alloc, write_done;

  dmar_axi_read #(
    .DeviceTlb(DeviceTlb), .Slots(ReadSlots), .IdWidth(IdWidth), .BufferBeats(ReadBufferBeats)
  ) u_axi_read (
    .clk_i, .rst_ni,
    .s_arid_i(s_dma_arid_i), .s_araddr_i(s_dma_araddr_i), .s_arlen_i(s_dma_arlen_i),
    .s_arsize_i(s_dma_arsize_i), .s_arburst_i(s_dma_arburst_i),
    .s_arqos_i(s_dma_arqos_i),
    .s_aruser_i(s_dma_aruser_i), .s_arvalid_i(s_dma_arvalid_i), .s_arready_o(s_dma_arready_o),
    .s_rid_o(s_dma_rid_o), .s_rdata_o(s_dma_rdata_o), .s_rresp_o(s_dma_rresp_o),
    .s_rlast_o(s_dma_rlast_o), .s_rvalid_o(s_dma_rvalid_o), .s_rready_i(s_dma_rready_i),
    .req_valid_o(read_valid), .req_ready_i(read_ready), .req_tag_o(read_tag),
    .req_o(read_request),
    .rsp_valid_i(read_rsp_valid), .rsp_tag_i(read_rsp_tag), .rsp_i(read_rsp),
    .late_valid_i(late_rsp_valid), .late_tag_i(late_rsp_tag), .late_i(late_rsp),
    .epoch_i(epoch), .drain_busy_o(read_drain_busy),
    .m_arid_o(m_dma_arid_o), .m_araddr_o(m_dma_araddr_o), .m_arlen_o(m_dma_arlen_o),
    .m_arsize_o(m_dma_arsize_o), .m_arburst_o(m_dma_arburst_o),
    .m_arqos_o(m_dma_arqos_o),
    .m_aruser_o(m_dma_aruser_o), .m_arvalid_o(m_dma_arvalid_o), .m_arready_i(m_dma_arready_i),
    .m_rid_i(m_dma_rid_i), .m_rdata_i(m_dma_rdata_i), .m_rresp_i(m_dma_rresp_i),
    .m_rlast_i(m_dma_rlast_i), .m_rvalid_i(m_dma_rvalid_i), .m_rready_o(m_dma_rready_o)
  );

  dmar_axi_write #(
    .Slots(WriteSlots), .IdWidth(IdWidth), .BufferBeats(WriteBufferBeats), .FirstTag(ReadSlots),
    .PostedInterrupts(PostedInterrupts)
  ) u_axi_write (
    .clk_i, .rst_ni,
    .s_awid_i(s_dma_awid_i), .s_awaddr_i(s_dma_awaddr_i), .s_awlen_i(s_dma_awlen_i),
    .s_awsize_i(s_dma_awsize_i), .s_awburst_i(s_dma_awburst_i),
    .s_awqos_i(s_dma_awqos_i),
    .s_awuser_i(s_dma_awuser_i), .s_awvalid_i(s_dma_awvalid_i), .s_awready_o(s_dma_awready_o),
    .s_wdata_i(s_dma_wdata_i), .s_wstrb_i(s_dma_wstrb_i), .s_wlast_i(s_dma_wlast_i),
    .s_wvalid_i(s_dma_wvalid_i), .s_wready_o(s_dma_wready_o),
    .s_bid_o(s_dma_bid_o), .s_bresp_o(s_dma_bresp_o), .s_bvalid_o(s_dma_bvalid_o),
    .s_bready_i(s_dma_bready_i),
    .req_valid_o(write_valid), .req_ready_i(write_ready), .req_tag_o(write_tag),
    .req_o(write_request),
    .rsp_valid_i(write_rsp_valid), .rsp_tag_i(write_rsp_tag), .rsp_i(write_rsp),
    .late_valid_i(late_rsp_valid), .late_tag_i(late_rsp_tag), .late_i(late_rsp),
    .epoch_i(epoch), .drain_busy_o(write_drain_busy), .post_valid_o(post_valid), .post_o(post),
    .post_done_i(post_done), .post_fault_i(post_fault),
    .slot_alloc_o(write_alloc), .slot_done_o(write_done),
    .m_awid_o(m_dma_awid_o), .m_awaddr_o(m_dma_awaddr_o), .m_awlen_o(m_dma_awlen_o),
    .m_awsize_o(m_dma_awsize_o), .m_awburst_o(m_dma_awburst_o),
    .m_awqos_o(m_dma_awqos_o),
    .m_awuser_o(m_dma_awuser_o), .m_awvalid_o(m_dma_awvalid_o), .m_awready_i(m_dma_awready_i),
    .m_wdata_o(m_dma_wdata_o), .m_wstrb_o(m_dma_wstrb_o), .m_wlast_o(m_dma_wlast_o),
    .m_wvalid_o(m_dma_wvalid_o), .m_wready_i(m_dma_wready_i),
    .m_bid_i(m_dma_bid_i), .m_bresp_i(m_dma_bresp_i), .m_bvalid_i(m_dma_bvalid_i),
    .m_bready_o(m_dma_bready_o)
  );

  // Attributes are the unit's own, but for QoS: a bufferable write would be answered before
  // everyone sees it, a secure one would leave the world of the tables, and an exclusive read that
  // is answered OKAY has failed, as AXI lets memory say.
  assign m_dma_arlock_o  = 1'b0;
  assign m_dma_awlock_o  = 1'b0;
  assign m_dma_arprot_o  = dmar_pkg::PROT_DATA;
  assign m_dma_awprot_o  = dmar_pkg::PROT_DATA;
  assign m_dma_arcache_o = m_dma_aruser_o[16] ? SnoopCache : dmar_pkg::CACHE_MEMORY;
  assign m_dma_awcache_o = m_dma_awuser_o[17] ? dmar_pkg::CACHE_DEVICE
                         : m_dma_awuser_o[16] ? SnoopCache : dmar_pkg::CACHE_MEMORY;

  logic unused_attributes;
  assign unused_attributes = ^{s_dma_arlock_i, s_dma_arcache_i, s_dma_arprot_i, s_dma_awlock_i,
                               s_dma_awcache_i, s_dma_awprot_i};

  // Messages //

  dmar_pkg::device_message_t sent, received, completion;
  logic                      received_valid, received_ready;

  assign m_msg_source_id_o = sent.source_id;
  assign m_msg_itag_o      = sent.tag[4:0];
  assign m_msg_payload_o   = sent.payload;

  always_comb begin
    completion           = '0;
    completion.kind      = dmar_pkg::MESSAGE_COMPLETION;
    completion.source_id = s_msg_source_id_i;
    completion.tag       = {6'h0, s_msg_count_i};
    completion.payload   = {32'h0, s_msg_itags_i};
  end

  if (DeviceTlb) begin : gen_barrier
    dmar_write_barrier #(.Slots(WriteSlots)) u_barrier (
      .clk_i, .rst_ni, .alloc_i(write_alloc), .alloc_source_i(s_dma_awuser_i[15:0]),
      .done_i(write_done), .up_valid_i(s_msg_valid_i), .up_ready_o(s_msg_ready_o),
      .up_i(completion), .dn_valid_o(received_valid), .dn_ready_i(received_ready),
      .dn_o(received)
    );
  end else begin : gen_no_barrier
    assign received_valid = s_msg_valid_i;
    assign received       = completion;
    assign s_msg_ready_o  = received_ready;

    logic unused_slots;
    assign unused_slots = ^{write_alloc, write_done};
  end

  // Registers //

  dmar_pkg::reg_access_t access;
  logic [31:0]           access_rdata;
  logic                  messages_busy;

  dmar_reg_port u_reg_port (
    .clk_i, .rst_ni,
    .awaddr_i(s_reg_awaddr_i), .awvalid_i(s_reg_awvalid_i), .awready_o(s_reg_awready_o),
    .wdata_i(s_reg_wdata_i), .wstrb_i(s_reg_wstrb_i), .wvalid_i(s_reg_wvalid_i),
    .wready_o(s_reg_wready_o), .bresp_o(s_reg_bresp_o), .bvalid_o(s_reg_bvalid_o),
    .bready_i(s_reg_bready_i), .araddr_i(s_reg_araddr_i), .arvalid_i(s_reg_arvalid_i),
    .arready_o(s_reg_arready_o), .rdata_o(s_reg_rdata_o), .rresp_o(s_reg_rresp_o),
    .rvalid_o(s_reg_rvalid_o), .rready_i(s_reg_rready_i), .messages_busy_i(messages_busy),
    .access_o(access), .access_rdata_i(access_rdata)
  );

  // Core //

  logic [3*dmar_pkg::VERDICT_WIDTH-1:0] mon_verdicts;
  logic [2:0]                           mon_valid;
  logic                                 mon_walk, mon_busy;
  dmar_pkg::verdict_t                   verdict0, verdict1, verdict2;

  dmar_core #(`DMAR_CORE_MAP) u_core (
    .clk_i, .rst_ni,
    .xlate0_req_valid_i(read_valid), .xlate0_req_ready_o(read_ready),
    .xlate0_req_tag_i(read_tag), .xlate0_req_i(read_request),
    .xlate0_rsp_valid_o(read_rsp_valid), .xlate0_rsp_tag_o(read_rsp_tag),
    .xlate0_rsp_o(read_rsp),
    .xlate1_req_valid_i(write_valid), .xlate1_req_ready_o(write_ready),
    .xlate1_req_tag_i(write_tag), .xlate1_req_i(write_request),
    .xlate1_rsp_valid_o(write_rsp_valid), .xlate1_rsp_tag_o(write_rsp_tag),
    .xlate1_rsp_o(write_rsp),
    .late_rsp_valid_o(late_rsp_valid), .late_rsp_tag_o(late_rsp_tag), .late_rsp_o(late_rsp),
    .epoch_o(epoch), .drain_busy_i(read_drain_busy || write_drain_busy),
    .post_valid_i(post_valid), .post_i(post), .post_done_o(post_done), .post_fault_o(post_fault),
    .m_msg_valid_o, .m_msg_ready_i, .m_msg_o(sent), .s_msg_valid_i(received_valid),
    .s_msg_ready_o(received_ready), .s_msg_i(received),
    .access_i(access), .access_rdata_o(access_rdata), .messages_busy_o(messages_busy),
    .awid_o(m_tbl_awid_o), .awaddr_o(m_tbl_awaddr_o), .awlen_o(m_tbl_awlen_o),
    .awsize_o(m_tbl_awsize_o), .awburst_o(m_tbl_awburst_o), .awlock_o(m_tbl_awlock_o),
    .awcache_o(m_tbl_awcache_o), .awprot_o(m_tbl_awprot_o), .awqos_o(m_tbl_awqos_o),
    .awuser_o(m_tbl_awuser_o[0]),
    .awvalid_o(m_tbl_awvalid_o), .awready_i(m_tbl_awready_i),
    .wdata_o(m_tbl_wdata_o), .wstrb_o(m_tbl_wstrb_o), .wlast_o(m_tbl_wlast_o),
    .wvalid_o(m_tbl_wvalid_o), .wready_i(m_tbl_wready_i),
    .bid_i(m_tbl_bid_i), .bresp_i(m_tbl_bresp_i), .bvalid_i(m_tbl_bvalid_i),
    .bready_o(m_tbl_bready_o),
    .arid_o(m_tbl_arid_o), .araddr_o(m_tbl_araddr_o), .arlen_o(m_tbl_arlen_o),
    .arsize_o(m_tbl_arsize_o), .arburst_o(m_tbl_arburst_o), .arlock_o(m_tbl_arlock_o),
    .arcache_o(m_tbl_arcache_o), .arprot_o(m_tbl_arprot_o), .arqos_o(m_tbl_arqos_o),
    .aruser_o(m_tbl_aruser_o[0]),
    .arvalid_o(m_tbl_arvalid_o), .arready_i(m_tbl_arready_i),
    .rid_i(m_tbl_rid_i), .rdata_i(m_tbl_rdata_i), .rresp_i(m_tbl_rresp_i),
    .rlast_i(m_tbl_rlast_i),
    .rvalid_i(m_tbl_rvalid_i), .rready_o(m_tbl_rready_o),
    .mon_valid_o(mon_valid), .mon_verdicts_o(mon_verdicts), .mon_walk_o(mon_walk),
    .mon_busy_o(mon_busy)
  );

  // Monitor //

  assign mon_valid_o = Monitor ? mon_valid : '0;
  assign mon_walk_o  = Monitor && mon_walk;
  assign mon_busy_o  = Monitor && mon_busy;

  assign {verdict2, verdict1, verdict0} = Monitor ? mon_verdicts : '0;
  assign mon_source_id_o = {verdict2.source_id, verdict1.source_id, verdict0.source_id};
  assign mon_address_o   = {verdict2.address, verdict1.address, verdict0.address};
  assign mon_at_o        = {verdict2.at, verdict1.at, verdict0.at};
  assign mon_kind_o      = {verdict2.kind, verdict1.kind, verdict0.kind};
  assign mon_verdict_o   = {verdict2.verdict, verdict1.verdict, verdict0.verdict};
  assign mon_reason_o    = {verdict2.reason, verdict1.reason, verdict0.reason};
  assign mon_hit_o       = {verdict2.hit, verdict1.hit, verdict0.hit};

  // The rest of the request is in the waves.
  logic unused;
  assign unused = ^sent;

endmodule
`default_nettype wire
