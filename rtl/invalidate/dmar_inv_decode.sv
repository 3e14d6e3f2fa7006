// SPDX-License-Identifier: Apache-2.0
// What an invalidation descriptor asks for, or its error (VT-d 6.5.2). The upper half of a 256-bit
// descriptor is reserved in all of these types.
`default_nettype none
module dmar_inv_decode #(
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          DeviceTlb     = 1'b0
) (
  input wire logic [127:0] descriptor_i,
  input wire logic         upper_half_i,  // 256-bit descriptor: a bit of the upper half is set
  output logic             error_o,
  output logic     [3:0]   cause_o,       // IQERCD.IQEI
  output logic     [2:0]   kind_o         // dmar_pkg::INV_*
);

  localparam logic [6:0] TYPE_CONTEXT   = 7'h01;
  localparam logic [6:0] TYPE_IOTLB     = 7'h02;
  localparam logic [6:0] TYPE_DEVICE    = 7'h03;
  localparam logic [6:0] TYPE_INTERRUPT = 7'h04;
  localparam logic [6:0] TYPE_WAIT      = 7'h05;

  logic [6:0] kind;
  logic [1:0] granularity;
  logic       unknown, reserved, address, low_reserved, source;

  assign kind        = {descriptor_i[11:9], descriptor_i[3:0]};
  assign granularity = descriptor_i[5:4];

  // Fields that are reserved in more than one type
  assign low_reserved = descriptor_i[8] || (descriptor_i[15:12] != '0);
  assign source       = (descriptor_i[47:32] != '0);
  assign address      = (descriptor_i[127:71] != '0) || (descriptor_i[70:64] != '0);

  // Reserved bits, reserved granularities and masks that are too wide make a descriptor invalid.
  always_comb begin
    unknown  = 1'b0;
    reserved = 1'b0;
    kind_o   = dmar_pkg::INV_CONTEXT;
    case (kind)
      TYPE_CONTEXT: begin
        reserved = (descriptor_i[7:6] != '0) || (descriptor_i[63:50] != '0) || address
            || (granularity == dmar_pkg::GRANULARITY_NONE);
      end
      TYPE_IOTLB: begin
        kind_o   = dmar_pkg::INV_IOTLB;
        reserved = (descriptor_i[63:50] != '0) || (descriptor_i[49:48] != '0) || source
            || (descriptor_i[75:71] != '0) || (granularity == dmar_pkg::GRANULARITY_NONE)
            || (granularity == dmar_pkg::GRANULARITY_NARROW
                && (!PageSelective || descriptor_i[69:64] > 6'(MaxAddrMask)));
      end
      TYPE_INTERRUPT: begin
        kind_o   = dmar_pkg::INV_INTERRUPT;
        reserved = (descriptor_i[7:5] != '0) || (descriptor_i[26:16] != '0)
            || (descriptor_i[63:50] != '0) || (descriptor_i[49:48] != '0) || address;
        unknown  = !InterruptRemapping;
      end
      // PFSID is reserved without ECAP.DIT.
      TYPE_DEVICE: begin
        kind_o   = DeviceTlb ? dmar_pkg::INV_DEVICE : dmar_pkg::INV_CONTEXT;
        reserved = (descriptor_i[7:4] != '0) || (descriptor_i[26:21] != '0)
            || (descriptor_i[31:27] != '0) || (descriptor_i[63:50] != '0)
            || (descriptor_i[49:48] != '0) || (descriptor_i[75:71] != '0)
            || (descriptor_i[70:65] != '0);
        unknown  = !DeviceTlb;
      end
      // Bit 7, page-request drain, is reserved without page requests.
      TYPE_WAIT: begin
        kind_o   = dmar_pkg::INV_WAIT;
        reserved = descriptor_i[7] || (descriptor_i[26:16] != '0)
            || (descriptor_i[31:27] != '0) || (descriptor_i[65:64] != '0);
      end
      default: unknown = 1'b1;
    endcase
  end

  assign error_o = unknown || reserved || low_reserved || upper_half_i;
  assign cause_o = unknown ? dmar_pkg::IQEI_TYPE : dmar_pkg::IQEI_RESERVED;

endmodule
`default_nettype wire
