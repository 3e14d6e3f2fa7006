// SPDX-License-Identifier: Apache-2.0
// A port of an AHCI host adapter with an ATA disk (AHCI 1.3.1, 3.3 and 5): one command at a time,
// no queuing in the disk, no port multiplier.
#ifndef DMAR_DEVICES_AHCI_PORT_HPP
#define DMAR_DEVICES_AHCI_PORT_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "devices/ahci_format.hpp"
#include "devices/ahci_request.hpp"
#include "devices/ata_disk.hpp"
#include "devices/dma_port.hpp"
#include "devices/task.hpp"
#include "devices/task_scope.hpp"

namespace dmar::devices {

// What a port needs of its adapter.
struct AhciOwner {
  std::function<bool()> bus_master;
  std::function<void()> interrupts_changed;
  std::function<void(const std::string &)> failed;
};

class AhciPort {
 public:
  AhciPort(DmaPort &port, TaskScope &tasks, AtaDisk &disk, AhciOwner owner);

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);

  // An interrupt is pending that the driver has enabled.
  [[nodiscard]] bool interrupts() const { return (interrupt_status() & interrupt_enable_) != 0; }
  // Looks for work: the function may have become a bus master.
  void kick();

  // No task is running. A reset of the adapter leaves the two addresses as they are.
  enum class Addresses : bool { kForget, kKeep };
  void reset(Addresses addresses);

  struct Statistics {
    std::uint64_t commands = 0;  // that came to their end
    std::uint64_t failed = 0;    // of them
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t halts = 0;  // a failure that stopped the port
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  [[nodiscard]] std::uint32_t interrupt_status() const;
  [[nodiscard]] std::uint32_t command_status() const;
  [[nodiscard]] bool can_execute() const;
  [[nodiscard]] bool can_post_signature() const { return signature_waits_ && fis_receive_; }
  void command_written(std::uint32_t value);
  void sata_control_written(std::uint32_t value);
  void stop();
  void connect();
  void raise(std::uint32_t interrupts);
  void halt(const AhciFailure &failure);
  // After a transfer of a command that began in this life: it is to be given up.
  [[nodiscard]] bool given_up(std::uint64_t life) const {
    return tasks_.stopping() || life != life_;
  }

  Task<void> serve();
  Task<void> execute(unsigned slot);
  Task<void> carry_out(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure);
  Task<void> read_disk(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure);
  Task<void> write_disk(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure);
  Task<void> give_block(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure);
  void control_written(const AhciRequest &request);
  void complete(unsigned slot, const AhciRequest &request, const AtaAnswer &answer);

  using Fis = std::array<std::uint8_t, ahci::kFisBytes>;
  [[nodiscard]] static Fis first_fis();
  [[nodiscard]] static Fis register_fis(const AtaCommand &command, const AtaAnswer &answer);
  [[nodiscard]] Iova fis_place(std::uint32_t offset) const {
    return Iova(std::uint64_t{fis_base_} + offset);
  }

  DmaPort &port_;
  TaskScope &tasks_;
  AtaDisk &disk_;
  AhciOwner owner_;
  std::uint32_t command_list_ = 0;
  std::uint32_t fis_base_ = 0;
  std::uint32_t interrupt_status_ = 0;
  std::uint32_t interrupt_enable_ = 0;
  bool started_ = false;
  bool fis_receive_ = false;
  std::uint32_t task_file_ = 0;
  std::uint32_t signature_ = 0;
  std::uint32_t sata_control_ = 0;
  std::uint32_t sata_error_ = 0;
  std::uint32_t issued_ = 0;
  unsigned slot_ = 0;             // of the command under way, or of the last one
  bool connected_ = false;        // the disk has answered
  bool signature_waits_ = false;  // its first FIS has not been stored yet
  bool soft_reset_ = false;       // the disk is held in it
  bool halted_ = false;           // by a failure, until it is stopped
  bool serving_ = false;          // a task is under way
  bool executing_ = false;        // it is at a command
  std::uint64_t life_ = 0;        // changes when the command under way is to be given up
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_AHCI_PORT_HPP
