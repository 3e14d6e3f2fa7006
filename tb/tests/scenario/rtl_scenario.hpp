// SPDX-License-Identifier: Apache-2.0
// The fixture of tests that need the clock: a Verilated model, its memory, tables and driver, and
// control over the moments at which memory answers.
#ifndef DMAR_TESTS_SCENARIO_RTL_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_RTL_SCENARIO_HPP

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/registry.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {

class RtlScenario : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr SourceId kNeighbour = bdf(0, 5, 1);
  static constexpr Iova kIova{0x0012'3456'7000};
  static constexpr std::uint64_t kData = 0x4000'0000;
  static constexpr std::uint64_t kMoreData = 0x8000'0000;
  static constexpr std::uint64_t kPage = 4096;

  RtlScenario() { make({}); }

  // A unit out of reset; what was there before is gone. The seed of the run is put in.
  void make(bench::RtlOptions options);

  [[nodiscard]] bench::RtlIommu &unit() { return *unit_; }
  [[nodiscard]] Memory &memory() { return unit_->memory(); }
  [[nodiscard]] TableBuilder &tables() { return *tables_; }
  [[nodiscard]] Driver &driver() { return *driver_; }
  [[nodiscard]] const Config &config() const { return unit_->config(); }

  // Resets the unit alone (RtlIommu::reset_unit()); a driver that knows nothing of before.
  void reset_unit();

  // An RTL parameter of the model, among them sizes that Config does not know.
  [[nodiscard]] static unsigned parameter(const std::string &name);
  [[nodiscard]] static unsigned walks() { return parameter("Walks"); }
  [[nodiscard]] static unsigned slots() { return parameter("ReadSlots"); }
  // Places of the cache whose parameters begin with `cache`: "Iotlb4k", "Context" ...
  [[nodiscard]] static unsigned places(const std::string &cache) {
    return parameter(cache + "Sets") * parameter(cache + "Ways");
  }
  // Pages that it holds, for `cache` "Iotlb4k", "Iotlb2m" or "Iotlb1g".
  [[nodiscard]] static unsigned reach(const std::string &cache) {
    return places(cache) * (cache == "Iotlb1g" ? 1 : parameter(cache + "Pages"));
  }

  // Bytes between addresses that no cache of upper tables has in common: they differ in the index
  // of the fourth table, or of the third where no more than 39 bits are allowed.
  [[nodiscard]] std::uint64_t far_apart() const {
    return config().guest_address_width > 39 ? 0x80'0000'0000 : 0x4000'0000;
  }

  // kDevice in domain 1, which maps kIova to kData, and translation on.
  Domain start_with_page();
  static Request read_of(Iova address, std::uint32_t bytes = 16, SourceId source_id = kDevice) {
    return {.source_id = source_id, .address = address, .kind = AccessKind::kRead, .bytes = bytes};
  }
  static Request write_of(Iova address, std::uint32_t bytes = 16, SourceId source_id = kDevice) {
    return {.source_id = source_id, .address = address, .kind = AccessKind::kWrite, .bytes = bytes};
  }

  // Holds the answer to each table read of a walk that covers `word`, until release().
  void hold_walk_at(HostAddr word);
  // Holds the answers of m_dma: reads, writes or both.
  void hold_dma(bool reads, bool writes);
  void release();
  // Table reads of `word` by walks so far, once hold_walk_at() was called.
  [[nodiscard]] unsigned held_reads() const { return held_reads_; }

  // Starts a global IOTLB invalidation through the registers, or with a wait through the queue, and
  // tells whether it is complete. Where registers invalidate nothing it is the queue always.
  void begin_invalidation(bool queue);
  bool invalidation_complete();
  void finish_invalidation();

 private:
  ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                GetParam() + ", seed " + std::to_string(scenario_seed())};
  std::unique_ptr<bench::RtlIommu> unit_;
  std::unique_ptr<TableBuilder> tables_;
  std::unique_ptr<Driver> driver_;
  std::optional<std::uint32_t> ticket_;
  unsigned held_reads_ = 0;
};

// Names of the models, or of those whose configuration satisfies `wanted`.
std::vector<std::string> rtl_names_with(bool (*wanted)(const Config &));

}  // namespace dmar

#define DMAR_RTL_SCENARIO_WITH(suite, wanted)                                              \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                    \
  INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::ValuesIn(::dmar::rtl_names_with(wanted)), \
                           [](const auto &info) { return "Rtl_" + info.param; })
#define DMAR_RTL_SCENARIO(suite) DMAR_RTL_SCENARIO_WITH(suite, nullptr)

#endif  // DMAR_TESTS_SCENARIO_RTL_SCENARIO_HPP
