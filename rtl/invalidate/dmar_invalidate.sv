// SPDX-License-Identifier: Apache-2.0
// Invalidation by queue and by registers, of the unit's own caches and of the TLBs of devices, and
// the order of the flushes and those of commands.
`default_nettype none
`include "dmar_assert.svh"
`include "dmar_parameters.svh"

module dmar_invalidate #(
  `DMAR_INVALIDATE_PARAMETERS
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  queue_enable_i,  // GCMD.QIE
  output logic                      queue_enabled_o, // GSTS.QIES
  input wire logic [1:0]            ttm_i,           // latched table mode
  input wire dmar_pkg::queue_errors_t status_i,      // FSTS.IQE, ICE, ITE
  input wire dmar_pkg::queue_errors_t kept_i,        // of them, what is not cleared in this clock
  output dmar_pkg::queue_errors_t   errors_o,        // set them
  // Descriptor fetch
  output logic                      mem_valid_o,
  input wire logic                  mem_ready_i,
  output logic     [63:0]           mem_addr_o,
  output logic     [1:0]            mem_len_o,
  input wire logic                  rsp_valid_i,
  input wire logic [127:0]          rsp_data_i,
  input wire logic                  rsp_last_i,
  input wire logic                  rsp_error_i,
  // Messages to devices and from them
  input wire logic                  translation_i,   // GSTS.TES
  output logic                      m_msg_valid_o,
  input wire logic                  m_msg_ready_i,
  output dmar_pkg::device_message_t m_msg_o,
  input wire logic                  s_msg_valid_i,
  output logic                      s_msg_ready_o,
  input wire dmar_pkg::device_message_t s_msg_i,
  // Wait descriptors
  output logic                      status_valid_o,
  output dmar_pkg::message_t        status_o,
  input wire logic                  status_done_i,
  output logic                      completion_o,
  // Flushes: of commands in, all out
  input wire logic                  command_valid_i,
  input wire dmar_pkg::flush_t      command_flush_i,
  output logic                      command_done_o,
  output logic                      flush_valid_o,
  output dmar_pkg::flush_t          flush_o,
  input wire logic                  flush_done_i
);

  localparam logic [9:0] IQERCD_LO_WORD = 10'h02C;
  localparam logic [9:0] IQERCD_HI_WORD = 10'h02D;

  logic               load, wants_status, wants_event, queue_valid, registers_valid, inv_done;
  logic [127:0]       descriptor;
  logic [2:0]         kind;
  logic [1:0]         granularity;
  logic [3:0]         cause;
  logic [4:0]         device_limit;
  logic               message_valid, message_done, awaited;
  logic [31:0]        error_sources;
  dmar_pkg::device_message_t device;
  logic               registers_busy, command_context, source_lost, page_lost, mask_too_wide;
  logic               source_write, function_write, page_low_write, page_high_write;
  dmar_pkg::domain_t  domain;
  dmar_pkg::flush_t   inv_flush;
  logic [31:0]        queue_rdata, registers_rdata;

  // Both use the same operands. The queue begins when the registers have nothing to do, and they
  // refuse everything while it is on.
  dmar_inv_queue #(
    .HostAddrWidth(HostAddrWidth), .MaxAddrMask(MaxAddrMask), .PageSelective(PageSelective),
    .InterruptRemapping(InterruptRemapping), .AbortMode(AbortMode), .DeviceTlb(DeviceTlb),
    .Ahead(QueueAhead)
  ) u_queue (
    .clk_i, .rst_ni, .access_i, .rdata_o(queue_rdata),
    .enable_i(queue_enable_i && (queue_enabled_o || !registers_busy)),
    .enabled_o(queue_enabled_o), .ttm_i, .stopped_i(status_i.iqe || status_i.ite),
    .error_o(errors_o.iqe), .cause_o(cause), .mem_valid_o, .mem_ready_i, .mem_addr_o, .mem_len_o,
    .rsp_valid_i, .rsp_data_i, .rsp_last_i, .rsp_error_i, .load_o(load),
    .descriptor_o(descriptor), .kind_o(kind), .flush_valid_o(queue_valid), .flush_done_i(inv_done),
    .message_valid_o(message_valid), .message_done_i(message_done), .awaited_i(awaited),
    .timed_out_i(status_i.ite), .wants_status_i(wants_status), .wants_event_i(wants_event),
    .status_valid_o, .status_done_i, .completion_o
  );

  dmar_inv_registers #(.PageSelective(PageSelective)) u_registers (
    .clk_i, .rst_ni, .access_i, .rdata_o(registers_rdata),
    .refused_i(queue_enabled_o || ttm_i != dmar_pkg::TTM_LEGACY || VersionMajor >= 6),
    .busy_o(registers_busy), .source_write_o(source_write), .function_write_o(function_write),
    .page_low_write_o(page_low_write), .page_high_write_o(page_high_write),
    .source_lost_i(source_lost), .page_lost_i(page_lost), .mask_too_wide_i(mask_too_wide),
    .flush_valid_o(registers_valid), .flush_done_i(inv_done), .context_o(command_context),
    .granularity_o(granularity), .domain_o(domain)
  );

  dmar_inv_request #(
    .HostAddrWidth(HostAddrWidth), .DomainIdCode(DomainIdCode), .MaxAddrMask(MaxAddrMask)
  ) u_request (
    .clk_i, .rst_ni, .queue_on_i(queue_enabled_o), .load_i(load), .descriptor_i(descriptor),
    .kind_i(kind), .wants_status_o(wants_status), .wants_event_o(wants_event), .status_o,
    .device_o(device), .device_limit_o(device_limit),
    .write_data_i(access_i.data), .source_write_i(source_write),
    .function_write_i(function_write), .page_low_write_i(page_low_write),
    .page_high_write_i(page_high_write), .source_lost_o(source_lost), .page_lost_o(page_lost),
    .mask_too_wide_o(mask_too_wide), .command_i(registers_valid),
    .command_context_i(command_context), .command_granularity_i(granularity),
    .command_domain_i(domain), .flush_o(inv_flush)
  );

  if (DeviceTlb) begin : gen_devices
    dmar_inv_devices #(.Timeout(DeviceTlbTimeout)) u_devices (
      .clk_i, .rst_ni, .request_valid_i(message_valid), .request_done_o(message_done),
      .request_i(device), .limit_i(device_limit), .awaited_o(awaited), .m_msg_valid_o,
      .m_msg_ready_i, .m_msg_o, .s_msg_valid_i, .s_msg_ready_o, .s_msg_i,
      .refuse_i(!translation_i), .late_o(errors_o.ite), .late_status_i(kept_i.ite),
      .wrong_o(errors_o.ice), .wrong_status_i(kept_i.ice), .sources_o(error_sources)
    );
  end else begin : gen_no_devices
    // A message that nobody asked for is taken and dropped.
    assign message_done   = 1'b0;
    assign awaited        = 1'b0;
    assign m_msg_valid_o  = 1'b0;
    assign m_msg_o        = '0;
    assign s_msg_ready_o  = 1'b1;
    assign errors_o.ite  = 1'b0;
    assign errors_o.ice = 1'b0;
    assign error_sources   = '0;

    logic unused;
    assign unused = ^{message_valid, device, device_limit, translation_i, m_msg_ready_i,
                      s_msg_valid_i, s_msg_i, status_i.ice, kept_i};
  end

  assign rdata_o = queue_rdata | registers_rdata
      | ((access_i.word == IQERCD_LO_WORD) ? {28'h0, cause} : '0)
      | ((access_i.word == IQERCD_HI_WORD) ? error_sources : '0);

  dmar_flush_mux u_flush_mux (
    .clk_i, .rst_ni, .command_valid_i, .command_flush_i, .command_done_o,
    .inv_valid_i(queue_valid || registers_valid), .inv_flush_i(inv_flush), .inv_done_o(inv_done),
    .flush_valid_o, .flush_o, .flush_done_i
  );

  `DMAR_ASSERT(OneInvalidation_A, !(queue_valid && registers_valid))

endmodule
`default_nettype wire
