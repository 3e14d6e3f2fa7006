// SPDX-License-Identifier: Apache-2.0
// Device writes, in order. The data of a burst is taken into a buffer first and its translation is
// asked for then, and the response of memory is kept in the slot. So what was permitted depends on
// memory alone to finish: an invalidation that waits for it cannot be held up by a device.
// A blocked burst is dropped from the buffer and answered with one error. An interrupt message
// leaves after all earlier writes are visible, with the address and data that remapping gave it.
`include "dmar_assert.svh"

module dmar_axi_write #(
  parameter int unsigned Slots       = 8,
  parameter int unsigned IdWidth     = 4,
  parameter int unsigned BufferBeats = 256,
  parameter int unsigned FirstTag    = 8
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // Device
  input  logic [IdWidth-1:0] s_awid_i,
  input  logic [63:0]        s_awaddr_i,
  input  logic [7:0]         s_awlen_i,
  input  logic [2:0]         s_awsize_i,
  input  logic [1:0]         s_awburst_i,
  input  logic [11:0]        s_awattr_i,     // lock, cache, prot, qos: passed on
  input  logic [47:0]        s_awuser_i,
  input  logic               s_awvalid_i,
  output logic               s_awready_o,
  input  logic [127:0]       s_wdata_i,
  input  logic [15:0]        s_wstrb_i,
  input  logic               s_wlast_i,
  input  logic               s_wvalid_i,
  output logic               s_wready_o,
  output logic [IdWidth-1:0] s_bid_o,
  output logic [1:0]         s_bresp_o,
  output logic               s_bvalid_o,
  input  logic               s_bready_i,
  // Translation; the tag is FirstTag plus the slot
  output logic               req_valid_o,
  input  logic               req_ready_i,
  output dmar_pkg::tag_t     req_tag_o,
  output dmar_pkg::request_t req_o,
  input  logic               rsp_valid_i,
  input  dmar_pkg::tag_t     rsp_tag_i,
  input  dmar_pkg::answer_t  rsp_i,
  input  logic               late_valid_i,   // the same, what was no hit; maybe in the same clock
  input  dmar_pkg::tag_t     late_tag_i,
  input  dmar_pkg::answer_t  late_i,
  input  logic               epoch_i,
  output logic               drain_busy_o,   // released before this epoch, not yet acknowledged
  // Memory
  output logic [IdWidth-1:0] m_awid_o,
  output logic [63:0]        m_awaddr_o,
  output logic [7:0]         m_awlen_o,
  output logic [2:0]         m_awsize_o,
  output logic [1:0]         m_awburst_o,
  output logic [11:0]        m_awattr_o,
  output logic [17:0]        m_awuser_o,
  output logic               m_awvalid_o,
  input  logic               m_awready_i,
  output logic [127:0]       m_wdata_o,
  output logic [15:0]        m_wstrb_o,
  output logic               m_wlast_o,
  output logic               m_wvalid_o,
  input  logic               m_wready_i,
  input  logic [IdWidth-1:0] m_bid_i,
  input  logic [1:0]         m_bresp_i,
  input  logic               m_bvalid_i,
  output logic               m_bready_o
);

  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned BeatWidth = 64 + 8 + 3 + 2 + 12 + 48;
  localparam int unsigned IssueWidth = IdWidth + 64 + 8 + 3 + 2 + 12 + 18;

  function automatic logic [SlotWidth-1:0] after(input logic [SlotWidth-1:0] slot);
    after = (slot == SlotWidth'(Slots - 1)) ? '0 : slot + 1'b1;
  endfunction

  // Slots form a ring: `tail` takes the next address, `data` its data, `head` goes to memory.
  logic [SlotWidth-1:0]     tail_q, data_q, head_q;
  logic [Slots-1:0]         used, alloc, free, filling_q, asking_q, waiting_q, permitted_q;
  logic [Slots-1:0]         interrupt_q, issued_q, refused_q, answering_q;
  logic [Slots-1:0]         dword_q, epoch_q, snoop_q;
  logic [Slots*IdWidth-1:0] id;
  logic [Slots*Slots-1:0]   older;
  logic [BeatWidth-1:0]     beat_q [Slots];
  logic [51:0]              page_q [Slots];
  logic [31:0]              dword_data_q [Slots];
  logic [Slots-1:0]         remapped_q;
  logic [17:0]              message_q [Slots];   // remapped_t
  logic [Slots-1:0]         late_slot;
  logic [Slots-1:0]         rsp_slot, at_tail, at_data, at_head;
  logic                     accept;

  for (genvar i = 0; i < Slots; i++) begin : gen_pointer
    assign at_tail[i]  = (tail_q == SlotWidth'(i));
    assign at_data[i]  = (data_q == SlotWidth'(i));
    assign at_head[i]  = (head_q == SlotWidth'(i));
    assign late_slot[i] = late_valid_i && (late_tag_i == 8'(FirstTag + i));
    assign rsp_slot[i] = (rsp_valid_i && (rsp_tag_i == 8'(FirstTag + i))) || late_slot[i];
  end

  // Addresses //

  assign s_awready_o = (used & at_tail) == '0;
  assign accept      = s_awvalid_i && s_awready_o;
  assign alloc       = accept ? at_tail : '0;

  dmar_slot_order #(.Slots(Slots), .IdWidth(IdWidth)) u_order (
    .clk_i, .rst_ni, .alloc_i(alloc), .alloc_id_i(s_awid_i), .free_i(free), .used_o(used),
    .id_o(id), .older_o(older)
  );

  logic [7:0] rsp_index;
  assign rsp_index = rsp_tag_i - 8'(FirstTag);
  logic [7:0] late_index;
  assign late_index = late_tag_i - 8'(FirstTag);

  always_ff @(posedge clk_i) begin
    if (accept) begin
      beat_q[tail_q] <= {s_awaddr_i, s_awlen_i, s_awsize_i, s_awburst_i, s_awattr_i, s_awuser_i};
    end
    if ((rsp_slot & ~late_slot) != '0) begin
      page_q[rsp_index[SlotWidth-1:0]]    <= rsp_i.host_page;
    end
    if (late_slot != '0) begin
      page_q[late_index[SlotWidth-1:0]]    <= late_i.host_page;
      message_q[late_index[SlotWidth-1:0]] <= late_i.message;
    end
  end

  // Data. Bursts are counted by the length of their address beat, whatever WLAST says. //

  logic                 data_accept, data_last, data_dword, buffer_space;
  logic [7:0]           data_count_q, data_len;
  logic [BeatWidth-1:0] data_beat;
  logic [3:0]           data_offset;
  logic [2:0]           data_size;

  assign data_beat   = beat_q[data_q];
  assign data_offset = data_beat[BeatWidth-61 -: 4];
  assign data_len    = data_beat[BeatWidth-65 -: 8];
  assign data_size   = data_beat[BeatWidth-73 -: 3];
  assign s_wready_o  = buffer_space && ((filling_q & at_data) != '0);
  assign data_accept = s_wvalid_i && s_wready_o;
  assign data_last   = (data_count_q == data_len);
  assign data_dword  = (data_len == 8'd0) && (data_size == 3'd2) && (data_offset[1:0] == 2'b00)
      && (s_wstrb_i == (16'h000F << data_offset));

  always_ff @(posedge clk_i) begin
    if (data_accept && data_count_q == '0) begin
      dword_data_q[data_q] <= s_wdata_i[{data_offset[3:2], 5'h0} +: 32];
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

  logic [Slots-1:0]     ask_grant;
  logic [SlotWidth-1:0] ask_index;
  logic [63:0]          ask_addr;
  logic [7:0]           ask_len;
  logic [2:0]           ask_size;
  logic [1:0]           ask_burst;
  logic [11:0]          ask_attr;
  logic [47:0]          ask_user;

  dmar_arbiter #(.Requests(Slots)) u_ask_arbiter (
    .clk_i, .rst_ni, .request_i(asking_q), .accept_i(req_ready_i), .valid_o(req_valid_o),
    .grant_o(ask_grant), .index_o(ask_index)
  );

  assign req_tag_o = 8'(FirstTag) + 8'(ask_index);
  assign {ask_addr, ask_len, ask_size, ask_burst, ask_attr, ask_user} = beat_q[ask_index];

  dmar_axi_request u_request (
    .write_i(1'b1), .addr_i(ask_addr), .len_i(ask_len), .size_i(ask_size), .burst_i(ask_burst),
    .user_i(ask_user), .dword_i((dword_q & ask_grant) != '0), .data_i(dword_data_q[ask_index]),
    .request_o(req_o)
  );

  // The head of the ring //

  logic                  head_known, head_go, head_sink, aw_done_q, aw_valid, aw_ready;
  logic                  w_valid, w_ready, w_last, head_done;
  logic [7:0]            head_count_q, head_len;
  logic [63:0]           head_addr;
  logic [2:0]            head_size;
  logic [1:0]            head_burst;
  logic [11:0]           head_attr;
  logic [47:0]           head_user;
  logic [IdWidth-1:0]    head_id;
  logic [IssueWidth-1:0] head_beat;
  logic                  head_interrupt, head_remapped, w_done_q, w_taken;
  dmar_pkg::remapped_t   head_message;
  logic [11:0]           head_offset;
  logic [143:0]          head_data;      // and strobes

  assign head_known = ((used & at_head) != '0)
      && ((at_head & (filling_q | asking_q | waiting_q | issued_q | answering_q)) == '0);
  // Messages push the writes before them: data first, then the interrupt that announces it.
  assign head_interrupt = (interrupt_q & at_head) != '0;
  assign head_go   = head_known && ((permitted_q & at_head) != '0)
      && !(head_interrupt && issued_q != '0);
  assign head_sink = head_known && ((refused_q & at_head) != '0);

  assign {head_addr, head_len, head_size, head_burst, head_attr, head_user} = beat_q[head_q];
  dmar_onehot_mux #(.Inputs(Slots), .Width(IdWidth)) u_head_id (
    .select_i(at_head), .data_i(id), .data_o(head_id)
  );
  assign head_remapped = head_interrupt && ((remapped_q & at_head) != '0);
  assign head_message  = message_q[head_q];
  assign head_offset   = head_remapped ? {8'h00, head_message.address, 2'b00} : head_addr[11:0];
  assign head_data     = head_remapped
      ? {{4{16'h0, head_message.data}}, 16'h000F << {head_message.address, 2'b00}}
      : {buffer_data, buffer_strobe};
  assign head_beat = {head_id, page_q[head_q], head_offset, head_len, head_size, head_burst,
                      head_attr, head_interrupt, (at_head & snoop_q) != '0, head_user[15:0]};

  assign aw_valid     = head_go && !aw_done_q;
  assign w_valid      = head_go && buffer_valid && !w_done_q;
  assign w_last       = (head_count_q == head_len);
  assign buffer_ready = head_sink || (head_go && w_ready && !w_done_q);

  assign w_taken   = buffer_valid && buffer_ready;
  assign head_done = (head_sink && w_taken && w_last)
      || (head_go && (aw_done_q || aw_ready) && (w_done_q || (w_taken && w_last)));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      aw_done_q    <= 1'b0;
      w_done_q     <= 1'b0;
      head_count_q <= '0;
    end else if (head_done) begin
      aw_done_q    <= 1'b0;
      w_done_q     <= 1'b0;
      head_count_q <= '0;
    end else begin
      if (aw_valid && aw_ready) aw_done_q <= 1'b1;
      if (w_taken && w_last)    w_done_q <= 1'b1;
      if (w_taken)              head_count_q <= head_count_q + 8'd1;
    end
  end

  dmar_skid #(.Width(IssueWidth)) u_aw_slice (
    .clk_i, .rst_ni, .up_valid_i(aw_valid), .up_ready_o(aw_ready), .up_data_i(head_beat),
    .dn_valid_o(m_awvalid_o), .dn_ready_i(m_awready_i),
    .dn_data_o({m_awid_o, m_awaddr_o, m_awlen_o, m_awsize_o, m_awburst_o, m_awattr_o, m_awuser_o})
  );

  dmar_skid #(.Width(145)) u_w_slice (
    .clk_i, .rst_ni, .up_valid_i(w_valid), .up_ready_o(w_ready),
    .up_data_i({head_data, w_last}), .dn_valid_o(m_wvalid_o),
    .dn_ready_i(m_wready_i), .dn_data_o({m_wdata_o, m_wstrb_o, m_wlast_o})
  );

  // Responses: memory's go into their slot at once, the device gets them in the order of its ID //

  logic [Slots-1:0]     memory_slot, may_answer, answer_grant;
  logic [IdWidth-1:0]   answer_id;
  logic                 answer_valid, answer_ready;
  logic [SlotWidth-1:0] answer_index;
  logic [Slots*2-1:0]   resp_q;
  logic [1:0]           answer_resp;

  assign m_bready_o = 1'b1;

  // Memory keeps the order of one ID among the writes that it got.
  for (genvar i = 0; i < Slots; i++) begin : gen_answer
    assign memory_slot[i] = m_bvalid_i && issued_q[i] && (id[i*IdWidth +: IdWidth] == m_bid_i)
        && ((older[i*Slots +: Slots] & issued_q) == '0);
    assign may_answer[i]  = answering_q[i] && (older[i*Slots +: Slots] == '0);

    always_ff @(posedge clk_i) begin
      if (memory_slot[i])                resp_q[i*2 +: 2] <= m_bresp_i;
      else if (head_done && at_head[i])  resp_q[i*2 +: 2] <= 2'b11;
    end
  end

  dmar_arbiter #(.Requests(Slots)) u_answer_arbiter (
    .clk_i, .rst_ni, .request_i(may_answer), .accept_i(answer_ready), .valid_o(answer_valid),
    .grant_o(answer_grant), .index_o(answer_index)
  );
  dmar_onehot_mux #(.Inputs(Slots), .Width(IdWidth)) u_answer_id (
    .select_i(answer_grant), .data_i(id), .data_o(answer_id)
  );
  dmar_onehot_mux #(.Inputs(Slots), .Width(2)) u_answer_resp (
    .select_i(answer_grant), .data_i(resp_q), .data_o(answer_resp)
  );
  assign free = (answer_valid && answer_ready) ? answer_grant : '0;

  dmar_skid #(.Width(IdWidth + 2)) u_answer_slice (
    .clk_i, .rst_ni, .up_valid_i(answer_valid), .up_ready_o(answer_ready),
    .up_data_i({answer_id, answer_resp}),
    .dn_valid_o(s_bvalid_o), .dn_ready_i(s_bready_i), .dn_data_o({s_bid_o, s_bresp_o})
  );

  // The state of the ring and of each slot //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q       <= '0;
      data_q       <= '0;
      head_q       <= '0;
      data_count_q <= '0;
    end else begin
      if (accept) tail_q <= after(tail_q);
      if (data_accept) data_count_q <= data_last ? '0 : data_count_q + 8'd1;
      if (data_accept && data_last) data_q <= after(data_q);
      if (head_done) head_q <= after(head_q);
    end
  end

  for (genvar i = 0; i < Slots; i++) begin : gen_state
    always_ff @(posedge clk_i) begin
      if (!rst_ni || free[i]) begin
        filling_q[i]   <= 1'b0;
        asking_q[i]    <= 1'b0;
        waiting_q[i]   <= 1'b0;
        permitted_q[i] <= 1'b0;
        interrupt_q[i] <= 1'b0;
        refused_q[i]   <= 1'b0;
        issued_q[i]    <= 1'b0;
        answering_q[i] <= 1'b0;
      end else begin
        if (alloc[i]) filling_q[i] <= 1'b1;
        if (data_accept && data_last && at_data[i]) begin
          filling_q[i] <= 1'b0;
          asking_q[i]  <= 1'b1;
        end
        if (req_valid_o && req_ready_i && ask_grant[i]) begin
          asking_q[i]  <= 1'b0;
          waiting_q[i] <= 1'b1;
        end
        if (rsp_slot[i]) begin
          waiting_q[i]   <= 1'b0;
if (late_slot[i]) begin
          interrupt_q[i] <= (late_i.verdict == dmar_pkg::VerdictInterrupt);
          permitted_q[i] <= (late_i.verdict == dmar_pkg::VerdictInterrupt)
              || (late_i.verdict == dmar_pkg::VerdictForward);
          refused_q[i]   <= (late_i.verdict == dmar_pkg::VerdictFault)
              || (late_i.verdict == dmar_pkg::VerdictBlock);
        end else begin
          interrupt_q[i] <= (rsp_i.verdict == dmar_pkg::VerdictInterrupt);
          permitted_q[i] <= (rsp_i.verdict == dmar_pkg::VerdictInterrupt)
              || (rsp_i.verdict == dmar_pkg::VerdictForward);
          refused_q[i]   <= (rsp_i.verdict == dmar_pkg::VerdictFault)
              || (rsp_i.verdict == dmar_pkg::VerdictBlock);
        end
        end
        if (head_done && at_head[i]) begin
          issued_q[i]    <= permitted_q[i];
          answering_q[i] <= refused_q[i];
        end
        if (memory_slot[i]) begin
          issued_q[i]    <= 1'b0;
          answering_q[i] <= 1'b1;
        end
      end
    end

    always_ff @(posedge clk_i) begin
      if (data_accept && data_count_q == '0 && at_data[i]) dword_q[i] <= data_dword;
      if (rsp_slot[i]) begin
        epoch_q[i]    <= late_slot[i] ? late_i.epoch : rsp_i.epoch;
        snoop_q[i]    <= late_slot[i] ? late_i.snoop : rsp_i.snoop;
        remapped_q[i] <= late_slot[i] && late_i.remapped;
      end
    end
  end

  assign drain_busy_o = (permitted_q & ~answering_q & (epoch_q ^ {Slots{epoch_i}})) != '0;

  `DMAR_ASSERT(AnswersAwaited_A, (rsp_slot & ~waiting_q) == '0)
  `DMAR_REQUIRE(LastBeatIsMarked_R, !data_accept || (s_wlast_i == data_last))
  `DMAR_REQUIRE(MemoryAnswersKnown_R, !m_bvalid_i || $onehot(memory_slot))
  `DMAR_ASSERT_HELD(RequestHeld_A, req_valid_o, req_ready_i, {req_tag_o, req_o})
  `DMAR_ASSERT_HELD(DeviceAnswerHeld_A, s_bvalid_o, s_bready_i, {s_bid_o, s_bresp_o})
  `DMAR_ASSERT_HELD(MemoryAddressHeld_A, m_awvalid_o, m_awready_i, {m_awid_o, m_awaddr_o})
  `DMAR_ASSERT_HELD(MemoryDataHeld_A, m_wvalid_o, m_wready_i, {m_wdata_o, m_wstrb_o, m_wlast_o})

  logic unused;
  assign unused = ^{s_wlast_i, ask_attr, head_addr[63:12], head_user[47:16], data_beat,
                    answer_index, rsp_i.reason, late_valid_i, late_tag_i, late_i};

endmodule
