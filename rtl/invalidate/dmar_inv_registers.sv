// SPDX-License-Identifier: Apache-2.0
// Register-based invalidation: CCMD, IVA and IOTLB (VT-d 6.5.1, 11.4.6). A command starts with the
// write of its upper half and belongs to the unit until ICC or IVT reads 0; then CAIG or IAIG says
// what was done, 00 for a command that could not be carried out.
`include "dmar_assert.svh"

module dmar_inv_registers #(
  parameter int unsigned DomainIdCode  = 6,
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  dmar_pkg::reg_access_t access_i,
  output logic [31:0]           rdata_o,
  input  logic                  refused_i,     // queue enabled, not legacy mode, or version 6
  output logic                  flush_valid_o,
  output dmar_pkg::flush_t      flush_o,
  input  logic                  flush_done_i
);

  localparam logic [9:0]  CCMD_LO_WORD  = 10'h00A;
  localparam logic [9:0]  CCMD_HI_WORD  = 10'h00B;
  localparam logic [9:0]  IVA_LO_WORD   = 10'h140;
  localparam logic [9:0]  IVA_HI_WORD   = 10'h141;
  localparam logic [9:0]  IOTLB_LO_WORD = 10'h142;
  localparam logic [9:0]  IOTLB_HI_WORD = 10'h143;
  localparam logic [15:0] DOMAIN_MASK   = 16'(~({17{1'b1}} << (4 + 2 * DomainIdCode)));

  typedef enum logic [1:0] {StIdle, StContext, StIotlb} state_e;
  state_e state_d, state_q;

  logic        write, ctx_start, iotlb_start, ctx_bad, iotlb_bad;
  logic [15:0] ctx_domain_q, ctx_source_q;
  logic [1:0]  ctx_asked_q, ctx_done_q, ctx_fm_q;
  logic        ctx_busy_q, iotlb_busy_q, drain_read_q, drain_write_q, hint_q;
  logic [15:0] iotlb_domain_q;
  logic [1:0]  iotlb_asked_q, iotlb_done_q;
  logic [51:0] address_q;
  logic [5:0]  mask_q;
  logic [1:0]  iotlb_granularity;

  assign write       = access_i.valid && access_i.write;
  assign ctx_start   = write && (access_i.word == CCMD_HI_WORD) && access_i.data[31] && !ctx_busy_q;
  assign iotlb_start = write && (access_i.word == IOTLB_HI_WORD) && access_i.data[31]
      && !iotlb_busy_q;

  // Without page-selective invalidation the whole domain goes, and is reported.
  assign iotlb_granularity = (iotlb_asked_q == dmar_pkg::GRANULARITY_NARROW && !PageSelective)
      ? dmar_pkg::GRANULARITY_DOMAIN : iotlb_asked_q;
  assign ctx_bad   = refused_i || (ctx_asked_q == dmar_pkg::GRANULARITY_NONE);
  assign iotlb_bad = refused_i || (iotlb_asked_q == dmar_pkg::GRANULARITY_NONE)
      || (iotlb_granularity == dmar_pkg::GRANULARITY_NARROW && mask_q > 6'(MaxAddrMask));

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
        ctx_done_q <= ctx_asked_q;
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
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ctx_domain_q   <= '0;
      ctx_source_q   <= '0;
      ctx_asked_q    <= '0;
      ctx_fm_q       <= '0;
      iotlb_domain_q <= '0;
      iotlb_asked_q  <= '0;
      drain_read_q   <= 1'b0;
      drain_write_q  <= 1'b0;
      address_q      <= '0;
      mask_q         <= '0;
      hint_q         <= 1'b0;
    end else if (write) begin
      if (access_i.word == CCMD_LO_WORD && !ctx_busy_q) begin
        {ctx_source_q, ctx_domain_q} <= access_i.data;
      end
      if (access_i.word == CCMD_HI_WORD && !ctx_busy_q) begin
        ctx_asked_q <= access_i.data[30:29];
        ctx_fm_q    <= access_i.data[1:0];
      end
      if (access_i.word == IOTLB_HI_WORD && !iotlb_busy_q) begin
        iotlb_asked_q  <= access_i.data[29:28];
        drain_read_q   <= access_i.data[17];
        drain_write_q  <= access_i.data[16];
        iotlb_domain_q <= access_i.data[15:0];
      end
      if (access_i.word == IVA_LO_WORD && !iotlb_busy_q) begin
        address_q[19:0] <= access_i.data[31:12];
        hint_q          <= access_i.data[6];
        mask_q          <= access_i.data[5:0];
      end
      if (access_i.word == IVA_HI_WORD && !iotlb_busy_q) address_q[51:20] <= access_i.data;
    end
  end

  always_comb begin
    flush_o = '0;
    if (state_q == StContext) begin
      flush_o.ctx         = 1'b1;
      flush_o.source_id   = ctx_source_q;
      flush_o.source_mask = dmar_pkg::function_mask(ctx_fm_q);
      flush_o.domain    = ctx_domain_q & DOMAIN_MASK;
      flush_o.all       = (ctx_asked_q == dmar_pkg::GRANULARITY_GLOBAL);
      flush_o.by_domain = (ctx_asked_q != dmar_pkg::GRANULARITY_GLOBAL);
      flush_o.by_source = (ctx_asked_q == dmar_pkg::GRANULARITY_NARROW);
    end else begin
      flush_o.iotlb     = 1'b1;
      flush_o.page      = address_q;
      flush_o.page_mask = dmar_pkg::address_mask(mask_q);
      flush_o.domain    = iotlb_domain_q & DOMAIN_MASK;
      flush_o.all       = (iotlb_granularity == dmar_pkg::GRANULARITY_GLOBAL);
      flush_o.by_domain = (iotlb_granularity != dmar_pkg::GRANULARITY_GLOBAL);
      flush_o.by_page   = (iotlb_granularity == dmar_pkg::GRANULARITY_NARROW);
      flush_o.paging    = !(flush_o.by_page && hint_q);
    end
  end
  assign flush_valid_o = (state_q != StIdle);

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
