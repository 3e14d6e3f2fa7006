// SPDX-License-Identifier: Apache-2.0
// Translation requests of the read and the write side, in turn, as one stream.
`default_nettype none
`include "dmar_assert.svh"

module dmar_xlate_mux (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  input wire logic               valid0_i,
  output logic                   ready0_o,
  input wire dmar_pkg::tag_t     tag0_i,
  input wire dmar_pkg::request_t request0_i,
  input wire logic               valid1_i,
  output logic                   ready1_o,
  input wire dmar_pkg::tag_t     tag1_i,
  input wire dmar_pkg::request_t request1_i,
  output logic                   valid_o,
  input wire logic               ready_i,
  output dmar_pkg::tag_t         tag_o,
  output dmar_pkg::request_t     request_o
);

  logic [1:0] grant;
  logic       index;

  dmar_arbiter #(.Requests(2)) u_arbiter (
    .clk_i, .rst_ni, .request_i({valid1_i, valid0_i}), .accept_i(ready_i), .valid_o,
    .grant_o(grant), .index_o(index)
  );

  assign ready0_o  = ready_i && grant[0];
  assign ready1_o  = ready_i && grant[1];
  assign tag_o     = index ? tag1_i : tag0_i;
  assign request_o = index ? request1_i : request0_i;

  `DMAR_ASSERT_HELD(RequestHeld_A, valid_o, ready_i, {tag_o, request_o})

endmodule
`default_nettype wire
