// SPDX-License-Identifier: Apache-2.0
// The fixture of tests of posted interrupts that need the clock: a table whose entries post to one
// descriptor, the descriptor as software sees it, and the moments at which memory answers.
#ifndef DMAR_TESTS_SCENARIO_RTL_POSTING_HPP
#define DMAR_TESTS_SCENARIO_RTL_POSTING_HPP

#include <array>
#include <bitset>
#include <functional>
#include <optional>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {

// Control of a posted descriptor (VT-d 9.11): the low half of its third beat.
struct PostedControl {
  bool outstanding = false;       // ON
  bool suppressed = false;        // SN
  unsigned vector = 0xA7;         // NV
  std::uint32_t destination = 0;  // NDST as it stands in bits 319:288

  [[nodiscard]] constexpr std::uint64_t word() const {
    return std::uint64_t{outstanding} | std::uint64_t{suppressed} << 1 |
           std::uint64_t{vector & 0xFF} << 16 | std::uint64_t{destination} << 32;
  }
};

class RtlPosting : public RtlScenario {
 protected:
  static constexpr std::uint64_t kDescriptor = 0x5000'0040;
  static constexpr std::uint64_t kControl = kDescriptor + 32;
  static constexpr unsigned kUrgent = 0x100;  // added to the vector: the entry with URG
  static constexpr PostedControl kIdle{.destination = 0x0600};
  static constexpr Message kNotification{0xFEE0'6000, 0x40A7};  // of kIdle
  // What memory is asked for a posting that notifies, in this order.
  struct Step {
    std::uint8_t id;
    bool write;
  };
  static constexpr std::array kSteps{Step{bench::kPostingId, false}, Step{bench::kPostingId, true},
                                     Step{bench::kNotificationId, true}};

  // Remapping on, and for each vector an entry of that index, which posts it; FPD if wanted.
  void start(bool fpd = false, std::uint64_t descriptor = kDescriptor) {
    driver().enable_queue();
    for (unsigned index = 0; index < 512; ++index) set_entry(index, descriptor, fpd);
    driver().set_interrupt_table(table().base(), table().size_exponent());
    driver().enable_interrupt_remapping();
    set_descriptor(kIdle);
    unit().observe_table_accesses([this](const bench::AxiAccess &access) { note(access); });
  }
  InterruptTable table() { return {memory(), HostAddr(0x3000'0000), 8}; }
  void set_entry(unsigned index, std::uint64_t descriptor, bool fpd = false) {
    const std::uint64_t urgent = index / kUrgent;
    table().set_raw(index,
                    1 | std::uint64_t{fpd} << 1 | urgent << 14 | 1U << 15 |
                        std::uint64_t{index & 0xFF} << 16 | (descriptor & 0xFFFF'FFC0) << 32,
                    descriptor >> 32 << 32);
  }
  void set_descriptor(const PostedControl &control, std::uint64_t at = kDescriptor) {
    for (unsigned word = 0; word < 8; ++word) memory().write64(HostAddr(at + 8 * word), 0);
    memory().write64(HostAddr(at + 32), control.word());
  }
  [[nodiscard]] std::uint64_t requests(unsigned word) {
    return memory().read64(HostAddr(kDescriptor + 8 * word));
  }
  [[nodiscard]] bool requested(unsigned vector) {
    return ((requests(vector / 64) >> (vector % 64)) & 1) != 0;
  }
  [[nodiscard]] std::uint64_t control() { return memory().read64(HostAddr(kControl)); }
  // What an atomic exchange of a CPU returns.
  std::uint64_t exchange(std::uint64_t address, std::uint64_t value) {
    const std::uint64_t old = memory().read64(HostAddr(address));
    memory().write64(HostAddr(address), value);
    return old;
  }

  bench::RtlIommu::Handle post(unsigned index, SourceId source_id = kDevice,
                               std::optional<std::uint8_t> id = std::nullopt) {
    const Request request = interrupt_of(remappable_message(index), source_id);
    return unit().submit(request, message_bytes(request), id);
  }
  Completion wait(bench::RtlIommu::Handle handle) { return unit().wait(handle).completion; }
  Completion send(unsigned index, SourceId source_id = kDevice) {
    return wait(post(index, source_id));
  }

  // Answers at m_tbl of this ID, to reads or to writes, wait until release().
  void hold_table(std::uint8_t id, bool writes) {
    unit().hold_table_answers([id, writes](const bench::AddressBeat &burst, bool write) {
      return burst.id == id && write == writes;
    });
  }

  // Accesses of postings and notifications so far, in the order in which memory performed them.
  std::vector<bench::AxiAccess> accesses;
  [[nodiscard]] unsigned count(std::uint8_t id, bool write) const {
    unsigned number = 0;
    for (const bench::AxiAccess &access : accesses) {
      if (access.address.id == id && access.write == write) ++number;
    }
    return number;
  }
  // Updates that somebody else came before.
  [[nodiscard]] unsigned refused_updates() const {
    unsigned number = 0;
    for (const bench::AxiAccess &access : accesses) {
      if (access.write && access.address.id == bench::kPostingId && !access.exclusive) ++number;
    }
    return number;
  }

  // One record of this fault, with the index, and nothing else; it is cleared.
  void expect_record(FaultReason reason, unsigned index, SourceId source_id = kDevice) {
    const std::vector<FaultEntry> faults = driver().drain_faults();
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].reason(), reason);
    EXPECT_EQ(faults[0].source_id(), source_id);
    EXPECT_EQ(faults[0].lo, std::uint64_t{index} << 48);
  }

 private:
  void note(const bench::AxiAccess &access) {
    if (access.address.id >= bench::kPostingId) accesses.push_back(access);
  }
};

constexpr bool posts_interrupts(const Config &config) { return config.posted_interrupts; }

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_RTL_POSTING_HPP
