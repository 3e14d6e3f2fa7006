// SPDX-License-Identifier: Apache-2.0
// Device writes, in order. The data of a burst is taken into a buffer first and its translation is
// asked for then, and there is room for the response of every write inside. So what was permitted
// depends on memory alone to finish: an invalidation that waits for it cannot be held up by a
// device.
// A blocked burst is dropped from the buffer at once; its slot then waits beside the ring until its
// error may be given, so a device that is refused holds up nobody. An interrupt message leaves
// after all earlier writes are visible, with the address and data that remapping gave it.
`default_nettype none
`include "dmar_assert.svh"

module dmar_axi_write #(
  parameter int unsigned Slots       = 8,
  parameter int unsigned IdWidth     = 4,
  parameter int unsigned BufferBeats = 256,
  parameter int unsigned FirstTag    = 8
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

  localparam int unsigned SlotWidth  = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned CountWidth = $clog2(Slots + 1);

  function automatic logic [SlotWidth-1:0] after(input logic [SlotWidth-1:0] slot);
    after = (Slots == 1 || slot == SlotWidth'(Slots - 1)) ? '0 : slot + 1'b1;
  endfunction

  // Slots form a ring: `tail` takes the next address, `data` its data, `ask` asks for its
  // translation, `head` goes to memory.
  logic [SlotWidth-1:0]     tail_q, data_q, ask_q, head_q;
  logic [CountWidth-1:0]    unfilled_q, unasked_q, unanswered_q;
  logic [Slots-1:0]         used, alloc, done, done_turn, permitted_q, issued_q, refused_q;
  logic [Slots-1:0]         issue_turn, epoch_q, dropped_q;
  logic [Slots*IdWidth-1:0] id;
  logic [SlotWidth-1:0]     done_index;
  logic                     accept, filled, ask_taken, head_done;

  // Addresses //

  logic [56:0]         ask_beat_q  [Slots];
  logic [21:0]         extra_q     [Slots];   // nobody looks at it in legacy mode
  logic [40:0]         beat_q      [Slots];
  logic [14:0]         data_beat_q [Slots];
  logic [IdWidth+3:0]  head_beat_q [Slots];

  assign s_awready_o = !used[tail_q] && (unanswered_q != CountWidth'(Slots));
  assign accept      = s_awvalid_i && s_awready_o;
  for (genvar i = 0; i < Slots; i++) begin : gen_alloc
    assign alloc[i] = accept && (tail_q == SlotWidth'(i));
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      ask_beat_q[tail_q]  <= {s_awaddr_i[63:12], s_awuser_i[43:42], s_awuser_i[38:37],
                              s_awuser_i[16]};
      extra_q[tail_q]     <= {s_awuser_i[40:39], s_awuser_i[36:17]};
      beat_q[tail_q]      <= {s_awaddr_i[11:0], s_awlen_i, s_awsize_i, s_awburst_i,
                              s_awuser_i[15:0]};
      data_beat_q[tail_q] <= {s_awaddr_i[3:0], s_awlen_i, s_awsize_i};
      head_beat_q[tail_q] <= {s_awid_i, s_awqos_i};
    end
  end

  // Writes are issued in the order of the ring, those of one ID with it.
  dmar_slot_order #(.Slots(Slots), .IdWidth(IdWidth)) u_order (
    .clk_i, .rst_ni, .alloc_i(alloc), .alloc_index_i(tail_q), .alloc_id_i(s_awid_i),
    .issue_i('0), .issue_index_i('0), .issued_i('0), .done_i(done), .done_index_i(done_index),
    .used_o(used), .id_o(id), .issue_turn_o(issue_turn), .done_turn_o(done_turn)
  );

  // Data. Bursts are counted by the length of their address beat, whatever WLAST says. One beat
  // that writes exactly one aligned DWORD is that DWORD, however wide it is: bridges and engines
  // that know beats of the whole bus only send interrupts so. Strobes outside the beat, which AXI
  // forbids, make none. //

  logic        data_accept, data_last, data_dword, data_in_beat, buffer_space;
  logic [3:0]  data_whole;        // DWORDs of the bus with all four strobes
  logic [1:0]  data_lane;         // which one of them
  logic [7:0]  data_count_q, data_len;
  logic [3:0]  data_offset;
  logic [2:0]  data_size;
  logic [32:0] dword_q [Slots];   // whether it is one DWORD, and its data
  logic [1:0]  lane_q  [Slots];   // bits 3:2 of its address

  assign {data_offset, data_len, data_size} = data_beat_q[data_q];
  assign s_wready_o  = buffer_space && (unfilled_q != '0);
  assign data_accept = s_wvalid_i && s_wready_o;
  assign data_last   = (data_count_q == data_len);
  assign filled      = data_accept && data_last;

  for (genvar i = 0; i < 4; i++) begin : gen_whole
    assign data_whole[i] = (s_wstrb_i[i*4 +: 4] == 4'hF);
  end
  assign data_lane = {data_whole[3] || data_whole[2], data_whole[3] || data_whole[1]};

  // A beat begins at its address and ends where a multiple of its size does.
  always_comb begin
    case (data_size)
      3'd2:    data_in_beat = (data_lane == data_offset[3:2]);
      3'd3:    data_in_beat = (data_lane[1] == data_offset[3]);
      3'd4:    data_in_beat = 1'b1;
      default: data_in_beat = 1'b0;
    endcase
    if ({data_lane, 2'b00} < data_offset) data_in_beat = 1'b0;
  end
  assign data_dword = (data_len == 8'd0) && data_in_beat
      && (s_wstrb_i == (16'h000F << {data_lane, 2'b00}));

  always_ff @(posedge clk_i) begin
    if (filled) begin
      dword_q[data_q] <= {data_dword, s_wdata_i[{data_lane, 5'h0} +: 32]};
      lane_q[data_q]  <= data_lane;
    end
  end

  logic         buffer_valid, buffer_ready;
  logic [127:0] buffer_data;
  logic [15:0]  buffer_strobe;

  dmar_ram_fifo #(.Depth(BufferBeats), .Width(144)) u_buffer (
    .clk_i, .rst_ni, .up_valid_i(data_accept), .up_ready_o(buffer_space),
    .up_data_i({s_wdata_i, s_wstrb_i}), .dn_valid_o(buffer_valid), .dn_ready_i(buffer_ready),
    .dn_data_o({buffer_data, buffer_strobe})
  );

  // Translation //

  logic [63:0] ask_addr;
  logic [3:0]  ask_byte;          // bits 3:0 of the address beat
  logic [7:0]  ask_len;
  logic [2:0]  ask_size;
  logic [1:0]  ask_burst;
  logic [43:0] ask_user;
  logic        ask_dword;
  logic [31:0] ask_data;

  assign req_valid_o = (unasked_q != '0);
  assign ask_taken   = req_valid_o && req_ready_i;
  assign req_tag_o   = 8'(FirstTag) + 8'(ask_q);

  assign {ask_addr[63:12], ask_user[43:42], ask_user[38:37], ask_user[16]} = ask_beat_q[ask_q];
  assign ask_user[41] = 1'b0;
  assign {ask_user[40:39], ask_user[36:17]} = extra_q[ask_q];
  assign {ask_addr[11:4], ask_byte, ask_len, ask_size, ask_burst, ask_user[15:0]} = beat_q[ask_q];
  assign {ask_dword, ask_data} = dword_q[ask_q];
  assign ask_addr[3:0] = ask_dword ? {lane_q[ask_q], 2'b00} : ask_byte;

  dmar_axi_request u_request (
    .write_i(1'b1), .addr_i(ask_addr), .len_i(ask_len), .size_i(ask_size), .burst_i(ask_burst),
    .user_i(ask_user), .dword_i(ask_dword), .data_i(ask_data), .request_o(req_o)
  );

  // Verdicts. Only a late one can be VerdictInterrupt. //

  logic                 late_valid, fast_permits, late_permits, late_interrupts;
  logic                 head_snoop, head_interrupt, head_remaps;
  logic [7:0]           fast_tag, late_tag;
  logic [SlotWidth-1:0] fast_index, late_index;
  logic [Slots-1:0]     fast_slot, late_slot;
  logic [51:0]          head_page;
  logic [18:0]          message_q [Slots];   // remapped, and remapped_t
  dmar_pkg::remapped_t  head_message;

  assign fast_tag        = rsp_tag_i - 8'(FirstTag);
  assign late_tag        = late_tag_i - 8'(FirstTag);
  assign fast_index      = fast_tag[SlotWidth-1:0];
  assign late_index      = late_tag[SlotWidth-1:0];
  assign late_valid      = late_valid_i && (late_tag_i >= 8'(FirstTag));
  assign fast_permits    = (rsp_i.verdict == dmar_pkg::VerdictForward);
  assign late_interrupts = (late_i.verdict == dmar_pkg::VerdictInterrupt);
  assign late_permits    = late_interrupts || (late_i.verdict == dmar_pkg::VerdictForward);

  for (genvar i = 0; i < Slots; i++) begin : gen_answer
    assign fast_slot[i] = rsp_valid_i && (fast_index == SlotWidth'(i));
    assign late_slot[i] = late_valid && (late_index == SlotWidth'(i));
  end

  dmar_two_writer_table #(.Depth(Slots), .Width(54)) u_pages (
    .clk_i, .rst_ni,
    .write0_i(rsp_valid_i), .addr0_i(fast_index),
    .data0_i({1'b0, rsp_i.snoop, rsp_i.host_page}),
    .write1_i(late_valid), .addr1_i(late_index),
    .data1_i({late_interrupts, late_i.snoop, late_i.host_page}),
    .read_addr_i(head_q), .read_data_o({head_interrupt, head_snoop, head_page})
  );

  always_ff @(posedge clk_i) begin
    if (late_valid) message_q[late_index] <= {late_i.remapped, late_i.message};
  end
  assign {head_remaps, head_message} = message_q[head_q];

  // The head of the ring //

  logic               head_go, head_sink, head_remapped, aw_done_q, w_done_q, w_taken;
  logic [7:0]         head_count_q, head_len;
  logic [11:0]        head_offset;
  logic [2:0]         head_size;
  logic [15:0]        head_source_id;
  logic [IdWidth-1:0] head_id;

  // Messages push the writes before them: data first, then the interrupt that announces it.
  assign head_go   = permitted_q[head_q] && !(head_interrupt && issued_q != '0);
  assign head_sink = refused_q[head_q];

  assign {head_offset, head_len, head_size, m_awburst_o, head_source_id} = beat_q[head_q];
  assign {head_id, m_awqos_o} = head_beat_q[head_q];
  assign head_remapped = head_interrupt && head_remaps;

  // A message is a beat of four bytes at its own address, whatever the device made of it.
  always_comb begin
    m_awaddr_o = {head_page, head_offset};
    m_awsize_o = head_size;
    if (head_interrupt) begin
      m_awaddr_o[3:0] = {head_remaps ? head_message.address : lane_q[head_q], 2'b00};
      m_awsize_o      = 3'd2;
    end
    if (head_remapped) m_awaddr_o[11:4] = 8'h00;
  end

  assign m_awvalid_o = head_go && !aw_done_q;
  assign m_awid_o    = head_id;
  assign m_awlen_o   = head_len;
  assign m_awuser_o  = {head_interrupt, head_snoop, head_source_id};

  assign m_wvalid_o = head_go && buffer_valid && !w_done_q;
  assign m_wdata_o  = head_remapped ? {4{16'h0, head_message.data}} : buffer_data;
  assign m_wstrb_o  = head_remapped ? (16'h000F << {head_message.address, 2'b00}) : buffer_strobe;
  assign m_wlast_o  = (head_count_q == head_len);

  assign buffer_ready = head_sink || (head_go && m_wready_i && !w_done_q);

  assign w_taken   = buffer_valid && buffer_ready;
  assign head_done = (head_sink && w_taken && m_wlast_o)
      || (head_go && (aw_done_q || m_awready_i) && (w_done_q || (w_taken && m_wlast_o)));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || head_done) begin
      aw_done_q    <= 1'b0;
      w_done_q     <= 1'b0;
      head_count_q <= '0;
    end else begin
      if (m_awvalid_o && m_awready_i) aw_done_q <= 1'b1;
      if (w_taken && m_wlast_o)       w_done_q <= 1'b1;
      if (w_taken)                    head_count_q <= head_count_q + 8'd1;
    end
  end

  // Errors of blocked bursts, each when all older writes of its ID are answered. One takes a clock
  // from the responses of memory, and never two in a row. //

  logic                 refuse_found, refuse_valid_q;
  logic [Slots-1:0]     refuse_grant;
  logic [SlotWidth-1:0] refuse_index, refuse_index_q;
  logic [IdWidth-1:0]   refuse_id;

  dmar_arbiter #(.Requests(Slots)) u_refuse_arbiter (
    .clk_i, .rst_ni, .request_i(dropped_q & done_turn & {Slots{!refuse_valid_q}}),
    .accept_i(1'b1), .valid_o(refuse_found), .grant_o(refuse_grant), .index_o(refuse_index)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) refuse_valid_q <= 1'b0;
    else         refuse_valid_q <= refuse_found;
    refuse_index_q <= refuse_index;
  end
  assign refuse_id = id[refuse_index_q*IdWidth +: IdWidth];

  // Responses. Memory keeps the order of one ID, but a younger write of an ID may be answered by
  // memory while the error of an older one is still to come: it waits here for its turn, which
  // depends on no device. The device gets all of them in the order of its ID. //

  logic                 response_valid_q, response_known, response_leaves, answers_space;
  logic [IdWidth-1:0]   response_id_q;
  logic [1:0]           response_q;
  logic [Slots-1:0]     awaited, memory_slot, refuse_slot;
  logic [SlotWidth-1:0] memory_index;

  always_comb begin
    memory_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (memory_slot[i]) memory_index = SlotWidth'(i);
    end
  end

  // What no write waits for is taken and dropped: after a reset memory may still owe responses to
  // writes that are forgotten.
  assign response_known  = (awaited != '0);
  assign response_leaves = response_valid_q && !refuse_valid_q
      && (memory_slot != '0 || !response_known);
  assign m_bready_o      = !response_valid_q || response_leaves;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) response_valid_q <= 1'b0;
    else if (m_bready_o) response_valid_q <= m_bvalid_i;
    if (m_bready_o) {response_id_q, response_q} <= {m_bid_i, m_bresp_i};
  end

  assign done_index = refuse_valid_q ? refuse_index_q : memory_index;
  for (genvar i = 0; i < Slots; i++) begin : gen_done
    assign awaited[i]     = issued_q[i] && (id[i*IdWidth +: IdWidth] == response_id_q);
    assign memory_slot[i] = awaited[i] && done_turn[i];
    assign refuse_slot[i] = refuse_valid_q && (refuse_index_q == SlotWidth'(i));
    assign done[i]        = refuse_slot[i] || (response_leaves && memory_slot[i]);
  end

  dmar_fifo #(.Depth(Slots), .Width(IdWidth + 2)) u_answers (
    .clk_i, .rst_ni, .up_valid_i(refuse_valid_q || (response_leaves && response_known)),
    .up_ready_o(answers_space),
    .up_data_i(refuse_valid_q ? {refuse_id, 2'b11} : {response_id_q, response_q}),
    .dn_valid_o(s_bvalid_o), .dn_ready_i(s_bready_i), .dn_data_o({s_bid_o, s_bresp_o})
  );

  // The state of the ring and of each slot //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q       <= '0;
      data_q       <= '0;
      ask_q        <= '0;
      head_q       <= '0;
      data_count_q <= '0;
      unfilled_q   <= '0;
      unasked_q    <= '0;
      unanswered_q <= '0;
    end else begin
      if (accept)      tail_q <= after(tail_q);
      if (filled)      data_q <= after(data_q);
      if (ask_taken)   ask_q <= after(ask_q);
      if (head_done)   head_q <= after(head_q);
      if (data_accept) data_count_q <= data_last ? '0 : data_count_q + 8'd1;
      unfilled_q   <= unfilled_q + CountWidth'(accept) - CountWidth'(filled);
      unasked_q    <= unasked_q + CountWidth'(filled) - CountWidth'(ask_taken);
      unanswered_q <= unanswered_q + CountWidth'(accept) - CountWidth'(s_bvalid_o && s_bready_i);
    end
  end

  for (genvar i = 0; i < Slots; i++) begin : gen_state
    logic at_head;
    assign at_head = (head_q == SlotWidth'(i));

    always_ff @(posedge clk_i) begin
      if (!rst_ni || done[i]) begin
        permitted_q[i] <= 1'b0;
        refused_q[i]   <= 1'b0;
        dropped_q[i]   <= 1'b0;
        issued_q[i]    <= 1'b0;
      end else begin
        if (fast_slot[i]) begin
          permitted_q[i] <= fast_permits;
          refused_q[i]   <= !fast_permits;
        end
        if (late_slot[i]) begin
          permitted_q[i] <= late_permits;
          refused_q[i]   <= !late_permits;
        end
        if (head_done && at_head) begin
          permitted_q[i] <= 1'b0;
          refused_q[i]   <= 1'b0;
          dropped_q[i]   <= refused_q[i];
          issued_q[i]    <= permitted_q[i];
        end
      end
    end

    always_ff @(posedge clk_i) begin
      if (fast_slot[i] || late_slot[i]) epoch_q[i] <= late_slot[i] ? late_i.epoch : rsp_i.epoch;
    end
  end

  assign slot_alloc_o = alloc;
  assign slot_done_o  = done;
  assign drain_busy_o = ((permitted_q | issued_q) & (epoch_q ^ {Slots{epoch_i}})) != '0;

  `DMAR_ASSERT(AnswersAwaited_A,
               ((fast_slot | late_slot)
                & ~(used & ~(permitted_q | issued_q | refused_q | dropped_q))) == '0)
  `DMAR_REQUIRE(HitsForwardOrBlock_R,
                !rsp_valid_i || fast_permits || rsp_i.verdict == dmar_pkg::VerdictBlock)
  `DMAR_REQUIRE(LastBeatIsMarked_R, !data_accept || (s_wlast_i == data_last))
  `DMAR_ASSERT(OneAnswered_A, $onehot0(memory_slot))
  `DMAR_ASSERT(RefusesDropped_A, (refuse_slot & ~dropped_q) == '0)
  `DMAR_ASSERT(AnswersHaveRoom_A, !(refuse_valid_q || response_leaves) || answers_space)
  `DMAR_ASSERT_HELD(RequestHeld_A, req_valid_o, req_ready_i, {req_tag_o, req_o})
  `DMAR_ASSERT_HELD(DeviceAnswerHeld_A, s_bvalid_o, s_bready_i, {s_bid_o, s_bresp_o})
  `DMAR_ASSERT_HELD(MemoryAddressHeld_A, m_awvalid_o, m_awready_i,
                    {m_awid_o, m_awaddr_o, m_awlen_o, m_awsize_o, m_awburst_o, m_awuser_o})
  `DMAR_ASSERT_HELD(MemoryDataHeld_A, m_wvalid_o, m_wready_i, {m_wdata_o, m_wstrb_o, m_wlast_o})

  logic unused;
  assign unused = ^{s_wlast_i, s_awuser_i, issue_turn, refuse_grant, fast_tag, late_tag, rsp_i,
                    late_i};

endmodule
`default_nettype wire
