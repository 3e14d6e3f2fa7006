// SPDX-License-Identifier: Apache-2.0
// A message of a device does not pass the writes that the device made before it: it is held until
// each of them that was accepted has been answered by memory, or refused. Writes of others, and
// those that come after it, do not hold it up. What this is for: docs/architecture.md,
// "Why nothing stale survives".
`default_nettype none
module dmar_write_barrier #(
  parameter int unsigned Slots = 8
) (
  input wire logic                      clk_i,
  input wire logic                      rst_ni,
  // Writes, by slot
  input wire logic [Slots-1:0]          alloc_i,        // accepted in this clock
  input wire dmar_pkg::source_id_t      alloc_source_i,
  input wire logic [Slots-1:0]          done_i,         // answered in this clock
  // Messages
  input wire logic                      up_valid_i,
  output logic                          up_ready_o,
  input wire dmar_pkg::device_message_t up_i,
  output logic                          dn_valid_o,
  input wire logic                      dn_ready_i,
  output dmar_pkg::device_message_t     dn_o
);

  logic [Slots-1:0]          used_q, same, before_q;  // before_q: what the message still waits for
  logic                      held_q, new_q;
  dmar_pkg::device_message_t msg_q;

  for (genvar i = 0; i < Slots; i++) begin : gen_slot
    dmar_pkg::source_id_t source_q;

    always_ff @(posedge clk_i) begin
      if (alloc_i[i]) source_q <= alloc_source_i;
    end
    assign same[i] = (source_q == msg_q.source_id);
  end

  // Looked at one clock after the message was taken: a write of the same clock counts as earlier.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      used_q   <= '0;
      before_q <= '0;
      held_q   <= 1'b0;
      new_q    <= 1'b0;
    end else begin
      used_q   <= (used_q & ~done_i) | alloc_i;
      before_q <= (new_q ? used_q & same : before_q) & ~done_i;
      held_q   <= up_ready_o ? up_valid_i : !(dn_valid_o && dn_ready_i);
      new_q    <= up_ready_o && up_valid_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (up_ready_o) msg_q <= up_i;
  end

  assign up_ready_o = !held_q;
  assign dn_valid_o = held_q && !new_q && (before_q == '0);
  assign dn_o       = msg_q;

endmodule
`default_nettype wire
