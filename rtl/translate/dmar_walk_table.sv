// SPDX-License-Identifier: Apache-2.0
// What each walk is for and how far it has come, in LUT RAM, without bits that are always zero.
`default_nettype none
`include "dmar_assert.svh"

module dmar_walk_table #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned DomainWidth   = 16,
  parameter int unsigned Walks         = 16,
  parameter int unsigned Tags          = 32,
  localparam int unsigned WalkWidth = (Walks > 1) ? $clog2(Walks) : 1
) (
  input wire logic                 clk_i,
  input wire logic                 start_i,
  input wire logic [WalkWidth-1:0] start_index_i,
  input wire dmar_pkg::seek_t      seek_i,
  input wire logic                 write_i,         // progress: of a start, or behind a step
  input wire logic [WalkWidth-1:0] write_index_i,
  input wire dmar_pkg::progress_t  progress_i,
  input wire logic [WalkWidth-1:0] rsp_index_i,     // whose entry is here
  output dmar_pkg::seek_t          rsp_seek_o,
  output dmar_pkg::progress_t      rsp_progress_o,
  input wire logic [WalkWidth-1:0] read_index_i,    // who reads next
  output dmar_pkg::seek_t          read_seek_o,
  output dmar_pkg::progress_t      read_progress_o,
  input wire logic [WalkWidth-1:0] merge_index_i,   // whom a request may join
  output dmar_pkg::seek_t          merge_seek_o
);

  localparam int unsigned TagWidth   = (Tags > 1) ? $clog2(Tags) : 1;
  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned StructureWidth = 2;  // legacy mode has four structures

  typedef struct packed {
    logic [15:0]         source_id;
    logic                is_interrupt;
    logic                context_only;
    logic [51:0]         page;
    logic [TagWidth-1:0] owner;
    logic                owned;
    logic                fresh;
    logic                line;
  } stored_seek_t;
  localparam int unsigned S = 16 + 2 + 52 + TagWidth + 3;

  typedef struct packed {
    logic [StructureWidth-1:0] structure;
    logic [2:0]             level;
    logic                   top;
    logic [FrameWidth-1:0]  frame;
    logic                   read;
    logic                   write;
    logic                   ctx_valid;
    logic                   fpd;
    logic                   pass_through;
    logic                   device_tlb;
    logic [2:0]             levels;
    logic [DomainWidth-1:0] domain;
  } stored_progress_t;
  localparam int unsigned P = StructureWidth + 3 + 1 + FrameWidth + 2 + 4 + 3 + DomainWidth;

  `DMAR_WIDTH(SeekWidth, stored_seek_t, S)
  `DMAR_WIDTH(ProgressWidth, stored_progress_t, P)

  stored_seek_t     seek, rsp_seek, read_seek, merge_seek;
  stored_progress_t progress, rsp_progress, read_progress;

  always_comb begin
    seek.source_id    = seek_i.source_id;
    seek.is_interrupt = seek_i.is_interrupt;
    seek.context_only = seek_i.context_only;
    seek.page         = seek_i.page;
    seek.owner        = seek_i.owner[TagWidth-1:0];
    seek.owned        = seek_i.owned;
    seek.fresh        = seek_i.fresh;
    seek.line         = seek_i.line;

    progress.structure    = progress_i.structure[StructureWidth-1:0];
    progress.level        = progress_i.level;
    progress.top          = progress_i.top;
    progress.frame        = progress_i.at.frame[FrameWidth-1:0];
    progress.read         = progress_i.at.read;
    progress.write        = progress_i.at.write;
    progress.ctx_valid    = progress_i.ctx_valid;
    progress.fpd          = progress_i.fpd;
    progress.pass_through = progress_i.pass_through;
    progress.device_tlb   = progress_i.device_tlb;
    progress.levels       = progress_i.levels;
    progress.domain       = progress_i.cache_tag.domain[DomainWidth-1:0];
  end

  dmar_lut_ram #(.Depth(Walks), .Width(S), .Reads(3)) u_seeks (
    .clk_i, .write_i(start_i), .write_addr_i(start_index_i), .write_data_i(seek),
    .read_addr_i({merge_index_i, read_index_i, rsp_index_i}),
    .read_data_o({merge_seek, read_seek, rsp_seek})
  );
  dmar_lut_ram #(.Depth(Walks), .Width(P), .Reads(2)) u_progress (
    .clk_i, .write_i, .write_addr_i(write_index_i), .write_data_i(progress),
    .read_addr_i({read_index_i, rsp_index_i}), .read_data_o({read_progress, rsp_progress})
  );

  assign rsp_seek_o   = {rsp_seek.source_id, rsp_seek.is_interrupt, rsp_seek.context_only,
                         rsp_seek.page, 8'(rsp_seek.owner), rsp_seek.owned, rsp_seek.fresh,
                         rsp_seek.line};
  assign read_seek_o  = {read_seek.source_id, read_seek.is_interrupt, read_seek.context_only,
                         read_seek.page, 8'(read_seek.owner), read_seek.owned, read_seek.fresh,
                         read_seek.line};
  assign merge_seek_o = {merge_seek.source_id, merge_seek.is_interrupt, merge_seek.context_only,
                         merge_seek.page, 8'(merge_seek.owner), merge_seek.owned, merge_seek.fresh,
                         merge_seek.line};

  assign rsp_progress_o  = {3'(rsp_progress.structure), rsp_progress.level, rsp_progress.top,
                            40'(rsp_progress.frame), rsp_progress.read, rsp_progress.write,
                            rsp_progress.ctx_valid, rsp_progress.fpd, rsp_progress.pass_through,
                            rsp_progress.device_tlb, rsp_progress.levels, 16'(rsp_progress.domain)};
  assign read_progress_o = {3'(read_progress.structure), read_progress.level, read_progress.top,
                            40'(read_progress.frame), read_progress.read, read_progress.write,
                            read_progress.ctx_valid, read_progress.fpd, read_progress.pass_through,
                            read_progress.device_tlb, read_progress.levels,
                            16'(read_progress.domain)};

endmodule
`default_nettype wire
