// SPDX-License-Identifier: Apache-2.0
// See pci_device.hpp.
#include "devices/pci_device.hpp"

#include "devices/extended_capabilities.hpp"

namespace dmar::devices {

namespace {

// As the place of the function has it. Vendor and device of a virtual function are those that its
// physical function says.
PciIdentity shown(PciIdentity identity, const PciPlace &place) {
  if (!place.pin) identity.interrupt_pin = 0;
  if (place.is_virtual()) identity.vendor = identity.device = 0xFFFF;
  return identity;
}

}  // namespace

PciDevice::PciDevice(DmaPort &port, const PciIdentity &identity, const PciPlace &place)
    : port_(port),
      config_(shown(identity, place), place.virtual_bars),
      power_(config_),
      reset_capability_(config_, place),
      sender_(port, tasks_, config_) {
  add_extended_capabilities(config_, place);
  if (place.sriov) sriov_.emplace(config_, *place.sriov, place.bus == PciBus::kRootPort);
  if (place.ats) ats_.emplace(config_, *place.ats, place.is_virtual());
}

void PciDevice::identify(SourceId id) {
  routing_id_ = id;
  port_.identify(id);
}

std::uint32_t PciDevice::config_read(std::uint32_t offset, unsigned bytes) {
  if (!ready_) return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * bytes)) - 1);
  reset_capability_.show_pending(!tasks_.idle());
  if (!power_.asleep()) before_config_read(offset, bytes);
  return config_.read(offset, bytes);
}

void PciDevice::config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  if (!ready_) return;
  config_.write(offset, bytes, value);
  if (sriov_) sriov_->update();
  update_ats();
  if (reset_capability_.requested()) {
    ++function_resets_;
    start_over(ConfigSpace::Reset::kFunctionLevel, false);
    return;
  }
  switch (power_.update()) {
    case PowerCapability::Change::kWakes:
      ++power_resets_;
      start_over(ConfigSpace::Reset::kHot, false);
      return;
    case PowerCapability::Change::kFallsAsleep:
      fall_asleep();
      return;
    case PowerCapability::Change::kNone:
      break;
  }
  if (power_.asleep()) return;
  drive_pin();
  after_config_write(offset, bytes);
}

std::uint64_t PciDevice::memory_read(std::uint64_t address, unsigned bytes) {
  const auto hit = find(address, bytes);
  const std::uint64_t value = hit ? bar_read(hit->bar, hit->offset, bytes) : ~std::uint64_t{0};
  return bytes >= 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

void PciDevice::memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  if (const auto hit = find(address, bytes)) {
    if (bytes < 8) value &= (std::uint64_t{1} << (8 * bytes)) - 1;
    bar_write(hit->bar, hit->offset, bytes, value);
  }
}

std::optional<ConfigSpace::Hit> PciDevice::find(std::uint64_t address, unsigned bytes) const {
  return power_.asleep() || !ready_ ? std::nullopt : config_.find(address, bytes);
}

void PciDevice::reset() { start_over(ConfigSpace::Reset::kWhole, true); }

void PciDevice::start_over(ConfigSpace::Reset kind, bool ready_meanwhile) {
  set_interrupt(false);  // first: the interrupt line register still says where the pin goes
  ready_ = ready_meanwhile;
  config_.reset(kind);
  if (sriov_) sriov_->update();
  update_ats();
  power_.reset();
  interrupts_reset();
  port_.cease();
  tasks_.stop([this] {
    registers_reset();
    ready_ = true;
  });
}

// Nobody can look at the registers before the way back resets everything.
void PciDevice::fall_asleep() {
  set_interrupt(false);
  port_.cease();
  tasks_.stop([this] { registers_reset(); });
}

void PciDevice::update_ats() {
  if (ats_) port_.enable_translations(ats_->enabled());
}

void PciDevice::set_interrupt(bool asserted) {
  interrupt_ = asserted;
  drive_pin();
}

void PciDevice::drive_pin() {
  if (!config_.has_pin()) return;
  config_.show_pin(interrupt_);
  const bool pin = interrupt_ && !config_.pin_disabled();
  if (pin == pin_) return;
  pin_ = pin;
  port_.set_pin(pin);
}

}  // namespace dmar::devices
