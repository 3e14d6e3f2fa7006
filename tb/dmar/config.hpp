// SPDX-License-Identifier: Apache-2.0
// The architectural choices of one build. RTL parameters of the same meaning are named in comments.
#ifndef DMAR_CONFIG_HPP
#define DMAR_CONFIG_HPP

#include <cstdint>

namespace dmar {

struct Config {
  unsigned host_address_width = 46;   // HostAddrWidth: physical address bits (HAW), 32..52
  unsigned guest_address_width = 48;  // GuestAddrWidth: CAP.MGAW + 1, >= HAW
  unsigned sagaw = 0b00110;           // Sagaw: bit 1 39-bit, bit 2 48-bit, bit 3 57-bit tables
  unsigned super_pages = 0b11;        // SuperPages: bit 0 2 MiB, bit 1 1 GiB (CAP.SSLPS)
  unsigned domain_id_code = 6;        // DomainIdCode: CAP.ND, 0..6; domain ids have 4 + 2*ND bits
  unsigned fault_records = 8;         // FaultRecords: 1..160 (CAP.NFR + 1)
  unsigned max_address_mask = 18;     // MaxAddrMask: CAP.MAMV
  bool protected_low = false;         // ProtectedLow: CAP.PLMR
  bool protected_high = false;        // ProtectedHigh: CAP.PHMR
  unsigned protected_align = 21;      // ProtectedAlign: log2 of the granule of both regions, >= 12
  bool zero_length_read = true;       // ZeroLengthRead: CAP.ZLR
  bool page_selective = true;         // PageSelective: CAP.PSI
  bool pass_through = true;           // PassThrough: ECAP.PT
  bool snoop_control = true;          // SnoopControl: ECAP.SC
  bool coherent = true;               // Coherent: ECAP.C, table reads snoop
  bool device_tlb = false;            // DeviceTlb: ECAP.DT, translation requests of devices
  bool no_write_flag = false;         // NoWriteFlag: ECAP.NWFS, NW of a translation request counts
  bool collapse_faults = true;        // CollapseFaults: one record per source-id with F=1
  unsigned version_major = 1;         // VersionMajor: VER.MAX; from 6 on no register invalidation
  bool interrupt_remapping = true;    // InterruptRemapping: ECAP.IR
  bool extended_interrupt_mode = true;   // ExtendedInterruptMode: ECAP.EIM, 32-bit APIC ids
  unsigned max_interrupt_mask = 15;      // MaxInterruptMask: ECAP.MHMV, 0..15
  bool posted_interrupts = false;        // PostedInterrupts: CAP.PI
  bool abort_mode = false;               // AbortMode: ECAP.ADMS, TTM=11; brings 256-bit descriptors
  bool root_pointer_flush = false;       // RootPointerFlush: CAP.ESRTPS
  bool interrupt_pointer_flush = false;  // InterruptPointerFlush: CAP.ESIRTPS
  bool write_buffer_flush = false;       // WriteBufferFlush: CAP.RWBF, the WBF command

  friend bool operator==(const Config &, const Config &) = default;
};

}  // namespace dmar

#endif  // DMAR_CONFIG_HPP
