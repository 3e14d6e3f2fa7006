// SPDX-License-Identifier: Apache-2.0
// One step of a table walk: from the walk and the entry just read to the walk as it goes on, or
// to its end. Root, context, paging and interrupt-remapping entries share it. Order of checks:
// translation of VT-d 3.7, entry by entry: access error, not present, reserved bits, then what the
// fields say; for interrupts see dmar_irte.
module dmar_walk_step #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned DomainIdCode   = 6,
  parameter bit          PassThrough    = 1'b1,
  parameter bit          SnoopControl   = 1'b1
) (
  input  dmar_pkg::walk_t walk_i,
  input  logic [127:0]    data_i,          // the aligned 16 bytes around the entry
  input  logic            error_i,
  input  logic            irt_extended_i,  // EIME
  output dmar_pkg::walk_t walk_o,
  output logic            done_o
);

  localparam int unsigned T = dmar_pkg::TABLE_WIDTH;

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
    .page_i(walk_i.page), .levels_i(ctx.levels), .pass_through_i(ctx.pass_through),
    .beyond_o(beyond)
  );

  // Paging //

  logic [63:0]      entry;
  logic             no_access, reserved, leaf, snoop, odd_entry;
  dmar_pkg::frame_t entry_frame;
  logic             read, write;

  // The lowest index bit says which half of the 16 bytes holds the entry.
  always_comb begin
    case (walk_i.stage)
      3'd1:    odd_entry = walk_i.page[0];
      3'd2:    odd_entry = walk_i.page[9];
      3'd3:    odd_entry = walk_i.page[18];
      3'd4:    odd_entry = walk_i.page[27];
      default: odd_entry = walk_i.page[36];
    endcase
  end
  assign entry = odd_entry ? data_i[127:64] : data_i[63:0];

  dmar_paging_entry #(
    .HostAddrWidth(HostAddrWidth), .SuperPages(SuperPages), .SnoopControl(SnoopControl)
  ) u_paging_entry (
    .entry_i(entry), .level_i(walk_i.stage), .no_access_o(no_access), .reserved_o(reserved),
    .leaf_o(leaf), .snoop_o(snoop), .frame_o(entry_frame)
  );

  assign read  = walk_i.at.read && entry[0];
  assign write = walk_i.at.write && entry[1];

  // Interrupts //

  logic            irte_fault, irte_fpd;
  logic [7:0]      irte_reason;
  dmar_pkg::irte_t irte;

  dmar_irte u_irte (
    .entry_i(data_i), .requester_i(walk_i.source_id), .extended_i(irt_extended_i),
    .fault_o(irte_fault), .reason_o(irte_reason), .fpd_o(irte_fpd), .irte_o(irte)
  );

  // The next state of the walk //

  always_comb begin
    walk_o = walk_i;
    done_o = 1'b0;
    if (walk_i.stage == dmar_pkg::STAGE_ROOT) begin
      walk_o.stage    = dmar_pkg::STAGE_CONTEXT;
      walk_o.at.frame = root_frame;
      walk_o.fault    = error_i || root_fault;
      walk_o.reason   = error_i ? dmar_pkg::FR_ROOT_ACCESS : root_reason;
      done_o          = walk_o.fault;
    end else if (walk_i.stage == dmar_pkg::STAGE_CONTEXT) begin
      walk_o.stage     = ctx.levels;
      walk_o.at.frame  = ctx.frame;
      walk_o.ctx       = ctx;
      walk_o.ctx.fpd   = ctx.fpd && !error_i;
      walk_o.ctx_valid = !error_i && !context_fault;
      walk_o.fault     = error_i || context_fault;
      walk_o.reason    = error_i ? dmar_pkg::FR_CONTEXT_ACCESS : context_reason;
      done_o           = walk_o.fault || ctx.pass_through || beyond;
    end else if (walk_i.stage == dmar_pkg::STAGE_IRTE) begin
      walk_o.saved   = 168'(irte);
      walk_o.ctx.fpd = irte_fpd && !error_i;
      walk_o.fault   = error_i || irte_fault;
      walk_o.reason  = error_i ? dmar_pkg::FR_IRTE_ACCESS : irte_reason;
      done_o         = 1'b1;
    end else begin
      walk_o.stage    = walk_i.stage - 3'd1;
      walk_o.top      = 1'b0;
      walk_o.at       = {entry_frame, read, write};
      walk_o.leaf     = {entry_frame, walk_i.stage[1:0] - 2'd1, read, write, snoop};
      for (int unsigned i = 0; i < 4; i++) begin
        if (walk_i.stage == 3'(i + 2) && !leaf) begin
          walk_o.saved_valid[i] = 1'b1;
          walk_o.saved[i*T +: T] = {entry_frame, read, write};
        end
      end
      if (error_i) begin
        walk_o.fault  = 1'b1;
        walk_o.reason = walk_i.top ? dmar_pkg::FR_CONTEXT_INVALID
                                   : dmar_pkg::FR_PAGING_ENTRY_ACCESS;
      end else if (no_access) begin
        walk_o.leaf.read  = 1'b0;
        walk_o.leaf.write = 1'b0;
      end else if (reserved) begin
        walk_o.fault  = 1'b1;
        walk_o.reason = dmar_pkg::FR_PAGING_ENTRY_RESERVED;
      end
      done_o = error_i || no_access || reserved || leaf;
    end
  end

endmodule
