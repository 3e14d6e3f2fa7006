// SPDX-License-Identifier: Apache-2.0
// Refuses to elaborate an illegal set of parameters, and says why. Written by `make docs`
// from rtl/parameters.json; do not edit.
`default_nettype none
module dmar_params #(
  parameter int unsigned VersionMajor          = 1,
  parameter int unsigned HostAddrWidth         = 46,
  parameter int unsigned GuestAddrWidth        = 48,
  parameter logic [4:0]  Sagaw                 = 5'b00110,
  parameter logic [1:0]  SuperPages            = 2'b11,
  parameter int unsigned DomainIdCode          = 6,
  parameter int unsigned FaultRecords          = 8,
  parameter int unsigned MaxAddrMask           = 18,
  parameter bit          ProtectedLow          = 1'b0,
  parameter bit          ProtectedHigh         = 1'b0,
  parameter int unsigned ProtectedAlign        = 21,
  parameter bit          DeviceTlb             = 1'b0,
  parameter bit          NoWriteFlag           = 1'b0,
  parameter int unsigned DeviceTlbTimeout      = 268435456,
  parameter bit          InterruptRemapping    = 1'b1,
  parameter bit          ExtendedInterruptMode = 1'b1,
  parameter int unsigned MaxInterruptMask      = 15,
  parameter bit          PostedInterrupts      = 1'b0,
  parameter int unsigned IdWidth               = 4,
  parameter int unsigned ReadSlots             = 8,
  parameter int unsigned WriteSlots            = 8,
  parameter int unsigned ReadBufferBeats       = 512,
  parameter int unsigned WriteBufferBeats      = 256,
  parameter int unsigned Tags                  = 32,
  parameter int unsigned Port0Tags             = 16,
  parameter int unsigned DrainLatency          = 2,
  parameter int unsigned Lanes                 = 2,
  parameter bit          LeafLines             = 1'b1,
  parameter int unsigned PrefetchLines         = 8,
  parameter int unsigned QueueAhead            = 8,
  parameter int unsigned Walks                 = 16,
  parameter int unsigned ContextSets           = 32,
  parameter int unsigned ContextWays           = 2,
  parameter int unsigned Iotlb4kSets           = 64,
  parameter int unsigned Iotlb4kWays           = 4,
  parameter int unsigned Iotlb4kPages          = 8,
  parameter int unsigned Iotlb2mSets           = 32,
  parameter int unsigned Iotlb2mWays           = 2,
  parameter int unsigned Iotlb2mPages          = 8,
  parameter int unsigned Iotlb1gSets           = 16,
  parameter int unsigned Iotlb1gWays           = 1,
  parameter int unsigned DomainGuesses         = 256,
  parameter int unsigned PagingCacheSets       = 16,
  parameter int unsigned PagingCacheWays       = 2,
  parameter int unsigned InterruptCacheSets    = 16,
  parameter int unsigned InterruptCacheWays    = 2,
  parameter logic [3:0]  SnoopCache            = 4'b0010,
  parameter bit          TableAtomics          = 1'b0
);

  function automatic bit power_of_two(input int unsigned x);
    power_of_two = (x != 0) && ((x & (x - 1)) == 0);
  endfunction

  if (VersionMajor < 1 || VersionMajor > 7) begin : gen_version_major
    $error("VersionMajor must be 1 to 7");
  end
  if (HostAddrWidth < 32 || HostAddrWidth > 52) begin : gen_host_addr_width
    $error("HostAddrWidth must be 32 to 52");
  end
  if (GuestAddrWidth < 39 || GuestAddrWidth > 57) begin : gen_guest_addr_width
    $error("GuestAddrWidth must be 39 to 57");
  end
  if (Sagaw != 5'b00010 && Sagaw != 5'b00100 && Sagaw != 5'b00110 && Sagaw != 5'b01000
      && Sagaw != 5'b01010 && Sagaw != 5'b01100 && Sagaw != 5'b01110) begin : gen_sagaw
    $error("Sagaw must be one or more of bits 1 to 3 and no other");
  end
  if (SuperPages != 2'b00 && SuperPages != 2'b01 && SuperPages != 2'b11) begin : gen_super_pages
    $error("SuperPages must be 00, 01 or 11");
  end
  if (DomainIdCode > 6) begin : gen_domain_id_code
    $error("DomainIdCode must be 0 to 6");
  end
  if (FaultRecords < 1 || FaultRecords > 160) begin : gen_fault_records
    $error("FaultRecords must be 1 to 160");
  end
  if (MaxAddrMask > 52) begin : gen_max_addr_mask
    $error("MaxAddrMask must be 0 to 52");
  end
  if (ProtectedAlign < 12 || ProtectedAlign > 31) begin : gen_protected_align
    $error("ProtectedAlign must be 12 to 31");
  end
  if (DeviceTlbTimeout < 64 || DeviceTlbTimeout > 2147483646) begin : gen_device_tlb_timeout
    $error("DeviceTlbTimeout must be 64 to 2147483646");
  end
  if (MaxInterruptMask > 15) begin : gen_max_interrupt_mask
    $error("MaxInterruptMask must be 0 to 15");
  end
  if (IdWidth < 1 || IdWidth > 16) begin : gen_id_width
    $error("IdWidth must be 1 to 16");
  end
  if (ReadSlots < 1 || ReadSlots > 255) begin : gen_read_slots
    $error("ReadSlots must be 1 to 255");
  end
  if (WriteSlots < 1 || WriteSlots > 255) begin : gen_write_slots
    $error("WriteSlots must be 1 to 255");
  end
  if (ReadBufferBeats < 256 || ReadBufferBeats > 65536 || !power_of_two(ReadBufferBeats))
      begin : gen_read_buffer_beats
    $error("ReadBufferBeats must be a power of two from 256 to 65536");
  end
  if (WriteBufferBeats < 256 || WriteBufferBeats > 65536 || !power_of_two(WriteBufferBeats))
      begin : gen_write_buffer_beats
    $error("WriteBufferBeats must be a power of two from 256 to 65536");
  end
  if (Tags < 1 || Tags > 256) begin : gen_tags
    $error("Tags must be 1 to 256");
  end
  if (Port0Tags < 1 || Port0Tags > 256) begin : gen_port0_tags
    $error("Port0Tags must be 1 to 256");
  end
  if (DrainLatency < 1 || DrainLatency > 16) begin : gen_drain_latency
    $error("DrainLatency must be 1 to 16");
  end
  if (Lanes != 1 && Lanes != 2) begin : gen_lanes
    $error("Lanes must be 1 or 2");
  end
  if (PrefetchLines > 63) begin : gen_prefetch_lines
    $error("PrefetchLines must be 0 to 63");
  end
  if (QueueAhead != 0 && QueueAhead != 1 && QueueAhead != 2 && QueueAhead != 4 && QueueAhead != 8
      && QueueAhead != 16 && QueueAhead != 32 && QueueAhead != 64 && QueueAhead != 128)
      begin : gen_queue_ahead
    $error("QueueAhead must be 0 or a power of two up to 128");
  end
  if (Walks < 1 || Walks > 32) begin : gen_walks
    $error("Walks must be 1 to 32");
  end
  if (ContextSets < 1 || ContextSets > 256 || !power_of_two(ContextSets)) begin : gen_context_sets
    $error("ContextSets must be a power of two from 1 to 256");
  end
  if (ContextWays < 1 || ContextWays > 16) begin : gen_context_ways
    $error("ContextWays must be 1 to 16");
  end
  if (Iotlb4kSets < 1 || Iotlb4kSets > 4096 || !power_of_two(Iotlb4kSets)) begin : gen_iotlb4k_sets
    $error("Iotlb4kSets must be a power of two from 1 to 4096");
  end
  if (Iotlb4kWays < 1 || Iotlb4kWays > 16) begin : gen_iotlb4k_ways
    $error("Iotlb4kWays must be 1 to 16");
  end
  if (Iotlb4kPages != 1 && Iotlb4kPages != 8) begin : gen_iotlb4k_pages
    $error("Iotlb4kPages must be 1 or 8");
  end
  if (Iotlb2mSets < 1 || Iotlb2mSets > 4096 || !power_of_two(Iotlb2mSets)) begin : gen_iotlb2m_sets
    $error("Iotlb2mSets must be a power of two from 1 to 4096");
  end
  if (Iotlb2mWays < 1 || Iotlb2mWays > 16) begin : gen_iotlb2m_ways
    $error("Iotlb2mWays must be 1 to 16");
  end
  if (Iotlb2mPages != 1 && Iotlb2mPages != 8) begin : gen_iotlb2m_pages
    $error("Iotlb2mPages must be 1 or 8");
  end
  if (Iotlb1gSets < 1 || Iotlb1gSets > 4096 || !power_of_two(Iotlb1gSets)) begin : gen_iotlb1g_sets
    $error("Iotlb1gSets must be a power of two from 1 to 4096");
  end
  if (Iotlb1gWays < 1 || Iotlb1gWays > 16) begin : gen_iotlb1g_ways
    $error("Iotlb1gWays must be 1 to 16");
  end
  if (DomainGuesses != 0 && DomainGuesses != 16 && DomainGuesses != 32 && DomainGuesses != 64
      && DomainGuesses != 128 && DomainGuesses != 256) begin : gen_domain_guesses
    $error("DomainGuesses must be 0, 16, 32, 64, 128 or 256");
  end
  if (PagingCacheSets < 1 || PagingCacheSets > 4096 || !power_of_two(PagingCacheSets))
      begin : gen_paging_cache_sets
    $error("PagingCacheSets must be a power of two from 1 to 4096");
  end
  if (PagingCacheWays < 1 || PagingCacheWays > 16) begin : gen_paging_cache_ways
    $error("PagingCacheWays must be 1 to 16");
  end
  if (InterruptCacheSets < 1 || InterruptCacheSets > 4096 || !power_of_two(InterruptCacheSets))
      begin : gen_interrupt_cache_sets
    $error("InterruptCacheSets must be a power of two from 1 to 4096");
  end
  if (InterruptCacheWays < 1 || InterruptCacheWays > 16) begin : gen_interrupt_cache_ways
    $error("InterruptCacheWays must be 1 to 16");
  end
  if (SnoopCache != 4'b0010 && SnoopCache != 4'b1111) begin : gen_snoop_cache
    $error("SnoopCache must be 0010 or 1111");
  end
  if (!(VersionMajor >= 2 || !(ProtectedLow || ProtectedHigh))) begin : gen_rule_0
    $error("protected memory regions need VersionMajor of at least 2");
  end
  if (!(GuestAddrWidth >= HostAddrWidth)) begin : gen_rule_1
    $error("GuestAddrWidth must be at least HostAddrWidth");
  end
  if (!(GuestAddrWidth > 48 || Sagaw < 8)) begin : gen_rule_2
    $error("57-bit tables (Sagaw bit 3) need GuestAddrWidth above 48");
  end
  if (!(InterruptRemapping || !ExtendedInterruptMode)) begin : gen_rule_3
    $error("ExtendedInterruptMode needs InterruptRemapping");
  end
  if (!(InterruptRemapping || MaxInterruptMask == 0)) begin : gen_rule_4
    $error("MaxInterruptMask must be 0 without InterruptRemapping");
  end
  if (!(!PostedInterrupts || (InterruptRemapping && TableAtomics))) begin : gen_rule_5
    $error("PostedInterrupts needs InterruptRemapping and TableAtomics");
  end
  if (!(DeviceTlb || !NoWriteFlag)) begin : gen_rule_6
    $error("NoWriteFlag needs DeviceTlb");
  end
  if (!(ReadSlots + WriteSlots <= 256)) begin : gen_rule_7
    $error("ReadSlots and WriteSlots must be together at most 256");
  end
  if (!(Lanes == 1 || Port0Tags < Tags)) begin : gen_rule_8
    $error("two Lanes need a tag of each port: Port0Tags must be below Tags");
  end
  if (!(Port0Tags <= Tags)) begin : gen_rule_9
    $error("Port0Tags must be at most Tags");
  end
  if (!(LeafLines || PrefetchLines == 0)) begin : gen_rule_10
    $error("PrefetchLines needs LeafLines");
  end
  if (!(SuperPages < 2 || $clog2(Iotlb1gSets) < GuestAddrWidth - 30)) begin : gen_rule_11
    $error("Iotlb1gSets must be less than 2^(GuestAddrWidth - 30), the number of 1 GiB pages");
  end

endmodule
`default_nettype wire
