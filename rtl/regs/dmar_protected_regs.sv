// SPDX-License-Identifier: Apache-2.0
// Base and limit registers of the protected memory regions (VT-d 11.4.9). Bits below the granule
// read 0; a region that the build does not have reads 0 throughout.
`default_nettype none
module dmar_protected_regs #(
  parameter bit          ProtectedLow   = 1'b0,
  parameter bit          ProtectedHigh  = 1'b0,
  parameter int unsigned ProtectedAlign = 21
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  output logic     [31:0]           low_base_o,
  output logic     [31:0]           low_limit_o,
  output logic     [63:0]           high_base_o,
  output logic     [63:0]           high_limit_o
);

  localparam logic [9:0] FIRST_WORD = 10'h01A;  // PLMBASE, 068h

  logic [31:0] low_mask;
  logic [63:0] high_mask;
  logic [9:0]  word;
  logic        write;

  assign low_mask  = ProtectedLow ? ({32{1'b1}} << ProtectedAlign) : 32'h0;
  assign high_mask = ProtectedHigh ? ({64{1'b1}} << ProtectedAlign) : 64'h0;
  assign word      = access_i.word - FIRST_WORD;
  assign write     = access_i.valid && access_i.write;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      low_base_o   <= '0;
      low_limit_o  <= '0;
      high_base_o  <= '0;
      high_limit_o <= '0;
    end else if (write) begin
      case (word)
        10'd0:   low_base_o          <= access_i.data & low_mask;
        10'd1:   low_limit_o         <= access_i.data & low_mask;
        10'd2:   high_base_o[31:0]   <= access_i.data & high_mask[31:0];
        10'd3:   high_base_o[63:32]  <= access_i.data & high_mask[63:32];
        10'd4:   high_limit_o[31:0]  <= access_i.data & high_mask[31:0];
        10'd5:   high_limit_o[63:32] <= access_i.data & high_mask[63:32];
        default: ;
      endcase
    end
  end

  always_comb begin
    case (word)
      10'd0:   rdata_o = low_base_o;
      10'd1:   rdata_o = low_limit_o;
      10'd2:   rdata_o = high_base_o[31:0];
      10'd3:   rdata_o = high_base_o[63:32];
      10'd4:   rdata_o = high_limit_o[31:0];
      10'd5:   rdata_o = high_limit_o[63:32];
      default: rdata_o = '0;
    endcase
  end

endmodule
`default_nettype wire
