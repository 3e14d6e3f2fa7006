// SPDX-License-Identifier: Apache-2.0
// Four-state smoke test of the default build: every RAM and every register without a reset is X at
// first. Registers, queue, tables, reads, writes, an invalidation, a fault and an interrupt; no
// valid, no ready and nothing beside a valid may ever be X. Payloads without a valid are X, too.
`default_nettype none
module smoke;

  localparam [63:0] Root = 64'h10000, Contexts = 64'h11000, Table4 = 64'h12000;
  localparam [63:0] Table3 = 64'h13000, Table2 = 64'h14000, Table1 = 64'h15000;
  localparam [63:0] Entries = 64'h17000, Queue = 64'h18000, Status = 64'h19000;
  localparam [63:0] Event = 64'h19010;
  localparam [15:0] Device = 16'h0008;
  localparam        Hole = 1023;   // the only page without an entry

  reg clk = 0, rst_n = 0;
  always #5 clk = !clk;

  reg  [11:0]   s_reg_awaddr, s_reg_araddr;
  reg           s_reg_awvalid, s_reg_wvalid, s_reg_bready, s_reg_arvalid, s_reg_rready;
  wire          s_reg_awready, s_reg_wready, s_reg_bvalid, s_reg_arready, s_reg_rvalid;
  reg  [63:0]   s_reg_wdata;
  reg  [7:0]    s_reg_wstrb;
  wire [1:0]    s_reg_bresp, s_reg_rresp;
  wire [63:0]   s_reg_rdata;
  reg  [3:0]    s_dma_awid, s_dma_awcache, s_dma_awqos, s_dma_arid, s_dma_arcache, s_dma_arqos;
  reg  [63:0]   s_dma_awaddr, s_dma_araddr;
  reg  [7:0]    s_dma_awlen, s_dma_arlen;
  reg  [2:0]    s_dma_awsize, s_dma_awprot, s_dma_arsize, s_dma_arprot;
  reg  [1:0]    s_dma_awburst, s_dma_arburst;
  reg           s_dma_awlock, s_dma_awvalid, s_dma_wlast, s_dma_wvalid, s_dma_bready, s_dma_arlock,
      s_dma_arvalid, s_dma_rready;
  reg  [47:0]   s_dma_awuser, s_dma_aruser;
  wire          s_dma_awready, s_dma_wready, s_dma_bvalid, s_dma_arready, s_dma_rlast,
      s_dma_rvalid;
  reg  [127:0]  s_dma_wdata;
  reg  [15:0]   s_dma_wstrb;
  wire [3:0]    s_dma_bid, s_dma_rid;
  wire [1:0]    s_dma_bresp, s_dma_rresp;
  wire [127:0]  s_dma_rdata;
  wire [3:0]    m_dma_awid, m_dma_awcache, m_dma_awqos, m_dma_bid, m_dma_arid, m_dma_arcache,
      m_dma_arqos, m_dma_rid;
  wire [63:0]   m_dma_awaddr, m_dma_araddr;
  wire [7:0]    m_dma_awlen, m_dma_arlen;
  wire [2:0]    m_dma_awsize, m_dma_awprot, m_dma_arsize, m_dma_arprot;
  wire [1:0]    m_dma_awburst, m_dma_bresp, m_dma_arburst, m_dma_rresp;
  wire          m_dma_awlock, m_dma_awvalid, m_dma_awready, m_dma_wlast, m_dma_wvalid,
      m_dma_wready, m_dma_bvalid, m_dma_bready, m_dma_arlock, m_dma_arvalid, m_dma_arready,
      m_dma_rlast, m_dma_rvalid, m_dma_rready;
  wire [17:0]   m_dma_awuser, m_dma_aruser;
  wire [127:0]  m_dma_wdata, m_dma_rdata;
  wire [15:0]   m_dma_wstrb;
  wire [5:0]    m_tbl_awid, m_tbl_bid, m_tbl_arid, m_tbl_rid;
  wire [63:0]   m_tbl_awaddr, m_tbl_araddr;
  wire [7:0]    m_tbl_awlen, m_tbl_arlen;
  wire [2:0]    m_tbl_awsize, m_tbl_arsize;
  wire [1:0]    m_tbl_awburst, m_tbl_bresp, m_tbl_arburst, m_tbl_rresp;
  wire [0:0]    m_tbl_awuser, m_tbl_aruser;
  wire          m_tbl_awvalid, m_tbl_awready, m_tbl_wlast, m_tbl_wvalid, m_tbl_wready,
      m_tbl_bvalid, m_tbl_bready, m_tbl_arvalid, m_tbl_arready, m_tbl_rlast, m_tbl_rvalid,
      m_tbl_rready;
  wire [127:0]  m_tbl_wdata, m_tbl_rdata;
  wire [15:0]   m_tbl_wstrb;

  dmar_top dut (
    .clk_i(clk), .rst_ni(rst_n), .s_reg_awaddr_i(s_reg_awaddr), .s_reg_awvalid_i(s_reg_awvalid),
    .s_reg_awready_o(s_reg_awready), .s_reg_wdata_i(s_reg_wdata), .s_reg_wstrb_i(s_reg_wstrb),
    .s_reg_wvalid_i(s_reg_wvalid), .s_reg_wready_o(s_reg_wready), .s_reg_bresp_o(s_reg_bresp),
    .s_reg_bvalid_o(s_reg_bvalid), .s_reg_bready_i(s_reg_bready), .s_reg_araddr_i(s_reg_araddr),
    .s_reg_arvalid_i(s_reg_arvalid), .s_reg_arready_o(s_reg_arready), .s_reg_rdata_o(s_reg_rdata),
    .s_reg_rresp_o(s_reg_rresp), .s_reg_rvalid_o(s_reg_rvalid), .s_reg_rready_i(s_reg_rready),
    .s_dma_awid_i(s_dma_awid), .s_dma_awaddr_i(s_dma_awaddr), .s_dma_awlen_i(s_dma_awlen),
    .s_dma_awsize_i(s_dma_awsize), .s_dma_awburst_i(s_dma_awburst), .s_dma_awlock_i(s_dma_awlock),
    .s_dma_awcache_i(s_dma_awcache), .s_dma_awprot_i(s_dma_awprot), .s_dma_awqos_i(s_dma_awqos),
    .s_dma_awuser_i(s_dma_awuser), .s_dma_awvalid_i(s_dma_awvalid),
    .s_dma_awready_o(s_dma_awready), .s_dma_wdata_i(s_dma_wdata), .s_dma_wstrb_i(s_dma_wstrb),
    .s_dma_wlast_i(s_dma_wlast), .s_dma_wvalid_i(s_dma_wvalid), .s_dma_wready_o(s_dma_wready),
    .s_dma_bid_o(s_dma_bid), .s_dma_bresp_o(s_dma_bresp), .s_dma_bvalid_o(s_dma_bvalid),
    .s_dma_bready_i(s_dma_bready), .s_dma_arid_i(s_dma_arid), .s_dma_araddr_i(s_dma_araddr),
    .s_dma_arlen_i(s_dma_arlen), .s_dma_arsize_i(s_dma_arsize), .s_dma_arburst_i(s_dma_arburst),
    .s_dma_arlock_i(s_dma_arlock), .s_dma_arcache_i(s_dma_arcache), .s_dma_arprot_i(s_dma_arprot),
    .s_dma_arqos_i(s_dma_arqos), .s_dma_aruser_i(s_dma_aruser), .s_dma_arvalid_i(s_dma_arvalid),
    .s_dma_arready_o(s_dma_arready), .s_dma_rid_o(s_dma_rid), .s_dma_rdata_o(s_dma_rdata),
    .s_dma_rresp_o(s_dma_rresp), .s_dma_rlast_o(s_dma_rlast), .s_dma_rvalid_o(s_dma_rvalid),
    .s_dma_rready_i(s_dma_rready), .m_dma_awid_o(m_dma_awid), .m_dma_awaddr_o(m_dma_awaddr),
    .m_dma_awlen_o(m_dma_awlen), .m_dma_awsize_o(m_dma_awsize), .m_dma_awburst_o(m_dma_awburst),
    .m_dma_awlock_o(m_dma_awlock), .m_dma_awcache_o(m_dma_awcache), .m_dma_awprot_o(m_dma_awprot),
    .m_dma_awqos_o(m_dma_awqos), .m_dma_awuser_o(m_dma_awuser), .m_dma_awvalid_o(m_dma_awvalid),
    .m_dma_awready_i(m_dma_awready), .m_dma_wdata_o(m_dma_wdata), .m_dma_wstrb_o(m_dma_wstrb),
    .m_dma_wlast_o(m_dma_wlast), .m_dma_wvalid_o(m_dma_wvalid), .m_dma_wready_i(m_dma_wready),
    .m_dma_bid_i(m_dma_bid), .m_dma_bresp_i(m_dma_bresp), .m_dma_bvalid_i(m_dma_bvalid),
    .m_dma_bready_o(m_dma_bready), .m_dma_arid_o(m_dma_arid), .m_dma_araddr_o(m_dma_araddr),
    .m_dma_arlen_o(m_dma_arlen), .m_dma_arsize_o(m_dma_arsize), .m_dma_arburst_o(m_dma_arburst),
    .m_dma_arlock_o(m_dma_arlock), .m_dma_arcache_o(m_dma_arcache), .m_dma_arprot_o(m_dma_arprot),
    .m_dma_arqos_o(m_dma_arqos), .m_dma_aruser_o(m_dma_aruser), .m_dma_arvalid_o(m_dma_arvalid),
    .m_dma_arready_i(m_dma_arready), .m_dma_rid_i(m_dma_rid), .m_dma_rdata_i(m_dma_rdata),
    .m_dma_rresp_i(m_dma_rresp), .m_dma_rlast_i(m_dma_rlast), .m_dma_rvalid_i(m_dma_rvalid),
    .m_dma_rready_o(m_dma_rready), .m_tbl_awid_o(m_tbl_awid), .m_tbl_awaddr_o(m_tbl_awaddr),
    .m_tbl_awlen_o(m_tbl_awlen), .m_tbl_awsize_o(m_tbl_awsize), .m_tbl_awburst_o(m_tbl_awburst),
    .m_tbl_awuser_o(m_tbl_awuser), .m_tbl_awvalid_o(m_tbl_awvalid),
    .m_tbl_awready_i(m_tbl_awready), .m_tbl_wdata_o(m_tbl_wdata), .m_tbl_wstrb_o(m_tbl_wstrb),
    .m_tbl_wlast_o(m_tbl_wlast), .m_tbl_wvalid_o(m_tbl_wvalid), .m_tbl_wready_i(m_tbl_wready),
    .m_tbl_bid_i(m_tbl_bid), .m_tbl_bresp_i(m_tbl_bresp), .m_tbl_bvalid_i(m_tbl_bvalid),
    .m_tbl_bready_o(m_tbl_bready), .m_tbl_arid_o(m_tbl_arid), .m_tbl_araddr_o(m_tbl_araddr),
    .m_tbl_arlen_o(m_tbl_arlen), .m_tbl_arsize_o(m_tbl_arsize), .m_tbl_arburst_o(m_tbl_arburst),
    .m_tbl_aruser_o(m_tbl_aruser), .m_tbl_arvalid_o(m_tbl_arvalid),
    .m_tbl_arready_i(m_tbl_arready), .m_tbl_rid_i(m_tbl_rid), .m_tbl_rdata_i(m_tbl_rdata),
    .m_tbl_rresp_i(m_tbl_rresp), .m_tbl_rlast_i(m_tbl_rlast), .m_tbl_rvalid_i(m_tbl_rvalid),
    .m_tbl_rready_o(m_tbl_rready),
    .m_msg_valid_o(), .m_msg_ready_i(1'b1), .m_msg_source_id_o(), .m_msg_itag_o(),
    .m_msg_payload_o(), .s_msg_valid_i(1'b0), .s_msg_ready_o(), .s_msg_source_id_i(16'h0),
    .s_msg_itags_i(32'h0), .s_msg_count_i(3'h0),
    .mon_valid_o(), .mon_source_id_o(), .mon_address_o(), .mon_at_o(), .mon_kind_o(),
    .mon_verdict_o(), .mon_reason_o(), .mon_hit_o(), .mon_walk_o(), .mon_busy_o()
  );

  memory #(.IdWidth(6), .Echo(0)) tables (
    .clk(clk), .rst_n(rst_n), .arid(m_tbl_arid), .araddr(m_tbl_araddr), .arlen(m_tbl_arlen),
    .arburst(m_tbl_arburst), .arvalid(m_tbl_arvalid), .arready(m_tbl_arready), .rid(m_tbl_rid),
    .rdata(m_tbl_rdata), .rresp(m_tbl_rresp), .rlast(m_tbl_rlast), .rvalid(m_tbl_rvalid),
    .rready(m_tbl_rready), .awid(m_tbl_awid), .awaddr(m_tbl_awaddr), .awvalid(m_tbl_awvalid),
    .awready(m_tbl_awready), .wdata(m_tbl_wdata), .wstrb(m_tbl_wstrb), .wlast(m_tbl_wlast),
    .wvalid(m_tbl_wvalid), .wready(m_tbl_wready), .bid(m_tbl_bid), .bresp(m_tbl_bresp),
    .bvalid(m_tbl_bvalid), .bready(m_tbl_bready)
  );
  memory #(.IdWidth(4), .Echo(1)) data (
    .clk(clk), .rst_n(rst_n), .arid(m_dma_arid), .araddr(m_dma_araddr), .arlen(m_dma_arlen),
    .arburst(m_dma_arburst), .arvalid(m_dma_arvalid), .arready(m_dma_arready), .rid(m_dma_rid),
    .rdata(m_dma_rdata), .rresp(m_dma_rresp), .rlast(m_dma_rlast), .rvalid(m_dma_rvalid),
    .rready(m_dma_rready), .awid(m_dma_awid), .awaddr(m_dma_awaddr), .awvalid(m_dma_awvalid),
    .awready(m_dma_awready), .wdata(m_dma_wdata), .wstrb(m_dma_wstrb), .wlast(m_dma_wlast),
    .wvalid(m_dma_wvalid), .wready(m_dma_wready), .bid(m_dma_bid), .bresp(m_dma_bresp),
    .bvalid(m_dma_bvalid), .bready(m_dma_bready)
  );

  // Checks //

  integer failures = 0;

  task fail(input [8*40-1:0] what);
    begin
      $display("%0t: %0s", $time, what);
      failures = failures + 1;
      if (failures == 10) finish;
    end
  endtask
  task finish;
    begin
      if (failures == 0) $display("four-state: passed");
      else               $display("four-state: %0d failures", failures);
      $finish;
    end
  endtask

  always @(negedge clk) begin
    if (rst_n) begin
      if (^{s_reg_awready, s_reg_wready, s_reg_bvalid, s_reg_arready, s_reg_rvalid} === 1'bx)
        fail("s_reg: valid or ready is X");
      if (^{s_dma_awready, s_dma_wready, s_dma_bvalid, s_dma_arready, s_dma_rvalid} === 1'bx)
        fail("s_dma: valid or ready is X");
      if (^{m_dma_awvalid, m_dma_wvalid, m_dma_bready, m_dma_arvalid, m_dma_rready} === 1'bx)
        fail("m_dma: valid or ready is X");
      if (^{m_tbl_awvalid, m_tbl_wvalid, m_tbl_bready, m_tbl_arvalid, m_tbl_rready} === 1'bx)
        fail("m_tbl: valid or ready is X");
      if (s_reg_rvalid && ^{s_reg_rdata, s_reg_rresp} === 1'bx) fail("s_reg: R is X");
      if (s_reg_bvalid && ^s_reg_bresp === 1'bx) fail("s_reg: B is X");
      if (s_dma_rvalid && ^{s_dma_rid, s_dma_rdata, s_dma_rresp, s_dma_rlast} === 1'bx)
        fail("s_dma: R is X");
      if (s_dma_bvalid && ^{s_dma_bid, s_dma_bresp} === 1'bx) fail("s_dma: B is X");
      if (m_dma_arvalid && ^{m_dma_arid, m_dma_araddr, m_dma_arlen, m_dma_arsize, m_dma_arburst,
          m_dma_arlock, m_dma_arcache, m_dma_arprot, m_dma_arqos, m_dma_aruser} === 1'bx)
        fail("m_dma: AR is X");
      if (m_dma_awvalid && ^{m_dma_awid, m_dma_awaddr, m_dma_awlen, m_dma_awsize, m_dma_awburst,
          m_dma_awlock, m_dma_awcache, m_dma_awprot, m_dma_awqos, m_dma_awuser} === 1'bx)
        fail("m_dma: AW is X");
      if (m_dma_wvalid && ^{m_dma_wdata, m_dma_wstrb, m_dma_wlast} === 1'bx) fail("m_dma: W is X");
      if (m_tbl_arvalid && ^{m_tbl_arid, m_tbl_araddr, m_tbl_arlen, m_tbl_arsize, m_tbl_arburst,
          m_tbl_aruser} === 1'bx)
        fail("m_tbl: AR is X");
      if (m_tbl_awvalid && ^{m_tbl_awid, m_tbl_awaddr, m_tbl_awlen, m_tbl_awsize, m_tbl_awburst,
          m_tbl_awuser} === 1'bx)
        fail("m_tbl: AW is X");
      if (m_tbl_wvalid && ^{m_tbl_wdata, m_tbl_wstrb, m_tbl_wlast} === 1'bx) fail("m_tbl: W is X");
    end
  end
  initial begin
    #2000000 fail("no progress");
    finish;
  end

  integer lines = 0;
  always @(posedge clk) begin
    if (rst_n && m_tbl_arvalid && m_tbl_arready && m_tbl_arburst == 2'b10) lines = lines + 1;
  end

  // Registers: what is driven changes at the falling edge //

  task put(input [11:0] offset, input [63:0] value, input [7:0] strobes);
    begin
      {s_reg_awaddr, s_reg_wdata, s_reg_wstrb} = {offset, value, strobes};
      s_reg_awvalid = 1;
      s_reg_wvalid  = 1;
      while (s_reg_awvalid || s_reg_wvalid) begin : send
        reg aw, w;
        #1 aw = s_reg_awvalid && s_reg_awready;
        w = s_reg_wvalid && s_reg_wready;
        @(negedge clk);
        if (aw) {s_reg_awvalid, s_reg_awaddr} = {1'b0, 12'bx};
        if (w)  {s_reg_wvalid, s_reg_wdata, s_reg_wstrb} = {1'b0, 72'bx};
      end
      s_reg_bready = 1;
      while (!s_reg_bvalid) @(negedge clk);
      @(negedge clk) s_reg_bready = 0;
    end
  endtask
  task put32(input [11:0] offset, input [31:0] value);
    put(offset, {value, value}, offset[2] ? 8'hF0 : 8'h0F);
  endtask

  reg [63:0] got;
  task get(input [11:0] offset);
    begin
      s_reg_araddr  = offset;
      s_reg_arvalid = 1;
      #1 while (!s_reg_arready) @(negedge clk) #1;
      @(negedge clk) {s_reg_arvalid, s_reg_araddr} = {1'b0, 12'bx};
      s_reg_rready = 1;
      while (!s_reg_rvalid) @(negedge clk);
      got = offset[2] ? s_reg_rdata[63:32] : s_reg_rdata;
      @(negedge clk) s_reg_rready = 0;
    end
  endtask

  reg [31:0] level = 0;   // of GCMD
  task command(input integer bit_index, input stays);
    begin
      put32(12'h018, level | (32'd1 << bit_index));
      if (stays) level = level | (32'd1 << bit_index);
      got = 0;
      while (!got[bit_index]) get(12'h01C);
    end
  endtask

  // Memory and the queue //

  task store(input [63:0] at, input [127:0] value);
    begin : word
      reg [63:0] offset;
      offset = at - Root;
      tables.words[offset[15:4]] = value;
    end
  endtask
  function [51:0] frame(input integer page);
    frame = 52'h100000 + (page ^ 5);
  endfunction
  task map(input integer page, input [51:0] to);
    begin : entry
      reg [63:0] offset;
      offset = Table1 - Root + page * 8;
      tables.words[offset[15:4]][64*offset[3] +: 64] = {to, 12'h003};
    end
  endtask

  integer tail = 0;
  task queue(input [127:0] descriptor);
    begin
      store(Queue + 16 * tail, descriptor);
      tail = tail + 1;
    end
  endtask
  task invalidate(input [127:0] descriptor);   // and wait for its end
    begin
      store(Status, 0);
      queue(descriptor);
      queue({Status, 32'h600DF00D, 32'h00000025});
      put(12'h088, 16 * tail, 8'hFF);
      begin : waiting
        integer clocks;
        clocks = 0;
        while (tables.words[12'h900][31:0] !== 32'h600DF00D && clocks < 5000) begin
          @(negedge clk) clocks = clocks + 1;
        end
        if (clocks == 5000) fail("an invalidation does not end");
      end
    end
  endtask

  // The device: read data is the address that memory saw //

  integer    answered = 0, blocked = 0;
  reg [63:0] expected [0:15];
  reg [15:0] pending = 0;   // one read of an ID at a time
  always @(posedge clk) begin
    if (rst_n && s_dma_rvalid && s_dma_rready) begin
      if (s_dma_rresp == 2'b00 && s_dma_rdata[63:0] !== expected[s_dma_rid])
        fail("a read went elsewhere");
      if (s_dma_rresp != 2'b00) blocked = blocked + 1;
      expected[s_dma_rid] = expected[s_dma_rid] + 16;
      if (s_dma_rlast) begin
        answered = answered + 1;
        pending[s_dma_rid] = 0;
      end
    end
  end

  integer asked = 0;
  task ask(input integer page, input [51:0] to, input [7:0] beats);
    begin
      while (asked - answered >= 8 || pending[asked[3:0]]) @(negedge clk);
      s_dma_arid    = asked;
      pending[s_dma_arid] = 1;
      expected[s_dma_arid] = {to, 12'h040};
      s_dma_araddr  = page * 4096 + 64;
      s_dma_arlen   = beats - 1;
      s_dma_aruser  = Device;
      {s_dma_arsize, s_dma_arburst, s_dma_arlock, s_dma_arcache, s_dma_arprot, s_dma_arqos} =
          {3'd4, 2'b01, 1'b0, 4'd0, 3'd0, 4'd0};
      s_dma_arvalid = 1;
      #1 while (!s_dma_arready) @(negedge clk) #1;
      @(negedge clk) s_dma_arvalid = 0;
      {s_dma_arid, s_dma_araddr, s_dma_arlen, s_dma_aruser, s_dma_arsize, s_dma_arburst,
       s_dma_arlock, s_dma_arcache, s_dma_arprot, s_dma_arqos} = 141'bx;
      asked = asked + 1;
    end
  endtask
  task settle;
    begin
      while (asked != answered) @(negedge clk);
      repeat (300) @(negedge clk);   // what was read ahead has come
    end
  endtask

  reg [1:0] response;
  task write(input [63:0] address, input [2:0] size, input [15:0] strobes);
    begin
      s_dma_awaddr  = address;
      {s_dma_awid, s_dma_awlen, s_dma_awsize, s_dma_awburst, s_dma_awlock, s_dma_awcache} =
          {4'd9, 8'd0, size, 2'b01, 1'b0, 4'd0};
      {s_dma_awprot, s_dma_awqos, s_dma_awuser} = {3'd0, 4'd0, 32'd0, Device};
      {s_dma_wdata, s_dma_wstrb, s_dma_wlast} = {128'd0, strobes, 1'b1};
      s_dma_awvalid = 1;
      s_dma_wvalid  = 1;
      while (s_dma_awvalid || s_dma_wvalid) begin : send
        reg aw, w;
        #1 aw = s_dma_awvalid && s_dma_awready;
        w = s_dma_wvalid && s_dma_wready;
        @(negedge clk);
        if (aw) begin
          s_dma_awvalid = 0;
          {s_dma_awid, s_dma_awaddr, s_dma_awlen, s_dma_awsize, s_dma_awburst, s_dma_awlock,
           s_dma_awcache, s_dma_awprot, s_dma_awqos, s_dma_awuser} = 141'bx;
        end
        if (w) {s_dma_wvalid, s_dma_wdata, s_dma_wstrb, s_dma_wlast} = {1'b0, 145'bx};
      end
      s_dma_bready = 1;
      while (!s_dma_bvalid) @(negedge clk);
      response = s_dma_bresp;
      @(negedge clk) s_dma_bready = 0;
    end
  endtask

  // The test //

  integer i, before;
  initial begin
    for (i = 0; i < 4096; i = i + 1) tables.words[i] = 0;
    {s_reg_awvalid, s_reg_wvalid, s_reg_bready, s_reg_arvalid, s_reg_rready} = 0;
    {s_dma_awvalid, s_dma_wvalid, s_dma_bready, s_dma_arvalid} = 0;
    s_dma_rready = 1;
    store(Root, Contexts | 1);
    store(Contexts + 16 * Device, {64'h0000_0102, Table4 | 64'd1});   // domain 1, 48 bits
    store(Table4, Table3 | 3);
    store(Table3, Table2 | 3);
    store(Table2, {(Table1 + 64'h1000) | 64'd3, Table1 | 64'd3});
    for (i = 0; i < 1024; i = i + 1) if (i != Hole) map(i, frame(i));
    store(Entries + 16 * 3, 64'h0000_2A00_0055_0001);                 // APIC id 2Ah, vector 55h

    repeat (20) @(negedge clk);
    rst_n = 1;
    @(negedge clk) put(12'h020, Root, 8'hFF);
    command(30, 0);                                  // root table
    put(12'h090, Queue, 8'hFF);
    command(26, 1);                                  // queue
    invalidate(128'h11);                             // contexts
    invalidate(128'hD2);                             // IOTLB
    put(12'h0B8, Entries | 7, 8'hFF);
    command(24, 0);                                  // interrupt table
    invalidate(128'h04);                             // interrupt entries
    command(25, 1);                                  // interrupts
    command(31, 1);                                  // DMA

    // Misses one after another, then a stream: lines, several in flight.
    ask(0, frame(0), 1);
    settle;
    for (i = 1; i < 40; i = i + 1) ask(i, frame(i), 1 + i % 3);
    settle;
    if (lines == 0) fail("no line was read");
    // Hits, without any table read.
    before = tables.reads;
    for (i = 10; i < 14; i = i + 1) ask(i, frame(i), 2);
    settle;
    if (tables.reads != before) fail("a hit reads tables");
    // More pages of one set than it has ways: the last one must have taken a place.
    for (i = 0; i < 6; i = i + 1) begin
      ask(60 + 128 * i, frame(60 + 128 * i), 1);
      settle;
    end
    before = tables.reads;
    ask(700, frame(700), 1);
    settle;
    if (tables.reads != before) fail("a full set takes no page");

    write(7 * 4096 + 32, 3'd4, 16'hFFFF);
    if (response !== 2'b00 || data.last_at !== {frame(7), 12'h020}) fail("a write went elsewhere");

    // Another page behind the same address
    map(12, 52'h77777);
    invalidate({64'd12 << 12, 64'h0000_0000_0001_0032});
    ask(12, 52'h77777, 2);
    settle;

    // A fault, its record and its event
    put32(12'h03C, 32'h0000_1234);
    put32(12'h040, Event[31:0]);
    put32(12'h044, 32'h0);
    put32(12'h038, 32'h0);
    if (blocked != 0) fail("a read is blocked");
    ask(Hole, 52'h0, 1);
    settle;
    if (blocked != 1) fail("a read without a page is not blocked");
    get(12'h034);
    if (got[1] !== 1'b1) fail("FSTS.PPF is not set");
    get(12'h608);
    if (got[63] !== 1'b1 || got[39:32] !== 8'h06 || got[15:0] !== Device) fail("wrong record");
    if (tables.words[12'h901][31:0] !== 32'h1234) fail("no fault event");

    // An interrupt by its index
    before = data.writes;
    write(64'hFEE0_0010 | (3 << 5), 3'd2, 16'h000F);
    if (response !== 2'b00 || data.writes != before + 1) fail("an interrupt is lost");
    if (data.last_at !== 64'hFEE2_A000 || data.last_data[31:0] !== 32'h0000_4055
        || data.last_strobes !== 16'h000F) fail("an interrupt goes elsewhere");
    finish;
  end

endmodule
`default_nettype wire
