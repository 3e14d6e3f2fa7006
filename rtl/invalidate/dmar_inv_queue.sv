// SPDX-License-Identifier: Apache-2.0
// The invalidation queue: fetches descriptors and carries them out strictly in order, one at a time
// (VT-d 6.5.2). So a wait descriptor completes when everything before it has, fence or not.
// Descriptors of 256 bits are read in two halves: software has finished them before it moves the
// tail.
`include "dmar_assert.svh"

module dmar_inv_queue #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainIdCode  = 6,
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode     = 1'b0
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  dmar_pkg::reg_access_t access_i,
  output logic [31:0]           rdata_o,
  input  logic                  enable_i,       // GCMD.QIE
  output logic                  enabled_o,      // GSTS.QIES
  input  logic [1:0]            ttm_i,          // latched table mode
  input  logic                  stopped_i,      // FSTS.IQE
  output logic                  error_o,        // sets FSTS.IQE
  output logic                  idle_o,
  // Descriptor fetch
  output logic                  mem_valid_o,
  input  logic                  mem_ready_i,
  output logic [63:0]           mem_addr_o,
  input  logic                  rsp_valid_i,
  input  logic [127:0]          rsp_data_i,
  input  logic                  rsp_error_i,
  // Execution
  output logic                  flush_valid_o,
  output dmar_pkg::flush_t      flush_o,
  input  logic                  flush_done_i,
  output logic                  status_valid_o,
  output dmar_pkg::message_t    status_o,
  input  logic                  status_done_i,  // visible in memory
  output logic                  completion_o    // a wait descriptor with IF completes
);

  localparam logic [9:0] IQH_WORD    = 10'h020;
  localparam logic [9:0] IQT_WORD    = 10'h022;
  localparam logic [9:0] IQA_LO_WORD = 10'h024;
  localparam logic [9:0] IQA_HI_WORD = 10'h025;
  localparam logic [9:0] IQERCD_WORD = 10'h02C;

  typedef enum logic [3:0] {
    StOff, StIdle, StFetch, StReceive, StFetchUpper, StReceiveUpper, StDecode, StFlush, StStatus
  } state_e;
  state_e state_d, state_q;

  logic [14:0]  head_q, head, head_next, tail_q;   // in units of 16 bytes, offset bits 18:4
  logic [51:0]  base_q;
  logic         wide_q;                      // IQA.DW
  logic [2:0]   size_q;
  logic [3:0]   cause_q, fetch_cause, decode_cause, cause;
  logic [127:0] descriptor_q;
  logic         fetch_error_q;
  logic         write, work, fetch_refused, decode_error, is_wait, wants_event, wants_status;
  logic         beyond_haw, wide_fetch_q, upper_half_q;
  logic [64:0]  fetch_addr;
  dmar_pkg::message_t status_asked;
  logic [15:0]  entries;                     // queue size in units of 16 bytes

  assign write   = access_i.valid && access_i.write;
  // Descriptors of 256 bits start at even places, whenever software turned to them.
  assign head    = {head_q[14:1], head_q[0] && !wide_q};
  assign work    = (head != tail_q) && !stopped_i;
  assign entries = 16'h0100 << size_q;

  // Checks made whenever a fetch would start, in this order.
  always_comb begin
    fetch_refused = 1'b1;
    fetch_cause   = dmar_pkg::IQEI_TAIL;
    if (ttm_i != dmar_pkg::TTM_LEGACY && !(AbortMode && ttm_i == dmar_pkg::TTM_ABORT)) begin
      fetch_cause = dmar_pkg::IQEI_TABLE_MODE;
    end else if (wide_q ? !AbortMode : (ttm_i != dmar_pkg::TTM_LEGACY)) begin
      fetch_cause = dmar_pkg::IQEI_WIDTH;
    end else if (wide_q && tail_q[0])      fetch_cause = dmar_pkg::IQEI_TAIL_ALIGN;
    else if ({1'b0, tail_q} >= entries)    fetch_cause = dmar_pkg::IQEI_TAIL;
    else                                   fetch_refused = 1'b0;
  end

  assign fetch_addr = {1'b0, base_q, 12'h0} + {46'h0, head, 4'h0};
  assign beyond_haw = (fetch_addr >> HostAddrWidth) != '0;

  // Address and width stand once a fetch has begun, whatever software writes meanwhile.
  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) begin
      mem_addr_o   <= fetch_addr[63:0];
      wide_fetch_q <= wide_q;
    end
    if (state_q == StReceive) mem_addr_o[4] <= 1'b1;
  end
  assign head_next = 15'(({1'b0, head} + (wide_fetch_q ? 16'd2 : 16'd1)) & (entries - 16'd1));

  dmar_inv_decode #(
    .DomainIdCode(DomainIdCode), .MaxAddrMask(MaxAddrMask), .PageSelective(PageSelective),
    .InterruptRemapping(InterruptRemapping)
  ) u_decode (
    .descriptor_i(descriptor_q), .upper_half_i(upper_half_q), .error_o(decode_error),
    .cause_o(decode_cause), .is_wait_o(is_wait), .flush_o, .interrupt_o(wants_event),
    .status_o(wants_status), .status_write_o(status_asked)
  );

  // Address bits that no host address has are ignored.
  assign status_o = {status_asked.address & ~({64{1'b1}} << HostAddrWidth), status_asked.data};

  always_comb begin
    state_d       = state_q;
    error_o       = 1'b0;
    cause         = fetch_cause;
    completion_o  = 1'b0;
    unique case (state_q)
      StOff: if (enable_i) state_d = StIdle;
      // Between descriptors: disable takes effect here, so what was fetched is finished.
      StIdle: begin
        if (!enable_i) begin
          state_d = StOff;
        end else if (work) begin
          error_o = fetch_refused;
          if (!fetch_refused) state_d = beyond_haw ? StDecode : StFetch;
        end
      end
      StFetch: if (mem_ready_i) state_d = StReceive;
      StReceive: begin
        if (rsp_valid_i) state_d = (wide_fetch_q && !rsp_error_i) ? StFetchUpper : StDecode;
      end
      StFetchUpper: if (mem_ready_i) state_d = StReceiveUpper;
      StReceiveUpper: if (rsp_valid_i) state_d = StDecode;
      StDecode: begin
        cause = fetch_error_q ? dmar_pkg::IQEI_FETCH : decode_cause;
        if (fetch_error_q || decode_error) begin
          error_o = 1'b1;
          state_d = StIdle;
        end else if (!is_wait) begin
          state_d = StFlush;
        end else if (wants_status) begin
          state_d = StStatus;
        end else begin
          completion_o = wants_event;
          state_d      = StIdle;
        end
      end
      StFlush: if (flush_done_i) state_d = StIdle;
      // The event message must push the status write, so that waits to be visible first.
      StStatus: begin
        completion_o = status_done_i && wants_event;
        if (status_done_i) state_d = StIdle;
      end
      default: state_d = StOff;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StOff;
      head_q  <= '0;
      cause_q <= '0;
    end else begin
      state_q <= state_d;
      if (state_d == StOff) head_q <= '0;
      // The head moves once the descriptor is known to be valid; it says nothing of completion.
      else if (state_q == StDecode && !error_o) head_q <= head_next;
      else if (wide_q) head_q <= head;
      if (error_o) cause_q <= cause;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rsp_valid_i && state_q == StReceive) descriptor_q <= rsp_data_i;
    if (state_q == StIdle) upper_half_q <= 1'b0;
    else if (rsp_valid_i && state_q == StReceiveUpper) upper_half_q <= (rsp_data_i != '0);
    if (state_q == StIdle) fetch_error_q <= beyond_haw;
    else if (rsp_valid_i)  fetch_error_q <= rsp_error_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q <= '0;
      base_q <= '0;
      wide_q <= 1'b0;
      size_q <= '0;
    end else if (write) begin
      if (access_i.word == IQT_WORD) tail_q <= access_i.data[18:4];
      if (access_i.word == IQA_LO_WORD) begin
        base_q[19:0] <= access_i.data[31:12];
        wide_q       <= access_i.data[11];
        size_q       <= access_i.data[2:0];
      end
      if (access_i.word == IQA_HI_WORD) base_q[51:20] <= access_i.data;
    end
  end

  always_comb begin
    case (access_i.word)
      IQH_WORD:    rdata_o = {13'h0, head, 4'h0};
      IQT_WORD:    rdata_o = {13'h0, tail_q, 4'h0};
      IQA_LO_WORD: rdata_o = {base_q[19:0], wide_q, 8'h00, size_q};
      IQA_HI_WORD: rdata_o = base_q[51:20];
      IQERCD_WORD: rdata_o = {28'h0, cause_q};
      default:     rdata_o = '0;
    endcase
  end

  assign mem_valid_o    = (state_q == StFetch) || (state_q == StFetchUpper);
  assign flush_valid_o  = (state_q == StFlush);
  assign status_valid_o = (state_q == StStatus);
  assign enabled_o      = (state_q != StOff);
  assign idle_o         = (state_q == StOff) || (state_q == StIdle && !work);

  `DMAR_REQUIRE(ResponseIsAwaited_R, !rsp_valid_i || state_q == StReceive
                || state_q == StReceiveUpper)
  `DMAR_ASSERT_HELD(FetchHeld_A, mem_valid_o, mem_ready_i, mem_addr_o)

endmodule
