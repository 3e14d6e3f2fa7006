// SPDX-License-Identifier: Apache-2.0
// The invalidation that is being carried out: one register for the descriptor of the queue and for
// the operands of the command registers, which serve only while the queue is off. Operands written
// before or while it is on are lost; a command that needs them takes the next coarser granularity.
`default_nettype none
module dmar_inv_request #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainIdCode  = 6,
  parameter int unsigned MaxAddrMask   = 18
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  // Queue
  input wire logic               queue_on_i,
  input wire logic               load_i,
  input wire logic [127:0]       descriptor_i,
  input wire logic [2:0]         kind_i,             // dmar_pkg::INV_*
  output logic                   wants_status_o,     // wait: SW
  output logic                   wants_event_o,      // wait: IF
  output dmar_pkg::message_t     status_o,
  output dmar_pkg::device_message_t device_o,        // device TLB, without the ITag
  output logic     [4:0]         device_limit_o,     // MIP
  // Registers
  input wire logic [31:0]        write_data_i,
  input wire logic               source_write_i,     // CCMD 31:0
  input wire logic               function_write_i,   // CCMD 63:32
  input wire logic               page_low_write_i,   // IVA 31:0
  input wire logic               page_high_write_i,  // IVA 63:32
  output logic                   source_lost_o,
  output logic                   page_lost_o,
  output logic                   mask_too_wide_o,    // IVA.AM
  input wire logic               command_i,          // a command of the registers is carried out
  input wire logic               command_context_i,  // of CCMD, else of IOTLB
  input wire logic [1:0]         command_granularity_i,
  input wire dmar_pkg::domain_t  command_domain_i,
  // To the caches, while an invalidation is carried out
  output dmar_pkg::flush_t       flush_o
);

  localparam logic [15:0] DOMAIN_MASK = 16'(~({17{1'b1}} << (4 + 2 * DomainIdCode)));

  // As in a descriptor, without the bits that tell the type
  logic [63:0] high_q;      // wait: address; IOTLB: page, IH, AM; device: address, S
  logic [31:0] middle_q;    // wait: data; context: FM, source; interrupt: index; device: source
  logic [15:0] low_q;       // domain; interrupt: IM; device: MIP
  logic [1:0]  flags_q;     // granularity; wait: SW, IF
  logic [2:0]  kind_q;
  logic        source_lost_q, page_low_lost_q, page_high_lost_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      high_q   <= '0;
      middle_q <= '0;
    end else if (load_i) begin
      high_q   <= descriptor_i[127:64];
      middle_q <= descriptor_i[63:32];
    end else if (!queue_on_i) begin
      if (page_high_write_i) high_q[63:32]   <= write_data_i;
      if (page_low_write_i)  high_q[31:0]    <= write_data_i;
      if (source_write_i)    middle_q[15:0]  <= write_data_i[31:16];
      if (function_write_i)  middle_q[17:16] <= write_data_i[1:0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      low_q   <= '0;
      flags_q <= '0;
      kind_q  <= '0;
    end else if (load_i) begin
      low_q   <= descriptor_i[31:16];
      flags_q <= descriptor_i[5:4];
      kind_q  <= kind_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      source_lost_q    <= 1'b0;
      page_low_lost_q  <= 1'b0;
      page_high_lost_q <= 1'b0;
    end else begin
      source_lost_q    <= queue_on_i || (source_lost_q && !source_write_i);
      page_low_lost_q  <= queue_on_i || (page_low_lost_q && !page_low_write_i);
      page_high_lost_q <= queue_on_i || (page_high_lost_q && !page_high_write_i);
    end
  end

  assign source_lost_o   = source_lost_q;
  assign page_lost_o     = page_low_lost_q || page_high_lost_q;
  assign mask_too_wide_o = (high_q[5:0] > 6'(MaxAddrMask));

  assign wants_event_o  = flags_q[0];
  assign wants_status_o = flags_q[1];
  // Address bits that no host address has are ignored.
  assign status_o = {{(64 - HostAddrWidth){1'b0}}, high_q[HostAddrWidth-1:2], 2'b00, middle_q};

  assign device_limit_o = low_q[4:0];
  always_comb begin
    device_o           = '0;
    device_o.kind      = dmar_pkg::MESSAGE_INVALIDATE;
    device_o.source_id = middle_q[15:0];
    device_o.payload   = {high_q[63:12], high_q[0], 11'h0};
  end

  // One mask serves pages and interrupt indices. A wider page mask than MaxAddrMask is refused.
  localparam int unsigned MaskWidth = (MaxAddrMask > 16) ? MaxAddrMask : 16;

  logic [2:0]           kind;
  logic [1:0]           granularity;
  logic [5:0]           mask;
  logic [MaskWidth-1:0] compared;

  always_comb begin
    kind        = kind_q;
    granularity = flags_q;
    if (command_i) begin
      kind        = command_context_i ? dmar_pkg::INV_CONTEXT : dmar_pkg::INV_IOTLB;
      granularity = command_granularity_i;
    end
    mask     = (kind == dmar_pkg::INV_INTERRUPT) ? {1'b0, low_q[15:11]} : high_q[5:0];
    compared = {MaskWidth{1'b1}} << mask;

    flush_o             = '0;
    flush_o.cache_tag.domain = (command_i ? command_domain_i : low_q) & DOMAIN_MASK;
    flush_o.source_id   = middle_q[15:0];
    flush_o.source_mask = dmar_pkg::function_mask(middle_q[17:16]);
    flush_o.page        = high_q[63:12];
    flush_o.page_mask   = {{(52 - MaskWidth){1'b1}}, compared};
    flush_o.all         = (granularity == dmar_pkg::GRANULARITY_GLOBAL);
    flush_o.by_domain   = !flush_o.all;
    // Of descriptors only a wait looks at DMA released before.
    flush_o.drain       = command_i;
    unique case (kind)
      dmar_pkg::INV_CONTEXT: begin
        flush_o.ctx       = 1'b1;
        flush_o.by_source = (granularity == dmar_pkg::GRANULARITY_NARROW);
      end
      dmar_pkg::INV_IOTLB: begin
        flush_o.iotlb     = 1'b1;
        flush_o.by_page   = (granularity == dmar_pkg::GRANULARITY_NARROW);
        // IH: only leaf entries changed, so the paging-structure caches may keep theirs.
        flush_o.paging    = !(flush_o.by_page && high_q[6]);
      end
      dmar_pkg::INV_INTERRUPT: begin
        flush_o.irte       = 1'b1;
        flush_o.all        = !granularity[0];
        flush_o.by_domain  = 1'b0;
        flush_o.by_page    = granularity[0];
        flush_o.page[15:0] = middle_q[15:0];
      end
      default: begin
        flush_o.drain     = 1'b1;
        flush_o.all       = 1'b1;
        flush_o.by_domain = 1'b0;
      end
    endcase
  end

  logic unused;
  assign unused = ^low_q;

endmodule
`default_nettype wire
