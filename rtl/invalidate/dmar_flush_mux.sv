// SPDX-License-Identifier: Apache-2.0
// One flush at a time: round robin between the clients of dmar_flush. A client holds its flush
// until it is done.
module dmar_flush_mux #(
  localparam int unsigned Clients = 3
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic [Clients-1:0] valid_i,
  input  dmar_pkg::flush_t   flush0_i,
  input  dmar_pkg::flush_t   flush1_i,
  input  dmar_pkg::flush_t   flush2_i,
  output logic [Clients-1:0] done_o,
  output logic               flush_valid_o,
  output dmar_pkg::flush_t   flush_o,
  input  logic               flush_done_i
);

  localparam int unsigned IndexWidth = $clog2(Clients);

  logic [Clients-1:0]    grant;
  logic [IndexWidth-1:0] index;

  dmar_arbiter #(.Requests(Clients)) u_arbiter (
    .clk_i, .rst_ni, .request_i(valid_i), .accept_i(flush_done_i), .valid_o(flush_valid_o),
    .grant_o(grant), .index_o(index)
  );

  assign done_o  = flush_done_i ? grant : '0;
  assign flush_o = (index == 2'd0) ? flush0_i : (index == 2'd1) ? flush1_i : flush2_i;

endmodule
