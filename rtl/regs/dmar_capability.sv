// SPDX-License-Identifier: Apache-2.0
// VER, CAP and ECAP, computed from the parameters: a build reports what it has (VT-d 11.4.1-3).
`default_nettype none
`include "dmar_parameters.svh"

module dmar_capability #(
  `DMAR_CAPABILITY_PARAMETERS
) (
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o
);

  localparam logic [31:0] VER = {24'h0, 4'(VersionMajor), 4'h0};

  logic [63:0] cap, ecap;

  always_comb begin
    cap        = '0;
    cap[2:0]   = 3'(DomainIdCode);
    cap[4]     = WriteBufferFlush;
    cap[5]     = ProtectedLow;
    cap[6]     = ProtectedHigh;
    cap[12:8]  = Sagaw;
    cap[21:16] = 6'(GuestAddrWidth - 1);
    cap[22]    = ZeroLengthRead;
    cap[33:24] = 10'h060;                // FRCD[0] at 600h
    cap[35:34] = SuperPages;
    cap[39]    = PageSelective;
    cap[47:40] = 8'(FaultRecords - 1);
    cap[53:48] = PageSelective ? 6'(MaxAddrMask) : 6'd0;
    cap[54]    = 1'b1;                   // DWD, DRD: every invalidation drains
    cap[55]    = 1'b1;
    cap[59]    = PostedInterrupts;
    cap[62]    = InterruptPointerFlush;
    cap[63]    = RootPointerFlush;

    ecap       = '0;
    ecap[0]    = Coherent;
    ecap[1]    = 1'b1;                   // QI
    ecap[2]    = DeviceTlb;
    ecap[3]    = InterruptRemapping;
    ecap[4]    = ExtendedInterruptMode;
    ecap[6]    = PassThrough;
    ecap[7]    = SnoopControl;
    ecap[17:8] = 10'h050;                // IVA, IOTLB at 500h
    ecap[23:20] = 4'(MaxInterruptMask);
    ecap[33]   = NoWriteFlag;
    // From version 6 on SAGAW would be 0 without SSTS.
    ecap[46]   = (VersionMajor >= 6);
    ecap[52]   = AbortMode;
  end

  always_comb begin
    case (access_i.word)
      10'h000: rdata_o = VER;
      10'h002: rdata_o = cap[31:0];
      10'h003: rdata_o = cap[63:32];
      10'h004: rdata_o = ecap[31:0];
      10'h005: rdata_o = ecap[63:32];
      default: rdata_o = '0;
    endcase
  end

  logic unused;
  assign unused = ^{access_i.valid, access_i.write, access_i.data};

endmodule
`default_nettype wire
