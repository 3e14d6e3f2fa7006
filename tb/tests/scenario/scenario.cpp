// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "tests/scenario/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace dmar {

namespace {

const Backend &find_backend(const std::string &name) {
  for (const Backend &backend : backends()) {
    if (backend.name == name) return backend;
  }
  throw std::invalid_argument("no backend " + name);
}

bool is_message(const Request &request) {
  return request.kind == AccessKind::kWrite && request.bytes == 4 &&
         in_interrupt_range(request.address.raw());
}

// Faults of a request in remappable format that name the interrupt in the record.
bool names_index(FaultReason reason) {
  using enum FaultReason;
  return reason == kInterruptIndexBeyondTable || reason == kInterruptEntryNotPresent ||
         reason == kInterruptEntryAccess || reason == kInterruptEntryReserved ||
         reason == kInterruptSourceInvalid || reason == kPostedDescriptorAccess ||
         reason == kPostedDescriptorReserved;
}

bool of_interrupt(FaultReason reason) {
  return reason >= FaultReason::kInterruptRequestReserved &&
         reason <= FaultReason::kInterruptRequestInvalid;
}

// Handle and, with SHV, sub-handle; a carry does not fit the record.
std::uint16_t recorded_index(const Request &request) {
  const std::uint64_t address = request.address.raw();
  const std::uint64_t handle = field(address, 19, 5) | field(address, 2, 2) << 15;
  const std::uint64_t sub = (address & bit(3)) != 0 ? request.message_data & 0xFFFF : 0;
  return static_cast<std::uint16_t>(handle + sub);
}

// Suite.test.backend, without the slashes of parameterised names.
std::string test_name() {
  const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("{}.{}", info->test_suite_name(), info->name());
  std::ranges::replace(name, '/', '.');
  return name;
}

}  // namespace

void PrintTo(FaultReason reason, std::ostream *out) {
  *out << fmt::format("{:02X}h", static_cast<unsigned>(reason));
}

void PrintTo(const Completion &completion, std::ostream *out) {
  constexpr std::array<const char *, 4> kStatus{"okay", "blocked", "memory error", "aborted"};
  *out << fmt::format("{}, reason {:02X}h, ", kStatus[static_cast<unsigned>(completion.status)],
                      static_cast<unsigned>(completion.reason));
  *out << (completion.address ? fmt::format("address {:#x}", completion.address->raw())
                              : "no address");
  if (completion.interrupt) *out << ", message " << ::testing::PrintToString(*completion.interrupt);
  *out << (completion.snoop ? ", snoop" : ", no snoop");
}

void PrintTo(const FaultEntry &entry, std::ostream *out) {
  *out << fmt::format("{{{:016x} {:016x}}}", entry.hi, entry.lo);
}

void PrintTo(const Message &message, std::ostream *out) {
  *out << fmt::format("{:#x} to {:#x}", message.data, message.address);
}

FaultEntry expected_record(const Config &config, const Request &request, FaultReason reason) {
  FaultEntry entry{.lo = 0,
                   .hi = bit(63) | (std::uint64_t{static_cast<std::uint8_t>(reason)} << 32) |
                         request.source_id.raw()};
  if (of_interrupt(reason)) {
    if (names_index(reason)) entry.lo = std::uint64_t{recorded_index(request)} << 48;
    return entry;
  }
  const unsigned top = (config.sagaw & 8) != 0 ? 56 : (config.sagaw & 4) != 0 ? 47 : 38;
  entry.lo = request.address.raw() & bits(top, 12);
  if (request.kind != AccessKind::kWrite) entry.hi |= bit(62);
  if (request.kind == AccessKind::kAtomic) entry.hi |= bit(28);
  if (config.device_tlb) entry.hi |= std::uint64_t{static_cast<std::uint8_t>(request.at)} << 60;
  return entry;
}

