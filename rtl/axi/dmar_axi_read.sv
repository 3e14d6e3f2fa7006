// SPDX-License-Identifier: Apache-2.0
// Device reads: every burst waits in a slot for its verdict. A permitted one goes to memory at the
// translated address, a blocked one is answered here with error beats of the same number. Reads of
// different AXI IDs do not wait for each other; those of one ID are answered in order. A read asks
// for its translation only when the buffer has room for all of its data: once permitted it depends
// on memory alone to finish, so an invalidation that waits for it cannot be held up by a device.
//
// All answers pass through the buffer, where an answer made here is one word that stands for all
// of its beats. It enters when the data of all older reads of its ID has; younger ones are issued
// before that, and their data waits outside for the clock or two that the answer takes. So the
// order in the buffer is the order of each ID, and a read that is refused holds up nobody. A slot
// is free when its answer is in the buffer. With one slot the device itself holds the address beat
// until the read is issued or refused.
//
// A translation request is a read of one beat of eight bytes. Its completion entry is an answer
// made here and lies in a table of its own until then; it leaves on both halves of the bus.
`default_nettype none
`include "dmar_assert.svh"

module dmar_axi_read #(
  parameter bit          DeviceTlb   = 1'b0,
  parameter int unsigned Slots       = 8,
  parameter int unsigned IdWidth     = 4,
  parameter int unsigned BufferBeats = 512
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  // Device
  input wire logic [IdWidth-1:0] s_arid_i,
  input wire logic [63:0]        s_araddr_i,
  input wire logic [7:0]         s_arlen_i,
  input wire logic [2:0]         s_arsize_i,
  input wire logic [1:0]         s_arburst_i,
  input wire logic [3:0]         s_arqos_i,      // passed on, the only attribute that is
  input wire logic [47:0]        s_aruser_i,
  input wire logic               s_arvalid_i,
  output logic                   s_arready_o,
  output logic     [IdWidth-1:0] s_rid_o,
  output logic     [127:0]       s_rdata_o,
  output logic     [1:0]         s_rresp_o,
  output logic                   s_rlast_o,
  output logic                   s_rvalid_o,
  input wire logic               s_rready_i,
  // Translation; the tag is the slot
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
  output logic                   drain_busy_o,   // released before this epoch, data not here yet
  // Memory
  output logic     [IdWidth-1:0] m_arid_o,
  output logic     [63:0]        m_araddr_o,
  output logic     [7:0]         m_arlen_o,
  output logic     [2:0]         m_arsize_o,
  output logic     [1:0]         m_arburst_o,
  output logic     [3:0]         m_arqos_o,
  output logic     [17:0]        m_aruser_o,
  output logic                   m_arvalid_o,
  input wire logic               m_arready_i,
  input wire logic [IdWidth-1:0] m_rid_i,
  input wire logic [127:0]       m_rdata_i,
  input wire logic [1:0]         m_rresp_i,
  input wire logic               m_rlast_i,
  input wire logic               m_rvalid_i,
  output logic                   m_rready_o
);

  localparam int unsigned SlotWidth  = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned CountWidth = $clog2(BufferBeats) + 1;

  localparam logic [1:0] RESP_OKAY   = 2'b00;
  localparam logic [1:0] RESP_SLVERR = 2'b10;
  localparam logic [1:0] RESP_DECERR = 2'b11;

  logic [Slots-1:0]         used, alloc, issue, done, ready_q, issued_q, refused_q, passed_q;
  logic [Slots-1:0]         issue_turn, done_turn, epoch_q;
  logic [Slots*IdWidth-1:0] id;
  logic [SlotWidth-1:0]     alloc_index, ask_index, next_index, issue_index_q, own_index_q;
  logic [SlotWidth-1:0]     done_index;

  dmar_slot_order #(.Slots(Slots), .IdWidth(IdWidth)) u_order (
    .clk_i, .rst_ni, .alloc_i(alloc), .alloc_index_i(alloc_index), .alloc_id_i(s_arid_i),
    .issue_i(issue), .issue_index_i(next_index), .issued_i(issued_q | passed_q),
    .done_i(done), .done_index_i(done_index), .used_o(used), .id_o(id),
    .issue_turn_o(issue_turn), .done_turn_o(done_turn)
  );

  // Address beats: what is asked for, what goes to memory, what an answer made here needs //

  logic                   ask_offered, ask_taken, own_valid_q;
  dmar_pkg::user_t        user;
  dmar_pkg::beat_target_t target, ask_target;
  dmar_pkg::beat_pasid_t  pasid, ask_pasid;
  dmar_pkg::beat_shape_t  shape, ask_shape, issue_shape;
  logic [IdWidth-1:0]     issue_id, own_id;
  logic [3:0]             issue_qos;
  logic [7:0]             own_len;
  logic                   ask_no_write;

  assign user   = s_aruser_i;
  assign target = {s_araddr_i[63:12], user.no_snoop, user.zero_length, user.at, user.pasid_valid};
  assign pasid  = {user.execute, user.privileged, user.pasid};
  assign shape  = {s_araddr_i[11:0], s_arlen_i, s_arsize_i, s_arburst_i, user.source_id};

  if (Slots == 1) begin : gen_held
    assign ask_offered = s_arvalid_i && !used[0];
    assign alloc       = ask_taken;
    assign alloc_index = '0;
    assign ask_index   = '0;
    assign s_arready_o = issue[0] || own_valid_q;

    assign {ask_target, ask_pasid, ask_shape} = {target, pasid, shape};
    assign ask_no_write = user.no_write;
    // Nothing of the device reaches memory in the same clock.
    always_ff @(posedge clk_i) begin
      if (issue[0]) {issue_shape, issue_id, issue_qos} <= {shape, s_arid_i, s_arqos_i};
    end
    assign {own_id, own_len} = {s_arid_i, s_arlen_i};
  end else begin : gen_stored
    logic                accept, queue_space;
    logic [dmar_pkg::BEAT_TARGET_WIDTH-1:0] target_q [Slots];
    logic [dmar_pkg::BEAT_PASID_WIDTH-1:0]  pasid_q  [Slots];
    logic [dmar_pkg::BEAT_SHAPE_WIDTH-1:0]  shape_q  [Slots];
    logic [IdWidth+3:0]                     issue_q  [Slots];
    logic [IdWidth+7:0]                     own_q    [Slots];
    logic [Slots-1:0]                       no_write_q;

    assign s_arready_o = (used != '1);
    assign accept      = s_arvalid_i && s_arready_o;
    assign alloc       = accept ? (~used & (used + 1'b1)) : '0;

    always_comb begin
      alloc_index = '0;
      for (int unsigned i = 0; i < Slots; i++) begin
        if (alloc[i]) alloc_index = SlotWidth'(i);
      end
    end

    always_ff @(posedge clk_i) begin
      if (accept) begin
        target_q[alloc_index] <= target;
        pasid_q[alloc_index]  <= pasid;
        shape_q[alloc_index]  <= shape;
        issue_q[alloc_index]  <= {s_arid_i, s_arqos_i};
        own_q[alloc_index]    <= {s_arid_i, s_arlen_i};
        no_write_q[alloc_index] <= user.no_write;
      end
    end

    // Reads ask in the order of arrival.
    dmar_fifo #(.Depth(Slots), .Width(SlotWidth)) u_queue (
      .clk_i, .rst_ni, .up_valid_i(accept), .up_ready_o(queue_space), .up_data_i(alloc_index),
      .dn_valid_o(ask_offered), .dn_ready_i(ask_taken), .dn_data_o(ask_index)
    );

    assign ask_target  = target_q[ask_index];
    assign ask_pasid   = pasid_q[ask_index];
    assign ask_shape   = shape_q[ask_index];
    assign issue_shape = shape_q[issue_index_q];
    assign {issue_id, issue_qos} = issue_q[issue_index_q];
    assign {own_id, own_len}     = own_q[own_index_q];
    assign ask_no_write          = no_write_q[ask_index];

    `DMAR_ASSERT(QueueHasRoom_A, !accept || queue_space)
  end

  // Translation. Asking reserves room in the buffer for all beats; each gives its place back when
  // the device takes it. //

  logic                  room, out_taken;
  logic [CountWidth-1:0] room_q, more_beats;   // than one

  assign more_beats  = CountWidth'(ask_shape.len);
  assign room        = (more_beats < room_q);
  assign req_valid_o = ask_offered && room;
  assign ask_taken   = req_valid_o && req_ready_i;
  assign req_tag_o   = 8'(ask_index);

  // ~more_beats is -(more_beats + 1).
  always_ff @(posedge clk_i) begin
    if (!rst_ni) room_q <= CountWidth'(BufferBeats);
    else room_q <= room_q + (ask_taken ? ~more_beats : '0) + CountWidth'(out_taken);
  end

  dmar_pkg::request_t request;
  logic               one_translation;

  dmar_axi_request u_request (
    .write_i(1'b0), .target_i(ask_target), .pasid_i(ask_pasid), .shape_i(ask_shape),
    .dword_i(1'b0), .lane_i('0), .data_i('0), .request_o(request)
  );

  // A translation request of another shape is malformed.
  assign one_translation = (ask_shape.len == '0) && (ask_shape.size == 3'd3)
      && (ask_shape.offset[2:0] == '0);
  always_comb begin
    req_o          = request;
    req_o.no_write = ask_no_write;
    if (DeviceTlb && request.at == dmar_pkg::AT_TRANSLATION_REQUEST && !one_translation) begin
      req_o.in_page = 1'b0;
    end
  end

  // Verdicts. A fast one is VerdictComplete only for a translation request. //

  logic             late_valid, fast_forward, late_forward, fast_complete, late_complete;
  logic             issue_snoop;
  logic [Slots-1:0] fast_slot, late_slot, complete_q;
  logic [51:0]      issue_page;

  assign late_valid    = late_valid_i && (late_tag_i < 8'(Slots));
  assign fast_forward  = (rsp_i.verdict == dmar_pkg::VerdictForward);
  assign late_forward  = (late_i.verdict == dmar_pkg::VerdictForward);
  assign fast_complete = DeviceTlb && (rsp_i.verdict == dmar_pkg::VerdictComplete);
  assign late_complete = (late_i.verdict == dmar_pkg::VerdictComplete);

  for (genvar i = 0; i < Slots; i++) begin : gen_answer
    assign fast_slot[i] = rsp_valid_i && (rsp_tag_i[SlotWidth-1:0] == SlotWidth'(i));
    assign late_slot[i] = late_valid && (late_tag_i[SlotWidth-1:0] == SlotWidth'(i));
  end

  dmar_two_writer_table #(.Depth(Slots), .Width(53)) u_pages (
    .clk_i, .rst_ni,
    .write0_i(rsp_valid_i), .addr0_i(rsp_tag_i[SlotWidth-1:0]),
    .data0_i({rsp_i.snoop, rsp_i.host_page}),
    .write1_i(late_valid), .addr1_i(late_tag_i[SlotWidth-1:0]),
    .data1_i({late_i.snoop, late_i.host_page}),
    .read_addr_i(issue_index_q), .read_data_o({issue_snoop, issue_page})
  );

  // Issue. Memory keeps the order of one ID, so an older read of it only has to be issued. A
  // refused one passes its turn on in the same way, without a word to memory. //

  logic [Slots-1:0] issue_request, issue_grant, passing;
  logic             issue_space, issue_found, issue_valid_q;

  // With one slot nothing else can be ready while a read is on offer, so READY of memory need not
  // reach READY of the device.
  assign issue_space = !issue_valid_q || (Slots > 1 && m_arready_i);

  // With one slot nobody waits for the turn.
  assign passing       = (Slots > 1) ? refused_q & ~passed_q : '0;
  assign issue_request = (ready_q | passing) & issue_turn & {Slots{issue_space}};

  dmar_arbiter #(.Requests(Slots)) u_issue_arbiter (
    .clk_i, .rst_ni, .request_i(issue_request), .accept_i(1'b1), .valid_o(issue_found),
    .grant_o(issue_grant), .index_o(next_index)
  );
  assign issue = issue_grant;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) issue_valid_q <= 1'b0;
    else if (issue_space || m_arready_i) issue_valid_q <= ((issue & ready_q) != '0);
    if (issue_space) issue_index_q <= next_index;
  end

  assign m_arvalid_o = issue_valid_q;
  assign m_arid_o    = issue_id;
  assign m_araddr_o  = {issue_page, issue_shape.offset};
  assign m_arlen_o   = issue_shape.len;
  assign m_arsize_o  = issue_shape.size;
  assign m_arburst_o = issue_shape.burst;
  assign m_arqos_o   = issue_qos;
  assign m_aruser_o  = {1'b0, issue_snoop, issue_shape.source_id};

  // Answers made here: those of refused reads, when the data of all older reads of the same ID is
  // in the buffer. Each takes a clock from memory, and never two in a row. One that was overtaken
  // by a younger read of its ID takes all clocks from its turn on: that read's data may come. //

  logic [Slots-1:0]     own_request, own_grant, own_slot, overtaken, overtaken_q;
  logic                 own_found;
  logic [SlotWidth-1:0] own_index;

  dmar_arbiter #(.Requests(Slots)) u_own_arbiter (
    .clk_i, .rst_ni, .request_i(own_request & {Slots{!own_valid_q}}), .accept_i(1'b1),
    .valid_o(own_found), .grant_o(own_grant), .index_o(own_index)
  );

  assign own_request = refused_q & ~passing & done_turn;
  for (genvar i = 0; i < Slots; i++) begin : gen_overtaken
    assign overtaken[i] = (Slots > 1) && (overtaken_q[i]
        || (issue_valid_q && passed_q[i] && (id[i*IdWidth +: IdWidth] == issue_id)));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) own_valid_q <= 1'b0;
    else         own_valid_q <= own_found;
    own_index_q <= own_index;
  end

  // What they carry: of a translation request its completion entry, else nothing. Only a slot that
  // was completed counts: the table keeps what an older request was told.
  logic [63:0]      own_entry;
  logic [1:0]       own_resp;
  logic [Slots-1:0] aborted_q;

  if (DeviceTlb) begin : gen_completions
    logic        aborted, read, write, untranslated, snoop;
    logic [1:0]  size;
    logic [51:0] page;

    dmar_two_writer_table #(.Depth(Slots), .Width(dmar_pkg::COMPLETION_WIDTH + 52)) u_completions (
      .clk_i, .rst_ni,
      .write0_i(rsp_valid_i), .addr0_i(rsp_tag_i[SlotWidth-1:0]),
      .data0_i({rsp_i.completion, rsp_i.host_page}),
      .write1_i(late_valid), .addr1_i(late_tag_i[SlotWidth-1:0]),
      .data1_i({late_i.completion, late_i.host_page}),
      .read_addr_i(own_index_q),
      .read_data_o({aborted, read, write, untranslated, snoop, size, page})
    );
    assign own_entry = complete_q[own_index_q]
        ? dmar_pkg::completion_entry(read, write, untranslated, snoop, size, page) : '0;
    assign own_resp  = complete_q[own_index_q] ? RESP_OKAY
                     : aborted_q[own_index_q] ? RESP_SLVERR : RESP_DECERR;
    // It stands in aborted_q, too, where a fast answer clears it.
    logic unused_aborted;
    assign unused_aborted = aborted;
  end else begin : gen_no_completions
    assign own_entry = '0;
    assign own_resp  = complete_q[own_index_q] ? RESP_OKAY : RESP_DECERR;
    logic unused_aborted;
    assign unused_aborted = ^{aborted_q, RESP_SLVERR};
  end

  // Data from memory: into the buffer at once //

  logic [Slots-1:0]     memory_slot, silent_q;
  logic [SlotWidth-1:0] memory_index;
  logic                 memory_awaited, buffer_space, buffer_valid, buffer_ready;
  logic                 out_own, out_zero, out_last;
  logic [127:0]         out_data;

  always_comb begin
    memory_index = '0;
    for (int unsigned i = 0; i < Slots; i++) begin
      if (memory_slot[i]) memory_index = SlotWidth'(i);
    end
  end

  // What no read waits for is taken and dropped: after a reset memory may still owe data to reads
  // that are forgotten.
  assign m_rready_o     = !own_valid_q && ((own_request & overtaken) == '0);
  assign memory_awaited = m_rvalid_i && m_rready_o && (memory_slot != '0);

  assign done_index = own_valid_q ? own_index_q : memory_index;
  for (genvar i = 0; i < Slots; i++) begin : gen_done
    assign memory_slot[i] = issued_q[i] && done_turn[i] && (id[i*IdWidth +: IdWidth] == m_rid_i);
    assign own_slot[i]    = own_valid_q && (own_index_q == SlotWidth'(i));
    assign done[i]        = own_slot[i]
        || (m_rvalid_i && m_rready_o && m_rlast_i && memory_slot[i]);
  end

  // A read of no bytes returns none: it may be permitted on a page that cannot be read.
  dmar_ram_fifo #(.Depth(BufferBeats), .Width(IdWidth + 133)) u_buffer (
    .clk_i, .rst_ni, .up_valid_i(own_valid_q || memory_awaited), .up_ready_o(buffer_space),
    .up_data_i({own_valid_q,
                own_valid_q || ((memory_slot & silent_q) != '0),
                own_valid_q ? own_id : m_rid_i,
                (DeviceTlb && own_valid_q) ? own_entry : m_rdata_i[127:64], m_rdata_i[63:8],
                own_valid_q ? own_len : m_rdata_i[7:0],
                own_valid_q ? own_resp : m_rresp_i, m_rlast_i}),
    .dn_valid_o(buffer_valid), .dn_ready_i(buffer_ready),
    .dn_data_o({out_own, out_zero, s_rid_o, out_data, s_rresp_o, out_last})
  );

  // To the device //

  logic [7:0] own_beat_q;

  assign s_rvalid_o   = buffer_valid;
  assign s_rdata_o    = (DeviceTlb && out_own) ? {2{out_data[127:64]}}
                      : out_zero ? 128'h0 : out_data;
  assign s_rlast_o    = out_own ? (own_beat_q == out_data[7:0]) : out_last;
  assign out_taken    = s_rvalid_o && s_rready_i;
  assign buffer_ready = s_rready_i && (!out_own || s_rlast_o);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) own_beat_q <= '0;
    else if (out_taken && out_own) own_beat_q <= s_rlast_o ? '0 : own_beat_q + 8'd1;
  end

  // The state of each slot //

  for (genvar i = 0; i < Slots; i++) begin : gen_state
    always_ff @(posedge clk_i) begin
      if (!rst_ni || done[i]) begin
        ready_q[i]     <= 1'b0;
        issued_q[i]    <= 1'b0;
        refused_q[i]   <= 1'b0;
        passed_q[i]    <= 1'b0;
        overtaken_q[i] <= 1'b0;
      end else begin
        if (fast_slot[i]) begin
          ready_q[i]   <= fast_forward;
          refused_q[i] <= !fast_forward;
        end
        if (late_slot[i]) begin
          ready_q[i]   <= late_forward;
          refused_q[i] <= !late_forward;
        end
        if (issue[i]) begin
          ready_q[i]  <= 1'b0;
          issued_q[i] <= ready_q[i];
          passed_q[i] <= refused_q[i];
        end
        overtaken_q[i] <= overtaken[i];
      end
    end

    always_ff @(posedge clk_i) begin
      if (alloc[i]) silent_q[i] <= user.zero_length;
      if (fast_slot[i] || late_slot[i]) begin
        epoch_q[i]    <= late_slot[i] ? late_i.epoch : rsp_i.epoch;
        complete_q[i] <= late_slot[i] ? late_complete : fast_complete;
        aborted_q[i]  <= late_slot[i] && late_i.completion.aborted;
      end
    end
  end

  assign drain_busy_o = ((ready_q | issued_q) & (epoch_q ^ {Slots{epoch_i}})) != '0;

  `DMAR_ASSERT(AnswersAwaited_A,
               ((fast_slot | late_slot) & ~(used & ~(ready_q | issued_q | refused_q))) == '0)
  `DMAR_REQUIRE(HitsForwardCompleteOrBlock_R,
                !rsp_valid_i || fast_forward || fast_complete
                || rsp_i.verdict == dmar_pkg::VerdictBlock)
  `DMAR_ASSERT(OneAnswered_A, $onehot0(memory_slot))
  `DMAR_ASSERT(RoomWithinBuffer_A, room_q <= CountWidth'(BufferBeats))
  `DMAR_ASSERT(BufferHasRoom_A, !(own_valid_q || memory_awaited) || buffer_space)
  `DMAR_ASSERT(OwnIsRefused_A, (own_slot & ~refused_q) == '0)
  `DMAR_ASSERT_HELD(RequestHeld_A, req_valid_o, req_ready_i, {req_tag_o, req_o})
  `DMAR_ASSERT_HELD(DeviceAnswerHeld_A, s_rvalid_o, s_rready_i,
                    {s_rid_o, s_rdata_o, s_rresp_o, s_rlast_o})
  `DMAR_ASSERT_HELD(MemoryAddressHeld_A, m_arvalid_o, m_arready_i,
                    {m_arid_o, m_araddr_o, m_arlen_o, m_arsize_o, m_arburst_o, m_aruser_o})

  logic unused;
  assign unused = ^{own_grant, issue_found, user, rsp_tag_i, rsp_i, late_i};

endmodule
`default_nettype wire
