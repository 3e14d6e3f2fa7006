// SPDX-License-Identifier: Apache-2.0
// Walks of root, context and second-stage tables, and reads of interrupt-remapping table entries:
// `Walks` in flight over one step datapath. Reads go out tagged with the walk and may return in any
// order.
`include "dmar_assert.svh"

module dmar_walker #(
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter logic [4:0]  Sagaw          = 5'b00110,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned DomainIdCode   = 6,
  parameter bit          PassThrough    = 1'b1,
  parameter bit          SnoopControl   = 1'b1,
  parameter int unsigned Walks          = 4,
  parameter int unsigned Tags           = 16,
  localparam int unsigned WalkIndexWidth = (Walks > 1) ? $clog2(Walks) : 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             poison_i,          // an invalidation overtakes every walk
  input  dmar_pkg::page_t  root_page_i,       // root table in force
  input  logic             irt_extended_i,    // EIME in force

  // A request without an answer in the caches: merge a walk, or start one
  input  logic                 seek_interrupt_i,
  input  dmar_pkg::source_id_t seek_source_id_i,
  input  dmar_pkg::page_t      seek_page_i,
  output logic             merge_ready_o,      // a live walk goes to this page
  input  logic             merge_i,
  output logic             start_ready_o,     // a slot is free
  input  logic             start_i,
  input  dmar_pkg::walk_t  start_walk_i,
  input  logic [Tags-1:0]  tag_i,             // one-hot, of the request that joins or starts

  // Table reads
  output logic             mem_valid_o,
  input  logic             mem_ready_i,
  output logic [63:0]      mem_addr_o,
  output logic             mem_wide_o,        // 16 bytes, else 8
  output logic [5:0]       mem_id_o,
  input  logic             rsp_valid_i,       // always taken
  input  logic [5:0]       rsp_id_i,
  input  logic [127:0]     rsp_data_i,
  input  logic             rsp_error_i,

  // A finished walk
  output logic             done_valid_o,
  input  logic             done_ready_i,
  output dmar_pkg::walk_t  done_walk_o,
  output logic             done_poisoned_o,
  output logic [Tags-1:0]  done_parked_o
);

  localparam int unsigned W = dmar_pkg::WALK_WIDTH;

  logic [Walks-1:0]      active, wants_read, done, poisoned, same_page, mergeable;
  logic [Walks-1:0]      free_pick, start_slot, merge_slot, read_slot, step_slot, release_slot;
  logic [Walks-1:0]      read_grant, done_grant;
  logic [WalkIndexWidth-1:0] read_index, done_index;
  logic [Walks*W-1:0]    walks;
  logic [Walks*Tags-1:0] parked;
  dmar_pkg::walk_t       step_walk_in, step_walk_out, read_walk;
  logic                  step_done, root_beyond_haw;

  // Slots //

  assign free_pick     = ~active & (active + 1'b1);
  assign start_ready_o = (free_pick != '0);
  assign start_slot    = start_i ? free_pick : '0;

  // No merge once the walk is being handed over: its list of parked requests is leaving too.
  assign mergeable     = active & same_page & ~poisoned & ~release_slot;
  assign merge_ready_o = (mergeable != '0);
  assign merge_slot    = merge_i ? (mergeable & (~mergeable + 1'b1)) : '0;

  // A root table beyond the host address width is an access error, found without a read.
  assign root_beyond_haw = (root_page_i >> (HostAddrWidth - 12)) != '0;

  dmar_pkg::walk_t start_walk;
  always_comb begin
    start_walk = start_walk_i;
    if (!start_walk_i.is_interrupt && !start_walk_i.ctx_valid) begin
      start_walk.stage    = dmar_pkg::STAGE_ROOT;
      start_walk.at.frame = root_page_i[39:0];
      start_walk.fault    = root_beyond_haw;
      start_walk.reason   = root_beyond_haw ? dmar_pkg::FR_ROOT_ACCESS : dmar_pkg::FR_NONE;
    end
  end

  for (genvar i = 0; i < Walks; i++) begin : gen_walk
    dmar_walk_slot #(.Tags(Tags)) u_slot (
      .clk_i,
      .rst_ni,
      .start_i     (start_slot[i]),
      .start_walk_i(start_walk),
      .start_done_i(start_walk.fault),
      .start_tag_i (tag_i),
      .park_i      (merge_slot[i]),
      .park_tag_i  (tag_i),
      .read_i      (read_slot[i]),
      .step_i      (step_slot[i]),
      .step_walk_i (step_walk_out),
      .step_done_i (step_done),
      .poison_i,
      .release_i   (release_slot[i]),
      .seek_interrupt_i,
      .seek_source_id_i,
      .seek_page_i,
      .same_page_o (same_page[i]),
      .active_o    (active[i]),
      .wants_read_o(wants_read[i]),
      .done_o      (done[i]),
      .poisoned_o  (poisoned[i]),
      .walk_o      (walks[i*W +: W]),
      .parked_o    (parked[i*Tags +: Tags])
    );
  end

  // Reads //

  dmar_arbiter #(.Requests(Walks)) u_read_arbiter (
    .clk_i, .rst_ni, .request_i(wants_read & ~poisoned), .accept_i(mem_ready_i),
    .valid_o(mem_valid_o), .grant_o(read_grant), .index_o(read_index)
  );

  assign read_slot = (mem_valid_o && mem_ready_i) ? read_grant : '0;
  assign mem_id_o  = 6'(read_index);

  dmar_onehot_mux #(.Inputs(Walks), .Width(W)) u_read_mux (
    .select_i(read_grant), .data_i(walks), .data_o(read_walk)
  );

  assign mem_wide_o = (read_walk.stage >= dmar_pkg::STAGE_CONTEXT) || read_walk.is_interrupt;

  logic [11:0] offset;  // of the entry in its table
  always_comb begin
    case (read_walk.stage)
      dmar_pkg::STAGE_ROOT:    offset = {read_walk.source_id[15:8], 4'h0};
      dmar_pkg::STAGE_CONTEXT: offset = {read_walk.source_id[7:0], 4'h0};
      dmar_pkg::STAGE_IRTE:    offset = {read_walk.page[7:0], 4'h0};
      3'd5:                    offset = {read_walk.page[44:36], 3'h0};
      3'd4:                    offset = {read_walk.page[35:27], 3'h0};
      3'd3:                    offset = {read_walk.page[26:18], 3'h0};
      3'd2:                    offset = {read_walk.page[17:9], 3'h0};
      default:                 offset = {read_walk.page[8:0], 3'h0};
    endcase
  end
  assign mem_addr_o = {12'h0, read_walk.at.frame, offset};

  // Steps //

  for (genvar i = 0; i < Walks; i++) begin : gen_step
    assign step_slot[i] = rsp_valid_i && (rsp_id_i == 6'(i));
  end

  dmar_onehot_mux #(.Inputs(Walks), .Width(W)) u_step_mux (
    .select_i(step_slot), .data_i(walks), .data_o(step_walk_in)
  );

  dmar_walk_step #(
    .HostAddrWidth(HostAddrWidth), .GuestAddrWidth(GuestAddrWidth), .Sagaw(Sagaw),
    .SuperPages(SuperPages), .DomainIdCode(DomainIdCode), .PassThrough(PassThrough),
    .SnoopControl(SnoopControl)
  ) u_step (
    .walk_i(step_walk_in), .data_i(rsp_data_i), .error_i(rsp_error_i), .irt_extended_i,
    .walk_o(step_walk_out), .done_o(step_done)
  );

  // Hand-over //

  dmar_arbiter #(.Requests(Walks)) u_done_arbiter (
    .clk_i, .rst_ni, .request_i(done), .accept_i(done_ready_i),
    .valid_o(done_valid_o), .grant_o(done_grant), .index_o(done_index)
  );

  assign release_slot = (done_valid_o && done_ready_i) ? done_grant : '0;

  dmar_onehot_mux #(.Inputs(Walks), .Width(W)) u_done_mux (
    .select_i(done_grant), .data_i(walks), .data_o(done_walk_o)
  );
  dmar_onehot_mux #(.Inputs(Walks), .Width(Tags)) u_parked_mux (
    .select_i(done_grant), .data_i(parked), .data_o(done_parked_o)
  );
  assign done_poisoned_o = (done_grant & poisoned) != '0;

  `DMAR_REQUIRE(StartHasRoom_R, !start_i || start_ready_o)
  `DMAR_REQUIRE(MergeHasWalk_R, !merge_i || merge_ready_o)
  `DMAR_REQUIRE(OneOfMergeAndStart_R, !(merge_i && start_i))
  `DMAR_COVER(AllWalksBusy_C, !start_ready_o)

  // The index of a one-hot grant is only needed for the read ID.
  logic unused;
  assign unused = ^done_index;

endmodule
