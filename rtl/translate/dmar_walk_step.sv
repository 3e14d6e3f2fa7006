// SPDX-License-Identifier: Apache-2.0
// One step of a table walk: from how far it has come and the 16 bytes just read to what was found.
// Each structure has a decoder; here is chosen whose word counts. Order of checks: translation of
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
  parameter bit          DeviceTlb      = 1'b0,
  parameter bit          SnoopControl   = 1'b1,
  parameter bit          PostedInterrupts = 1'b0
) (
  input wire dmar_pkg::seek_t     seek_i,
  input wire dmar_pkg::progress_t progress_i,
  input wire logic [127:0]        data_i,          // the aligned 16 bytes around the entry
  input wire logic                error_i,
  input wire logic                irt_extended_i,  // EIME
  output logic                    found_o,         // a root-entry leads on and is nothing to keep
  output dmar_pkg::result_t       result_o
);

  dmar_pkg::decoded_t decoded, root, context_entry, paging, interrupt_entry;
  dmar_pkg::ctx_t     ctx;
  dmar_pkg::irte_t    irte;
  logic               beyond, snoop, irte_fault, irte_fpd;
  logic [7:0]         irte_reason;

  dmar_root_entry #(.HostAddrWidth(HostAddrWidth)) u_root_entry (
    .entry_i(data_i), .decoded_o(root)
  );

  dmar_context_entry #(
    .HostAddrWidth(HostAddrWidth), .Sagaw(Sagaw), .DomainIdCode(DomainIdCode),
    .PassThrough(PassThrough), .DeviceTlb(DeviceTlb)
  ) u_context_entry (
    .entry_i(data_i), .decoded_o(context_entry), .ctx_o(ctx)
  );

  // A context-entry that already decides the request, or all that was sought, ends the walk;
  // dmar_judge says how.
  dmar_width_check #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth)
  ) u_width_check (
    .page_i(seek_i.page), .levels_i(ctx.levels), .pass_through_i(ctx.pass_through),
    .beyond_o(beyond)
  );

  dmar_paging_entry #(
    .HostAddrWidth(HostAddrWidth), .SuperPages(SuperPages), .SnoopControl(SnoopControl)
  ) u_paging_entry (
    .data_i, .page_i(seek_i.page), .level_i(progress_i.level), .decoded_o(paging), .snoop_o(snoop)
  );

  dmar_irte #(
    .HostAddrWidth(HostAddrWidth), .PostedInterrupts(PostedInterrupts)
  ) u_irte (
    .entry_i(data_i), .requester_i(seek_i.source_id), .extended_i(irt_extended_i),
    .fault_o(irte_fault), .reason_o(irte_reason), .fpd_o(irte_fpd), .irte_o(irte)
  );

  always_comb begin
    interrupt_entry        = '0;
    interrupt_entry.fault  = irte_fault;
    interrupt_entry.reason = irte_reason;
    interrupt_entry.leaf   = 1'b1;
  end

  // Whose word counts, and what an entry that cannot be read means //

  logic [7:0]       access_reason;
  logic             faults;
  dmar_pkg::table_t below;   // with the permissions of all entries so far

  always_comb begin
    case (progress_i.structure)
      dmar_pkg::STRUCTURE_ROOT: begin
        decoded       = root;
        access_reason = dmar_pkg::FR_ROOT_ACCESS;
      end
      dmar_pkg::STRUCTURE_CONTEXT: begin
        decoded       = context_entry;
        access_reason = dmar_pkg::FR_CONTEXT_ACCESS;
      end
      dmar_pkg::STRUCTURE_INTERRUPT: begin
        decoded       = interrupt_entry;
        access_reason = dmar_pkg::FR_IRTE_ACCESS;
      end
      default: begin
        decoded       = paging;
        access_reason = progress_i.top ? dmar_pkg::FR_CONTEXT_INVALID
                                       : dmar_pkg::FR_PAGING_ENTRY_ACCESS;
      end
    endcase
  end

  assign faults = error_i || decoded.fault;
  assign below  = {decoded.frame, progress_i.at.read && decoded.read,
                   progress_i.at.write && decoded.write};

  // What was found //

  always_comb begin
    result_o             = '0;
    result_o.seek        = seek_i;
    result_o.progress    = progress_i;
    result_o.progress.at = below;
    result_o.leaf        = {below.frame, progress_i.level[1:0] - 2'd1, below.read, below.write,
                            snoop};
    result_o.irte        = irte;
    result_o.reason      = error_i ? access_reason : decoded.reason;
    result_o.ends        = faults || decoded.leaf;
    result_o.found       = dmar_pkg::FoundFault;
    found_o              = faults || (progress_i.structure != dmar_pkg::STRUCTURE_ROOT);
    case (progress_i.structure)
      dmar_pkg::STRUCTURE_ROOT: begin
        result_o.progress.structure = dmar_pkg::STRUCTURE_CONTEXT;
      end
      dmar_pkg::STRUCTURE_CONTEXT: begin
        result_o.progress.structure    = dmar_pkg::STRUCTURE_SECOND_STAGE;
        result_o.progress.level        = ctx.levels;
        result_o.progress.ctx_valid    = !faults;
        result_o.progress.fpd          = ctx.fpd && !error_i;
        result_o.progress.pass_through = ctx.pass_through;
        result_o.progress.device_tlb   = ctx.device_tlb;
        result_o.progress.levels       = ctx.levels;
        result_o.progress.cache_tag    = ctx.cache_tag;
        if (!faults) result_o.found = dmar_pkg::FoundContext;
        if (beyond || seek_i.context_only) result_o.ends = 1'b1;
      end
      dmar_pkg::STRUCTURE_INTERRUPT: begin
        result_o.progress.fpd = irte_fpd && !error_i;
        if (!faults) result_o.found = dmar_pkg::FoundEntry;
      end
      default: begin
        result_o.progress.level = progress_i.level - 3'd1;
        result_o.progress.top   = 1'b0;
        if (!faults) begin
          result_o.found = decoded.leaf ? dmar_pkg::FoundLeaf : dmar_pkg::FoundTable;
        end
      end
    endcase
  end

endmodule
`default_nettype wire
