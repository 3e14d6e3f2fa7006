// SPDX-License-Identifier: Apache-2.0
// Writes of the table port: of 4, 8, 16, 32 or 64 bytes with the ID of who writes. They go one at a
// time, so that an event message pushes the status written before it. A writer holds its write
// until it is done, and learns how memory answered; it gives the data of the beat that it is asked
// for. Of those who wait the one with the lowest number goes first.
`default_nettype none
`include "dmar_assert.svh"

module dmar_table_writes #(
  parameter logic [3:0]  SnoopCache = 4'b0010,
  parameter logic [3:0]  TableQos   = 4'b0000,
  parameter int unsigned Writers    = 3
) (
  input wire logic                clk_i,
  input wire logic                rst_ni,
  input wire logic [Writers-1:0]  valid_i,
  input wire logic [Writers*dmar_pkg::TABLE_WRITE_WIDTH-1:0] write_i,
  output logic     [1:0]          beat_o,      // whose data the writer gives
  input wire logic [Writers*dmar_pkg::TABLE_DATA_WIDTH-1:0] data_i,
  output logic     [Writers-1:0]  done_o,      // memory has answered, in this clock ...
  output logic     [1:0]          resp_o,      // ... so
  // AXI4
  output logic     [5:0]          awid_o,
  output logic     [63:0]         awaddr_o,
  output logic     [7:0]          awlen_o,
  output logic     [2:0]          awsize_o,
  output logic     [1:0]          awburst_o,
  output logic                    awlock_o,
  output logic     [3:0]          awcache_o,
  output logic     [2:0]          awprot_o,
  output logic     [3:0]          awqos_o,
  output logic                    awuser_o,
  output logic                    awvalid_o,
  input wire logic                awready_i,
  output logic     [127:0]        wdata_o,
  output logic     [15:0]         wstrb_o,
  output logic                    wlast_o,
  output logic                    wvalid_o,
  input wire logic                wready_i,
  input wire logic [5:0]          bid_i,
  input wire logic [1:0]          bresp_i,
  input wire logic                bvalid_i,
  output logic                    bready_o
);

  logic [Writers-1:0]     writer_q, first;    // one-hot; 0: nobody writes
  logic                   sends, aw_done_q, w_done_q, done;
  logic [1:0]             beat_q;
  dmar_pkg::table_write_t write;
  dmar_pkg::table_data_t  data;

  assign sends = (writer_q != '0);
  assign first = valid_i & (~valid_i + 1'b1);

  dmar_onehot_mux #(.Inputs(Writers), .Width(dmar_pkg::TABLE_WRITE_WIDTH)) u_write (
    .select_i(writer_q), .data_i(write_i), .data_o(write)
  );
  dmar_onehot_mux #(.Inputs(Writers), .Width(dmar_pkg::TABLE_DATA_WIDTH)) u_data (
    .select_i(writer_q), .data_i(data_i), .data_o(data)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni || done) writer_q <= '0;
    else if (!sends)     writer_q <= first;
  end

  // Address and data are taken in any order.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || done) begin
      aw_done_q <= 1'b0;
      w_done_q  <= 1'b0;
      beat_q    <= '0;
    end else if (sends) begin
      aw_done_q <= aw_done_q || awready_i;
      w_done_q  <= w_done_q || (wready_i && wlast_o);
      if (wvalid_o && wready_i) beat_q <= beat_q + 2'd1;
    end
  end

  // A response with another ID is owed to a write that a reset has made forgotten.
  assign done   = sends && bready_o && bvalid_i && (bid_i == awid_o);
  assign done_o = writer_q & {Writers{done}};
  assign resp_o = bresp_i;
  assign beat_o = beat_q;

  assign awid_o    = write.id;
  assign awaddr_o  = write.address;
  assign awlen_o   = {6'h0, write.len};
  assign awsize_o  = write.size;
  assign awburst_o = 2'b01;
  assign awlock_o  = write.exclusive;
  assign awuser_o  = 1'b1;
  // Messages go to an interrupt controller, not to memory.
  assign awcache_o = write.message ? dmar_pkg::CACHE_DEVICE : SnoopCache;
  assign awprot_o  = dmar_pkg::PROT_DATA;
  assign awqos_o   = TableQos;
  assign awvalid_o = sends && !aw_done_q;
  assign wdata_o   = data.data;
  assign wstrb_o   = data.strobe;
  assign wlast_o   = (beat_q == write.len);
  assign wvalid_o  = sends && !w_done_q;
  assign bready_o  = !sends || (aw_done_q && w_done_q);

  `DMAR_WIDTH(Write, dmar_pkg::table_write_t, dmar_pkg::TABLE_WRITE_WIDTH)
  `DMAR_WIDTH(Data, dmar_pkg::table_data_t, dmar_pkg::TABLE_DATA_WIDTH)
  `DMAR_ASSERT_HELD(WriteAddressHeld_A, awvalid_o, awready_i,
                    {awid_o, awaddr_o, awlen_o, awsize_o, awlock_o})
  `DMAR_ASSERT_HELD(WriteDataHeld_A, wvalid_o, wready_i, {wdata_o, wstrb_o, wlast_o})
  `DMAR_REQUIRE(HeldUntilDone_R, (writer_q & ~valid_i) == '0)

endmodule
`default_nettype wire