bool is_malformed_translation_request(const Config &config, const Request &request) {
  if (!config.device_tlb || request.at != AddressType::kTranslationRequest) return false;
  return request.kind != AccessKind::kRead || request.bytes != 8 || request.address.raw() % 8 != 0;
}

Request interrupt_of(const Message &message, SourceId source_id) {
  return {.source_id = source_id,
          .address = Iova(message.address),
          .kind = AccessKind::kWrite,
          .bytes = 4,
          .message_data = message.data};
}

std::array<std::uint8_t, 4> message_bytes(const Request &request) {
  std::array<std::uint8_t, 4> bytes{};
  for (unsigned n = 0; n < 4; ++n) {
    bytes[n] = static_cast<std::uint8_t>(request.message_data >> (8 * n));
  }
  return bytes;
}

std::uint64_t scenario_seed() {
  const char *text = std::getenv("DMAR_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 0);
}

std::string scenario_wave_path() {
  const char *folder = std::getenv("DMAR_WAVE");
  return folder == nullptr ? "" : fmt::format("{}/{}.fst", folder, test_name());
}

Scenario::Scenario()
    : backend_(find_backend(GetParam())),
      trace_(__FILE__, __LINE__,
             fmt::format("{}; again: DMAR_SEED={} scenario_tests --gtest_filter=*{}", backend_.name,
                         scenario_seed(),
                         ::testing::UnitTest::GetInstance()->current_test_info()->name())),
      unit_(backend_.make(scenario_seed(), scenario_wave_path())),
      tables_(unit_->memory(), backend_.config),
      driver_(*unit_) {}

Domain Scenario::attach_domain(SourceId source_id, unsigned id) {
  const Domain domain = tables_.create_domain({.id = id, .levels = 4});
  tables_.attach(source_id, domain);
  return domain;
}

void Scenario::start() {
  driver_.set_root_pointer(tables_.root_table());
  driver_.enable_translation();
}

Domain Scenario::start_with_page(Rights rights) {
  Domain domain = attach_domain();
  domain.map(kIova, HostAddr(kData), PageSize::k4K, rights);
  start();
  return domain;
}

Completion Scenario::access(const Request &request) {
  if (is_message(request)) return unit_->access(request, message_bytes(request));
  return unit_->access(request);
}

void Scenario::expect_fault(const Request &request, FaultReason reason) {
  EXPECT_THAT(access(request), Faults(reason));
  EXPECT_THAT(driver_.drain_faults(),
              ::testing::ElementsAre(expected_record(config(), request, reason)));
}

void Scenario::expect_abort(const Request &request, FaultReason reason) {
  EXPECT_THAT(access(request), Aborts(reason));
  EXPECT_THAT(driver_.drain_faults(),
              ::testing::ElementsAre(expected_record(config(), request, reason)));
}

void Scenario::expect_unrecorded_abort(const Request &request, FaultReason reason) {
  EXPECT_THAT(access(request), Aborts(reason));
  EXPECT_EQ(driver_.fault_status() & fsts::kAnyStatus, 0U);
}

void Scenario::expect_unrecorded_fault(const Request &request, FaultReason reason) {
  EXPECT_THAT(access(request), Faults(reason));
  EXPECT_EQ(driver_.fault_status() & fsts::kAnyStatus, 0U);
  EXPECT_THAT(driver_.drain_faults(), ::testing::IsEmpty());
}

void Scenario::expect_refused(const Request &request) {
  EXPECT_THAT(access(request), IsRefused());
  EXPECT_EQ(driver_.fault_status() & fsts::kAnyStatus, 0U);
}

std::vector<std::string> backend_names(bool (*wanted)(const Config &)) {
  std::vector<std::string> names;
  for (const Backend &backend : backends()) {
    if (wanted == nullptr || wanted(backend.config)) names.push_back(backend.name);
  }
  return names;
}

std::string parameter_name(const ::testing::TestParamInfo<std::string> &info) { return info.param; }

}  // namespace dmar
