// SPDX-License-Identifier: Apache-2.0
// Invalidation by registers (VT-d 6.5.1) and by the queue (VT-d 6.5.2), right and wrong.
#include <fmt/format.h>

#include <algorithm>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "fuzz/places.hpp"
#include "fuzz/software.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kContextType = 1;
constexpr std::uint64_t kIotlbType = 2;
constexpr std::uint64_t kDeviceTlbType = 3;
constexpr std::uint64_t kInterruptType = 4;
constexpr std::uint64_t kWaitType = 5;

using golden::ContextInvalidation;
using golden::InterruptInvalidation;
using golden::IotlbInvalidation;

}  // namespace

IotlbInvalidation Software::page_invalidation(const Change &change) {
  const Config &config = machine_.config();
  IotlbInvalidation one{.granularity = granularity::kDomain,
                        .domain = change.domain,
                        .drain_reads = random_.percent(70),
                        .drain_writes = random_.percent(70)};
  const unsigned needed = change.page_bits - 12;
  if (!config.page_selective || needed > config.max_address_mask || random_.percent(20)) return one;
  one.granularity = granularity::kDeviceOrPage;
  one.address = change.address;
  one.address_mask = needed;
  if (random_.percent(20)) {
    one.address_mask += static_cast<unsigned>(random_.below(config.max_address_mask - needed + 1));
  }
  one.leaf_only = change.leaf_only && random_.percent(70);
  return one;
}

golden::Invalidation Software::fitting(const Change &change) {
  if (change.what == Change::What::kInterrupt) {
    // The wider masks cover every index.
    const auto mask = static_cast<unsigned>(random_.percent(60) ? 0 : random_.below(20));
    return InterruptInvalidation{.all = random_.percent(20),
                                 .index = static_cast<std::uint16_t>(change.index),
                                 .index_mask = mask};
  }
  if (change.what == Change::What::kPages) return page_invalidation(change);
  ContextInvalidation one{.granularity = granularity::kGlobal};
  if (change.what == Change::What::kContext) {
    one.granularity = random_.percent(80) ? granularity::kDeviceOrPage : granularity::kDomain;
    one.domain = change.domain;
    one.source_id = change.source_id;
    one.function_mask = random_.percent(70) ? 0 : static_cast<unsigned>(random_.below(4));
  }
  return one;
}

golden::Invalidation Software::random_invalidation() {
  World &world = machine_.world();
  const DomainId domain = world.domain_id(static_cast<unsigned>(random_.below(world.domains())));
  const auto granularity = static_cast<unsigned>(1 + random_.below(3));
  if (world.interrupts() != nullptr && random_.percent(25)) {
    return fitting({.what = Change::What::kInterrupt, .index = world.interrupts()->random_index()});
  }
  if (random_.percent(30)) {
    return ContextInvalidation{.granularity = granularity,
                               .domain = domain,
                               .source_id = world.random_device(),
                               .function_mask = static_cast<unsigned>(random_.below(4))};
  }
  if (granularity != granularity::kDeviceOrPage) {
    return IotlbInvalidation{.granularity = granularity, .domain = domain};
  }
  const unsigned span = random_.percent(50) ? 0 : static_cast<unsigned>(random_.below(19));
  return page_invalidation({.domain = domain,
                            .address = world.random_page(),
                            .page_bits = 12 + std::min(span, machine_.config().max_address_mask),
                            .leaf_only = random_.percent(50)});
}

void Software::invalidate(const std::vector<golden::Invalidation> &invalidations) {
  if (queue_on_) {
    by_queue(invalidations);
  } else {
    for (const golden::Invalidation &one : invalidations) by_registers(one);
  }
}

void Software::invalidate_everything() {
  std::vector<golden::Invalidation> all{ContextInvalidation{.granularity = granularity::kGlobal},
                                        IotlbInvalidation{.granularity = granularity::kGlobal}};
  if (machine_.world().interrupts() != nullptr) all.push_back(InterruptInvalidation{});
  invalidate(all);
}

void Software::stray_invalidations() { invalidate({random_invalidation(), random_invalidation()}); }

// The queue alone knows interrupt entries.
void Software::by_registers(const golden::Invalidation &invalidation) {
  if (std::holds_alternative<InterruptInvalidation>(invalidation)) {
    set_queue(true);
    by_queue({invalidation});
    set_queue(false);
    return;
  }
  ++statistics_.registered;
  if (const auto *context = std::get_if<ContextInvalidation>(&invalidation)) {
    machine_.write(reg::kCcmd, 8,
                   ccmd::kIcc | (std::uint64_t{context->granularity} << ccmd::kCirgShift) |
                       (std::uint64_t{context->function_mask} << ccmd::kFmShift) |
                       (std::uint64_t{context->source_id.raw()} << ccmd::kSidShift) |
                       context->domain.raw());
    poll(reg::kCcmd, 8, ccmd::kIcc, false);
    machine_.oracle().note_all_done(machine_.cycle());
    machine_.expect_register(reg::kCcmd, 8);
    return;
  }
  const auto &pages = std::get<IotlbInvalidation>(invalidation);
  if (pages.granularity == granularity::kDeviceOrPage) {
    machine_.write(
        reg::kIva, 8,
        pages.address.raw() | (pages.leaf_only ? iotlb::kIvaIh : 0) | pages.address_mask);
  }
  machine_.write(reg::kIotlb, 8,
                 iotlb::kIvt | (std::uint64_t{pages.granularity} << iotlb::kIirgShift) |
                     (pages.drain_reads ? iotlb::kDr : 0) | (pages.drain_writes ? iotlb::kDw : 0) |
                     (std::uint64_t{pages.domain.raw()} << iotlb::kDidShift));
  poll(reg::kIotlb, 8, iotlb::kIvt, false);
  machine_.oracle().note_all_done(machine_.cycle());
  machine_.expect_register(reg::kIotlb, 8);
}

