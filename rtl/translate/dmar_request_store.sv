// SPDX-License-Identifier: Apache-2.0
// What the requests of one lane ask for that were no hit, in LUT RAM, with two readers.
`default_nettype none
`include "dmar_assert.svh"

module dmar_request_store #(
  parameter int unsigned FirstTag      = 0,
  parameter int unsigned Tags          = 32,   // of this lane
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainWidth   = 16
) (
  input wire logic            clk_i,
  input wire logic            write_i,
  input wire dmar_pkg::tag_t  tag_i,
  input wire dmar_pkg::miss_t miss_i,
  input wire logic [63:0]     address_i,
  output logic                fresh_o,       // of the miss: not kept here, for they change
  output logic                ctx_valid_o,
  input wire dmar_pkg::tag_t  next_tag_i,
  output dmar_pkg::asked_t    next_asked_o,
  output dmar_pkg::ctx_t      next_ctx_o,
  input wire dmar_pkg::tag_t  judged_tag_i,
  output dmar_pkg::asked_t    judged_asked_o,
  output logic     [63:0]     judged_address_o
);

  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned AddrWidth  = (Tags > 1) ? $clog2(Tags) : 1;

  assign fresh_o     = miss_i.fresh;
  assign ctx_valid_o = miss_i.ctx_valid;

  // Without bits that are always zero.
  typedef struct packed {
    logic [dmar_pkg::ASKED_WIDTH-1:0] asked;
    logic                             fpd;
    logic                             pass_through;
    logic                             device_tlb;
    logic [2:0]                       levels;
    logic [DomainWidth-1:0]           domain;
    logic [FrameWidth-1:0]            frame;
  } stored_miss_t;
  localparam int unsigned Width = dmar_pkg::ASKED_WIDTH + 6 + DomainWidth + FrameWidth;

  `DMAR_WIDTH(StoredMiss, stored_miss_t, Width)

  logic [7:0]   place, next_place, judged_place;
  stored_miss_t stored, next, judged;

  assign place        = tag_i - 8'(FirstTag);
  assign next_place   = next_tag_i - 8'(FirstTag);
  assign judged_place = judged_tag_i - 8'(FirstTag);

  always_comb begin
    stored.asked        = miss_i.asked;
    stored.fpd          = miss_i.ctx.fpd;
    stored.pass_through = miss_i.ctx.pass_through;
    stored.device_tlb   = miss_i.ctx.device_tlb;
    stored.levels       = miss_i.ctx.levels;
    stored.domain       = miss_i.ctx.cache_tag.domain[DomainWidth-1:0];
    stored.frame        = miss_i.ctx.frame[FrameWidth-1:0];
  end

  dmar_lut_ram #(.Depth(Tags), .Width(Width), .Reads(2)) u_store (
    .clk_i, .write_i, .write_addr_i(place[AddrWidth-1:0]), .write_data_i(stored),
    .read_addr_i({judged_place[AddrWidth-1:0], next_place[AddrWidth-1:0]}),
    .read_data_o({judged, next})
  );
  // For the monitor only.
  dmar_lut_ram #(.Depth(Tags), .Width(64)) u_addresses (
    .clk_i, .write_i, .write_addr_i(place[AddrWidth-1:0]), .write_data_i(address_i),
    .read_addr_i(judged_place[AddrWidth-1:0]), .read_data_o(judged_address_o)
  );

  assign next_asked_o   = next.asked;
  assign next_ctx_o     = {next.fpd, next.pass_through, next.device_tlb, next.levels,
                           16'(next.domain), 40'(next.frame)};
  assign judged_asked_o = judged.asked;

endmodule
`default_nettype wire
