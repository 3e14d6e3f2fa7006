// SPDX-License-Identifier: Apache-2.0
// The address beats of device writes. Slots form a ring: the tail takes the next address, then
// comes the slot that takes its data, the one whose translation is asked for, and the head, which
// goes to memory.
`default_nettype none
`include "dmar_assert.svh"

module dmar_write_ring #(
  parameter int unsigned Slots   = 8,
  parameter int unsigned IdWidth = 4,
  localparam int unsigned SlotWidth = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic                    clk_i,
  input wire logic                    rst_ni,
  // Device
  input wire logic [IdWidth-1:0]      s_awid_i,
  input wire logic [63:0]             s_awaddr_i,
  input wire logic [7:0]              s_awlen_i,
  input wire logic [2:0]              s_awsize_i,
  input wire logic [1:0]              s_awburst_i,
  input wire logic [3:0]              s_awqos_i,
  input wire logic [47:0]             s_awuser_i,
  input wire logic                    s_awvalid_i,
  output logic                        s_awready_o,
  // Steps of the ring, and a response that the device has taken
  input wire logic [Slots-1:0]        used_i,
  output logic     [Slots-1:0]        alloc_o,
  output logic     [SlotWidth-1:0]    alloc_slot_o,
  input wire logic                    filled_i,
  input wire logic                    asked_i,
  input wire logic                    head_done_i,
  input wire logic                    answered_i,
  // The slot that takes data
  output logic                        data_owed_o,
  output logic     [SlotWidth-1:0]    data_slot_o,
  output dmar_pkg::beat_data_t        data_beat_o,
  // The slot whose translation is asked for
  output logic                        ask_valid_o,
  output logic     [SlotWidth-1:0]    ask_slot_o,
  output dmar_pkg::beat_target_t      ask_target_o,
  output dmar_pkg::beat_pasid_t     ask_pasid_o,
  output dmar_pkg::beat_shape_t       ask_shape_o,
  // The head
  output logic     [SlotWidth-1:0]    head_slot_o,
  output dmar_pkg::beat_shape_t       head_shape_o,
  output logic     [IdWidth-1:0]      head_id_o,
  output logic     [3:0]              head_qos_o
);

  localparam int unsigned CountWidth = $clog2(Slots + 1);

  function automatic logic [SlotWidth-1:0] after(input logic [SlotWidth-1:0] slot);
    after = (Slots == 1 || slot == SlotWidth'(Slots - 1)) ? '0 : slot + 1'b1;
  endfunction

  logic [SlotWidth-1:0]  tail_q, data_q, ask_q, head_q;
  logic [CountWidth-1:0] unfilled_q, unasked_q, unanswered_q;
  logic                  accept;

  // There is room for the response of every write inside.
  assign s_awready_o = !used_i[tail_q] && (unanswered_q != CountWidth'(Slots));
  assign accept      = s_awvalid_i && s_awready_o;
  for (genvar i = 0; i < Slots; i++) begin : gen_alloc
    assign alloc_o[i] = accept && (tail_q == SlotWidth'(i));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q       <= '0;
      data_q       <= '0;
      ask_q        <= '0;
      head_q       <= '0;
      unfilled_q   <= '0;
      unasked_q    <= '0;
      unanswered_q <= '0;
    end else begin
      if (accept)      tail_q <= after(tail_q);
      if (filled_i)    data_q <= after(data_q);
      if (asked_i)     ask_q <= after(ask_q);
      if (head_done_i) head_q <= after(head_q);
      unfilled_q   <= unfilled_q + CountWidth'(accept) - CountWidth'(filled_i);
      unasked_q    <= unasked_q + CountWidth'(filled_i) - CountWidth'(asked_i);
      unanswered_q <= unanswered_q + CountWidth'(accept) - CountWidth'(answered_i);
    end
  end

  assign alloc_slot_o = tail_q;
  assign data_slot_o  = data_q;
  assign ask_slot_o   = ask_q;
  assign head_slot_o  = head_q;
  assign data_owed_o  = (unfilled_q != '0);
  assign ask_valid_o  = (unasked_q != '0);

  // Storage //

  dmar_pkg::user_t                        user;
  logic [dmar_pkg::BEAT_TARGET_WIDTH-1:0] targets_q [Slots];
  logic [dmar_pkg::BEAT_PASID_WIDTH-1:0]  pasids_q  [Slots];
  logic [dmar_pkg::BEAT_SHAPE_WIDTH-1:0]  shapes_q  [Slots];
  logic [dmar_pkg::BEAT_DATA_WIDTH-1:0]   beats_q   [Slots];
  logic [IdWidth+3:0]                     headers_q [Slots];

  assign user = s_awuser_i;

  always_ff @(posedge clk_i) begin
    if (accept) begin
      targets_q[tail_q] <= {s_awaddr_i[63:12], user.no_snoop, user.atomic, user.at,
                            user.pasid_valid};
      pasids_q[tail_q]  <= {user.execute, user.privileged, user.pasid};
      shapes_q[tail_q]  <= {s_awaddr_i[11:0], s_awlen_i, s_awsize_i, s_awburst_i, user.source_id};
      beats_q[tail_q]   <= {s_awaddr_i[3:0], s_awlen_i, s_awsize_i};
      headers_q[tail_q] <= {s_awid_i, s_awqos_i};
    end
  end

  assign data_beat_o  = beats_q[data_q];
  assign ask_target_o = targets_q[ask_q];
  assign ask_pasid_o  = pasids_q[ask_q];
  assign ask_shape_o  = shapes_q[ask_q];
  assign head_shape_o = shapes_q[head_q];
  assign {head_id_o, head_qos_o} = headers_q[head_q];

  `DMAR_WIDTH(Target, dmar_pkg::beat_target_t, dmar_pkg::BEAT_TARGET_WIDTH)
  `DMAR_WIDTH(Pasid, dmar_pkg::beat_pasid_t, dmar_pkg::BEAT_PASID_WIDTH)
  `DMAR_WIDTH(Shape, dmar_pkg::beat_shape_t, dmar_pkg::BEAT_SHAPE_WIDTH)
  `DMAR_WIDTH(Data, dmar_pkg::beat_data_t, dmar_pkg::BEAT_DATA_WIDTH)

  // A write is no read of no bytes, and nothing in it is reserved.
  logic unused;
  assign unused = ^user;

endmodule
`default_nettype wire
