// SPDX-License-Identifier: Apache-2.0
// The memory of one AXI4 manager: one read and one write at a time. What it holds lies in 64 KiB at
// Base. With Echo it holds nothing: a read answers with its own address. A payload without a valid
// is X.
`default_nettype none
module memory #(
  parameter        IdWidth = 6,
  parameter [63:0] Base    = 64'h10000,
  parameter        Echo    = 0
) (
  input  wire               clk,
  input  wire               rst_n,
  input  wire [IdWidth-1:0] arid,
  input  wire [63:0]        araddr,
  input  wire [7:0]         arlen,
  input  wire [1:0]         arburst,
  input  wire               arvalid,
  output wire               arready,
  output wire [IdWidth-1:0] rid,
  output wire [127:0]       rdata,
  output wire [1:0]         rresp,
  output wire               rlast,
  output wire               rvalid,
  input  wire               rready,
  input  wire [IdWidth-1:0] awid,
  input  wire [63:0]        awaddr,
  input  wire               awvalid,
  output wire               awready,
  input  wire [127:0]       wdata,
  input  wire [15:0]        wstrb,
  input  wire               wlast,
  input  wire               wvalid,
  output wire               wready,
  output wire [IdWidth-1:0] bid,
  output wire [1:0]         bresp,
  output wire               bvalid,
  input  wire               bready
);

  reg [127:0] words [0:4095];
  integer     reads, i;

  // Reads. Every other clock takes nothing and gives nothing.
  reg               odd, reading;
  reg [IdWidth-1:0] read_id;
  reg [63:0]        read_at;
  reg [7:0]         read_left;
  reg               wraps;
  wire [63:0]       next_at = wraps ? {read_at[63:6], read_at[5:0] + 6'd16} : read_at + 64'd16;
  wire [63:0]       offset  = read_at - Base;

  assign arready = !reading && odd;
  assign rvalid  = reading && odd;
  assign rid     = rvalid ? read_id : {IdWidth{1'bx}};
  assign rdata   = !rvalid ? 128'bx : Echo ? {read_at, read_at} : words[offset[15:4]];
  assign rresp   = rvalid ? 2'b00 : 2'bxx;
  assign rlast   = rvalid ? (read_left == 0) : 1'bx;

  always @(posedge clk) begin
    if (!rst_n) begin
      odd     <= 0;
      reading <= 0;
      reads   <= 0;
    end else begin
      odd <= (rvalid && !rready) || !odd;
      if (arvalid && arready) begin
        reading   <= 1;
        reads     <= reads + 1;
        read_id   <= arid;
        read_at   <= araddr;
        read_left <= arlen;
        wraps     <= (arburst == 2'b10);
      end
      if (rvalid && rready) begin
        reading   <= (read_left != 0);
        read_left <= read_left - 1;
        read_at   <= next_at;
      end
    end
  end

  // Writes
  reg               addressed, answers;
  reg [IdWidth-1:0] write_id;
  reg [63:0]        write_at, last_at;
  reg [127:0]       last_data;
  reg [15:0]        last_strobes;
  integer           writes;
  wire [63:0]       write_offset = write_at - Base;

  assign awready = !addressed && !answers;
  assign wready  = addressed && !answers;
  assign bvalid  = answers;
  assign bid     = bvalid ? write_id : {IdWidth{1'bx}};
  assign bresp   = bvalid ? 2'b00 : 2'bxx;

  always @(posedge clk) begin
    if (!rst_n) begin
      addressed <= 0;
      answers   <= 0;
      writes    <= 0;
    end else begin
      if (awvalid && awready) begin
        addressed <= 1;
        write_id  <= awid;
        write_at  <= awaddr;
      end
      if (wvalid && wready) begin
        if (!Echo) begin
          for (i = 0; i < 16; i = i + 1) begin
            if (wstrb[i]) words[write_offset[15:4]][8*i +: 8] <= wdata[8*i +: 8];
          end
        end
        last_at      <= write_at;
        last_data    <= wdata;
        last_strobes <= wstrb;
        write_at     <= write_at + 64'd16;
        if (wlast) begin
          addressed <= 0;
          answers   <= 1;
          writes    <= writes + 1;
        end
      end
      if (bvalid && bready) answers <= 0;
    end
  end

endmodule
`default_nettype wire
