// SPDX-License-Identifier: Apache-2.0
// The data of device writes: a buffer for all slots, in their order. Bursts are counted by the
// length of their address beat, whatever WLAST says. One beat that writes exactly one aligned DWORD
// is that DWORD, however wide it is: bridges and engines that know beats of the whole bus only send
// interrupts so. Strobes outside the beat, which AXI forbids, make none.
`default_nettype none
`include "dmar_assert.svh"

module dmar_write_data #(
  parameter int unsigned Slots       = 8,
  parameter int unsigned BufferBeats = 256,
  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  // Device
  input wire logic [127:0]         s_wdata_i,
  input wire logic [15:0]          s_wstrb_i,
  input wire logic                 s_wlast_i,
  input wire logic                 s_wvalid_i,
  output logic                     s_wready_o,
  // The slot that takes data
  input wire logic                 owed_i,
  input wire logic [SlotWidth-1:0] slot_i,
  input wire dmar_pkg::beat_data_t beat_i,
  output logic                     filled_o,
  // The slot whose translation is asked for: one DWORD, bits 3:2 of its address, its data
  input wire logic [SlotWidth-1:0] ask_slot_i,
  output logic                     ask_dword_o,
  output logic     [1:0]           ask_lane_o,
  output logic     [31:0]          ask_data_o,
  // The head
  input wire logic [SlotWidth-1:0] head_slot_i,
  output logic     [1:0]           head_lane_o,
  output logic                     valid_o,
  input wire logic                 ready_i,
  output logic     [127:0]         data_o,
  output logic     [15:0]          strobe_o
);

  logic        accept, last, dword, in_beat, space;
  logic [3:0]  whole;             // DWORDs of the bus with all four strobes
  logic [1:0]  lane;              // which one of them
  logic [7:0]  count_q;
  logic [32:0] dword_q [Slots];   // whether it is one DWORD, and its data
  logic [1:0]  lane_q  [Slots];

  assign s_wready_o = space && owed_i;
  assign accept     = s_wvalid_i && s_wready_o;
  assign last       = (count_q == beat_i.len);
  assign filled_o   = accept && last;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)     count_q <= '0;
    else if (accept) count_q <= last ? '0 : count_q + 8'd1;
  end

  for (genvar i = 0; i < 4; i++) begin : gen_whole
    assign whole[i] = (s_wstrb_i[i*4 +: 4] == 4'hF);
  end
  assign lane = {whole[3] || whole[2], whole[3] || whole[1]};

  // A beat begins at its address and ends where a multiple of its size does.
  always_comb begin
    case (beat_i.size)
      3'd2:    in_beat = (lane == beat_i.offset[3:2]);
      3'd3:    in_beat = (lane[1] == beat_i.offset[3]);
      3'd4:    in_beat = 1'b1;
      default: in_beat = 1'b0;
    endcase
    if ({lane, 2'b00} < beat_i.offset) in_beat = 1'b0;
  end
  assign dword = (beat_i.len == 8'd0) && in_beat && (s_wstrb_i == (16'h000F << {lane, 2'b00}));

  always_ff @(posedge clk_i) begin
    if (filled_o) begin
      dword_q[slot_i] <= {dword, s_wdata_i[{lane, 5'h0} +: 32]};
      lane_q[slot_i]  <= lane;
    end
  end
  assign {ask_dword_o, ask_data_o} = dword_q[ask_slot_i];
  assign ask_lane_o  = lane_q[ask_slot_i];
  assign head_lane_o = lane_q[head_slot_i];

  dmar_ram_fifo #(.Depth(BufferBeats), .Width(144)) u_buffer (
    .clk_i, .rst_ni, .up_valid_i(accept), .up_ready_o(space), .up_data_i({s_wdata_i, s_wstrb_i}),
    .dn_valid_o(valid_o), .dn_ready_i(ready_i), .dn_data_o({data_o, strobe_o})
  );

  `DMAR_REQUIRE(LastBeatIsMarked_R, !accept || (s_wlast_i == last))

  logic unused;
  assign unused = s_wlast_i;

endmodule
`default_nettype wire
