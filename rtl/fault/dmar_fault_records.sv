// SPDX-License-Identifier: Apache-2.0
// The fault recording registers (VT-d 11.4.7.6) and where the next record goes. Takes a fault every
// clock: it is recorded, merged with a pending record of the same source, or lost (overflow).
// Records lie in LUT RAM, which no reset empties: a record not yet written reads 0. Only the
// sources are in registers, too, to be compared all at once.
`default_nettype none
`include "dmar_assert.svh"

module dmar_fault_records #(
  parameter int unsigned FaultRecords   = 8,
  parameter bit          CollapseFaults = 1'b1,
  parameter logic [9:0]  FirstWord      = 10'h180,
  parameter int unsigned FaultInfoWidth = 48,   // address bits kept: the largest AGAW
  parameter bit          DeviceTlb      = 1'b0  // else no record has an address type
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  fault_valid_i,
  input wire dmar_pkg::fault_t      fault_i,
  input wire logic                  overflow_i,     // FSTS.PFO: record nothing
  input wire logic                  restart_i,      // all remapping is off: begin at record 0 again
  output logic                      pending_o,      // FSTS.PPF
  output logic                      recorded_o,     // a record was written in this clock ...
  output logic     [7:0]            recorded_index_o,  // ... here
  output logic                      lost_o          // its place was taken: FSTS.PFO shall be set
);

  localparam int unsigned IndexWidth = (FaultRecords > 1) ? $clog2(FaultRecords) : 1;

  logic [FaultRecords-1:0] full_q, written_q, same_source, here;
  logic [IndexWidth-1:0]   index_q, read_index;
  logic [9:0]              word;
  logic                    collapsed, is_interrupt_fault, selected, clear;
  logic                    type1, type2, read_type1, read_type2;
  logic [51:0]             info, read_info;
  logic [15:0]             read_source_id;
  logic [7:0]              read_reason;
  logic [1:0]              at, read_at, stored_at;
  logic [79:0]             record_q [FaultRecords];

  assign is_interrupt_fault = dmar_pkg::is_interrupt_fault(fault_i.reason);
  assign info = is_interrupt_fault ? fault_i.page
      : (fault_i.page & ~({52{1'b1}} << (FaultInfoWidth - 12)));

  assign word       = access_i.word - FirstWord;
  assign collapsed  = CollapseFaults && ((same_source & full_q) != '0);
  assign pending_o  = (full_q != '0);
  assign recorded_o = fault_valid_i && !overflow_i && !collapsed && ((here & full_q) == '0);
  assign lost_o     = fault_valid_i && !overflow_i && !collapsed && ((here & full_q) != '0);
  assign recorded_index_o = 8'(index_q);

  // The type fields describe DMA only: 10 read, 00 write, 11 atomic.
  assign type1 = !is_interrupt_fault && (fault_i.kind != dmar_pkg::KIND_WRITE);
  assign type2 = !is_interrupt_fault && (fault_i.kind == dmar_pkg::KIND_ATOMIC);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || restart_i) begin
      index_q <= '0;
    end else if (recorded_o) begin
      index_q <= (FaultRecords == 1 || index_q == IndexWidth'(FaultRecords - 1))
          ? '0 : index_q + 1'b1;
    end
  end

  // Nor has an interrupt an address type.
  assign at = is_interrupt_fault ? 2'b00 : fault_i.at;

  always_ff @(posedge clk_i) begin
    if (recorded_o) begin
      record_q[index_q] <= {type1, type2, at, fault_i.source_id, fault_i.reason, info};
    end
  end

  for (genvar i = 0; i < FaultRecords; i++) begin : gen_record
    logic [15:0] source_id_q;

    assign here[i]        = (index_q == IndexWidth'(i));
    assign same_source[i] = (source_id_q == fault_i.source_id);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        full_q[i]    <= 1'b0;
        written_q[i] <= 1'b0;
      end else if (recorded_o && here[i]) begin
        full_q[i]    <= 1'b1;
        written_q[i] <= 1'b1;
      end else if (clear && read_index == IndexWidth'(i)) begin
        full_q[i]    <= 1'b0;
      end
    end

    always_ff @(posedge clk_i) begin
      if (recorded_o && here[i]) source_id_q <= fault_i.source_id;
    end
  end

  // Registers //

  assign selected   = (word[9:2] < 8'(FaultRecords));
  assign read_index = (FaultRecords == 1) ? '0 : word[2 +: IndexWidth];
  assign clear      = access_i.valid && access_i.write && selected && (word[1:0] == 2'd3)
      && access_i.data[31];
  assign {read_type1, read_type2, stored_at, read_source_id, read_reason, read_info} =
      record_q[read_index];
  assign read_at    = DeviceTlb ? stored_at : 2'b00;

  always_comb begin
    rdata_o = '0;
    if (selected && written_q[read_index]) begin
      case (word[1:0])
        2'd0:    rdata_o = {read_info[19:0], 12'h0};
        2'd1:    rdata_o = read_info[51:20];
        2'd2:    rdata_o = {3'b000, read_type2, 12'h0, read_source_id};
        default: rdata_o = {full_q[read_index], read_type1, read_at, 20'h0, read_reason};
      endcase
    end
  end

  `DMAR_ASSERT(RecordsOnlyFree_A, !recorded_o || (here & full_q) == '0)
  `DMAR_COVER(AllFull_C, full_q == '1)

endmodule
`default_nettype wire
