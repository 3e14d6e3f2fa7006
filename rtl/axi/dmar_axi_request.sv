// SPDX-License-Identifier: Apache-2.0
// What an AXI4 address beat of the device asks for.
`default_nettype none
module dmar_axi_request (
  input wire logic                   write_i,
  input wire dmar_pkg::beat_target_t target_i,
  input wire dmar_pkg::beat_pasid_t  pasid_i,
  input wire dmar_pkg::beat_shape_t  shape_i,
  input wire logic                   dword_i,   // write: exactly one whole DWORD,
  input wire logic [1:0]             lane_i,    // bits 3:2 of its address,
  input wire logic [31:0]            data_i,    // its data
  output dmar_pkg::request_t         request_o
);

  localparam logic [1:0] BURST_FIXED = 2'b00;
  localparam logic [1:0] BURST_INCR  = 2'b01;
  localparam logic [1:0] BURST_WRAP  = 2'b10;

  logic [11:0] start, span;
  logic [12:0] last_beat;
  logic        in_page, stays;

  // AXI forbids bursts across 4 KiB; the unit does not trust a device to keep to it, since only
  // the first page is translated. A beat is aligned to its size, so that a burst stays in the page
  // in which its last beat begins. Fixed bursts cannot leave their page, nor can wrapping ones of
  // the lengths and the alignment that AXI knows.
  assign start     = shape_i.offset & ({12{1'b1}} << shape_i.size);
  assign span      = 12'(shape_i.len) << shape_i.size;
  assign last_beat = {1'b0, start} + {1'b0, span};
  always_comb begin
    case (shape_i.burst)
      BURST_FIXED: stays = (shape_i.len <= 8'd15);
      BURST_INCR:  stays = !last_beat[12];
      BURST_WRAP:  stays = (start == shape_i.offset)
                      && (shape_i.len == 8'd1 || shape_i.len == 8'd3 || shape_i.len == 8'd7
                          || shape_i.len == 8'd15);
      default:     stays = 1'b0;
    endcase
  end
  assign in_page = (shape_i.size <= 3'd4) && stays;

  always_comb begin
    request_o             = '0;
    request_o.source_id   = shape_i.source_id;
    request_o.pasid_valid = target_i.pasid_valid;
    request_o.pasid       = pasid_i.pasid;
    request_o.at          = target_i.at;
    request_o.privileged  = pasid_i.privileged;
    request_o.execute     = pasid_i.execute;
    request_o.no_snoop    = target_i.no_snoop;
    request_o.dword       = write_i && dword_i;
    request_o.in_page     = in_page;
    request_o.address     = {target_i.page, shape_i.offset};
    request_o.data        = data_i;
    if (write_i && dword_i) request_o.address[3:0] = {lane_i, 2'b00};
    if (write_i) request_o.kind = target_i.special ? dmar_pkg::KIND_ATOMIC : dmar_pkg::KIND_WRITE;
    else if (target_i.special) request_o.kind = dmar_pkg::KIND_ZERO_LENGTH_READ;
    else request_o.kind = dmar_pkg::KIND_READ;
  end

endmodule
`default_nettype wire