Software::Descriptor Software::encode(const golden::Invalidation &invalidation) {
  // Bits of a domain id that this build does not have are ignored.
  const std::uint64_t beyond =
      random_.percent(10) ? random_.next() & bits(15, domain_id_bits(machine_.config())) : 0;
  if (const auto *context = std::get_if<ContextInvalidation>(&invalidation)) {
    return {kContextType | (std::uint64_t{context->granularity} << 4) |
                ((context->domain.raw() | beyond) << 16) |
                (std::uint64_t{context->source_id.raw()} << 32) |
                (std::uint64_t{context->function_mask} << 48),
            0};
  }
  if (const auto *entries = std::get_if<InterruptInvalidation>(&invalidation)) {
    return {kInterruptType | (entries->all ? 0 : bit(4)) |
                (std::uint64_t{entries->index_mask} << 27) | (std::uint64_t{entries->index} << 32),
            0};
  }
  const auto &pages = std::get<IotlbInvalidation>(invalidation);
  return {kIotlbType | (std::uint64_t{pages.granularity} << 4) | (pages.drain_writes ? bit(6) : 0) |
              (pages.drain_reads ? bit(7) : 0) | ((pages.domain.raw() | beyond) << 16),
          pages.address.raw() | (pages.leaf_only ? bit(6) : 0) | pages.address_mask};
}

bool Software::may_flush_devices() const {
  return machine_.config().device_tlb && has(Feature::kAts) &&
         (machine_.oracle().expected(reg::kGsts, 4) & gsts::kTes) != 0;
}

Software::Descriptor Software::device_tlb_descriptor() {
  const std::uint64_t pending = random_.percent(50) ? 0 : random_.below(32);
  return {
      kDeviceTlbType | pending << 16 | std::uint64_t{machine_.world().random_device().raw()} << 32,
      (random_.next() & bits(63, 12)) | random_.below(2)};
}

Software::Descriptor Software::wait_descriptor(bool status, bool interrupt) {
  const std::uint64_t address = kStatus.raw() + 4 * (++status_ % kStatusPlaces);
  return {kWaitType | (interrupt ? bit(4) : 0) | (status ? bit(5) : 0) |
              (random_.percent(50) ? bit(6) : 0) | (std::uint64_t{status_} << 32),
          address};
}

std::uint32_t Software::slots() const { return kQueueBytes / slot_bytes(); }

HostAddr Software::slot_address(std::uint32_t slot) const {
  return HostAddr(kQueue.raw() + std::uint64_t{slot_bytes()} * slot);
}

void Software::push(const Descriptor &descriptor) {
  const HostAddr slot = slot_address(tail_);
  machine_.memory().write64(slot, descriptor[0]);
  machine_.memory().write64(HostAddr(slot.raw() + 8), descriptor[1]);
  for (std::uint32_t offset = 16; offset < slot_bytes(); offset += 8) {
    machine_.memory().write64(HostAddr(slot.raw() + offset), 0);
  }
  tail_ = (tail_ + 1) % slots();
}

void Software::ring() { machine_.write(reg::kIqt, 8, slot_bytes() * tail_); }

// Waits for a batch by its status, its event, or both.
void Software::end_batch() {
  const bool interrupt = random_.percent(30);
  const bool status = !interrupt || random_.percent(50);
  push(wait_descriptor(status, interrupt));
  ring();
  if (status) {
    const CommandOracle &oracle = machine_.oracle();
    machine_.tick_until(
        [&oracle] { return !oracle.waits_for_devices() && oracle.status_writes_due() == 0; },
        "wait descriptor");
  }
  if (interrupt) {
    poll(reg::kIcs, 4, kIcsIwc, true);
    machine_.oracle().note_all_done(machine_.cycle());
    machine_.write(reg::kIcs, 4, kIcsIwc);
  }
  machine_.expect_register(reg::kIqh, 8);
}

void Software::by_queue(const std::vector<golden::Invalidation> &invalidations) {
  ++statistics_.queued;
  std::uint64_t messages = may_flush_devices() ? random_.below(random_.percent(90) ? 4 : 48) : 0;
  for (const golden::Invalidation &one : invalidations) {
    push(encode(one));
    for (; messages > 0 && random_.percent(80); --messages) push(device_tlb_descriptor());
    if (random_.percent(15)) push(wait_descriptor(random_.percent(70), false));
    // The unit may begin before the batch is whole, and tables may change meanwhile.
    if (random_.percent(15)) ring();
    if (!finishing_ && random_.percent(5)) machine_.world().change();
  }
  end_batch();
}

void Software::set_queue(bool on) {
  if (on == queue_on_) return;
  tail_ = 0;
  if (on) {
    wide_ = machine_.config().abort_mode && random_.percent(50);
    machine_.write(reg::kIqt, 8, 0);
    machine_.write(reg::kIqa, 8, kQueue.raw() | (wide_ ? iqa::kDw : 0));
  }
  global_command(gcmd::kQie, gsts::kQies, on);
  queue_on_ = on;
}

// There is always one of the two ways. From version 6 on registers invalidate nothing.
bool Software::may_use_registers() const {
  return machine_.config().version_major < 6 && (has(Feature::kRegisters) || !has(Feature::kQueue));
}

bool Software::may_use_queue() const { return has(Feature::kQueue) || !may_use_registers(); }

void Software::toggle_queue() {
  if (may_use_registers() && may_use_queue()) set_queue(!queue_on_);
}

}  // namespace dmar::bench
