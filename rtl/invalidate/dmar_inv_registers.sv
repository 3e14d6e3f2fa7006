// SPDX-License-Identifier: Apache-2.0
// Register-based invalidation: CCMD, IVA and IOTLB (VT-d 6.5.1, 11.4.6). A command starts with the
// write of its upper half and belongs to the unit until ICC or IVT reads 0; then CAIG or IAIG says
// what was done, 00 for a command that could not be carried out. Source and page of the commands
// are kept in dmar_inv_request.
`default_nettype none
`include "dmar_assert.svh"

module dmar_inv_registers #(
  parameter bit PageSelective = 1'b1
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  refused_i,     // queue enabled, not legacy mode, or version 6
  output logic                      busy_o,        // a command has begun
  // Operands, and what is known of them
  output logic                      source_write_o,
  output logic                      function_write_o,
  output logic                      page_low_write_o,
  output logic                      page_high_write_o,
  input wire logic                  source_lost_i,
  input wire logic                  page_lost_i,
  input wire logic                  mask_too_wide_i,
  // The command that is carried out
  output logic                      flush_valid_o,
  input wire logic                  flush_done_i,
  output logic                      context_o,     // of CCMD, else of IOTLB
  output logic     [1:0]            granularity_o,
  output dmar_pkg::domain_t         domain_o
);

  localparam logic [9:0] CCMD_LO_WORD  = 10'h00A;
  localparam logic [9:0] CCMD_HI_WORD  = 10'h00B;
  localparam logic [9:0] IVA_LO_WORD   = 10'h140;
  localparam logic [9:0] IVA_HI_WORD   = 10'h141;
  localparam logic [9:0] IOTLB_LO_WORD = 10'h142;
  localparam logic [9:0] IOTLB_HI_WORD = 10'h143;

  typedef enum logic [1:0] {StIdle, StContext, StIotlb} state_e;
  state_e state_d, state_q;

  logic        write, ctx_start, iotlb_start, ctx_bad, iotlb_bad;
  logic [15:0] ctx_domain_q, iotlb_domain_q;
  logic [1:0]  ctx_asked_q, ctx_done_q, iotlb_asked_q, iotlb_done_q;
  logic        ctx_busy_q, iotlb_busy_q, drain_read_q, drain_write_q;
  logic [1:0]  ctx_granularity, iotlb_granularity;

  assign write       = access_i.valid && access_i.write;
  assign ctx_start   = write && (access_i.word == CCMD_HI_WORD) && access_i.data[31] && !ctx_busy_q;
  assign iotlb_start = write && (access_i.word == IOTLB_HI_WORD) && access_i.data[31]
      && !iotlb_busy_q;

  // Without page-selective invalidation, or without the operand, the whole domain goes, and is
  // reported.
  assign ctx_granularity   = ctx_asked_q & {1'b1, !(ctx_asked_q[1] && source_lost_i)};
  assign iotlb_granularity = iotlb_asked_q
      & {1'b1, !(iotlb_asked_q[1] && (page_lost_i || !PageSelective))};
  assign ctx_bad   = refused_i || (ctx_asked_q == dmar_pkg::GRANULARITY_NONE);
  assign iotlb_bad = refused_i || (iotlb_asked_q == dmar_pkg::GRANULARITY_NONE)
      || (iotlb_granularity == dmar_pkg::GRANULARITY_NARROW && mask_too_wide_i);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: begin
        if (ctx_busy_q && !ctx_bad) state_d = StContext;
        else if (iotlb_busy_q && !ctx_busy_q && !iotlb_bad) state_d = StIotlb;
      end
      StContext: if (flush_done_i) state_d = StIdle;
      StIotlb:   if (flush_done_i) state_d = StIdle;
      default:   state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= StIdle;
      ctx_busy_q   <= 1'b0;
      ctx_done_q   <= '0;
      iotlb_busy_q <= 1'b0;
      iotlb_done_q <= '0;
    end else begin
      state_q <= state_d;
      if (ctx_start) begin
        ctx_busy_q <= 1'b1;
      end else if (ctx_busy_q && state_q == StIdle && ctx_bad) begin
        ctx_busy_q <= 1'b0;
        ctx_done_q <= dmar_pkg::GRANULARITY_NONE;
      end else if (state_q == StContext && flush_done_i) begin
        ctx_busy_q <= 1'b0;
        ctx_done_q <= ctx_granularity;
      end
      if (iotlb_start) begin
        iotlb_busy_q <= 1'b1;
      end else if (iotlb_busy_q && state_q == StIdle && !ctx_busy_q && iotlb_bad) begin
        iotlb_busy_q <= 1'b0;
        iotlb_done_q <= dmar_pkg::GRANULARITY_NONE;
      end else if (state_q == StIotlb && flush_done_i) begin
        iotlb_busy_q <= 1'b0;
        iotlb_done_q <= iotlb_granularity;
      end
    end
  end

  // Operands are storage while no command runs.
  assign source_write_o    = write && (access_i.word == CCMD_LO_WORD) && !ctx_busy_q;
  assign function_write_o  = write && (access_i.word == CCMD_HI_WORD) && !ctx_busy_q;
  assign page_low_write_o  = write && (access_i.word == IVA_LO_WORD) && !iotlb_busy_q;
  assign page_high_write_o = write && (access_i.word == IVA_HI_WORD) && !iotlb_busy_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ctx_domain_q   <= '0;
      ctx_asked_q    <= '0;
      iotlb_domain_q <= '0;
      iotlb_asked_q  <= '0;
      drain_read_q   <= 1'b0;
      drain_write_q  <= 1'b0;
    end else begin
      if (source_write_o)   ctx_domain_q <= access_i.data[15:0];
      if (function_write_o) ctx_asked_q  <= access_i.data[30:29];
      if (write && access_i.word == IOTLB_HI_WORD && !iotlb_busy_q) begin
        iotlb_asked_q  <= access_i.data[29:28];
        drain_read_q   <= access_i.data[17];
        drain_write_q  <= access_i.data[16];
        iotlb_domain_q <= access_i.data[15:0];
      end
    end
  end

  assign busy_o        = ctx_busy_q || iotlb_busy_q;
  assign flush_valid_o = (state_q != StIdle);
  assign context_o     = (state_q == StContext);
  assign granularity_o = context_o ? ctx_granularity : iotlb_granularity;
  assign domain_o      = context_o ? ctx_domain_q : iotlb_domain_q;

  // SID, FM and IVA are write-only and read 0.
  always_comb begin
    case (access_i.word)
      CCMD_LO_WORD:  rdata_o = {16'h0, ctx_domain_q};
      CCMD_HI_WORD:  rdata_o = {ctx_busy_q, ctx_asked_q, ctx_done_q, 27'h0};
      IOTLB_LO_WORD: rdata_o = '0;
      IOTLB_HI_WORD: rdata_o = {iotlb_busy_q, 1'b0, iotlb_asked_q, 1'b0, iotlb_done_q, 7'h0,
                                drain_read_q, drain_write_q, iotlb_domain_q};
      default:       rdata_o = '0;
    endcase
  end

endmodule
`default_nettype wire
