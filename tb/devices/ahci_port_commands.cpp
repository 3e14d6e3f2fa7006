// SPDX-License-Identifier: Apache-2.0
// The commands of a port; see ahci_port.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "devices/ahci_port.hpp"
#include "devices/scatter.hpp"
#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

// Moved at a time: enough pages at once to hide latency, whatever the driver asks for.
constexpr std::uint64_t kChunkBytes = 64 * 1024;
constexpr std::uint8_t kInterruptFlag = 0x40;  // of a FIS
constexpr std::uint8_t kDirectionFlag = 0x20;  // to the host
constexpr std::uint8_t kDataReady = ata::kReady | ata::kDataRequest;

// The host adapter has no room for what the disk sends, or no data for what it asks for.
bool fits(const AhciRequest &request, const AtaAnswer &answer, AhciFailure &failure) {
  const bool block = answer.data == AtaAnswer::Data::kIn;
  const std::uint64_t wanted = block ? answer.reply.size() : answer.bytes;
  const bool to_disk = answer.data == AtaAnswer::Data::kWrite;
  const std::uint64_t room = total_bytes(request.data);
  if (to_disk != request.to_disk) {
    failure = {.interrupt = ahci::interrupt::kInterfaceFatal,
               .why = fmt::format("command {:#04x} with data in the wrong direction",
                                  request.command.command)};
  } else if (room < wanted) {
    failure = {.interrupt = ahci::interrupt::kOverflow,
               .why = fmt::format("command {:#04x} moves {} bytes, its descriptors {}",
                                  request.command.command, wanted, room)};
  } else {
    return true;
  }
  return false;
}

}  // namespace

// One task, so commands and FISes come in order.
Task<void> AhciPort::serve() {
  while (owner_.bus_master()) {
    if (can_post_signature()) {
      signature_waits_ = false;
      const Fis fis = first_fis();
      const DmaStatus status = co_await dma_write(port_, fis_place(ahci::kRegisterPlace), fis);
      if (tasks_.stopping()) co_return;
      if (status != DmaStatus::kOkay) halt(failure_of(status, "first FIS of the disk"));
    } else if (can_execute()) {
      // The next one behind the last, so that every slot has its turn.
      const unsigned turned =
          static_cast<unsigned>(std::countr_zero(std::rotr(issued_, static_cast<int>(slot_ + 1))));
      slot_ = (slot_ + 1 + turned) % ahci::kSlots;
      executing_ = true;
      Task<void> executing = execute(slot_);
      co_await executing;
      if (tasks_.stopping()) co_return;
      executing_ = false;
    } else {
      break;
    }
  }
  serving_ = false;
}

Task<void> AhciPort::execute(unsigned slot) {
  const std::uint64_t life = life_;
  AhciRequest request;
  AhciFailure failure;
  const std::function<bool()> ended = [this, life] { return given_up(life); };
  Task<void> reading = read_request(port_, ended, command_list_, slot, request, failure);
  co_await reading;
  if (given_up(life)) co_return;
  if (failure.interrupt != 0) {
    halt(failure);
    co_return;
  }
  if (request.control) {
    control_written(request);
    issued_ &= ~(1U << slot);
    co_return;
  }
  if (soft_reset_) {
    halt({.interrupt = ahci::interrupt::kInterfaceFatal,
          .why = fmt::format("command {:#04x} while the disk is held in its reset",
                             request.command.command)});
    co_return;
  }
  task_file_ = ata::kReady | ata::kBusy;
  AtaAnswer answer = disk_.begin(request.command);
  Task<void> working = carry_out(request, answer, failure);
  co_await working;
  if (given_up(life)) co_return;
  if (failure.interrupt != 0) {
    halt(failure);
  } else {
    complete(slot, request, answer);
  }
}

// Data, how many there were, and the FIS that says how it ended.
Task<void> AhciPort::carry_out(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure) {
  const std::uint64_t life = life_;
  const bool data = answer.error == 0 && answer.data != AtaAnswer::Data::kNone;
  if (data) {
    if (!fits(request, answer, failure)) co_return;
    Task<void> moving = answer.data == AtaAnswer::Data::kRead ? read_disk(request, answer, failure)
                        : answer.data == AtaAnswer::Data::kWrite
                            ? write_disk(request, answer, failure)
                            : give_block(request, answer, failure);
    co_await moving;
    if (given_up(life) || failure.interrupt != 0) co_return;
  }
  if (data && answer.error == 0) {
    const std::uint64_t moved =
        answer.data == AtaAnswer::Data::kIn ? answer.reply.size() : answer.bytes;
    const auto count = golden::to_little_endian(static_cast<std::uint32_t>(moved));
    const DmaStatus status = co_await dma_write(port_, Iova(request.header.raw() + 4), count);
    failure = failure_of(status, "byte count of a command");
    if (given_up(life) || failure.interrupt != 0) co_return;
  }
  // A block by the PIO protocol has announced its end beforehand.
  if (data && answer.data == AtaAnswer::Data::kIn) co_return;
  const Fis fis = register_fis(request.command, answer);
  const DmaStatus status = co_await dma_write(port_, fis_place(ahci::kRegisterPlace), fis);
  failure = failure_of(status, "FIS at the end of a command");
}

