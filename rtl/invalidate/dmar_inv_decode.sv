// SPDX-License-Identifier: Apache-2.0
// From an invalidation descriptor to what it asks for, or to its error (VT-d 6.5.2). The upper half
// of a 256-bit descriptor is reserved in all of these types.
module dmar_inv_decode #(
  parameter int unsigned DomainIdCode  = 6,
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1,
  parameter bit          InterruptRemapping = 1'b1
) (
  input  logic [127:0]       descriptor_i,
  input  logic               upper_half_i,  // 256-bit descriptor: a bit of the upper half is set
  output logic               error_o,
  output logic [3:0]         cause_o,       // IQERCD.IQEI
  output logic               is_wait_o,     // else a flush
  output dmar_pkg::flush_t   flush_o,
  output logic               interrupt_o,   // wait: IF
  output logic               status_o,      // wait: SW
  output dmar_pkg::message_t status_write_o
);

  localparam logic [6:0]  TYPE_CONTEXT = 7'h01;
  localparam logic [6:0]  TYPE_IOTLB   = 7'h02;
  localparam logic [6:0]  TYPE_INTERRUPT = 7'h04;
  localparam logic [6:0]  TYPE_WAIT    = 7'h05;
  localparam logic [15:0] DOMAIN_MASK  = 16'(~({17{1'b1}} << (4 + 2 * DomainIdCode)));

  logic [6:0] kind;
  logic [1:0] granularity;
  logic [5:0] mask;
  logic       reserved;

  assign kind        = {descriptor_i[11:9], descriptor_i[3:0]};
  assign granularity = descriptor_i[5:4];
  assign mask        = descriptor_i[69:64];

  // Reserved bits, reserved granularities and masks that are too wide make a descriptor invalid.
  always_comb begin
    error_o  = 1'b1;
    cause_o  = dmar_pkg::IQEI_RESERVED;
    reserved = 1'b0;
    case (kind)
      TYPE_CONTEXT: begin
        reserved = (descriptor_i[8:6] != '0) || (descriptor_i[15:12] != '0)
            || (descriptor_i[127:50] != '0) || (granularity == dmar_pkg::GRANULARITY_NONE);
        error_o  = reserved || upper_half_i;
      end
      TYPE_IOTLB: begin
        reserved = descriptor_i[8] || (descriptor_i[15:12] != '0) || (descriptor_i[63:32] != '0)
            || (descriptor_i[75:71] != '0) || (granularity == dmar_pkg::GRANULARITY_NONE)
            || (granularity == dmar_pkg::GRANULARITY_NARROW
                && (!PageSelective || mask > 6'(MaxAddrMask)));
        error_o  = reserved || upper_half_i;
      end
      TYPE_INTERRUPT: begin
        reserved = (descriptor_i[8:5] != '0) || (descriptor_i[15:12] != '0)
            || (descriptor_i[26:16] != '0) || (descriptor_i[127:48] != '0);
        error_o  = reserved || upper_half_i || !InterruptRemapping;
        if (!InterruptRemapping) cause_o = dmar_pkg::IQEI_TYPE;
      end
      // Bit 7, page-request drain, is reserved without page requests.
      TYPE_WAIT: begin
        reserved = (descriptor_i[8:7] != '0) || (descriptor_i[31:12] != '0)
            || (descriptor_i[65:64] != '0);
        error_o  = reserved || upper_half_i;
      end
      default: cause_o = dmar_pkg::IQEI_TYPE;
    endcase
  end

  assign is_wait_o      = (kind == TYPE_WAIT);
  assign interrupt_o    = descriptor_i[4];
  assign status_o       = descriptor_i[5];
  assign status_write_o = {descriptor_i[127:66], 2'b00, descriptor_i[63:32]};

  always_comb begin
    flush_o             = '0;
    flush_o.all         = (granularity == dmar_pkg::GRANULARITY_GLOBAL);
    flush_o.by_domain   = (granularity != dmar_pkg::GRANULARITY_GLOBAL);
    flush_o.domain      = descriptor_i[31:16] & DOMAIN_MASK;
    flush_o.source_id   = descriptor_i[47:32];
    flush_o.source_mask = dmar_pkg::function_mask(descriptor_i[49:48]);
    flush_o.page        = descriptor_i[127:76];
    flush_o.page_mask   = dmar_pkg::address_mask(mask);
    if (kind == TYPE_INTERRUPT) begin
      flush_o.irte      = 1'b1;
      flush_o.all       = !descriptor_i[4];
      flush_o.by_page   = descriptor_i[4];
      flush_o.page      = {36'h0, descriptor_i[47:32]};
      flush_o.page_mask = {36'h0, dmar_pkg::index_mask(descriptor_i[31:27])};
    end else if (kind == TYPE_CONTEXT) begin
      flush_o.ctx       = 1'b1;
      flush_o.by_source = (granularity == dmar_pkg::GRANULARITY_NARROW);
    end else begin
      flush_o.iotlb     = 1'b1;
      flush_o.by_page   = (granularity == dmar_pkg::GRANULARITY_NARROW);
      // IH: only leaf entries changed, so the paging-structure caches may keep theirs.
      flush_o.paging    = !(flush_o.by_page && descriptor_i[70]);
    end
  end

endmodule
