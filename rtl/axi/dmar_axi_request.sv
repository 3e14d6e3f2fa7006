// SPDX-License-Identifier: Apache-2.0
// What an AXI4 address beat of the device asks for. AxUSER layout: docs/integration.md.
`default_nettype none
module dmar_axi_request (
  input wire logic               write_i,
  input wire logic [63:0]        addr_i,
  input wire logic [7:0]         len_i,
  input wire logic [2:0]         size_i,
  input wire logic [1:0]         burst_i,
  input wire logic [43:0]        user_i,
  input wire logic               dword_i,    // write: exactly one whole DWORD
  input wire logic [31:0]        data_i,     // its data
  output dmar_pkg::request_t     request_o
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
  assign start     = addr_i[11:0] & ({12{1'b1}} << size_i);
  assign span      = 12'(len_i) << size_i;
  assign last_beat = {1'b0, start} + {1'b0, span};
  always_comb begin
    case (burst_i)
      BURST_FIXED: stays = (len_i <= 8'd15);
      BURST_INCR:  stays = !last_beat[12];
      BURST_WRAP:  stays = (start == addr_i[11:0])
                      && (len_i == 8'd1 || len_i == 8'd3 || len_i == 8'd7 || len_i == 8'd15);
      default:     stays = 1'b0;
    endcase
  end
  assign in_page = (size_i <= 3'd4) && stays;

  always_comb begin
    request_o             = '0;
    request_o.source_id   = user_i[15:0];
    request_o.pasid_valid = user_i[16];
    request_o.pasid       = user_i[36:17];
    request_o.at          = user_i[38:37];
    request_o.privileged  = user_i[39];
    request_o.execute     = user_i[40];
    request_o.no_snoop    = user_i[43];
    request_o.dword       = write_i && dword_i;
    request_o.in_page     = in_page;
    request_o.address     = addr_i;
    request_o.data        = data_i;
    if (write_i) request_o.kind = user_i[42] ? dmar_pkg::KIND_ATOMIC : dmar_pkg::KIND_WRITE;
    else request_o.kind = user_i[41] ? dmar_pkg::KIND_ZERO_LENGTH_READ : dmar_pkg::KIND_READ;
  end

endmodule
`default_nettype wire
