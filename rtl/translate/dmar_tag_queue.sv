// SPDX-License-Identifier: Apache-2.0
// Queue of request tags in LUT RAM; the oldest shows at once.
`default_nettype none
module dmar_tag_queue #(
  parameter int unsigned Depth = 16
) (
  input wire logic           clk_i,
  input wire logic           rst_ni,
  input wire logic           up_valid_i,
  output logic               up_ready_o,
  input wire dmar_pkg::tag_t up_tag_i,
  output logic               dn_valid_o,
  input wire logic           dn_ready_i,
  output dmar_pkg::tag_t     dn_tag_o
);

  localparam int unsigned PtrWidth = (Depth > 1) ? $clog2(Depth) : 1;

  logic [PtrWidth:0] write_q, read_q;  // one bit more than the place tells full from empty

  dmar_lut_ram #(.Depth(2 ** PtrWidth), .Width(8)) u_tags (
    .clk_i, .write_i(up_valid_i), .write_addr_i(write_q[PtrWidth-1:0]), .write_data_i(up_tag_i),
    .read_addr_i(read_q[PtrWidth-1:0]), .read_data_o(dn_tag_o)
  );

  assign up_ready_o = (write_q - read_q) != {1'b1, {PtrWidth{1'b0}}};
  assign dn_valid_o = (write_q != read_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
    end else begin
      if (up_valid_i)               write_q <= write_q + 1'b1;
      if (dn_valid_o && dn_ready_i) read_q  <= read_q + 1'b1;
    end
  end

endmodule
`default_nettype wire
