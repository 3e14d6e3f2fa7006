// SPDX-License-Identifier: Apache-2.0
// What every device model here is built on: configuration space, tasks, messages, interrupt pin.
#ifndef DMAR_DEVICES_PCI_DEVICE_HPP
#define DMAR_DEVICES_PCI_DEVICE_HPP

#include <cstdint>

#include "devices/config_space.hpp"
#include "devices/dma_port.hpp"
#include "devices/message_sender.hpp"
#include "devices/pci_function.hpp"
#include "devices/task_scope.hpp"

namespace dmar::devices {

// Whoever destroys a device makes sure that it is idle(), or that `port` calls nobody any more.
class PciDevice : public PciFunction {
 public:
  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) final;
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) final;
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes) final;
  void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) final;
  // Configuration space and pin at once; the registers when the tasks have ended.
  void reset() final;
  [[nodiscard]] bool idle() const final { return tasks_.idle(); }

  [[nodiscard]] const ConfigSpace &config() const { return config_; }
  [[nodiscard]] const MessageSender &messages() const { return sender_; }

 protected:
  PciDevice(DmaPort &port, const PciIdentity &identity);

  virtual std::uint64_t bar_read(unsigned bar, std::uint64_t offset, unsigned bytes) = 0;
  virtual void bar_write(unsigned bar, std::uint64_t offset, unsigned bytes,
                         std::uint64_t value) = 0;
  // Around accesses to configuration space, for fields that are more than memory.
  virtual void before_config_read(std::uint32_t, unsigned) {}
  virtual void after_config_write(std::uint32_t offset, unsigned bytes) = 0;
  virtual void interrupts_reset() = 0;  // at once; no message may leave any more
  virtual void registers_reset() = 0;   // no task is running

  // The level of INTA; Interrupt Disable of the command register holds it back.
  void set_interrupt(bool asserted);

  ConfigSpace &config_space() { return config_; }
  TaskScope &tasks() { return tasks_; }
  [[nodiscard]] const TaskScope &tasks() const { return tasks_; }
  DmaPort &port() { return port_; }
  MessageSender &sender() { return sender_; }

 private:
  void drive_pin();

  DmaPort &port_;
  ConfigSpace config_;
  TaskScope tasks_;
  MessageSender sender_;
  bool interrupt_ = false;
  bool pin_ = false;  // as the port was last told
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_PCI_DEVICE_HPP
