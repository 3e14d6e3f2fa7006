// SPDX-License-Identifier: Apache-2.0
// The common configuration structure of a virtio PCI device (VIRTIO 1.2, 4.1.4.3): features,
// status, queue addresses.
#ifndef DMAR_DEVICES_VIRTIO_COMMON_HPP
#define DMAR_DEVICES_VIRTIO_COMMON_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace dmar::devices {

namespace virtio_status {
inline constexpr std::uint8_t kAcknowledge = 1;
inline constexpr std::uint8_t kDriver = 2;
inline constexpr std::uint8_t kDriverOk = 4;
inline constexpr std::uint8_t kFeaturesOk = 8;
inline constexpr std::uint8_t kNeedsReset = 64;
}  // namespace virtio_status

inline constexpr std::uint16_t kNoVector = 0xFFFF;

class VirtioCommon {
 public:
  static constexpr std::uint32_t kBytes = 0x38;

  struct Shape {
    std::uint64_t features = 0;  // offered
    std::uint16_t queues = 1;
    std::uint16_t queue_size = 128;  // largest, a power of two
    std::uint16_t vectors = 2;
  };
  struct Queue {
    std::uint16_t size = 0;
    std::uint16_t vector = kNoVector;
    bool enabled = false;
    std::uint64_t descriptors = 0;
    std::uint64_t driver_area = 0;
    std::uint64_t device_area = 0;
  };

  explicit VirtioCommon(const Shape &shape);
  void reset();

  // What the driver asks for; the owner decides.
  std::function<void(std::uint8_t)> on_status;
  std::function<void(std::uint16_t)> on_queue_enable;

  // Any `bytes` from 1 to 8 at any offset; what does not exist reads 0.
  [[nodiscard]] std::uint64_t read(std::uint64_t offset, unsigned bytes) const;
  void write(std::uint64_t offset, unsigned bytes, std::uint64_t value);

  [[nodiscard]] std::uint8_t status() const { return status_; }
  void set_status(std::uint8_t status) { status_ = status; }
  // The device configuration is another one than before.
  void configuration_changed() { ++generation_; }
  [[nodiscard]] std::uint64_t offered() const { return shape_.features; }
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] std::uint16_t config_vector() const { return config_vector_; }
  [[nodiscard]] std::uint16_t queues() const { return shape_.queues; }
  [[nodiscard]] std::uint16_t largest_queue() const { return shape_.queue_size; }
  [[nodiscard]] const Queue &queue(std::uint16_t index) const { return queues_.at(index); }
  void enable_queue(std::uint16_t index) { queues_.at(index).enabled = true; }

 private:
  struct Field {
    std::uint8_t offset;
    std::uint8_t bytes;
    std::uint32_t (*get)(const VirtioCommon &);
    void (*set)(VirtioCommon &, std::uint32_t);  // null: read-only
  };
  static const std::array<Field, 19> kFields;
  template <std::uint64_t Queue::*kAddress, unsigned kHalf>
  static std::uint32_t get_address(const VirtioCommon &common);
  template <std::uint64_t Queue::*kAddress, unsigned kHalf>
  static void set_address(VirtioCommon &common, std::uint32_t value);

  [[nodiscard]] const Queue *selected() const;
  Queue *changeable();  // selected and not enabled yet
  [[nodiscard]] std::uint16_t known_vector(std::uint32_t vector) const;

  Shape shape_;
  std::uint32_t device_select_ = 0;
  std::uint32_t driver_select_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint16_t config_vector_ = kNoVector;
  std::uint8_t status_ = 0;
  std::uint8_t generation_ = 0;  // of the device configuration, from reset on
  std::uint16_t queue_select_ = 0;
  std::vector<Queue> queues_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTIO_COMMON_HPP
