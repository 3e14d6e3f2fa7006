// SPDX-License-Identifier: Apache-2.0
// Refuses to elaborate an illegal combination of parameters, and says why.
`default_nettype none
module dmar_params #(
  parameter int unsigned VersionMajor    = 1,
  parameter int unsigned HostAddrWidth   = 46,
  parameter int unsigned GuestAddrWidth  = 48,
  parameter logic [4:0]  Sagaw           = 5'b00110,
  parameter logic [1:0]  SuperPages      = 2'b11,
  parameter int unsigned DomainIdCode    = 6,
  parameter int unsigned FaultRecords    = 8,
  parameter int unsigned MaxAddrMask     = 18,
  parameter bit          ProtectedLow    = 1'b0,
  parameter bit          ProtectedHigh   = 1'b0,
  parameter int unsigned ProtectedAlign  = 21,
  parameter bit          DeviceTlb       = 1'b0,
  parameter int unsigned IdWidth         = 4,
  parameter int unsigned ReadSlots       = 8,
  parameter int unsigned WriteSlots      = 8,
  parameter int unsigned ReadBufferBeats  = 512,
  parameter int unsigned WriteBufferBeats = 256,
  parameter int unsigned Walks           = 4,
  parameter int unsigned ContextSets = 16, parameter int unsigned ContextWays = 2,
  parameter int unsigned Iotlb4kSets = 32, parameter int unsigned Iotlb4kWays = 4,
  parameter int unsigned Iotlb2mSets = 8,  parameter int unsigned Iotlb2mWays = 2,
  parameter int unsigned Iotlb1gSets = 4,  parameter int unsigned Iotlb1gWays = 2,
  parameter int unsigned PagingCacheSets = 4, parameter int unsigned PagingCacheWays = 2,
  parameter bit          InterruptRemapping    = 1'b1,
  parameter bit          ExtendedInterruptMode = 1'b1,
  parameter int unsigned MaxInterruptMask      = 15,
  parameter int unsigned InterruptCacheSets = 16, parameter int unsigned InterruptCacheWays = 2
);

  function automatic bit power_of_two(input int unsigned x);
    power_of_two = (x != 0) && ((x & (x - 1)) == 0);
  endfunction

  // From 6 on there is no register-based invalidation. What 8 changes is not built.
  if (VersionMajor < 1 || VersionMajor > 7) begin : gen_version_major
    $error("VersionMajor must be 1 to 7");
  end
  if (ExtendedInterruptMode && !InterruptRemapping) begin : gen_extended_interrupt_mode
    $error("ExtendedInterruptMode needs InterruptRemapping");
  end
  if (MaxInterruptMask > (InterruptRemapping ? 15 : 0)) begin : gen_max_interrupt_mask
    $error("MaxInterruptMask must be 0 to 15, and 0 without InterruptRemapping");
  end
  if (!power_of_two(InterruptCacheSets) || InterruptCacheSets > 4096 || InterruptCacheWays < 1
      || InterruptCacheWays > 16) begin : gen_interrupt_cache
    $error("InterruptCacheSets must be a power of two up to 4096, InterruptCacheWays 1 to 16");
  end
  // Protected regions block all DMA, translated or not: that is how versions from 2 on behave.
  if ((ProtectedLow || ProtectedHigh) && VersionMajor < 2) begin : gen_version_protected
    $error("protected memory regions need VersionMajor of at least 2");
  end
  if (HostAddrWidth < 32 || HostAddrWidth > 52) begin : gen_host_addr_width
    $error("HostAddrWidth must be 32 to 52");
  end
  if (GuestAddrWidth < HostAddrWidth || GuestAddrWidth < 39 || GuestAddrWidth > 57) begin
    : gen_guest_addr_width
    $error("GuestAddrWidth must be at least HostAddrWidth, and 39 to 57");
  end
  if (Sagaw[4] || Sagaw[0] || Sagaw[3:1] == 3'b000) begin : gen_sagaw
    $error("Sagaw must name at least one of 39, 48 and 57 bits (bits 1 to 3), and nothing else");
  end
  if (Sagaw[3] && GuestAddrWidth < 49) begin : gen_sagaw_guest
    $error("57-bit tables (Sagaw bit 3) need GuestAddrWidth above 48");
  end
  if (SuperPages == 2'b10) begin : gen_super_pages
    $error("SuperPages must be 00, 01 or 11: 1 GiB pages come with 2 MiB pages");
  end
  if (DomainIdCode > 6) begin : gen_domain_id_code
    $error("DomainIdCode must be 0 to 6");
  end
  if (FaultRecords < 1 || FaultRecords > 160) begin : gen_fault_records
    $error("FaultRecords must be 1 to 160, so that the records end inside the register page");
  end
  if (MaxAddrMask > 52) begin : gen_max_addr_mask
    $error("MaxAddrMask must be 0 to 52, the bits of a page number");
  end
  if (ProtectedAlign < 12 || ProtectedAlign > 31) begin : gen_protected_align
    $error("ProtectedAlign must be 12 to 31");
  end
  if (DeviceTlb) begin : gen_device_tlb
    $error("DeviceTlb must be 0: translation requests are not built yet");
  end
  if (IdWidth < 1 || IdWidth > 16) begin : gen_id_width
    $error("IdWidth must be 1 to 16");
  end
  if (ReadSlots < 1 || WriteSlots < 1 || ReadSlots + WriteSlots > 256) begin : gen_slots
    $error("ReadSlots and WriteSlots must be at least 1, together at most 256");
  end
  if (!power_of_two(ReadBufferBeats) || ReadBufferBeats < 256) begin : gen_read_buffer
    $error("ReadBufferBeats must be a power of two of at least 256, the longest AXI burst");
  end
  if (!power_of_two(WriteBufferBeats) || WriteBufferBeats < 256) begin : gen_write_buffer
    $error("WriteBufferBeats must be a power of two of at least 256, the longest AXI burst");
  end
  if (Walks < 1 || Walks > 32) begin : gen_walks
    $error("Walks must be 1 to 32");
  end
  if (!power_of_two(ContextSets) || ContextSets > 256) begin : gen_context_sets
    $error("ContextSets must be a power of two, at most 256");
  end
  if (!power_of_two(Iotlb4kSets) || !power_of_two(Iotlb2mSets) || !power_of_two(Iotlb1gSets)
      || !power_of_two(PagingCacheSets) || Iotlb4kSets > 4096 || Iotlb2mSets > 4096
      || Iotlb1gSets > 4096 || PagingCacheSets > 4096) begin : gen_sets
    $error("sets of IOTLB and paging-structure caches must be powers of two, at most 4096");
  end
  if (ContextWays < 1 || Iotlb4kWays < 1 || Iotlb2mWays < 1 || Iotlb1gWays < 1
      || PagingCacheWays < 1 || ContextWays > 16 || Iotlb4kWays > 16 || Iotlb2mWays > 16
      || Iotlb1gWays > 16 || PagingCacheWays > 16) begin : gen_ways
    $error("every number of ways must be 1 to 16");
  end

endmodule
`default_nettype wire
