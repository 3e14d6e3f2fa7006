// SPDX-License-Identifier: Apache-2.0
// The fixture of posted interrupts: descriptors in memory, entries that name them, and what one
// interrupt makes of a descriptor.
#ifndef DMAR_TESTS_SCENARIO_POSTED_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_POSTED_SCENARIO_HPP

#include <array>
#include <vector>

#include "tables/posted_descriptor.hpp"
#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {

class PostedScenario : public InterruptScenario {
 protected:
  static constexpr HostAddr kDescriptor{0x12'3456'7FC0};
  static constexpr std::uint64_t kOn = PostedDescriptor::kOn;
  static constexpr std::uint64_t kSn = PostedDescriptor::kSn;
  // NV F2h to APIC id 3, in either form of NDST.
  static constexpr std::uint64_t kControl = PostedDescriptor::notify(0xF2, 3);
  static constexpr Message kNotification{.address = 0xFEE0'3000, .data = 0x40F2};

  [[nodiscard]] PostedDescriptor descriptor(HostAddr address = kDescriptor) {
    return {memory(), address};
  }
  // The index of a new entry that posts to kDescriptor.
  unsigned post_to(PostedEntry entry) {
    if (entry.descriptor == HostAddr(0)) entry.descriptor = kDescriptor;
    const unsigned index = fresh_index();
    table().set_raw(index, entry.lo(), entry.hi());
    return index;
  }
  std::vector<Message> notifications() {
    unit().settle();
    return unit().take_messages();
  }
};

}  // namespace dmar

// Runs a suite where interrupts can be posted.
#define DMAR_POSTED_SCENARIO(suite) \
  DMAR_SCENARIO_WITH(               \
      suite, +[](const ::dmar::Config &config) { return config.posted_interrupts; })

#endif  // DMAR_TESTS_SCENARIO_POSTED_SCENARIO_HPP
