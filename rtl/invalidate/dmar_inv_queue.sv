// SPDX-License-Identifier: Apache-2.0
// The invalidation queue: carries descriptors out strictly in order, one at a time (VT-d 6.5.2). So
// a wait descriptor completes when everything before it has, fence or not. While one is carried
// out, those after it are fetched a line of 64 bytes at a time, as far as the tail allows; they
// are judged when their turn comes, and dropped by all that makes software look at them anew.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_queue #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode     = 1'b0,
  parameter int unsigned Ahead         = 8     // descriptors fetched ahead: 0 or a power of two
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  enable_i,       // GCMD.QIE
  output logic                      enabled_o,      // GSTS.QIES
  input wire logic [1:0]            ttm_i,          // latched table mode
  input wire logic                  stopped_i,      // FSTS.IQE
  output logic                      error_o,        // sets FSTS.IQE
  // Descriptor fetch, one burst at a time. A request may change or end before it is taken.
  output logic                      mem_valid_o,
  input wire logic                  mem_ready_i,
  output logic     [63:0]           mem_addr_o,
  output logic     [1:0]            mem_len_o,      // beats of 16 bytes, less one
  input wire logic                  rsp_valid_i,
  input wire logic [127:0]          rsp_data_i,
  input wire logic                  rsp_last_i,
  input wire logic                  rsp_error_i,
  // Execution; a descriptor is carried out from the clock after its load on
  output logic                      load_o,
  output logic     [127:0]          descriptor_o,
  output logic     [1:0]            kind_o,         // dmar_pkg::INV_*
  output logic                      flush_valid_o,
  input wire logic                  flush_done_i,
  input wire logic                  wants_status_i, // of the wait descriptor: SW
  input wire logic                  wants_event_i,  //   IF
  output logic                      status_valid_o,
  input wire logic                  status_done_i,  // visible in memory
  output logic                      completion_o    // a wait descriptor with IF completes
);

  localparam logic [9:0] IQH_WORD    = 10'h020;
  localparam logic [9:0] IQT_WORD    = 10'h022;
  localparam logic [9:0] IQA_LO_WORD = 10'h024;
  localparam logic [9:0] IQA_HI_WORD = 10'h025;
  localparam logic [9:0] IQERCD_WORD = 10'h02C;

  // Where there are 256-bit descriptors, one has to be kept while its upper half is on the way.
  localparam int unsigned Depth = (Ahead == 0 && AbortMode) ? 1 : Ahead;
  localparam int unsigned Burst = (Depth >= 4) ? 4 : (Depth == 0) ? 1 : Depth;  // descriptors
  localparam int unsigned CountWidth = (Depth == 0) ? 1 : $clog2(Depth + 1);

  typedef enum logic [2:0] {StOff, StIdle, StInvalidate, StDrain, StStatus} state_e;
  state_e state_d, state_q;

  // Registers //

  logic        at_iqh, at_iqt, at_iqa_lo, at_iqa_hi, at_iqercd, write, base_write, wide;
  logic [14:0] head_q, tail_q;               // in units of 16 bytes, offset bits 18:4
  logic [51:0] base_q;
  logic        wide_q;                       // IQA.DW
  logic [2:0]  size_q;
  logic [3:0]  cause_q, cause;

  assign at_iqh     = (access_i.word == IQH_WORD);
  assign at_iqt     = (access_i.word == IQT_WORD);
  assign at_iqa_lo  = (access_i.word == IQA_LO_WORD);
  assign at_iqa_hi  = (access_i.word == IQA_HI_WORD);
  assign at_iqercd  = (access_i.word == IQERCD_WORD);
  assign write      = access_i.valid && access_i.write;
  assign base_write = write && (at_iqa_lo || at_iqa_hi);
  assign wide       = AbortMode && wide_q;   // else there is nothing to fetch

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q <= '0;
      base_q <= '0;
      wide_q <= 1'b0;
      size_q <= '0;
    end else if (write) begin
      if (at_iqt) tail_q <= access_i.data[18:4];
      if (at_iqa_lo) begin
        base_q[19:0] <= access_i.data[31:12];
        wide_q       <= access_i.data[11];
        size_q       <= access_i.data[2:0];
      end
      if (at_iqa_hi) base_q[51:20] <= access_i.data;
    end
  end

  // Where the ring stands //

  logic [14:0] head, head_next, next, step, ring_mask, fetch;
  logic        outside, work, refused;
  logic [3:0]  refused_cause;
  logic [CountWidth-1:0] count;              // descriptors kept

  // Descriptors of 256 bits start at even places, whenever software turned to them.
  assign head = {head_q[14:1], head_q[0] && !wide_q};
  assign work = (head != tail_q) && !stopped_i;

  // What is kept begins at the head; the next fetch is behind it.
  for (genvar i = 0; i < 7; i++) begin : gen_ring_mask
    assign ring_mask[8+i] = (size_q > 3'(i));
  end
  assign ring_mask[7:0] = 8'hFF;
  assign step      = wide ? 15'd2 : 15'd1;
  assign head_next = (head + step) & ring_mask;
  assign next      = head + (wide ? 15'({count, 1'b0}) : 15'(count));
  assign fetch     = (count == '0) ? head : (next & ring_mask);
  assign outside   = (head & ~ring_mask) != '0;   // the ring has shrunk

  // Checks made whenever a descriptor would be fetched or carried out, in this order.
  always_comb begin
    refused       = 1'b1;
    refused_cause = dmar_pkg::IQEI_TAIL;
    if (ttm_i != dmar_pkg::TTM_LEGACY && !(AbortMode && ttm_i == dmar_pkg::TTM_ABORT)) begin
      refused_cause = dmar_pkg::IQEI_TABLE_MODE;
    end else if (wide_q ? !AbortMode : (ttm_i != dmar_pkg::TTM_LEGACY)) begin
      refused_cause = dmar_pkg::IQEI_WIDTH;
    end else if (wide_q && tail_q[0])            refused_cause = dmar_pkg::IQEI_TAIL_ALIGN;
    else if ((tail_q & ~ring_mask) != '0)        refused_cause = dmar_pkg::IQEI_TAIL;
    else                                         refused = 1'b0;
  end

  // Fetch //

  localparam int unsigned FrameWidth = HostAddrWidth - 12;

  logic                request_q, fetching_q, discard_q, drop, wanted, room, beyond_haw;
  logic                accepted, answered, received;
  logic [FrameWidth:0] frame;                // one bit more: the sum leaves the host addresses
  logic [1:0]          to_end, to_tail, burst_mask;
  logic [2:0]          difference, last_beat;
  logic                tail_is_near;

  assign frame      = {1'b0, base_q[FrameWidth-1:0]} + (FrameWidth + 1)'(fetch[14:8]);
  assign beyond_haw = frame[FrameWidth] || ((base_q >> FrameWidth) != '0);
  assign mem_addr_o = {{(64 - HostAddrWidth){1'b0}}, frame[FrameWidth-1:0], fetch[7:0], 4'h0};

  // To the end of the line, or of so much of it as can be kept, and not past the tail.
  assign burst_mask   = wide ? {Burst > 1, 1'b1} : 2'(Burst - 1);
  assign to_end       = burst_mask & ~fetch[1:0];
  assign to_tail      = tail_q[1:0] - fetch[1:0] - 2'd1;
  assign tail_is_near = (fetch[14:2] == tail_q[14:2]) && (tail_q[1:0] > fetch[1:0]);
  assign difference   = {1'b0, to_tail} - {1'b0, to_end};
  assign mem_len_o    = outside                         ? {1'b0, wide}
                      : (tail_is_near && difference[2]) ? to_tail : to_end;
  assign last_beat    = {1'b0, fetch[1:0]} + {1'b0, mem_len_o};

  assign wanted = enabled_o && enable_i && !stopped_i && !refused && !beyond_haw && room
      && (fetch != tail_q);
  assign mem_valid_o = request_q;
  assign accepted    = request_q && mem_ready_i;
  assign answered    = rsp_valid_i && rsp_last_i;
  assign received    = rsp_valid_i && !discard_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      request_q  <= 1'b0;
      fetching_q <= 1'b0;
      discard_q  <= 1'b0;
    end else begin
      request_q  <= wanted && !accepted && !fetching_q && !drop;
      fetching_q <= accepted || (fetching_q && !answered);
      discard_q  <= (accepted || (fetching_q && !answered)) && (drop || discard_q);
    end
  end

  // Descriptors kept //

  logic [127:0] source;                      // the next descriptor
  logic         source_valid, source_error, source_upper, load, take, decode_error, bad;
  logic [3:0]   decode_cause;

  if (Depth == 0) begin : gen_nothing_kept
    // The answer is the descriptor. Nothing is asked for before it could be carried out.
    assign room         = (state_q == StIdle);
    assign count        = '0;
    assign source       = rsp_data_i;
    assign source_valid = received;
    assign source_error = rsp_error_i;
    assign source_upper = 1'b0;
  end else begin : gen_kept
    localparam int unsigned PlaceWidth = (Depth > 1) ? $clog2(Depth) : 1;

    logic [127:0]          descriptor_q [Depth];
    logic [1:0]            flags_q [Depth];  // upper half not 0, fetch error
    logic [PlaceWidth-1:0] first_q, place;
    logic [CountWidth-1:0] count_q;
    logic                  upper_next_q, lower_error_q, complete;

    assign place    = (Depth > 1) ? first_q + PlaceWidth'(count_q) : '0;
    assign complete = received && (!wide || upper_next_q);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        first_q      <= '0;
        count_q      <= '0;
        upper_next_q <= 1'b0;
      end else begin
        if (take && Depth > 1) first_q <= first_q + 1'b1;
        count_q      <= drop ? '0 : count_q + CountWidth'(complete) - CountWidth'(take);
        upper_next_q <= wide && !accepted && (upper_next_q ^ rsp_valid_i);
      end
    end

    // The upper half comes second and leaves no more than a mark.
    always_ff @(posedge clk_i) begin
      if (received && !(wide && upper_next_q)) descriptor_q[place] <= rsp_data_i;
      if (complete) begin
        flags_q[place] <= {wide && (rsp_data_i != '0), rsp_error_i || (wide && lower_error_q)};
      end
      if (rsp_valid_i) lower_error_q <= rsp_error_i;
    end

    `DMAR_ASSERT(HasPlace_A, !complete || count_q != CountWidth'(Depth))

    assign count        = count_q;
    assign room         = (count_q <= CountWidth'(Depth - Burst));
    assign source       = descriptor_q[first_q];
    assign source_valid = (count_q != '0);
    assign {source_upper, source_error} = flags_q[first_q];
  end

  dmar_inv_decode #(
    .MaxAddrMask(MaxAddrMask), .PageSelective(PageSelective),
    .InterruptRemapping(InterruptRemapping)
  ) u_decode (
    .descriptor_i(source), .upper_half_i(source_upper), .error_o(decode_error),
    .cause_o(decode_cause), .kind_o
  );
  assign descriptor_o = source;

  // Execution //

  logic finished;

  // A descriptor that memory has answered waits in front; without one, what cannot be asked for.
  assign bad  = source_valid ? (source_error || decode_error)
                             : (beyond_haw && !fetching_q);
  assign load = source_valid && ((state_q == StIdle) || finished);
  assign take = load && enable_i && work && !refused && !bad;

  assign finished     = ((state_q == StInvalidate) && flush_done_i)
      || ((state_q == StDrain) && flush_done_i && !wants_status_i)
      || ((state_q == StStatus) && status_done_i);
  assign completion_o = finished && (state_q != StInvalidate) && wants_event_i;

  always_comb begin
    state_d = state_q;
    error_o = 1'b0;
    unique case (state_q)
      StOff: if (enable_i) state_d = StIdle;
      // Between descriptors: disable takes effect here, so what has begun is finished.
      StIdle: begin
        if (enable_i) error_o = work && (refused || bad);
        else if (!request_q && !fetching_q) state_d = StOff;
      end
      StInvalidate: if (finished) state_d = StIdle;
      // A wait descriptor looks at the DMA that earlier invalidations may have let through.
      StDrain: begin
        if (finished) state_d = StIdle;
        else if (flush_done_i) state_d = StStatus;
      end
      // The event message must push the status write, so that waits to be visible first.
      StStatus: if (finished) state_d = StIdle;
      default: state_d = StOff;
    endcase
    if (take) state_d = (kind_o == dmar_pkg::INV_WAIT) ? StDrain : StInvalidate;
  end

  assign cause = refused                         ? refused_cause
               : (!source_valid || source_error) ? dmar_pkg::IQEI_FETCH : decode_cause;

  // Whatever software may have changed is fetched again.
  assign drop = error_o || !enable_i || base_write || (head == tail_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StOff;
      head_q  <= '0;
      cause_q <= '0;
    end else begin
      state_q <= state_d;
      if (state_d == StOff) head_q <= '0;
      // The head moves once the descriptor is known to be valid; it says nothing of completion.
      else if (take)        head_q <= head_next;
      else if (wide_q)      head_q <= head;
      if (error_o) cause_q <= cause;
    end
  end

  assign rdata_o = ({32{at_iqh}} & {13'h0, head, 4'h0}) | ({32{at_iqt}} & {13'h0, tail_q, 4'h0})
      | ({32{at_iqa_lo}} & {base_q[19:0], wide_q, 8'h00, size_q})
      | ({32{at_iqa_hi}} & base_q[51:20]) | ({32{at_iqercd}} & {28'h0, cause_q});

  assign load_o         = load;
  assign flush_valid_o  = (state_q == StInvalidate) || (state_q == StDrain);
  assign status_valid_o = (state_q == StStatus);
  assign enabled_o      = (state_q != StOff);

  `DMAR_REQUIRE(ResponseIsAwaited_R, !rsp_valid_i || fetching_q)
  `DMAR_ASSERT(BurstStaysInItsLine_A, !mem_valid_o || !last_beat[2])

  logic unused;
  assign unused = ^{difference[1:0], last_beat};

endmodule
`default_nettype wire
