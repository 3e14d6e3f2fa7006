// SPDX-License-Identifier: Apache-2.0
// What an interrupt request asks for, from its address and data alone, and whether the control
// state refuses it before any table is read (VT-d 5.1.2, 5.1.4; reasons 25h, 20h, 21h).
`default_nettype none
module dmar_interrupt_request #(
  parameter int unsigned HostAddrWidth = 46
) (
  input wire dmar_pkg::request_t request_i,
  input wire dmar_pkg::control_t control_i,
  output logic                   is_message_o,   // one DWORD written to FEEx_xxxxh
  output logic                   remappable_o,   // else compatibility format
  output logic     [15:0]        index_o,        // of its entry, modulo 2^16
  output logic                   refused_o,
  output logic     [7:0]         reason_o
);

  logic [15:0] handle, subhandle;
  logic [16:0] index, entries;
  logic [52:0] entry_page;
  logic        subhandle_valid, reserved, beyond_table, beyond_haw;

  // Interrupts are recognised whatever translation mode is on; a request with a PASID is never one.
  assign is_message_o = (request_i.at == dmar_pkg::AT_UNTRANSLATED) && !request_i.pasid_valid
      && request_i.in_page && dmar_pkg::in_interrupt_range(request_i.address[63:12])
      && (request_i.kind == dmar_pkg::KIND_WRITE) && request_i.dword;

  assign remappable_o    = request_i.address[4];
  assign subhandle_valid = request_i.address[3];
  assign handle          = {request_i.address[2], request_i.address[19:5]};
  assign subhandle       = subhandle_valid ? request_i.data[15:0] : 16'h0;
  assign reserved        = subhandle_valid && (request_i.data[31:16] != 16'h0);

  // The sum may need 17 bits; no table is that large.
  assign index        = {1'b0, handle} + {1'b0, subhandle};
  assign index_o      = index[15:0];
  assign entries      = 17'd2 << control_i.irt_size;
  assign beyond_table = (index >= entries);
  assign entry_page   = {1'b0, control_i.irt_page} + {45'h0, index[15:8]};
  assign beyond_haw   = (entry_page >> (HostAddrWidth - 12)) != '0;

  always_comb begin
    refused_o = 1'b1;
    reason_o  = dmar_pkg::FR_NONE;
    if (!remappable_o) begin
      reason_o  = dmar_pkg::FR_INTERRUPT_COMPATIBILITY;
      refused_o = control_i.irt_extended || !control_i.compatibility_allowed;
    end else if (reserved) begin
      reason_o = dmar_pkg::FR_INTERRUPT_RESERVED;
    end else if (beyond_table || beyond_haw) begin
      reason_o = dmar_pkg::FR_INTERRUPT_INDEX;
    end else begin
      refused_o = 1'b0;
    end
  end

  // The rest of the request does not matter to an interrupt.
  logic unused;
  assign unused = ^{request_i, control_i};

endmodule
`default_nettype wire
