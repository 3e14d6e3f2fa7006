// SPDX-License-Identifier: Apache-2.0
// See pci_segment.hpp.
#include "devices/pci_segment.hpp"

namespace dmar::devices {

namespace {

std::uint16_t place_of(unsigned device, unsigned number) { return bdf(0, device, number).raw(); }

}  // namespace

void PciSegment::add(unsigned device, unsigned number, PciDevice &function,
                     VirtualFunctions *virtuals) {
  members_.push_back({&function, virtuals, false, place_of(device, number)});
  function.identify(SourceId(place_of(device, number)));
}

void PciSegment::add_port(unsigned device, RootPort &port) {
  port_ = &port;
  port_place_ = place_of(device, 0);
  port.on_secondary_reset = [this] { reset_behind(); };
}

void PciSegment::add_behind_port(unsigned number, PciDevice &function, VirtualFunctions *virtuals) {
  members_.push_back({&function, virtuals, true, place_of(0, number)});
}

PciDevice *PciSegment::find_device(SourceId id) const {
  const unsigned bus = id.raw() >> 8;
  const bool behind = bus != 0;
  if (behind && (port_ == nullptr || !port_->forwards(id))) return nullptr;
  for (const Member &member : members_) {
    if (member.behind != behind) continue;
    const bool its_bus = !behind || bus == port_->secondary();
    if (its_bus && (id.raw() & 0xFF) == member.place) return member.function;
    if (member.virtuals == nullptr) continue;
    if (PciDevice *found = member.virtuals->find(id)) return found;
  }
  return nullptr;
}

PciFunction *PciSegment::find(SourceId id) const {
  if (port_ != nullptr && id.raw() == port_place_) return port_;
  return find_device(id);
}

void PciSegment::config_write(SourceId id, std::uint32_t offset, unsigned bytes,
                              std::uint32_t value) {
  if (PciDevice *device = find_device(id)) device->identify(id);
  if (PciFunction *function = find(id)) function->config_write(offset, bytes, value);
}

PciDevice *PciSegment::claimer(std::uint64_t address, unsigned bytes) const {
  for (const Member &member : members_) {
    if (member.behind && !port_->forwards_memory(address, bytes)) continue;
    if (member.function->claims(address, bytes)) return member.function;
    if (member.virtuals == nullptr) continue;
    for (unsigned i = 0; i < member.virtuals->count(); ++i) {
      PciDevice &function = member.virtuals->at(i);
      if (function.claims(address, bytes)) return &function;
    }
  }
  return nullptr;
}

std::uint64_t PciSegment::memory_read(std::uint64_t address, unsigned bytes) {
  if (PciDevice *device = claimer(address, bytes)) return device->memory_read(address, bytes);
  return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

void PciSegment::memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  if (PciDevice *device = claimer(address, bytes)) device->memory_write(address, bytes, value);
}

void PciSegment::reset_behind() {
  for (const Member &member : members_) {
    if (member.behind) member.function->hot_reset();
  }
}

void PciSegment::reset() {
  if (port_ != nullptr) port_->reset();
  for (const Member &member : members_) member.function->reset();
}

}  // namespace dmar::devices
