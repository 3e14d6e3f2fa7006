// SPDX-License-Identifier: Apache-2.0
// The fault recording registers (VT-d 11.4.7.6) and where the next record goes. Takes a fault every
// clock: it is recorded, merged with a pending record of the same source, or lost (overflow).
`include "dmar_assert.svh"

module dmar_fault_records #(
  parameter int unsigned FaultRecords   = 8,
  parameter bit          CollapseFaults = 1'b1,
  parameter logic [9:0]  FirstWord      = 10'h180,
  parameter int unsigned FaultInfoWidth = 48    // address bits kept: the largest AGAW
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  dmar_pkg::reg_access_t access_i,
  output logic [31:0]           rdata_o,
  input  logic                  fault_valid_i,
  input  dmar_pkg::fault_t      fault_i,
  input  logic                  overflow_i,     // FSTS.PFO: record nothing
  input  logic                  restart_i,      // all remapping is off: begin at record 0 again
  output logic                  pending_o,      // FSTS.PPF
  output logic                  recorded_o,     // a record was written in this clock ...
  output logic [7:0]            recorded_index_o,  // ... here
  output logic                  lost_o          // its place was taken: FSTS.PFO shall be set
);

  localparam int unsigned IndexWidth = (FaultRecords > 1) ? $clog2(FaultRecords) : 1;

  logic [FaultRecords-1:0]    full_q, same_source, here;
  logic [IndexWidth-1:0]      index_q;
  logic [9:0]                 word;
  logic                       collapsed, is_interrupt_fault;
  logic [FaultRecords*32-1:0] read_data;
  logic [51:0]                info;

  assign is_interrupt_fault = dmar_pkg::is_interrupt_fault(fault_i.reason);
  assign info = is_interrupt_fault ? fault_i.page
      : (fault_i.page & ~({52{1'b1}} << (FaultInfoWidth - 12)));

  assign word       = access_i.word - FirstWord;
  assign collapsed  = CollapseFaults && ((same_source & full_q) != '0);
  assign pending_o  = (full_q != '0);
  assign recorded_o = fault_valid_i && !overflow_i && !collapsed && ((here & full_q) == '0);
  assign lost_o     = fault_valid_i && !overflow_i && !collapsed && ((here & full_q) != '0);
  assign recorded_index_o = 8'(index_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || restart_i) begin
      index_q <= '0;
    end else if (recorded_o) begin
      index_q <= (index_q == IndexWidth'(FaultRecords - 1)) ? '0 : index_q + 1'b1;
    end
  end

  for (genvar i = 0; i < FaultRecords; i++) begin : gen_record
    logic [15:0] source_id_q;
    logic [7:0]  reason_q;
    logic [51:0] info_q;
    logic        type1_q, type2_q;
    logic        selected, clear;

    assign here[i]        = (index_q == IndexWidth'(i));
    assign same_source[i] = (source_id_q == fault_i.source_id);
    assign selected       = (word[9:2] == 8'(i));
    assign clear          = access_i.valid && access_i.write && selected && (word[1:0] == 2'd3)
        && access_i.data[31];

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                     full_q[i] <= 1'b0;
      else if (recorded_o && here[i])  full_q[i] <= 1'b1;
      else if (clear)                  full_q[i] <= 1'b0;
    end

    // The type fields describe DMA only: 10 read, 00 write, 11 atomic.
    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        source_id_q <= '0;
        reason_q    <= '0;
        info_q      <= '0;
        type1_q     <= 1'b0;
        type2_q     <= 1'b0;
      end else if (recorded_o && here[i]) begin
        source_id_q <= fault_i.source_id;
        reason_q    <= fault_i.reason;
        info_q      <= info;
        type1_q     <= !is_interrupt_fault && (fault_i.kind != dmar_pkg::KIND_WRITE);
        type2_q     <= !is_interrupt_fault && (fault_i.kind == dmar_pkg::KIND_ATOMIC);
      end
    end

    always_comb begin
      read_data[i*32 +: 32] = '0;
      if (selected) begin
        case (word[1:0])
          2'd0:    read_data[i*32 +: 32] = {info_q[19:0], 12'h0};
          2'd1:    read_data[i*32 +: 32] = info_q[51:20];
          2'd2:    read_data[i*32 +: 32] = {3'b000, type2_q, 12'h0, source_id_q};
          default: read_data[i*32 +: 32] = {full_q[i], type1_q, 22'h0, reason_q};
        endcase
      end
    end
  end

  always_comb begin
    rdata_o = '0;
    for (int unsigned i = 0; i < FaultRecords; i++) rdata_o = rdata_o | read_data[i*32 +: 32];
  end

  `DMAR_ASSERT(RecordsOnlyFree_A, !recorded_o || (here & full_q) == '0)
  `DMAR_COVER(AllFull_C, full_q == '1)

endmodule
