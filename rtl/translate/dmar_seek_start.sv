// SPDX-License-Identifier: Apache-2.0
// Where the walk for a request begins: at the interrupt-remapping table entry, at the root table,
// at the table of its context-entry, or at the lowest table that the paging-structure caches know.
`default_nettype none
module dmar_seek_start #(
  parameter int unsigned HostAddrWidth = 46
) (
  input wire dmar_pkg::page_t      root_page_i,    // root table in force
  input wire dmar_pkg::page_t      irt_page_i,     // interrupt-remapping table in force
  input wire dmar_pkg::tag_t       tag_i,
  input wire dmar_pkg::miss_t      miss_i,
  input wire logic                 ahead_i,        // for nobody, a line ahead
  input wire logic                 sequential_i,
  input wire logic                 table_hit_i,    // paging-structure caches
  input wire logic [2:0]           table_level_i,
  input wire dmar_pkg::table_t     table_i,
  output logic                     table_known_o,  // begins there
  output logic                     root_beyond_haw_o,
  output dmar_pkg::seek_t          seek_o,
  output dmar_pkg::progress_t      progress_o
);

  logic            is_interrupt, from_root, table_known;
  dmar_pkg::page_t entry_page;

  assign is_interrupt  = (miss_i.asked.need == dmar_pkg::NEED_ENTRY);
  assign from_root     = !is_interrupt && (!miss_i.ctx_valid || miss_i.fresh);
  assign table_known   = table_hit_i && miss_i.ctx_valid && !miss_i.fresh;
  assign table_known_o = table_known;
  assign entry_page    = irt_page_i + {44'h0, miss_i.asked.page[15:8]};

  // A root table beyond the host address width is an access error, found without a read.
  assign root_beyond_haw_o = from_root && ((root_page_i >> (HostAddrWidth - 12)) != '0);

  always_comb begin
    seek_o              = '0;
    seek_o.source_id    = miss_i.asked.source_id;
    seek_o.is_interrupt = is_interrupt;
    seek_o.context_only = (miss_i.asked.need == dmar_pkg::NEED_CONTEXT);
    seek_o.page         = miss_i.asked.page;
    seek_o.owner        = tag_i;
    seek_o.owned        = !ahead_i;
    seek_o.fresh        = is_interrupt || from_root;
    seek_o.line         = ahead_i || (sequential_i && !is_interrupt && !miss_i.fresh);

    progress_o              = '0;
    progress_o.ctx_valid    = !is_interrupt && !from_root;
    progress_o.fpd          = progress_o.ctx_valid && miss_i.ctx.fpd;
    progress_o.pass_through = miss_i.ctx.pass_through;
    progress_o.device_tlb   = miss_i.ctx.device_tlb;
    progress_o.levels       = miss_i.ctx.levels;
    progress_o.cache_tag    = miss_i.ctx.cache_tag;
    progress_o.top          = !table_known;
    progress_o.structure    = dmar_pkg::STRUCTURE_SECOND_STAGE;
    progress_o.level        = table_known ? table_level_i : miss_i.ctx.levels;
    // The permissions of a walk from the root start out whole.
    progress_o.at           = {miss_i.ctx.frame, 2'b11};
    if (table_known) progress_o.at = table_i;
    if (from_root) begin
      progress_o.structure = dmar_pkg::STRUCTURE_ROOT;
      progress_o.at.frame  = root_page_i[39:0];
    end
    if (is_interrupt) begin
      progress_o.structure = dmar_pkg::STRUCTURE_INTERRUPT;
      progress_o.at.frame  = entry_page[39:0];
    end
    if (from_root || is_interrupt) begin
      progress_o.level    = '0;
      progress_o.at.read  = 1'b1;
      progress_o.at.write = 1'b1;
    end
  end

endmodule
`default_nettype wire
