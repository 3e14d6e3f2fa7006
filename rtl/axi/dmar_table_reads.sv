// SPDX-License-Identifier: Apache-2.0
// Reads of the table port: bursts of one to four beats with the ID of who asks, answered in any
// order. The queue and the atomic update read one burst at a time, so that they may go before the
// walks without starving them.
`default_nettype none
`include "dmar_assert.svh"

module dmar_table_reads #(
  parameter int unsigned HostAddrWidth = 46,
  parameter logic [3:0]  SnoopCache    = 4'b0010,
  parameter logic [3:0]  TableQos      = 4'b0000,
  parameter int unsigned Walks         = 16,
  parameter bit          TableAtomics  = 1'b0,
  parameter bit          FullSlice     = 1'b1   // 0: smaller, a read every other clock
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  // Requests
  input wire logic                  walk_valid_i,
  output logic                      walk_ready_o,
  input wire dmar_pkg::table_read_t walk_i,
  input wire logic                  queue_valid_i,
  output logic                      queue_ready_o,
  input wire dmar_pkg::table_read_t queue_i,
  input wire logic                  update_valid_i,
  output logic                      update_ready_o,
  input wire dmar_pkg::table_read_t update_i,
  // Answers. The queue and the update have a place for every beat that they asked for.
  output logic                      walk_rsp_valid_o,
  input wire logic                  walk_rsp_ready_i,
  output logic                      queue_rsp_valid_o,
  output logic                      update_rsp_valid_o,
  output logic     [5:0]            rsp_id_o,
  output logic     [127:0]          rsp_data_o,
  output logic     [1:0]            rsp_resp_o,
  output logic                      rsp_last_o,     // last beat of the burst
  // AXI4
  output logic     [5:0]            arid_o,
  output logic     [63:0]           araddr_o,
  output logic     [7:0]            arlen_o,
  output logic     [2:0]            arsize_o,
  output logic     [1:0]            arburst_o,
  output logic                      arlock_o,
  output logic     [3:0]            arcache_o,
  output logic     [2:0]            arprot_o,
  output logic     [3:0]            arqos_o,
  output logic                      aruser_o,
  output logic                      arvalid_o,
  input wire logic                  arready_i,
  input wire logic [5:0]            rid_i,
  input wire logic [127:0]          rdata_i,
  input wire logic [1:0]            rresp_i,
  input wire logic                  rlast_i,
  input wire logic                  rvalid_i,
  output logic                      rready_o
);

  // Addresses //

  localparam int unsigned SliceWidth = 6 + (HostAddrWidth - 3) + 6;

  dmar_pkg::table_read_t    read;
  logic                     ready, valid, wide, wrap, snoop, exclusive;
  logic [1:0]               len;
  logic [HostAddrWidth-4:0] address;           // of 8 bytes
  logic [SliceWidth-1:0]    slice;

  assign queue_ready_o  = ready;
  assign update_ready_o = ready && !queue_valid_i;
  assign walk_ready_o   = ready && !queue_valid_i && !(TableAtomics && update_valid_i);
  assign valid          = queue_valid_i || (TableAtomics && update_valid_i) || walk_valid_i;
  assign read           = queue_valid_i ? queue_i
                        : (TableAtomics && update_valid_i) ? update_i : walk_i;
  assign slice          = {read.id, read.address[HostAddrWidth-1:3], read.len, read.wide,
                           read.wrap, read.snoop, read.exclusive};

  if (FullSlice) begin : gen_full_slice
    dmar_skid #(.Width(SliceWidth)) u_slice (
      .clk_i, .rst_ni, .up_valid_i(valid), .up_ready_o(ready), .up_data_i(slice),
      .dn_valid_o(arvalid_o), .dn_ready_i(arready_i),
      .dn_data_o({arid_o, address, len, wide, wrap, snoop, exclusive})
    );
  end else begin : gen_half_slice
    assign ready = !arvalid_o;

    always_ff @(posedge clk_i) begin
      if (!rst_ni)        arvalid_o <= 1'b0;
      else if (ready)     arvalid_o <= valid;
      else if (arready_i) arvalid_o <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
      if (ready) {arid_o, address, len, wide, wrap, snoop, exclusive} <= slice;
    end
  end

  assign araddr_o  = {{(64 - HostAddrWidth){1'b0}}, address, 3'b000};
  assign arlen_o   = {6'h0, len};
  assign arsize_o  = wide ? 3'd4 : 3'd3;
  assign arburst_o = wrap ? 2'b10 : 2'b01;
  assign arlock_o  = TableAtomics && exclusive;
  assign aruser_o  = snoop;
  assign arcache_o = snoop ? SnoopCache : dmar_pkg::CACHE_MEMORY;
  assign arprot_o  = dmar_pkg::PROT_DATA;
  assign arqos_o   = TableQos;

  // Data. A beat that cannot be looked at in the clock in which it comes waits in a place of its
  // own, so that READY depends on nothing that comes with it. //

  logic         spare_valid_q, beat_valid, beat_taken;
  logic [136:0] spare_q, beat;

  assign rready_o   = !spare_valid_q;
  assign beat_valid = spare_valid_q || rvalid_i;
  assign beat       = spare_valid_q ? spare_q : {rid_i, rdata_i, rresp_i, rlast_i};
  assign {rsp_id_o, rsp_data_o, rsp_resp_o, rsp_last_o} = beat;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) spare_valid_q <= 1'b0;
    else         spare_valid_q <= beat_valid && !beat_taken;
    if (rready_o) spare_q <= {rid_i, rdata_i, rresp_i, rlast_i};
  end

  // Who waits for data, from when its address enters the slice until its last beat is taken. What
  // nobody waits for is taken and dropped: after a reset memory may still owe answers to readers
  // that are forgotten. Each walk has one read at a time.
  logic [Walks-1:0] walk_owed_q;
  logic             queue_owed_q, update_owed, walk_awaited, queue_awaited;

  always_comb begin
    walk_awaited = 1'b0;
    for (int unsigned i = 0; i < Walks; i++) begin
      if (walk_owed_q[i] && rsp_id_o == 6'(i)) walk_awaited = 1'b1;
    end
  end
  assign queue_awaited = queue_owed_q && (rsp_id_o == dmar_pkg::ID_QUEUE);

  for (genvar i = 0; i < Walks; i++) begin : gen_owed
    always_ff @(posedge clk_i) begin
      if (!rst_ni) walk_owed_q[i] <= 1'b0;
      else if (walk_valid_i && walk_ready_o && walk_i.id == 6'(i)) walk_owed_q[i] <= 1'b1;
      else if (beat_taken && rsp_last_o && rsp_id_o == 6'(i)) walk_owed_q[i] <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) queue_owed_q <= 1'b0;
    else if (queue_valid_i && queue_ready_o) queue_owed_q <= 1'b1;
    else if (queue_rsp_valid_o && rsp_last_o) queue_owed_q <= 1'b0;
  end

  if (TableAtomics) begin : gen_update
    logic owed_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) owed_q <= 1'b0;
      else if (update_valid_i && update_ready_o) owed_q <= 1'b1;
      else if (update_rsp_valid_o && rsp_last_o) owed_q <= 1'b0;
    end
    assign update_owed = owed_q;
  end else begin : gen_no_update
    assign update_owed = 1'b0;
  end

  assign beat_taken         = beat_valid && (walk_rsp_ready_i || !walk_awaited);
  assign walk_rsp_valid_o   = beat_valid && walk_awaited;
  assign queue_rsp_valid_o  = beat_valid && queue_awaited;
  assign update_rsp_valid_o = beat_valid && update_owed && (rsp_id_o == dmar_pkg::ID_POSTING);

  `DMAR_ASSERT_HELD(ReadAddressHeld_A, arvalid_o, arready_i,
                    {arid_o, araddr_o, arlen_o, arsize_o, arburst_o, arlock_o})
  `DMAR_REQUIRE(BelowHostWidth_R, !valid || (read.address >> HostAddrWidth) == '0)

  logic unused;
  assign unused = ^{read, update_valid_i, update_i, exclusive};

endmodule
`default_nettype wire
