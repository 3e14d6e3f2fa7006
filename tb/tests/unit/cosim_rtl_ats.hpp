// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB before the unit, and software that invalidates it.
#ifndef DMAR_TESTS_COSIM_RTL_ATS_HPP
#define DMAR_TESTS_COSIM_RTL_ATS_HPP

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cosim/dma_engine.hpp"
#include "cosim_rtl_fixture.hpp"
#include "devices/ats_port.hpp"

namespace dmar::cosim {

using devices::AtsMisbehaviour;
using devices::AtsPort;
using devices::DmaStatus;

inline constexpr const char *kAtsModel = "server";

inline bool have_device_tlbs() {
  return std::ranges::any_of(bench::models(), [](const bench::ModelInfo &model) {
    return model.name == kAtsModel && model.config.device_tlb;
  });
}

// A register access takes time, in which devices work.
class PumpedUnit : public LockstepUnit {
 public:
  PumpedUnit(Lockstep &unit, Memory &memory, std::function<void()> pump)
      : LockstepUnit(unit, memory), pump_(std::move(pump)) {}
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override {
    pump_();
    return LockstepUnit::read(offset, bytes);
  }

 private:
  std::function<void()> pump_;
};

constexpr QueueDescriptor device_tlb_descriptor(SourceId source, std::uint64_t payload,
                                                unsigned max_pending = 0) {
  return {
      .lo = 3U | std::uint64_t{max_pending} << 16 | std::uint64_t{source.raw()} << 32,
      .hi = (payload & ~(size_code::kSize | 1)) | ((payload & size_code::kSize) != 0 ? 1U : 0U)};
}

class CosimRtlAts : public CosimRtl {
 protected:
  explicit CosimRtlAts(DmaLimits limits = {})
      : CosimRtl(make_rtl_of(kAtsModel)),
        engine(
            unit, [](const Message &) {}, limits) {}
  void SetUp() override {
    if (!have_device_tlbs()) GTEST_SKIP() << "no model with device TLBs is built";
    domain_.emplace(tables.create_domain({.id = 1}));
    domain_->map(kIova, kPage);
    tables.attach(kDevice, *domain_, {.device_tlb = true});
    software.set_root_pointer(tables.root_table());
    software.enable_queue();
    software.invalidate_all();
    software.enable_translation();
    port.enable_translations(true);
  }

  void pump() {
    engine.proceed();
    unit.run(32);
    engine.proceed();
  }
  void finish() {
    for (unsigned i = 0; i < 100'000 && !(engine.idle() && unit.at_rest()); ++i) pump();
    EXPECT_TRUE(engine.idle());
    EXPECT_TRUE(unit.at_rest());
  }
  DmaStatus write(Iova address, std::uint8_t value, std::size_t bytes = 64) {
    std::optional<DmaStatus> status;
    const std::vector<std::uint8_t> data(bytes, value);
    port.write(address, data, [&status](DmaStatus how) { status = how; });
    for (unsigned i = 0; i < 100'000 && !status; ++i) pump();
    EXPECT_TRUE(status);
    return status.value_or(DmaStatus::kMemoryError);
  }
  std::uint8_t byte_at(HostAddr address) {
    return static_cast<std::uint8_t>(memory.read64(address));
  }

  // As an operating system unmaps: IOTLB first, then the device, then the wait.
  void start_invalidation(Iova address = kIova, std::uint64_t bytes = 4096) {
    software.push(iotlb_descriptor(page_scope(address)));
    software.push(device_tlb_descriptor(kDevice, size_code::encode(address.raw(), bytes)));
    ticket_ = software.push_wait();
    software.ring_doorbell();
  }
  bool invalidation_done() { return software.wait_completed(ticket_); }
  void invalidate(Iova address = kIova, std::uint64_t bytes = 4096) {
    start_invalidation(address, bytes);
    for (unsigned i = 0; i < 100'000 && !invalidation_done(); ++i) pump();
    EXPECT_TRUE(invalidation_done());
  }

  DmaEngine engine;
  std::unique_ptr<devices::AtsBus> bus = engine.make_port(kDevice);
  AtsPort port{*bus};
  PumpedUnit pumped{unit, memory, [this] { pump(); }};
  Driver software{pumped};
  std::optional<Domain> domain_;
  std::uint32_t ticket_ = 0;
};

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_RTL_ATS_HPP
