// SPDX-License-Identifier: Apache-2.0
// The PCI transport of a virtio 1.x device (VIRTIO 1.2, 4.1): capabilities, status, notifications,
// interrupts. What the device does with its queues is left to a class on top.
#ifndef DMAR_DEVICES_VIRTIO_PCI_HPP
#define DMAR_DEVICES_VIRTIO_PCI_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "devices/msix.hpp"
#include "devices/pci_device.hpp"
#include "devices/request_queue.hpp"
#include "devices/virtio_capabilities.hpp"
#include "devices/virtio_common.hpp"
#include "devices/virtqueue.hpp"

namespace dmar::devices {

// Features of every device (VIRTIO 1.2, 6), as bit numbers.
namespace virtio_feature {
inline constexpr unsigned kIndirectDescriptors = 28;
inline constexpr unsigned kEventIndex = 29;
inline constexpr unsigned kVersion1 = 32;
inline constexpr unsigned kAccessPlatform = 33;
inline constexpr unsigned kSriov = 37;  // the device is a physical function with virtual ones
}  // namespace virtio_feature

constexpr std::uint64_t feature_bit(unsigned number) { return std::uint64_t{1} << number; }

class VirtioPci : public PciDevice {
 public:
  static constexpr std::uint32_t kBarBytes = 16 * 1024;
  // Places in BAR 0.
  static constexpr std::uint32_t kCommonOffset = 0x0000;
  static constexpr std::uint32_t kIsrOffset = 0x0800;
  static constexpr std::uint32_t kDeviceOffset = 0x1000;
  static constexpr std::uint32_t kNotifyOffset = 0x1800;
  static constexpr std::uint32_t kNotifyMultiplier = 4;
  static constexpr std::uint32_t kTableOffset = 0x2000;
  static constexpr std::uint32_t kPendingOffset = 0x3000;

  // How the device stands with its driver.
  [[nodiscard]] std::uint8_t status() const { return common_.status(); }
  [[nodiscard]] std::uint64_t features() const { return common_.accepted(); }
  [[nodiscard]] std::uint64_t interrupts() const { return messages().sent() + pin_interrupts_; }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  [[nodiscard]] std::uint64_t resets() const { return resets_; }  // by the driver
  // What went wrong last, for the user; empty when nothing has.
  [[nodiscard]] const std::string &last_error() const { return last_error_; }

 protected:
  struct Kind {
    std::uint16_t device_type = 0;  // VIRTIO 1.2, 5
    std::uint32_t class_code = 0;
    VirtioCommon::Shape shape = {};
    std::vector<std::uint8_t> configuration = {};  // device-specific, read-only for drivers
    PciPlace place = {};
  };
  VirtioPci(DmaPort &port, const Kind &kind);

  // The driver has notified; running() is true.
  virtual void queue_notified(std::uint16_t queue) = 0;
  // Back to the state after power-on; no task is running.
  virtual void device_reset() = 0;

  // The driver may accept these features together; all of them are offered.
  [[nodiscard]] virtual bool acceptable(std::uint64_t) const { return true; }
  // Another value in the device configuration, from `offset` on.
  void configure(std::size_t offset, std::span<const std::uint8_t> bytes);

  // The driver is ready, nothing is broken, no reset is under way. To be asked after each transfer.
  [[nodiscard]] bool running() const;
  [[nodiscard]] bool accepted(unsigned feature) const {
    return (common_.accepted() & feature_bit(feature)) != 0;
  }
  [[nodiscard]] QueueLayout layout_of(std::uint16_t queue) const;
  // This device behind a queue of its own.
  [[nodiscard]] QueueOwner owner_of(std::uint16_t queue);
  void note_error(const std::string &what);
  // The driver broke the rules so that the device cannot go on: it needs a reset.
  void broken(const std::string &what);

  std::uint64_t bar_read(unsigned bar, std::uint64_t offset, unsigned bytes) override;
  void bar_write(unsigned bar, std::uint64_t offset, unsigned bytes, std::uint64_t value) override;
  void before_config_read(std::uint32_t offset, unsigned bytes) override;
  void after_config_write(std::uint32_t offset, unsigned bytes) override;
  void interrupts_reset() override;
  void registers_reset() override;

 private:
  void status_written(std::uint8_t status);
  void queue_enabled(std::uint16_t queue);
  std::uint64_t read_isr(std::uint64_t offset);
  [[nodiscard]] std::uint64_t read_configuration(std::uint64_t offset, unsigned bytes) const;
  void queue_interrupt(std::uint16_t queue);
  void interrupt(std::uint16_t vector, std::uint8_t isr_bit);
  void deliver_notifications();

  std::vector<std::uint8_t> configuration_;
  VirtioCommon common_;
  Msix msix_;
  ConfigWindow window_;
  std::uint8_t isr_ = 0;
  std::uint64_t notified_ = 0;  // bit for each queue, until the device may look at it
  std::uint64_t pin_interrupts_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t resets_ = 0;
  std::string last_error_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTIO_PCI_HPP
