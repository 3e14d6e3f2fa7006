// SPDX-License-Identifier: Apache-2.0
// Device reads: every burst waits in a slot for its verdict. A permitted one goes to memory at the
// translated address, a blocked one is answered here with error beats of the same number. Reads of
// different AXI IDs do not wait for each other; those of one ID are answered in order. A read asks
// for its translation only when the buffer has room for all of its data: once permitted it depends
// on memory alone to finish, so an invalidation that waits for it cannot be held up by a device.
`include "dmar_assert.svh"

module dmar_axi_read #(
  parameter int unsigned Slots       = 8,
  parameter int unsigned IdWidth     = 4,
  parameter int unsigned BufferBeats = 512
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // Device
  input  logic [IdWidth-1:0] s_arid_i,
  input  logic [63:0]        s_araddr_i,
  input  logic [7:0]         s_arlen_i,
  input  logic [2:0]         s_arsize_i,
  input  logic [1:0]         s_arburst_i,
  input  logic [11:0]        s_arattr_i,     // lock, cache, prot, qos: passed on
  input  logic [47:0]        s_aruser_i,
  input  logic               s_arvalid_i,
  output logic               s_arready_o,
  output logic [IdWidth-1:0] s_rid_o,
  output logic [127:0]       s_rdata_o,
  output logic [1:0]         s_rresp_o,
  output logic               s_rlast_o,
  output logic               s_rvalid_o,
  input  logic               s_rready_i,
  // Translation; the tag is the slot
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
  output logic               drain_busy_o,   // released before this epoch, data not here yet
  // Memory
  output logic [IdWidth-1:0] m_arid_o,
  output logic [63:0]        m_araddr_o,
  output logic [7:0]         m_arlen_o,
  output logic [2:0]         m_arsize_o,
  output logic [1:0]         m_arburst_o,
  output logic [11:0]        m_arattr_o,
  output logic [17:0]        m_aruser_o,
  output logic               m_arvalid_o,
  input  logic               m_arready_i,
  input  logic [IdWidth-1:0] m_rid_i,
  input  logic [127:0]       m_rdata_i,
  input  logic [1:0]         m_rresp_i,
  input  logic               m_rlast_i,
  input  logic               m_rvalid_i,
  output logic               m_rready_o
);

  localparam int unsigned SlotWidth  = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned BeatWidth  = 64 + 8 + 3 + 2 + 12 + 48;   // address beat without its ID
  localparam int unsigned CountWidth = $clog2(BufferBeats + 1) + 1;
  localparam int unsigned IssueWidth = IdWidth + 64 + 8 + 3 + 2 + 12 + 18;

  logic [Slots-1:0]         used, alloc, free, asking_q, ready_q, issued_q, returned_q;
  logic [Slots-1:0]         blocked_q, empty_q, flush_read_q;
  logic [Slots*IdWidth-1:0] id;
  logic [Slots*Slots-1:0]   older;
  logic [Slots-1:0]         epoch_q, snoop_q;
  logic [BeatWidth-1:0]     beat_q [Slots];
  logic [51:0]              page_q [Slots];
  logic [Slots-1:0]         rsp_slot, late_slot;
  logic [SlotWidth-1:0]     alloc_index;
  logic                     accept;

  // Slots //

  assign alloc       = accept ? (~used & (used + 1'b1)) : '0;
  assign s_arready_o = (used != '1);
  assign accept      = s_arvalid_i && s_arready_o;

  dmar_slot_order #(.Slots(Slots), .IdWidth(IdWidth)) u_order (
    .clk_i, .rst_ni, .alloc_i(alloc), .alloc_id_i(s_arid_i), .free_i(free), .used_o(used),
    .id_o(id), .older_o(older)
  );

  for (genvar i = 0; i < Slots; i++) begin : gen_slot
    assign late_slot[i] = late_valid_i && (late_tag_i == 8'(i));
    assign rsp_slot[i] = (rsp_valid_i && (rsp_tag_i == 8'(i))) || late_slot[i];
  end

  always_comb begin
    alloc_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (alloc[i]) alloc_index = SlotWidth'(i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      beat_q[alloc_index] <=
          {s_araddr_i, s_arlen_i, s_arsize_i, s_arburst_i, s_arattr_i, s_aruser_i};
    end
    if ((rsp_slot & ~late_slot) != '0) page_q[rsp_tag_i[SlotWidth-1:0]] <= rsp_i.host_page;
    if (late_slot != '0) page_q[late_tag_i[SlotWidth-1:0]] <= late_i.host_page;
  end

  // Room in the buffer, reserved in order of arrival and given back beat by beat, or at once when
  // there will be no data from memory //

  logic                  queue_space, queue_valid, enters, leaves, no_data, take_buffer;
  logic [SlotWidth-1:0]  queue_slot, entering_slot;
  logic [BeatWidth-1:0]  queue_beat, rsp_beat;
  logic [7:0]            entering_len;
  logic [CountWidth-1:0] reserved_q;
  logic [Slots-1:0]      entering;

  dmar_fifo #(.Depth(Slots), .Width(SlotWidth)) u_queue (
    .clk_i, .rst_ni, .up_valid_i(accept && !(enters && !queue_valid)), .up_ready_o(queue_space),
    .up_data_i(alloc_index), .dn_valid_o(queue_valid), .dn_ready_i(leaves),
    .dn_data_o(queue_slot)
  );

  assign queue_beat    = beat_q[queue_slot];
  assign rsp_beat      = beat_q[rsp_tag_i[SlotWidth-1:0]];
  assign entering_slot = queue_valid ? queue_slot : alloc_index;
  assign entering_len  = queue_valid ? queue_beat[BeatWidth-65 -: 8] : s_arlen_i;
  assign enters        = (queue_valid || accept) && ((reserved_q + CountWidth'(entering_len)
      + CountWidth'(1)) <= CountWidth'(BufferBeats));
  assign leaves        = enters && queue_valid;
  logic late_no_data; logic [BeatWidth-1:0] late_beat;
  assign late_beat = beat_q[late_tag_i[SlotWidth-1:0]];
  assign late_no_data = (late_slot != '0) && (late_i.verdict != dmar_pkg::VerdictForward);
  assign no_data       = ((rsp_slot & ~late_slot) != '0) && (rsp_i.verdict != dmar_pkg::VerdictForward);

  for (genvar i = 0; i < Slots; i++) begin : gen_entering
    assign entering[i] = enters && (entering_slot == SlotWidth'(i));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) reserved_q <= '0;
    else reserved_q <= reserved_q + (enters ? CountWidth'(entering_len) + CountWidth'(1) : '0)
        - (late_no_data ? CountWidth'(late_beat[BeatWidth-65 -: 8]) + CountWidth'(1) : '0)
        - (no_data ? CountWidth'(rsp_beat[BeatWidth-65 -: 8]) + CountWidth'(1) : '0)
        - CountWidth'(take_buffer);
  end

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

  assign req_tag_o = 8'(ask_index);
  assign {ask_addr, ask_len, ask_size, ask_burst, ask_attr, ask_user} = beat_q[ask_index];

  dmar_axi_request u_request (
    .write_i(1'b0), .addr_i(ask_addr), .len_i(ask_len), .size_i(ask_size), .burst_i(ask_burst),
    .user_i(ask_user), .dword_i(1'b0), .data_i('0), .request_o(req_o)
  );

  // Issue //

  logic [Slots-1:0]      may_issue, issue_grant;
  logic [SlotWidth-1:0]  issue_index;
  logic                  issue_valid, issue_ready, issue_take;
  logic [63:0]           issue_addr;
  logic [7:0]            issue_len;
  logic [2:0]            issue_size;
  logic [1:0]            issue_burst;
  logic [11:0]           issue_attr;
  logic [47:0]           issue_user;

  // Memory keeps the order of one ID, so an older read of it only has to be issued, if at all.
  for (genvar i = 0; i < Slots; i++) begin : gen_may_issue
    assign may_issue[i] = ready_q[i] && ((older[i*Slots +: Slots]
        & ~(issued_q | returned_q | blocked_q | empty_q)) == '0);
  end

  dmar_arbiter #(.Requests(Slots)) u_issue_arbiter (
    .clk_i, .rst_ni, .request_i(may_issue), .accept_i(issue_take), .valid_o(issue_valid),
    .grant_o(issue_grant), .index_o(issue_index)
  );

  assign issue_take = issue_valid && issue_ready;

  assign {issue_addr, issue_len, issue_size, issue_burst, issue_attr, issue_user} =
      beat_q[issue_index];

  logic [IdWidth-1:0]    issue_id;
  logic [IssueWidth-1:0] issue_beat;
  dmar_onehot_mux #(.Inputs(Slots), .Width(IdWidth)) u_issue_id (
    .select_i(issue_grant), .data_i(id), .data_o(issue_id)
  );
  assign issue_beat = {issue_id, page_q[issue_index], issue_addr[11:0], issue_len, issue_size,
                       issue_burst, issue_attr, 1'b0, (issue_grant & snoop_q) != '0,
                       issue_user[15:0]};

  dmar_skid #(.Width(IssueWidth)) u_issue_slice (
    .clk_i, .rst_ni, .up_valid_i(issue_valid), .up_ready_o(issue_ready),
    .up_data_i(issue_beat),
    .dn_valid_o(m_arvalid_o), .dn_ready_i(m_arready_i),
    .dn_data_o({m_arid_o, m_araddr_o, m_arlen_o, m_arsize_o, m_arburst_o, m_arattr_o, m_aruser_o})
  );

  // Data from memory: into the buffer at once //

  logic [Slots-1:0]     memory_slot, buffer_slot;
  logic [SlotWidth-1:0] memory_index, buffer_index;
  logic [127:0]         buffer_data;
  logic [1:0]           buffer_resp;
  logic                 buffer_last, buffer_valid, buffer_space;

  for (genvar i = 0; i < Slots; i++) begin : gen_memory
    assign memory_slot[i] = m_rvalid_i && issued_q[i] && (id[i*IdWidth +: IdWidth] == m_rid_i)
        && ((older[i*Slots +: Slots] & issued_q) == '0);
    assign buffer_slot[i] = buffer_valid && (buffer_index == SlotWidth'(i));
  end

  always_comb begin
    memory_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (memory_slot[i]) memory_index = SlotWidth'(i);
    end
  end

  dmar_ram_fifo #(.Depth(BufferBeats), .Width(SlotWidth + 131)) u_buffer (
    .clk_i, .rst_ni, .up_valid_i(m_rvalid_i), .up_ready_o(buffer_space),
    .up_data_i({memory_index, m_rdata_i, m_rresp_i, m_rlast_i}),
    .dn_valid_o(buffer_valid), .dn_ready_i(take_buffer),
    .dn_data_o({buffer_index, buffer_data, buffer_resp, buffer_last})
  );
  assign m_rready_o = 1'b1;

  // To the device: buffered data and answers made here //

  logic [Slots-1:0]     may_answer, may_return, answer_grant;
  logic [SlotWidth-1:0] answer_index;
  logic                 answer_valid, return_valid, take_own, buffer_turn_q, out_ready, own_last;
  logic [7:0]           own_beat_q, answer_len;
  logic [IdWidth-1:0]   answer_id, buffer_id;
  logic [BeatWidth-1:0] answer_beat;

  for (genvar i = 0; i < Slots; i++) begin : gen_answer
    assign may_answer[i] = (blocked_q[i] || empty_q[i]) && (older[i*Slots +: Slots] == '0);
    assign may_return[i] = buffer_slot[i] && (older[i*Slots +: Slots] == '0);
  end
  assign return_valid = (may_return != '0);

  // The grant stays on one burst until its last beat.
  dmar_arbiter #(.Requests(Slots)) u_answer_arbiter (
    .clk_i, .rst_ni, .request_i(may_answer), .accept_i(take_own && own_last),
    .valid_o(answer_valid), .grant_o(answer_grant), .index_o(answer_index)
  );
  dmar_onehot_mux #(.Inputs(Slots), .Width(IdWidth)) u_answer_id (
    .select_i(answer_grant), .data_i(id), .data_o(answer_id)
  );
  dmar_onehot_mux #(.Inputs(Slots), .Width(IdWidth)) u_buffer_id (
    .select_i(buffer_slot), .data_i(id), .data_o(buffer_id)
  );
  assign answer_beat = beat_q[answer_index];
  assign answer_len  = answer_beat[BeatWidth-65 -: 8];
  assign own_last    = (own_beat_q == answer_len);

  // Beats of both kinds take turns.
  assign take_buffer = return_valid && out_ready && (buffer_turn_q || !answer_valid);
  assign take_own    = answer_valid && out_ready && !take_buffer;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      buffer_turn_q <= 1'b0;
      own_beat_q    <= '0;
    end else begin
      if (out_ready) buffer_turn_q <= !buffer_turn_q;
      if (take_own)  own_beat_q <= own_last ? '0 : own_beat_q + 8'd1;
    end
  end

  // A read of no bytes returns none: it may be permitted on a page that cannot be read.
  logic [IdWidth+130:0] out_beat;
  assign out_beat = take_buffer
      ? {buffer_id, ((buffer_slot & flush_read_q) != '0) ? 128'h0 : buffer_data, buffer_resp,
         buffer_last}
      : {answer_id, 128'h0, ((answer_grant & blocked_q) != '0) ? 2'b11 : 2'b00, own_last};

  dmar_skid #(.Width(IdWidth + 131)) u_answer_slice (
    .clk_i, .rst_ni, .up_valid_i(take_buffer || take_own), .up_ready_o(out_ready),
    .up_data_i(out_beat), .dn_valid_o(s_rvalid_o), .dn_ready_i(s_rready_i),
    .dn_data_o({s_rid_o, s_rdata_o, s_rresp_o, s_rlast_o})
  );

  assign free = (take_buffer && buffer_last) ? buffer_slot
              : (take_own && own_last)       ? answer_grant : '0;

  // The state of each slot //

  for (genvar i = 0; i < Slots; i++) begin : gen_state
    always_ff @(posedge clk_i) begin
      if (!rst_ni || free[i]) begin
        asking_q[i]   <= 1'b0;
        ready_q[i]    <= 1'b0;
        issued_q[i]   <= 1'b0;
        returned_q[i] <= 1'b0;
        blocked_q[i]  <= 1'b0;
        empty_q[i]    <= 1'b0;
      end else begin
        if (entering[i]) asking_q[i] <= 1'b1;
        else if (req_valid_o && req_ready_i && ask_grant[i]) asking_q[i] <= 1'b0;
        if (late_slot[i]) begin
          ready_q[i]   <= (late_i.verdict == dmar_pkg::VerdictForward);
          empty_q[i]   <= (late_i.verdict == dmar_pkg::VerdictComplete);
          blocked_q[i] <= (late_i.verdict == dmar_pkg::VerdictFault)
              || (late_i.verdict == dmar_pkg::VerdictBlock);
        end else if (rsp_slot[i]) begin
          ready_q[i]   <= (rsp_i.verdict == dmar_pkg::VerdictForward);
          empty_q[i]   <= (rsp_i.verdict == dmar_pkg::VerdictComplete);
          blocked_q[i] <= (rsp_i.verdict == dmar_pkg::VerdictFault)
              || (rsp_i.verdict == dmar_pkg::VerdictBlock);
        end
        if (issue_take && issue_grant[i]) begin
          ready_q[i]  <= 1'b0;
          issued_q[i] <= 1'b1;
        end
        if (memory_slot[i] && m_rlast_i) begin
          issued_q[i]   <= 1'b0;
          returned_q[i] <= 1'b1;
        end
      end
    end

    always_ff @(posedge clk_i) begin
      if (alloc[i]) flush_read_q[i] <= s_aruser_i[41];
      if (rsp_slot[i]) begin
        epoch_q[i] <= late_slot[i] ? late_i.epoch : rsp_i.epoch;
        snoop_q[i] <= late_slot[i] ? late_i.snoop : rsp_i.snoop;
      end
    end
  end

  assign drain_busy_o = ((ready_q | issued_q) & (epoch_q ^ {Slots{epoch_i}})) != '0;

  `DMAR_ASSERT(AnswersAwaited_A, (rsp_slot & ~used) == '0)
  `DMAR_REQUIRE(MemoryAnswersKnown_R, !m_rvalid_i || $onehot(memory_slot))
  `DMAR_ASSERT(QueueHasRoom_A, !accept || queue_space)
  `DMAR_ASSERT(ReservesWithinBuffer_A, reserved_q <= CountWidth'(BufferBeats))
  `DMAR_ASSERT(BufferHasRoom_A, !m_rvalid_i || buffer_space)
  `DMAR_ASSERT_HELD(RequestHeld_A, req_valid_o, req_ready_i, {req_tag_o, req_o})
  `DMAR_ASSERT_HELD(DeviceAnswerHeld_A, s_rvalid_o, s_rready_i,
                    {s_rid_o, s_rdata_o, s_rresp_o, s_rlast_o})
  `DMAR_ASSERT_HELD(MemoryAddressHeld_A, m_arvalid_o, m_arready_i, {m_arid_o, m_araddr_o})

  logic unused;
  assign unused = ^{ask_attr, issue_addr[63:12], issue_user[47:16], answer_beat, queue_beat,
                    rsp_beat, rsp_i, late_valid_i, late_tag_i, late_i};

endmodule
