// SPDX-License-Identifier: Apache-2.0
// See ahci_port.hpp. The commands are in ahci_port_commands.cpp.
#include "devices/ahci_port.hpp"

#include <utility>

namespace dmar::devices {

namespace {

constexpr std::uint32_t kDetection = 0x0F;  // SATA control
constexpr std::uint32_t kReset = 1;
constexpr std::uint32_t kOffline = 4;
constexpr std::uint32_t kControlBits = 0x0FFF;
constexpr std::uint32_t kUp = 0x123;  // SATA status: connected, 3 Gbit/s, active
constexpr std::uint32_t kNoSignature = 0xFFFF'FFFF;
constexpr std::uint32_t kDiskSignature = 0x0000'0101;
constexpr std::uint32_t kNoTaskFile = 0x7F;
constexpr std::uint32_t kDiagnosed = 0x0100U | ata::kReady;  // the first task file of a good disk

}  // namespace

AhciPort::AhciPort(DmaPort &port, TaskScope &tasks, AtaDisk &disk, AhciOwner owner)
    : port_(port), tasks_(tasks), disk_(disk), owner_(std::move(owner)) {
  reset(Addresses::kForget);
}

void AhciPort::reset(Addresses addresses) {
  if (addresses == Addresses::kForget) command_list_ = fis_base_ = 0;
  interrupt_status_ = interrupt_enable_ = 0;
  started_ = fis_receive_ = halted_ = serving_ = executing_ = false;
  sata_control_ = sata_error_ = issued_ = 0;
  slot_ = 0;
  ++life_;
  connect();
}

std::uint32_t AhciPort::interrupt_status() const {
  const bool changed = (sata_error_ & ahci::kExchanged) != 0;
  return interrupt_status_ | (changed ? ahci::interrupt::kConnectChange : 0);
}

std::uint32_t AhciPort::command_status() const {
  std::uint32_t value = ahci::kSpinUp | ahci::kPowerOn | slot_ << 8;
  if (started_) value |= ahci::kStart;
  if (fis_receive_) value |= ahci::kFisReceive;
  if (fis_receive_ || serving_) value |= ahci::kFisRunning;
  if (started_ || executing_) value |= ahci::kListRunning;
  return value;
}

std::uint32_t AhciPort::read(std::uint32_t offset) const {
  switch (offset) {
    case ahci::port::kCommandList:
      return command_list_;
    case ahci::port::kFisBase:
      return fis_base_;
    case ahci::port::kInterruptStatus:
      return interrupt_status();
    case ahci::port::kInterruptEnable:
      return interrupt_enable_;
    case ahci::port::kCommand:
      return command_status();
    case ahci::port::kTaskFile:
      return task_file_;
    case ahci::port::kSignature:
      return signature_;
    case ahci::port::kSataStatus:
      if ((sata_control_ & kDetection) == kOffline) return kOffline;
      return connected_ ? kUp : 0;
    case ahci::port::kSataControl:
      return sata_control_;
    case ahci::port::kSataError:
      return sata_error_;
    case ahci::port::kCommandIssue:
      return issued_;
    default:
      return 0;
  }
}

void AhciPort::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case ahci::port::kCommandList:
      command_list_ = value & ~std::uint32_t{0x3FF};
      break;
    case ahci::port::kFisBase:
      fis_base_ = value & ~std::uint32_t{0xFF};
      break;
    case ahci::port::kInterruptStatus:
      interrupt_status_ &= ~value;
      break;
    case ahci::port::kInterruptEnable:
      interrupt_enable_ = value & ahci::interrupt::kAll;
      break;
    case ahci::port::kCommand:
      command_written(value);
      break;
    case ahci::port::kSataControl:
      sata_control_written(value & kControlBits);
      break;
    case ahci::port::kSataError:
      sata_error_ &= ~value;
      break;
    case ahci::port::kCommandIssue:
      if (started_) issued_ |= value;
      break;
    default:
      break;
  }
  owner_.interrupts_changed();
  kick();
}

void AhciPort::command_written(std::uint32_t value) {
  const bool start = (value & ahci::kStart) != 0;
  if (started_ && !start) stop();
  started_ = start;
  fis_receive_ = (value & ahci::kFisReceive) != 0;
}

// What is in flight of the command under way ends; no more of it begins.
void AhciPort::stop() {
  ++life_;
  issued_ = 0;
  slot_ = 0;
  halted_ = false;
}

// A reset of the link, or its being switched off, lasts until the driver ends it.
void AhciPort::sata_control_written(std::uint32_t value) {
  const auto cuts = [](std::uint32_t control) {
    return (control & kDetection) == kReset || (control & kDetection) == kOffline;
  };
  const bool before = cuts(sata_control_);
  sata_control_ = value;
  if (cuts(value) && connected_) {
    ++life_;
    connected_ = signature_waits_ = false;
    task_file_ = kNoTaskFile;
    signature_ = kNoSignature;
  }
  if (before && !cuts(value)) {
    connect();
    sata_error_ |= ahci::kExchanged;
  }
}

// The disk comes up at once, and sends its first FIS.
void AhciPort::connect() {
  disk_.reset();
  connected_ = true;
  soft_reset_ = false;
  task_file_ = kDiagnosed;
  signature_ = kDiskSignature;
  signature_waits_ = true;
}

void AhciPort::raise(std::uint32_t interrupts) {
  interrupt_status_ |= interrupts;
  owner_.interrupts_changed();
}

void AhciPort::halt(const AhciFailure &failure) {
  halted_ = true;
  ++statistics_.halts;
  if (!failure.why.empty()) owner_.failed(failure.why);
  raise(failure.interrupt);
}

bool AhciPort::can_execute() const {
  const bool free = (task_file_ & (ata::kBusy | ata::kDataRequest)) == 0;
  return started_ && fis_receive_ && connected_ && !halted_ && free && issued_ != 0;
}

void AhciPort::kick() {
  const bool work = can_post_signature() || can_execute();
  if (serving_ || !work || tasks_.stopping()) return;
  serving_ = true;
  tasks_.start(serve());
}

}  // namespace dmar::devices
