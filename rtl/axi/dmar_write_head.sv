// SPDX-License-Identifier: Apache-2.0
// The write at the head of the ring: to memory, or out of the buffer when it is blocked. An
// interrupt message leaves with the address and data that remapping gave it.
`default_nettype none
`include "dmar_assert.svh"

module dmar_write_head #(
  parameter int unsigned IdWidth = 4
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire logic                  go_i,          // it may leave
  input wire logic                  sink_i,        // it is blocked
  output logic                      done_o,
  input wire dmar_pkg::beat_shape_t shape_i,
  input wire logic [IdWidth-1:0]    id_i,
  input wire logic [3:0]            qos_i,
  input wire logic [1:0]            lane_i,        // of one DWORD
  input wire logic                  interrupt_i,
  input wire logic                  remapped_i,
  input wire logic                  snoop_i,
  input wire dmar_pkg::page_t       page_i,
  input wire dmar_pkg::remapped_t   message_i,
  // Its data
  input wire logic                  buffer_valid_i,
  output logic                      buffer_ready_o,
  input wire logic [127:0]          buffer_data_i,
  input wire logic [15:0]           buffer_strobe_i,
  // Memory
  output logic     [IdWidth-1:0]    m_awid_o,
  output logic     [63:0]           m_awaddr_o,
  output logic     [7:0]            m_awlen_o,
  output logic     [2:0]            m_awsize_o,
  output logic     [1:0]            m_awburst_o,
  output logic     [3:0]            m_awqos_o,
  output logic     [17:0]           m_awuser_o,
  output logic                      m_awvalid_o,
  input wire logic                  m_awready_i,
  output logic     [127:0]          m_wdata_o,
  output logic     [15:0]           m_wstrb_o,
  output logic                      m_wlast_o,
  output logic                      m_wvalid_o,
  input wire logic                  m_wready_i
);

  logic       aw_done_q, w_done_q, w_taken;
  logic [7:0] count_q;

  // A message is a beat of four bytes at its own address, whatever the device made of it.
  always_comb begin
    m_awaddr_o = {page_i, shape_i.offset};
    m_awsize_o = shape_i.size;
    if (interrupt_i) begin
      m_awaddr_o[3:0] = {remapped_i ? message_i.address : lane_i, 2'b00};
      m_awsize_o      = 3'd2;
    end
    if (remapped_i) m_awaddr_o[11:4] = 8'h00;
  end

  assign m_awvalid_o = go_i && !aw_done_q;
  assign m_awid_o    = id_i;
  assign m_awlen_o   = shape_i.len;
  assign m_awburst_o = shape_i.burst;
  assign m_awqos_o   = qos_i;
  assign m_awuser_o  = {interrupt_i, snoop_i, shape_i.source_id};

  assign m_wvalid_o = go_i && buffer_valid_i && !w_done_q;
  assign m_wdata_o  = remapped_i ? {4{16'h0, message_i.data}} : buffer_data_i;
  assign m_wstrb_o  = remapped_i ? (16'h000F << {message_i.address, 2'b00}) : buffer_strobe_i;
  assign m_wlast_o  = (count_q == shape_i.len);

  assign buffer_ready_o = sink_i || (go_i && m_wready_i && !w_done_q);

  assign w_taken = buffer_valid_i && buffer_ready_o;
  assign done_o  = (sink_i && w_taken && m_wlast_o)
      || (go_i && (aw_done_q || m_awready_i) && (w_done_q || (w_taken && m_wlast_o)));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || done_o) begin
      aw_done_q <= 1'b0;
      w_done_q  <= 1'b0;
      count_q   <= '0;
    end else begin
      if (m_awvalid_o && m_awready_i) aw_done_q <= 1'b1;
      if (w_taken && m_wlast_o)       w_done_q <= 1'b1;
      if (w_taken)                    count_q <= count_q + 8'd1;
    end
  end

  `DMAR_ASSERT_HELD(MemoryAddressHeld_A, m_awvalid_o, m_awready_i,
                    {m_awid_o, m_awaddr_o, m_awlen_o, m_awsize_o, m_awburst_o, m_awuser_o})
  `DMAR_ASSERT_HELD(MemoryDataHeld_A, m_wvalid_o, m_wready_i, {m_wdata_o, m_wstrb_o, m_wlast_o})

endmodule
`default_nettype wire
