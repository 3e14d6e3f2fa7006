// SPDX-License-Identifier: Apache-2.0
// Table reads and the caches of the CPU (ECAP.C): a unit that does not snoop sees what software
// stored once it is written back, and may not keep more than that from before.
#include "bench/dirty_lines.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Coherence : public RtlScenario {};

// Row 22: tables changed in a dirty line. A coherent unit needs the invalidation alone; one without
// ECAP.C still reads the old entry, and the new one after write-back and invalidation.
TEST_P(Coherence, RealBug22_TablesInDirtyLines) {
  Domain domain = start_with_page();
  bench::DirtyLines lines(memory());
  unit().read_tables_through(
      [&](const bench::AddressBeat &burst, HostAddr address, std::span<std::uint8_t> out) {
        return lines.read(address, out, (burst.user & 1) != 0);
      });
  std::vector<HostAddr> words{tables().root_entry_address(kDevice),
                              tables().context_entry_address(kDevice)};
  for (unsigned level = 4; level >= 1; --level) {
    words.push_back(tables().entry_address(domain, kIova, level));
  }
  for (const HostAddr word : words) {
    SCOPED_TRACE(word);
    const std::uint64_t entry = memory().read64(word);
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    lines.make_dirty(word);
    memory().write64(word, 0);
    driver().invalidate_all();
    if (config().coherent) {
      EXPECT_EQ(unit().access(read_of(kIova)).status, Completion::Status::kBlocked);
    } else {
      EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    }
    lines.write_back(word);
    driver().invalidate_all();
    EXPECT_EQ(unit().access(read_of(kIova)).status, Completion::Status::kBlocked);
    memory().write64(word, entry);
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    driver().drain_faults();
  }
}

// The queue and its status writes snoop in every unit (VT-d 3.9): no write-back is needed.
TEST_P(Coherence, RealBug22_QueueInDirtyLines) {
  bench::DirtyLines lines(memory());
  unit().read_tables_through(
      [&](const bench::AddressBeat &burst, HostAddr address, std::span<std::uint8_t> out) {
        return lines.read(address, out, (burst.user & 1) != 0);
      });
  lines.make_dirty(Driver::kQueue);
  driver().enable_queue();
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

DMAR_RTL_SCENARIO(Coherence);

}  // namespace
}  // namespace dmar