Task<void> AhciPort::read_disk(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure) {
  const std::uint64_t life = life_;
  std::vector<std::uint8_t> buffer(std::min(answer.bytes, kChunkBytes));
  for (std::uint64_t done = 0; done < answer.bytes;) {
    const std::span part = std::span(buffer).first(std::min(answer.bytes - done, kChunkBytes));
    if (!disk_.read(answer.offset + done, part, answer)) co_return;
    Task<DmaStatus> scattering = scatter(port_, request.data, done, part);
    const DmaStatus status = co_await scattering;
    failure = failure_of(status, "data of a read");
    if (given_up(life) || failure.interrupt != 0) co_return;
    done += part.size();
    statistics_.bytes_read += part.size();
  }
}

Task<void> AhciPort::write_disk(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure) {
  const std::uint64_t life = life_;
  std::vector<std::uint8_t> buffer(std::min(answer.bytes, kChunkBytes));
  for (std::uint64_t done = 0; done < answer.bytes;) {
    const std::span part = std::span(buffer).first(std::min(answer.bytes - done, kChunkBytes));
    Task<DmaStatus> gathering = gather(port_, request.data, done, part);
    const DmaStatus status = co_await gathering;
    failure = failure_of(status, "data of a write");
    if (given_up(life) || failure.interrupt != 0) co_return;
    if (!disk_.write(answer.offset + done, part, answer)) co_return;
    done += part.size();
    statistics_.bytes_written += part.size();
  }
  disk_.end_write(answer);
}

Task<void> AhciPort::give_block(AhciRequest &request, AtaAnswer &answer, AhciFailure &failure) {
  const std::uint64_t life = life_;
  Fis fis = register_fis(request.command, answer);
  fis[0] = ahci::kPioSetup;
  fis[1] = kInterruptFlag | kDirectionFlag;
  fis[2] = kDataReady;
  fis[15] = ata::kReady;
  const auto bytes = golden::to_little_endian(static_cast<std::uint16_t>(answer.reply.size()));
  std::copy(bytes.begin(), bytes.end(), fis.begin() + 16);
  DmaStatus status = co_await dma_write(port_, fis_place(ahci::kPioSetupPlace), fis);
  failure = failure_of(status, "FIS before a block of data");
  if (given_up(life) || failure.interrupt != 0) co_return;
  Task<DmaStatus> scattering = scatter(port_, request.data, 0, answer.reply);
  status = co_await scattering;
  failure = failure_of(status, "a block of data");
}

// The end of a software reset is one of the places where a disk sends its signature.
void AhciPort::control_written(const AhciRequest &request) {
  const bool ends = soft_reset_ && !request.soft_reset;
  if (ends) connect();
  soft_reset_ = request.soft_reset;
}

void AhciPort::complete(unsigned slot, const AhciRequest &request, const AtaAnswer &answer) {
  ++statistics_.commands;
  const bool block = answer.data == AtaAnswer::Data::kIn && answer.error == 0;
  std::uint32_t interrupts = block ? ahci::interrupt::kPioSetupFis : ahci::interrupt::kRegisterFis;
  if (request.interrupts && answer.data != AtaAnswer::Data::kNone) {
    interrupts |= ahci::interrupt::kDescriptor;
  }
  if (answer.error != 0) {
    task_file_ = std::uint32_t{answer.error} << 8 | ata::kFailed;
    ++statistics_.failed;
    halt({.interrupt = interrupts | ahci::interrupt::kTaskFileError, .why = answer.why});
    return;
  }
  task_file_ = ata::kReady;
  issued_ &= ~(1U << slot);
  raise(interrupts);
}

// Good, and with the signature of a disk; it asks for no interrupt.
AhciPort::Fis AhciPort::first_fis() {
  Fis fis = register_fis({.lba = 1}, {.count = 1});
  fis[1] = 0;
  fis[3] = 1;
  return fis;
}

AhciPort::Fis AhciPort::register_fis(const AtaCommand &command, const AtaAnswer &answer) {
  Fis fis{};
  fis[0] = ahci::kDeviceToHost;
  fis[1] = kInterruptFlag;
  fis[2] = answer.error != 0 ? ata::kFailed : ata::kReady;
  fis[3] = answer.error;
  for (unsigned i = 0; i < 3; ++i) {
    fis.at(4 + i) = static_cast<std::uint8_t>(command.lba >> (8 * i));
    fis.at(8 + i) = static_cast<std::uint8_t>(command.lba >> (8 * i + 24));
  }
  fis[7] = command.device;
  fis[12] = answer.count;
  return fis;
}

}  // namespace dmar::devices
