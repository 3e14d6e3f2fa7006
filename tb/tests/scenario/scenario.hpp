// SPDX-License-Identifier: Apache-2.0
// The fixture of the corpus: a unit, its memory, tables and driver, and verbs. Test bodies contain
// no clock, so that they run on the golden model and on the RTL alike.
#ifndef DMAR_TESTS_SCENARIO_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_SCENARIO_HPP

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "dmar/structures.hpp"
#include "driver/driver.hpp"
#include "tables/table_builder.hpp"
#include "tests/scenario/backend.hpp"

namespace dmar {

void PrintTo(const Completion &completion, std::ostream *out);
void PrintTo(const FaultEntry &entry, std::ostream *out);
void PrintTo(const Message &message, std::ostream *out);
void PrintTo(FaultReason reason, std::ostream *out);

// Done, at this address behind the unit.
MATCHER_P(Reaches, address, "reaches memory at " + ::testing::PrintToString(address)) {
  return arg.status == Completion::Status::kOkay && arg.address == HostAddr(address);
}
// Blocked with this fault condition.
MATCHER_P(Faults, reason, "is blocked with reason " + ::testing::PrintToString(reason)) {
  return arg.status == Completion::Status::kBlocked && arg.reason == reason && !arg.address;
}
// Ended with a completer abort for this fault condition.
MATCHER_P(Aborts, reason, "is aborted with reason " + ::testing::PrintToString(reason)) {
  return arg.status == Completion::Status::kAborted && arg.reason == reason && !arg.address;
}
// Blocked without a fault condition.
MATCHER(IsRefused, "is blocked without a fault") {
  return arg.status == Completion::Status::kBlocked && arg.reason == FaultReason::kNone &&
         !arg.address;
}
MATCHER(IsOkay, "is done") { return arg.status == Completion::Status::kOkay; }
// Left the unit as this interrupt message.
MATCHER_P(Delivers, message, "is delivered as " + ::testing::PrintToString(Message(message))) {
  return arg.status == Completion::Status::kOkay && arg.interrupt == Message(message);
}

// The DWORD write by which a device sends `message`.
Request interrupt_of(const Message &message, SourceId source_id);
// What travels on the data bus with an interrupt_of().
std::array<std::uint8_t, 4> message_bytes(const Request &request);

// What the unit has to record of a fault (VT-d 11.4, FRCD), by the layout of the architecture.
FaultEntry expected_record(const Config &config, const Request &request, FaultReason reason);

// A translation request of another shape than one aligned translation, to a unit that answers them.
bool is_malformed_translation_request(const Config &config, const Request &request);

// Seed of this run: DMAR_SEED, or 1.
std::uint64_t scenario_seed();
// With DMAR_WAVE=<folder> every test on a Verilated model writes a wave there; else empty.
std::string scenario_wave_path();

class Scenario : public ::testing::TestWithParam<std::string> {
 protected:
  // Requesters; kOther is on another bus.
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr SourceId kNeighbour = bdf(0, 5, 1);
  static constexpr SourceId kOther = bdf(0x3A, 2, 0);
  // Host memory for data, aligned to 1 GiB.
  static constexpr std::uint64_t kData = 0x4000'0000;
  static constexpr std::uint64_t kMoreData = 0x8000'0000;
  static constexpr std::uint64_t kPage = 4096;
  static constexpr Iova kIova{0x0012'3456'7000};

  Scenario();

  [[nodiscard]] const Config &config() const { return backend_.config; }
  [[nodiscard]] Iommu &unit() { return *unit_; }
  [[nodiscard]] Memory &memory() { return unit_->memory(); }
  [[nodiscard]] TableBuilder &tables() { return tables_; }
  [[nodiscard]] Driver &driver() { return driver_; }

  // A domain of 4 levels, which every configuration supports, attached to `source_id`.
  Domain attach_domain(SourceId source_id = kDevice, unsigned id = 1);
  // Root pointer set and translation on.
  void start();
  // kDevice in a domain with one page, kIova to kData, and translation on.
  Domain start_with_page(Rights rights = {});
  [[nodiscard]] bool levels_supported(unsigned levels) const {
    return ((config().sagaw >> (levels - 2)) & 1) != 0;
  }
  // Entries of a table of this level that addresses within MGAW select.
  [[nodiscard]] std::uint64_t entries_reached(unsigned level) const {
    const unsigned shift = second_stage::index_shift(level);
    const unsigned width = config().guest_address_width;
    return width <= shift ? 1 : std::uint64_t{1} << std::min(width - shift, 9U);
  }

  // Requests of kDevice unless told otherwise.
  static Request read_of(Iova address, std::uint32_t bytes = 64, SourceId source_id = kDevice) {
    return {.source_id = source_id, .address = address, .kind = AccessKind::kRead, .bytes = bytes};
  }
  static Request write_of(Iova address, std::uint32_t bytes = 64, SourceId source_id = kDevice) {
    return {.source_id = source_id, .address = address, .kind = AccessKind::kWrite, .bytes = bytes};
  }
  static Request request_of(AccessKind kind, Iova address, SourceId source_id = kDevice) {
    return {.source_id = source_id, .address = address, .kind = kind, .bytes = 4};
  }
  // A DWORD write into the interrupt range carries its message_data.
  Completion access(const Request &request);

  // Carries out `request`, which must be blocked with `reason` and leave exactly one record with
  // the right contents; the record is cleared.
  void expect_fault(const Request &request, FaultReason reason);
  // The same with a completer abort, which only translation requests get.
  void expect_abort(const Request &request, FaultReason reason);
  void expect_unrecorded_abort(const Request &request, FaultReason reason);
  // The same when FPD suppresses the record.
  void expect_unrecorded_fault(const Request &request, FaultReason reason);
  // Blocked without a fault condition, and nothing recorded.
  void expect_refused(const Request &request);

  // Replaces an 8-byte word of memory for the life of the object.
  class Spoil {
   public:
    Spoil(Memory &memory, HostAddr word, std::uint64_t value)
        : memory_(memory), word_(word), old_(memory.read64(word)) {
      memory_.write64(word, value);
    }
    Spoil(const Spoil &) = delete;
    Spoil &operator=(const Spoil &) = delete;
    ~Spoil() { memory_.write64(word_, old_); }

   private:
    Memory &memory_;
    HostAddr word_;
    std::uint64_t old_;
  };

 private:
  const Backend &backend_;
  ::testing::ScopedTrace trace_;
  std::unique_ptr<Iommu> unit_;
  TableBuilder tables_;
  Driver driver_;
};

// Names of the backends, or of those whose configuration satisfies `wanted`.
std::vector<std::string> backend_names(bool (*wanted)(const Config &) = nullptr);

std::string parameter_name(const ::testing::TestParamInfo<std::string> &info);

}  // namespace dmar

// Runs all tests of a suite on all backends, or on those whose configuration satisfies a condition.
#define DMAR_SCENARIO_WITH(suite, wanted)                                                 \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                   \
  INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::ValuesIn(::dmar::backend_names(wanted)), \
                           ::dmar::parameter_name)
#define DMAR_SCENARIO(suite) DMAR_SCENARIO_WITH(suite, nullptr)

#endif  // DMAR_TESTS_SCENARIO_SCENARIO_HPP
