// SPDX-License-Identifier: Apache-2.0
// The RTL and the golden model in lockstep, on memory that the test changes as it likes, and a
// driver that sees both as one unit.
#ifndef DMAR_TESTS_COSIM_RTL_FIXTURE_HPP
#define DMAR_TESTS_COSIM_RTL_FIXTURE_HPP

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bench/registry.hpp"
#include "cosim/lockstep.hpp"
#include "dmar/registers.hpp"
#include "driver/driver.hpp"
#include "memory/memory.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/table_builder.hpp"

namespace dmar::cosim {

inline Lockstep::MakeRtl make_rtl_of(std::string model, bench::RtlOptions options = {}) {
  return [model = std::move(model), options](MemoryBus &memory) {
    bench::RtlOptions with_memory = options;
    with_memory.host_memory = &memory;
    return bench::make_rtl(model, with_memory);
  };
}
inline Lockstep::MakeRtl make_default_rtl(bench::RtlOptions options = {}) {
  return make_rtl_of("default", std::move(options));
}

// What a driver needs of a unit.
class LockstepUnit : public Iommu {
 public:
  LockstepUnit(Lockstep &unit, Memory &memory) : unit_(unit), memory_(memory) {}

  [[nodiscard]] const Config &config() const override { return unit_.config(); }
  [[nodiscard]] Memory &memory() override { return memory_; }
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override {
    return unit_.read(offset, bytes);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override {
    unit_.write(offset, bytes, value);
  }
  Completion access(const Request &request, std::span<const std::uint8_t> data = {}) override {
    const Lockstep::Id id = unit_.submit(request, {data.begin(), data.end()});
    for (int i = 0; i < 10'000; ++i) {
      unit_.run(100);
      for (const Lockstep::Finished &finished : unit_.take_finished()) {
        if (finished.id == id) return finished.completion;
      }
    }
    ADD_FAILURE() << "no answer";
    return {};
  }
  std::vector<Completion> access_all(std::span<const Request> requests) override {
    std::vector<Completion> completions;
    for (const Request &request : requests) completions.push_back(access(request));
    return completions;
  }
  void settle() override {
    for (int i = 0; i < 10'000 && !unit_.at_rest(); ++i) unit_.run(100);
    EXPECT_TRUE(unit_.at_rest());
  }
  std::vector<Message> take_messages() override { return unit_.take_messages(); }

 private:
  Lockstep &unit_;
  Memory &memory_;
};

class CosimRtl : public testing::Test {
 protected:
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr SourceId kNeighbour = bdf(0, 5, 0);
  static constexpr Iova kIova{0x12'3456'7000};
  static constexpr HostAddr kPage{0x4000'0000};
  static constexpr HostAddr kOtherPage{0x5000'0000};
  static constexpr HostAddr kInterrupts{0x3000'0000};

  explicit CosimRtl(bench::RtlOptions options = {}, Recorder *recorder = nullptr)
      : CosimRtl(make_default_rtl(std::move(options)), recorder) {}
  explicit CosimRtl(const Lockstep::MakeRtl &make, Recorder *recorder = nullptr)
      : unit(make, memory, recorder) {}

  // kDevice in domain 1, which maps kIova to kPage; translation, remapping and queue on.
  Domain start() {
    Domain domain = tables.create_domain({.id = 1});
    domain.map(kIova, kPage);
    tables.attach(kDevice, domain);
    driver.set_root_pointer(tables.root_table());
    driver.enable_queue();
    driver.invalidate_all();
    driver.enable_translation();
    driver.set_interrupt_table(interrupts.base(), interrupts.size_exponent());
    driver.invalidate(InterruptScope{});
    driver.enable_interrupt_remapping();
    iommu.settle();
    return domain;
  }
  static Request request(AccessKind kind, std::uint64_t offset = 0, std::uint32_t bytes = 64,
                         SourceId source = kDevice) {
    return {
        .source_id = source, .address = Iova(kIova.raw() + offset), .kind = kind, .bytes = bytes};
  }
  static Request message_request(const Message &message, SourceId source = kDevice) {
    return {.source_id = source,
            .address = Iova(message.address),
            .kind = AccessKind::kWrite,
            .bytes = 4,
            .message_data = message.data};
  }
  Completion send(const Message &message, SourceId source = kDevice) {
    std::vector<std::uint8_t> data;
    for (unsigned i = 0; i < 4; ++i)
      data.push_back(static_cast<std::uint8_t>(message.data >> (8 * i)));
    return iommu.access(message_request(message, source), data);
  }
  // The address that the unit gave to a read, or nothing.
  std::optional<HostAddr> read_goes_to(SourceId source = kDevice, std::uint64_t offset = 0) {
    return iommu.access(request(AccessKind::kRead, offset, 64, source)).address;
  }
  // Moves the page of `iova` behind everybody's back.
  void move_page(const Domain &domain, Iova iova, HostAddr to) {
    const HostAddr entry = tables.entry_address(domain, iova, 1);
    memory.write64(entry, (memory.read64(entry) & 0xFFF) | to.raw());
  }
  // From now on the RTL reads these bytes there, whatever memory holds.
  void deceive(HostAddr where, std::uint64_t value) {
    unit.rtl().read_tables_through([this, where, value](const bench::AddressBeat &,
                                                        HostAddr address,
                                                        std::span<std::uint8_t> out) {
      memory.load(address, out);
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t at = address.raw() + i - where.raw();
        if (at < 8) out[i] = static_cast<std::uint8_t>(value >> (8 * at));
      }
      return true;
    });
  }
  static IotlbScope page_scope(Iova iova = kIova) {
    return {.granularity = granularity::kDeviceOrPage, .domain = 1, .address = iova};
  }
  void expect_agreement() {
    const Differences &all = unit.differences();
    EXPECT_EQ(all.count, 0U);
    for (const Difference &d : all.first) {
      ADD_FAILURE() << d.what << ": unit " << d.unit << ", golden " << d.golden;
    }
  }
  void expect_difference(const std::string &what, const std::string &rtl,
                         const std::string &golden) {
    const Differences &all = unit.differences();
    const auto found = std::ranges::find_if(all.first, [&](const Difference &d) {
      return d.what == what && d.unit == rtl && d.golden == golden;
    });
    EXPECT_NE(found, all.first.end()) << what << ": " << rtl << ", " << golden;
    if (found != all.first.end()) return;
    for (const Difference &d : all.first) {
      ADD_FAILURE() << d.what << ": unit " << d.unit << ", golden " << d.golden;
    }
  }

  Memory memory;
  Lockstep unit;
  LockstepUnit iommu{unit, memory};
  TableBuilder tables{memory, unit.config()};
  InterruptTable interrupts{memory, kInterrupts, 7};
  Driver driver{iommu};
};

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_RTL_FIXTURE_HPP
