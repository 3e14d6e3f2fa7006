// SPDX-License-Identifier: Apache-2.0
// One step of a table walk: from how far it has come and the entry just read to what was found.
// Root, context, paging and interrupt-remapping entries share it. Order of checks: translation of
// VT-d 3.7, entry by entry: access error, not present, reserved bits, then what the fields say; for
// interrupts see dmar_irte.
`default_nettype none
module dmar_walk_step #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned DomainIdCode   = 6,
  parameter bit          PassThrough    = 1'b1,
  parameter bit          SnoopControl   = 1'b1
) (
  input wire dmar_pkg::seek_t     seek_i,
  input wire dmar_pkg::progress_t progress_i,
  input wire logic [127:0]        data_i,          // the aligned 16 bytes around the entry
  input wire logic                error_i,
  input wire logic                irt_extended_i,  // EIME
  output logic                    found_o,         // a root-entry leads on and is nothing to keep
  output dmar_pkg::result_t       result_o
);

  // Root and context //

  logic             root_fault, context_fault, beyond;
  logic [7:0]       root_reason, context_reason;
  dmar_pkg::frame_t root_frame;
  dmar_pkg::ctx_t   ctx;

  dmar_root_entry #(.HostAddrWidth(HostAddrWidth)) u_root_entry (
    .entry_i(data_i), .fault_o(root_fault), .reason_o(root_reason), .frame_o(root_frame)
  );

  dmar_context_entry #(
    .HostAddrWidth(HostAddrWidth), .Sagaw(Sagaw), .DomainIdCode(DomainIdCode),
    .PassThrough(PassThrough)
  ) u_context_entry (
    .entry_i(data_i), .fault_o(context_fault), .reason_o(context_reason), .ctx_o(ctx)
  );

  // A context-entry that already decides the request ends the walk; dmar_judge says how.
  dmar_width_check #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth)
  ) u_width_check (
    .page_i(seek_i.page), .levels_i(ctx.levels), .pass_through_i(ctx.pass_through),
    .beyond_o(beyond)
  );

  // Paging //

  logic [63:0]      entry;
  logic             no_access, reserved, leaf, snoop, odd_entry;
  dmar_pkg::frame_t entry_frame;
  logic             read, write;

  // The lowest index bit says which half of the 16 bytes holds the entry.
  always_comb begin
    case (progress_i.stage)
      3'd1:    odd_entry = seek_i.page[0];
      3'd2:    odd_entry = seek_i.page[9];
      3'd3:    odd_entry = seek_i.page[18];
      3'd4:    odd_entry = seek_i.page[27];
      default: odd_entry = seek_i.page[36];
    endcase
  end
  assign entry = odd_entry ? data_i[127:64] : data_i[63:0];

  dmar_paging_entry #(
    .HostAddrWidth(HostAddrWidth), .SuperPages(SuperPages), .SnoopControl(SnoopControl)
  ) u_paging_entry (
    .entry_i(entry), .level_i(progress_i.stage), .no_access_o(no_access), .reserved_o(reserved),
    .leaf_o(leaf), .snoop_o(snoop), .frame_o(entry_frame)
  );

  assign read  = progress_i.at.read && entry[0];
  assign write = progress_i.at.write && entry[1];

  // Interrupts //

  logic            irte_fault, irte_fpd;
  logic [7:0]      irte_reason;
  dmar_pkg::irte_t irte;

  dmar_irte u_irte (
    .entry_i(data_i), .requester_i(seek_i.source_id), .extended_i(irt_extended_i),
    .fault_o(irte_fault), .reason_o(irte_reason), .fpd_o(irte_fpd), .irte_o(irte)
  );

  // What was found //

  always_comb begin
    found_o           = 1'b1;
    result_o          = '0;
    result_o.seek     = seek_i;
    result_o.progress = progress_i;
    result_o.leaf     = {entry_frame, progress_i.stage[1:0] - 2'd1, read && !no_access,
                         write && !no_access, snoop};
    result_o.irte     = irte;
    result_o.found    = dmar_pkg::FoundFault;
    result_o.ends     = 1'b1;
    if (progress_i.stage == dmar_pkg::STAGE_ROOT) begin
      result_o.reason            = error_i ? dmar_pkg::FR_ROOT_ACCESS : root_reason;
      result_o.progress.stage    = dmar_pkg::STAGE_CONTEXT;
      result_o.progress.at.frame = root_frame;
      if (!error_i && !root_fault) begin
        found_o       = 1'b0;
        result_o.ends = 1'b0;
      end
    end else if (progress_i.stage == dmar_pkg::STAGE_CONTEXT) begin
      result_o.reason                = error_i ? dmar_pkg::FR_CONTEXT_ACCESS : context_reason;
      result_o.progress.stage        = ctx.levels;
      result_o.progress.at.frame     = ctx.frame;
      result_o.progress.fpd          = ctx.fpd && !error_i;
      result_o.progress.pass_through = ctx.pass_through;
      result_o.progress.levels       = ctx.levels;
      result_o.progress.domain       = ctx.domain;
      if (!error_i && !context_fault) begin
        result_o.found              = dmar_pkg::FoundContext;
        result_o.progress.ctx_valid = 1'b1;
        result_o.ends               = ctx.pass_through || beyond;
      end
    end else if (progress_i.stage == dmar_pkg::STAGE_IRTE) begin
      result_o.reason       = error_i ? dmar_pkg::FR_IRTE_ACCESS : irte_reason;
      result_o.progress.fpd = irte_fpd && !error_i;
      if (!error_i && !irte_fault) result_o.found = dmar_pkg::FoundEntry;
    end else begin
      result_o.progress.stage = progress_i.stage - 3'd1;
      result_o.progress.top   = 1'b0;
      result_o.progress.at    = {entry_frame, read, write};
      if (error_i) begin
        result_o.reason = progress_i.top ? dmar_pkg::FR_CONTEXT_INVALID
                                         : dmar_pkg::FR_PAGING_ENTRY_ACCESS;
      end else if (no_access) begin
        result_o.found  = dmar_pkg::FoundLeaf;
      end else if (reserved) begin
        result_o.reason = dmar_pkg::FR_PAGING_ENTRY_RESERVED;
      end else if (leaf) begin
        result_o.found  = dmar_pkg::FoundLeaf;
      end else begin
        result_o.found  = dmar_pkg::FoundTable;
        result_o.ends   = 1'b0;
      end
    end
  end

endmodule
`default_nettype wire
