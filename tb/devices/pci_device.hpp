// SPDX-License-Identifier: Apache-2.0
// What every device model here is built on: configuration space, tasks, messages, interrupt pin,
// resets that software asks for, power states.
#ifndef DMAR_DEVICES_PCI_DEVICE_HPP
#define DMAR_DEVICES_PCI_DEVICE_HPP

#include <cstdint>
#include <optional>

#include "devices/ats_capability.hpp"
#include "devices/config_space.hpp"
#include "devices/dma_port.hpp"
#include "devices/message_sender.hpp"
#include "devices/pci_function.hpp"
#include "devices/pci_place.hpp"
#include "devices/power_capability.hpp"
#include "devices/reset_capability.hpp"
#include "devices/sriov_capability.hpp"
#include "devices/task_scope.hpp"

namespace dmar::devices {

// Whoever destroys a device makes sure that it is idle(), or that `port` calls nobody any more.
//
// A Function Level Reset, and the way back from D3hot: no DMA and no message starts from the write
// on; configuration space and pin are at reset at once. Until what was in flight has ended the
// function is not ready: reads give all ones, as they do behind a root complex that tells software
// of a device that answers "retry", and writes are lost; those of memory, too, which is still
// enabled if the function is a virtual one. After that everything is at reset.
//
// A function that goes away, as virtual ones do, is not ready in the same way until it is idle.
//
// In D3hot memory accesses find nobody, and there is no DMA, message or pin; configuration space
// works. What is in flight ends, and Transactions Pending says when.
class PciDevice : public PciFunction {
 public:
  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) final;
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) final;
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes) final;
  void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) final;
  [[nodiscard]] PciBar bar(unsigned number) const final { return config_.bar(number); }
  // Configuration space and pin at once, and it can be set up again at once; the registers when the
  // tasks have ended.
  void reset() final;
  [[nodiscard]] bool idle() const override { return tasks_.idle(); }

  // The bus that it is on is reset, while the power stays on. It is not ready until what was in
  // flight has ended.
  void hot_reset() { start_over(ConfigSpace::Reset::kHot, false); }
  // It is there no more: nothing starts, and when it comes back it is as new.
  void go_away() { start_over(ConfigSpace::Reset::kWhole, false); }

  // A memory access of this function.
  [[nodiscard]] bool claims(std::uint64_t address, unsigned bytes) const {
    return find(address, bytes).has_value();
  }
  // Bus, device and function under which its requests leave from now on; it learns them from
  // accesses to its configuration space.
  void identify(SourceId id);
  [[nodiscard]] SourceId routing_id() const { return routing_id_; }

  // Of a physical function with virtual ones, otherwise null.
  [[nodiscard]] SriovCapability *sriov() { return sriov_ ? &*sriov_ : nullptr; }

  [[nodiscard]] const ConfigSpace &config() const { return config_; }
  [[nodiscard]] const MessageSender &messages() const { return sender_; }

  // How often software reset the function: Function Level Resets, and ways back from D3hot.
  [[nodiscard]] std::uint64_t function_resets() const { return function_resets_; }
  [[nodiscard]] std::uint64_t power_resets() const { return power_resets_; }

 protected:
  PciDevice(DmaPort &port, const PciIdentity &identity, const PciPlace &place = {});

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
  [[nodiscard]] std::optional<ConfigSpace::Hit> find(std::uint64_t address, unsigned bytes) const;
  void drive_pin();
  void start_over(ConfigSpace::Reset kind, bool ready_meanwhile);
  void fall_asleep();
  void update_ats();

  DmaPort &port_;
  ConfigSpace config_;
  PowerCapability power_;
  ResetCapability reset_capability_;
  std::optional<SriovCapability> sriov_;
  std::optional<AtsCapability> ats_;
  TaskScope tasks_;
  MessageSender sender_;
  bool interrupt_ = false;
  bool pin_ = false;   // as the port was last told
  bool ready_ = true;  // false during a reset that software asked for
  SourceId routing_id_{};
  std::uint64_t function_resets_ = 0;
  std::uint64_t power_resets_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_PCI_DEVICE_HPP
