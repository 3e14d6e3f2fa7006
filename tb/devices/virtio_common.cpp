// SPDX-License-Identifier: Apache-2.0
// See virtio_common.hpp.
#include "devices/virtio_common.hpp"

namespace dmar::devices {

namespace {

std::uint32_t half_of(std::uint64_t value, std::uint32_t select) {
  return select < 2 ? static_cast<std::uint32_t>(value >> (32 * select)) : 0;
}

void set_half(std::uint64_t &value, std::uint32_t select, std::uint32_t half) {
  if (select >= 2) return;
  const std::uint64_t mask = std::uint64_t{0xFFFF'FFFF} << (32 * select);
  value = (value & ~mask) | (std::uint64_t{half} << (32 * select));
}

}  // namespace

template <std::uint64_t VirtioCommon::Queue::*kAddress, unsigned kHalf>
std::uint32_t VirtioCommon::get_address(const VirtioCommon &common) {
  const Queue *queue = common.selected();
  return queue != nullptr ? half_of(queue->*kAddress, kHalf) : 0;
}

template <std::uint64_t VirtioCommon::Queue::*kAddress, unsigned kHalf>
void VirtioCommon::set_address(VirtioCommon &common, std::uint32_t value) {
  if (Queue *queue = common.changeable()) set_half(queue->*kAddress, kHalf, value);
}

const std::array<VirtioCommon::Field, 19> VirtioCommon::kFields{{
    // device_feature_select, device_feature
    {0x00, 4, [](const VirtioCommon &c) { return c.device_select_; },
     [](VirtioCommon &c, std::uint32_t value) { c.device_select_ = value; }},
    {0x04, 4, [](const VirtioCommon &c) { return half_of(c.offered(), c.device_select_); },
     nullptr},
    // driver_feature_select, driver_feature
    {0x08, 4, [](const VirtioCommon &c) { return c.driver_select_; },
     [](VirtioCommon &c, std::uint32_t value) { c.driver_select_ = value; }},
    {0x0C, 4, [](const VirtioCommon &c) { return half_of(c.accepted_, c.driver_select_); },
     [](VirtioCommon &c, std::uint32_t value) {
       const bool settled = (c.status_ & virtio_status::kFeaturesOk) != 0;
       if (!settled) set_half(c.accepted_, c.driver_select_, value);
     }},
    // config_msix_vector, num_queues
    {0x10, 2, [](const VirtioCommon &c) { return std::uint32_t{c.config_vector_}; },
     [](VirtioCommon &c, std::uint32_t value) { c.config_vector_ = c.known_vector(value); }},
    {0x12, 2, [](const VirtioCommon &c) { return std::uint32_t{c.shape_.queues}; }, nullptr},
    // device_status, config_generation
    {0x14, 1, [](const VirtioCommon &c) { return std::uint32_t{c.status_}; },
     [](VirtioCommon &c, std::uint32_t value) {
       if (c.on_status) c.on_status(static_cast<std::uint8_t>(value));
     }},
    {0x15, 1, [](const VirtioCommon &c) { return std::uint32_t{c.generation_}; }, nullptr},
    // queue_select, queue_size, queue_msix_vector
    {0x16, 2, [](const VirtioCommon &c) { return std::uint32_t{c.queue_select_}; },
     [](VirtioCommon &c, std::uint32_t value) {
       c.queue_select_ = static_cast<std::uint16_t>(value);
     }},
    {0x18, 2,
     [](const VirtioCommon &c) {
       return c.selected() != nullptr ? std::uint32_t{c.selected()->size} : 0;
     },
     [](VirtioCommon &c, std::uint32_t value) {
       if (Queue *queue = c.changeable()) queue->size = static_cast<std::uint16_t>(value);
     }},
    {0x1A, 2,
     [](const VirtioCommon &c) {
       return c.selected() != nullptr ? std::uint32_t{c.selected()->vector} : kNoVector;
     },
     [](VirtioCommon &c, std::uint32_t value) {
       if (c.selected() != nullptr) c.queues_[c.queue_select_].vector = c.known_vector(value);
     }},
    // queue_enable: cannot be taken back; queue_notify_off: the number of the queue
    {0x1C, 2,
     [](const VirtioCommon &c) {
       return std::uint32_t{c.selected() != nullptr && c.selected()->enabled};
     },
     [](VirtioCommon &c, std::uint32_t value) {
       if (value == 1 && c.changeable() != nullptr && c.on_queue_enable) {
         c.on_queue_enable(c.queue_select_);
       }
     }},
    {0x1E, 2, [](const VirtioCommon &c) { return std::uint32_t{c.queue_select_}; }, nullptr},
    // queue_desc, queue_driver, queue_device
    {0x20, 4, get_address<&Queue::descriptors, 0>, set_address<&Queue::descriptors, 0>},
    {0x24, 4, get_address<&Queue::descriptors, 1>, set_address<&Queue::descriptors, 1>},
    {0x28, 4, get_address<&Queue::driver_area, 0>, set_address<&Queue::driver_area, 0>},
    {0x2C, 4, get_address<&Queue::driver_area, 1>, set_address<&Queue::driver_area, 1>},
    {0x30, 4, get_address<&Queue::device_area, 0>, set_address<&Queue::device_area, 0>},
    {0x34, 4, get_address<&Queue::device_area, 1>, set_address<&Queue::device_area, 1>},
}};

VirtioCommon::VirtioCommon(const Shape &shape) : shape_(shape) { reset(); }

void VirtioCommon::reset() {
  device_select_ = driver_select_ = 0;
  accepted_ = 0;
  config_vector_ = kNoVector;
  status_ = generation_ = 0;
  queue_select_ = 0;
  queues_.assign(shape_.queues, Queue{.size = shape_.queue_size});
}

const VirtioCommon::Queue *VirtioCommon::selected() const {
  return queue_select_ < queues_.size() ? &queues_[queue_select_] : nullptr;
}

VirtioCommon::Queue *VirtioCommon::changeable() {
  if (queue_select_ >= queues_.size() || queues_[queue_select_].enabled) return nullptr;
  return &queues_[queue_select_];
}

std::uint16_t VirtioCommon::known_vector(std::uint32_t vector) const {
  return vector < shape_.vectors ? static_cast<std::uint16_t>(vector) : kNoVector;
}

std::uint64_t VirtioCommon::read(std::uint64_t offset, unsigned bytes) const {
  std::uint64_t value = 0;
  for (const Field &field : kFields) {
    const std::uint32_t whole = field.get(*this);
    for (unsigned i = 0; i < field.bytes; ++i) {
      const std::uint64_t position = field.offset + i - offset;
      if (position < bytes) value |= std::uint64_t{(whole >> (8 * i)) & 0xFF} << (8 * position);
    }
  }
  return value;
}

void VirtioCommon::write(std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  for (const Field &field : kFields) {
    if (field.set == nullptr) continue;
    std::uint32_t whole = field.get(*this);
    bool touched = false;
    for (unsigned i = 0; i < field.bytes; ++i) {
      const std::uint64_t position = field.offset + i - offset;
      if (position >= bytes) continue;
      touched = true;
      whole &= ~(std::uint32_t{0xFF} << (8 * i));
      whole |= static_cast<std::uint32_t>((value >> (8 * position)) & 0xFF) << (8 * i);
    }
    if (touched) field.set(*this, whole);
  }
}

}  // namespace dmar::devices
