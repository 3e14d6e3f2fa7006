// SPDX-License-Identifier: Apache-2.0
// Which slots are occupied, by which AXI ID, and which older slots of the same ID each one has to
// wait for.
`include "dmar_assert.svh"

module dmar_slot_order #(
  parameter int unsigned Slots   = 8,
  parameter int unsigned IdWidth = 4
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [Slots-1:0]       alloc_i,      // one-hot, a free slot
  input  logic [IdWidth-1:0]     alloc_id_i,
  input  logic [Slots-1:0]       free_i,       // one-hot
  output logic [Slots-1:0]       used_o,
  output logic [Slots*IdWidth-1:0] id_o,
  output logic [Slots*Slots-1:0] older_o       // [i*Slots + j]: j is older than i, same ID
);

  logic [Slots-1:0] same_id;

  for (genvar i = 0; i < Slots; i++) begin : gen_slot
    logic [IdWidth-1:0] id_q;
    logic [Slots-1:0]   older_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni)         used_o[i] <= 1'b0;
      else if (alloc_i[i]) used_o[i] <= 1'b1;
      else if (free_i[i])  used_o[i] <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
      if (alloc_i[i]) begin
        id_q    <= alloc_id_i;
        older_q <= used_o & same_id & ~free_i;
      end else begin
        older_q <= older_q & ~free_i;
      end
    end

    assign same_id[i]                  = (id_q == alloc_id_i);
    assign id_o[i*IdWidth +: IdWidth]  = id_q;
    assign older_o[i*Slots +: Slots]   = older_q;
  end

  `DMAR_ASSERT(AllocatesFree_A, (alloc_i & used_o) == '0)
  `DMAR_ASSERT(FreesUsed_A, (free_i & ~used_o) == '0)

endmodule
