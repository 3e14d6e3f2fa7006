// SPDX-License-Identifier: Apache-2.0
// The ring of the invalidation queue: its registers (IQH, IQT, IQA), where it stands, and whether
// it may be looked at as it is (VT-d 6.5.2, 11.4.8).
`default_nettype none
module dmar_inv_ring #(
  parameter bit          AbortMode  = 1'b0,
  parameter int unsigned CountWidth = 4
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic [1:0]            ttm_i,          // latched table mode
  input wire logic                  off_i,          // the queue is off: the head is 0
  input wire logic                  advance_i,      // the descriptor at the head is taken
  input wire logic [CountWidth-1:0] count_i,        // descriptors kept, from the head on
  // Places are in units of 16 bytes.
  output logic     [14:0]           fetch_o,        // behind what is kept
  output logic     [14:0]           tail_o,
  output logic     [51:0]           base_o,
  output logic                      base_write_o,
  output logic                      wide_o,         // descriptors of 256 bits
  output logic                      outside_o,      // the ring has shrunk: the head lies behind it
  output logic                      empty_o,
  output logic                      refused_o,      // an error, whatever the descriptor says
  output logic     [3:0]            refused_cause_o // IQERCD.IQEI
);

  localparam logic [9:0] IQH_WORD    = 10'h020;
  localparam logic [9:0] IQT_WORD    = 10'h022;
  localparam logic [9:0] IQA_LO_WORD = 10'h024;
  localparam logic [9:0] IQA_HI_WORD = 10'h025;

  // Registers //

  logic        at_iqh, at_iqt, at_iqa_lo, at_iqa_hi, write;
  logic [14:0] head_q, tail_q;               // offset bits 18:4
  logic [51:0] base_q;
  logic        wide_q;                       // IQA.DW
  logic [2:0]  size_q;

  assign at_iqh       = (access_i.word == IQH_WORD);
  assign at_iqt       = (access_i.word == IQT_WORD);
  assign at_iqa_lo    = (access_i.word == IQA_LO_WORD);
  assign at_iqa_hi    = (access_i.word == IQA_HI_WORD);
  assign write        = access_i.valid && access_i.write;
  assign base_write_o = write && (at_iqa_lo || at_iqa_hi);

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

  assign tail_o = tail_q;
  assign base_o = base_q;
  assign wide_o = AbortMode && wide_q;       // else there is nothing to fetch

  // Where it stands //

  logic [14:0] head, head_next, next, step, ring_mask;

  // Descriptors of 256 bits start at even places, whenever software turned to them.
  assign head    = {head_q[14:1], head_q[0] && !wide_q};
  assign empty_o = (head == tail_q);

  // What is kept begins at the head; the next fetch is behind it.
  for (genvar i = 0; i < 7; i++) begin : gen_ring_mask
    assign ring_mask[8+i] = (size_q > 3'(i));
  end
  assign ring_mask[7:0] = 8'hFF;
  assign step      = wide_o ? 15'd2 : 15'd1;
  assign head_next = (head + step) & ring_mask;
  assign next      = head + (wide_o ? 15'({count_i, 1'b0}) : 15'(count_i));
  assign fetch_o   = (count_i == '0) ? head : (next & ring_mask);
  assign outside_o = (head & ~ring_mask) != '0;

  // The head moves once the descriptor is known to be valid; it says nothing of completion.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || off_i) head_q <= '0;
    else if (advance_i)   head_q <= head_next;
    else if (wide_q)      head_q <= head;
  end

  // Checks made whenever a descriptor would be fetched or carried out, in this order //

  always_comb begin
    refused_o       = 1'b1;
    refused_cause_o = dmar_pkg::IQEI_TAIL;
    if (ttm_i != dmar_pkg::TTM_LEGACY && !(AbortMode && ttm_i == dmar_pkg::TTM_ABORT)) begin
      refused_cause_o = dmar_pkg::IQEI_TABLE_MODE;
    end else if (wide_q ? !AbortMode : (ttm_i != dmar_pkg::TTM_LEGACY)) begin
      refused_cause_o = dmar_pkg::IQEI_WIDTH;
    end else if (wide_q && tail_q[0])            refused_cause_o = dmar_pkg::IQEI_TAIL_ALIGN;
    else if ((tail_q & ~ring_mask) != '0)        refused_cause_o = dmar_pkg::IQEI_TAIL;
    else                                         refused_o = 1'b0;
  end

  assign rdata_o = ({32{at_iqh}} & {13'h0, head, 4'h0}) | ({32{at_iqt}} & {13'h0, tail_q, 4'h0})
      | ({32{at_iqa_lo}} & {base_q[19:0], wide_q, 8'h00, size_q})
      | ({32{at_iqa_hi}} & base_q[51:20]);

endmodule
`default_nettype wire
