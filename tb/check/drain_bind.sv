// SPDX-License-Identifier: Apache-2.0
// dmar_drain_check beside the AXI device ports of every Verilated dmar_top. A slot of them is
// permitted by an answer, issued to memory, and done with the last answer of memory; a posted
// interrupt when it leaves the ring.
bind dmar_top dmar_drain_check #(.Slots(ReadSlots + WriteSlots)) u_drain_check (
  .clk_i, .rst_ni, .epoch_i(epoch), .drain_busy_i(read_drain_busy || write_drain_busy),
  .permitted_i({
    late_rsp_valid && (late_rsp.verdict == dmar_pkg::VerdictForward
                       || late_rsp.verdict == dmar_pkg::VerdictInterrupt
                       || late_rsp.verdict == dmar_pkg::VerdictPost),
    write_rsp_valid && write_rsp.verdict == dmar_pkg::VerdictForward,
    read_rsp_valid && read_rsp.verdict == dmar_pkg::VerdictForward}),
  .permitted_epoch_i({late_rsp.epoch, write_rsp.epoch, read_rsp.epoch}),
  .visible_i({(u_axi_write.done & u_axi_write.issued_q)
                | (WriteSlots'(u_axi_write.head_leaves) << u_axi_write.head_slot),
              u_axi_read.done & u_axi_read.issued_q}),
  .visible_epoch_i({u_axi_write.epoch_q, u_axi_read.epoch_q})
);
