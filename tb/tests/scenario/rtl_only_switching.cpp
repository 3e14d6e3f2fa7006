// SPDX-License-Identifier: Apache-2.0
// Global commands at every clock of the requests around them: each request sees the old state or
// the new one as a whole, never the old one after the new one, and the new one alone once the
// status says so.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Switching : public RtlScenario {
 protected:
  static constexpr unsigned kOffsets = 36;  // clocks from the first request to the last answer
  static constexpr unsigned kIndex = 0x25;

  // One command in both directions.
  struct Switch {
    std::string name;
    std::function<std::uint32_t(bool on)> prepare;  // registers before; returns GCMD
    std::uint32_t status = 0;                       // GSTS bits that tell of the end
    bool one_shot = false;
    Request request;
    std::function<bool(const Completion &)> is_on;
    std::function<bool(const Completion &)> is_off;
  };

  void start() {
    domain_ = start_with_page();
    second_tables_ = std::make_unique<TableBuilder>(memory(), config(), HostAddr(0x2000'0000),
                                                    HostAddr(0x2100'0000));
    Domain other = second_tables_->create_domain({.id = 2, .levels = 4});
    second_tables_->attach(kDevice, other);
    other.map(kIova, HostAddr(kMoreData));
    table(false).set(kIndex, {.vector = 0x41});
    table(true).set(kIndex, {.vector = 0x52});
    driver().set_interrupt_table(table(false).base(), 7);
    driver().enable_interrupt_remapping();
  }
  InterruptTable table(bool second) {
    return {memory(), HostAddr(second ? 0x3800'0000 : 0x3000'0000), 7};
  }
  static std::function<bool(const Completion &)> reaches(std::uint64_t address) {
    return [=](const Completion &done) { return done.address == HostAddr(address); };
  }
  static std::function<bool(const Completion &)> delivers(const Message &message) {
    return [=](const Completion &done) { return done.interrupt == message; };
  }

  [[nodiscard]] std::vector<Switch> switches() {
    const std::uint32_t all = gcmd::kTe | gcmd::kIre;
    const Message raw = remappable_message(kIndex);
    const Message compatible{0xFEE0'1000, 0x4041};
    const Request interrupt = interrupt_of(raw, kDevice);
    return {
        {"TE", [=](bool on) { return on ? all : gcmd::kIre; }, gsts::kTes, false, read_of(kIova),
         reaches(kData), reaches(kIova.raw())},
        {"IRE", [=](bool on) { return on ? all : gcmd::kTe; }, gsts::kIres, false, interrupt,
         delivers({0xFEE0'0000, 0x4041}), delivers(raw)},
        {"CFI", [=](bool on) { return on ? all | gcmd::kCfi : all; }, gsts::kCfis, false,
         interrupt_of(compatible, kDevice), delivers(compatible),
         [](const Completion &done) {
           return done.reason == FaultReason::kInterruptCompatibilityBlocked;
         }},
        {"SRTP",
         [=, this](bool on) {
           const TableBuilder &chosen = on ? *second_tables_ : tables();
           driver().write64(reg::kRtaddr, chosen.root_table().raw());
           return all | gcmd::kSrtp;
         },
         gsts::kRtps, true, read_of(kIova), reaches(kMoreData), reaches(kData)},
        {"SIRTP",
         [=, this](bool on) {
           driver().write64(reg::kIrta, table(on).base().raw() | 7);
           return all | gcmd::kSirtp;
         },
         gsts::kIrtps, true, interrupt, delivers({0xFEE0'0000, 0x4052}),
         delivers({0xFEE0'0000, 0x4041})},
    };
  }

  bench::RtlIommu::Handle submit(const Request &request) {
    if (request.kind != AccessKind::kWrite) return unit().submit(request);
    return unit().submit(request, message_bytes(request));
  }
  // Gives the command `offset` clocks after some requests and tells what became of all.
  void run(const Switch &command, bool on, unsigned offset) {
    const std::uint32_t value = command.prepare(on);
    std::vector<bench::RtlIommu::Handle> handles;
    for (unsigned n = 0; n < 5; ++n) handles.push_back(submit(command.request));
    unit().step(offset);
    unit().start_write(reg::kGcmd, 4, value);
    for (unsigned n = 0; n < 5; ++n) handles.push_back(submit(command.request));
    unit().step_until([this] { return !unit().register_busy(); }, "GCMD");
    driver().poll32(reg::kGsts, command.status, on || command.one_shot ? command.status : 0,
                    command.name);
    const auto last = submit(command.request);
    expect_state(command, on, unit().wait(last).completion);
    std::vector<bench::Outcome> outcomes;
    for (const auto handle : handles) outcomes.push_back(unit().wait(handle));
    std::ranges::stable_sort(outcomes, {}, [](const auto &o) { return o.verdict.cycle; });
    bool switched = false;
    for (const bench::Outcome &outcome : outcomes) {
      switched = switched || !(on ? command.is_off : command.is_on)(outcome.completion);
      expect_state(command, on == switched, outcome.completion);
    }
  }
  static void expect_state(const Switch &command, bool on, const Completion &completion) {
    EXPECT_TRUE((on ? command.is_on : command.is_off)(completion))
        << (on ? "on: " : "off: ") << ::testing::PrintToString(completion);
  }

 private:
  std::optional<Domain> domain_;
  std::unique_ptr<TableBuilder> second_tables_;
};

TEST_P(Switching, EveryClockOfTheRequestsAroundThem) {
  start();
  for (const Switch &command : switches()) {
    bool on = command.name == "TE" || command.name == "IRE";  // as it is now
    const bool first = on;
    for (unsigned offset = 0; offset < kOffsets && !HasFailure(); ++offset) {
      SCOPED_TRACE(fmt::format("{}, offset {}", command.name, offset));
      on = !on;
      run(command, on, offset);
      driver().drain_faults();
    }
    EXPECT_EQ(on, first);  // an even number of changes: the next command finds all on
  }
}

DMAR_RTL_SCENARIO_WITH(
    Switching, +[](const Config &config) { return config.interrupt_remapping; });

}  // namespace
}  // namespace dmar
