// SPDX-License-Identifier: Apache-2.0
// See edu.hpp.
#include "devices/edu.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace dmar::devices {

namespace {

constexpr std::uint64_t kIdentification = 0x00;
constexpr std::uint64_t kLiveness = 0x04;
constexpr std::uint64_t kFactorial = 0x08;
constexpr std::uint64_t kStatus = 0x20;
constexpr std::uint64_t kInterruptStatus = 0x24;
constexpr std::uint64_t kRaise = 0x60;
constexpr std::uint64_t kAcknowledge = 0x64;
constexpr std::uint64_t kFirstWide = 0x80;
constexpr std::uint64_t kDmaSource = 0x80;
constexpr std::uint64_t kDmaDestination = 0x88;
constexpr std::uint64_t kDmaCount = 0x90;
constexpr std::uint64_t kDmaCommand = 0x98;
constexpr std::uint64_t kDmaStatus = 0xA0;
constexpr std::uint64_t kMessageAddress = 0xA8;
constexpr std::uint64_t kMessageData = 0xB0;
constexpr std::uint64_t kMessageStatus = 0xB4;
constexpr std::uint64_t kProvoke = 0xB8;
constexpr std::uint64_t kStrayToCome = 0xBC;
constexpr std::uint64_t kStrayEnded = 0xC0;
constexpr std::uint64_t kStrayBlocked = 0xC4;
constexpr std::uint64_t kStrayPause = 0xC8;

constexpr std::uint32_t kStatusInterrupt = 0x80;
constexpr std::uint32_t kInterruptFactorial = 0x001;
constexpr std::uint32_t kInterruptDma = 0x100;
constexpr std::uint64_t kCommandStart = 1;
constexpr std::uint64_t kCommandFromBuffer = 2;
constexpr std::uint64_t kCommandInterrupt = 4;
constexpr std::uint64_t kCommandBits = 7;
constexpr std::uint32_t kNotBegun = 3;
constexpr std::uint32_t kUnderWay = 0x8000'0000;
constexpr std::uint64_t kNothing = ~std::uint64_t{0};

constexpr PciIdentity kIdentity{.vendor = 0x1234,
                                .device = 0x11E8,
                                .revision = 0x10,
                                .class_code = 0x00FF00,
                                .subsystem_vendor = 0x1AF4,
                                .subsystem = 0x1100,
                                .interrupt_pin = 1};

bool inside_buffer(std::uint64_t address, std::uint64_t count) {
  const std::uint64_t offset = address - Edu::kBuffer;
  return count <= Edu::kBufferBytes && offset <= Edu::kBufferBytes - count;
}

}  // namespace

Edu::Edu(DmaPort &port, const PciPlace &place)
    : PciDevice(port, kIdentity, place), msi_(config_space(), sender()), stray_(port) {
  config_space().add_memory_bar(0, kBarBytes);
}

void Edu::registers_reset() {
  buffer_.fill(0);
  liveness_ = factorial_ = status_ = interrupt_status_ = 0;
  dma_ = {};
  dma_status_ = 0;
  stray_pause_ = 0;
  message_address_ = message_data_ = message_status_ = messages_under_way_ = 0;
}

std::uint64_t Edu::bar_read(unsigned, std::uint64_t offset, unsigned bytes) {
  if (bytes == 4 && (offset < kFirstWide || wide_register(offset) == nullptr)) {
    return read32(offset);
  }
  const std::uint64_t *wide = wide_register(offset);
  if (wide == nullptr || (bytes != 4 && bytes != 8) || offset % bytes != 0) return kNothing;
  return *wide >> (offset % 8 * 8);
}

std::uint32_t Edu::read32(std::uint64_t offset) const {
  switch (offset) {
    case kIdentification:
      return 0x0100'00ED;
    case kLiveness:
      return ~liveness_;
    case kFactorial:
      return factorial_;
    case kStatus:
      return status_;
    case kInterruptStatus:
      return interrupt_status_;
    case kDmaStatus:
      return dma_status_;
    case kMessageData:
      return message_data_;
    case kMessageStatus:
      return message_status_ | (messages_under_way_ != 0 ? kUnderWay : 0);
    case kStrayPause:
      return stray_pause_;
    case kStrayToCome:
      return stray_.left();
    case kStrayEnded:
      return stray_.ended();
    case kStrayBlocked:
      return stray_.blocked();
    default:
      return static_cast<std::uint32_t>(kNothing);
  }
}

void Edu::bar_write(unsigned, std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  if (tasks().stopping()) return;
  if (wide_register(offset) != nullptr) {
    if ((bytes == 4 || bytes == 8) && offset % bytes == 0) write_wide(offset, bytes, value);
  } else if (bytes == 4) {
    write32(offset, static_cast<std::uint32_t>(value));
  }
}

void Edu::write32(std::uint64_t offset, std::uint32_t value) {
  switch (offset) {
    case kLiveness:
      liveness_ = value;
      break;
    case kFactorial:
      compute_factorial(value);
      break;
    case kStatus:
      status_ = value & kStatusInterrupt;
      break;
    case kRaise:
      raise(value);
      break;
    case kAcknowledge:
      acknowledge(value);
      break;
    case kMessageData:
      message_data_ = value;
      tasks().start(send_message({.address = message_address_, .data = value}));
      break;
    case kStrayPause:
      stray_pause_ = value;
      break;
    case kStrayToCome:
      start_stray_writes(value);
      break;
    case kProvoke:
      if (on_provoke) on_provoke(value);
      break;
    default:
      break;
  }
}

std::uint64_t *Edu::wide_register(std::uint64_t offset) {
  switch (offset & ~std::uint64_t{7}) {
    case kDmaSource:
      return &dma_.source;
    case kDmaDestination:
      return &dma_.destination;
    case kDmaCount:
      return &dma_.count;
    case kDmaCommand:
      return &dma_.command;
    case kMessageAddress:
      return &message_address_;
    default:
      return nullptr;
  }
}

void Edu::write_wide(std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  std::uint64_t *wide = wide_register(offset);
  if (wide != &message_address_ && (dma_.command & kCommandStart) != 0) return;
  const std::uint64_t half = 0xFFFF'FFFF;
  if (bytes == 8) {
    *wide = value;
  } else if (offset % 8 == 0) {
    *wide = (*wide & ~half) | (value & half);
  } else {
    *wide = (*wide & half) | (value << 32);
  }
  dma_.command &= kCommandBits;
  if (wide == &dma_.command && (dma_.command & kCommandStart) != 0) start_dma();
}

void Edu::start_stray_writes(std::uint32_t count) {
  if (count == 0) {
    stray_.stop();
    return;
  }
  StrayWriter::Line line{};
  std::copy_n(buffer_.begin(), line.size(), line.begin());
  stray_.start(Iova(dma_.destination), line, count, stray_pause_);
}

void Edu::compute_factorial(std::uint32_t n) {
  factorial_ = 1;
  // 34! and all beyond are 0 modulo 2^32.
  for (std::uint32_t i = 2; i <= std::min<std::uint32_t>(n, 34); ++i) factorial_ *= i;
  if ((status_ & kStatusInterrupt) != 0) raise(kInterruptFactorial);
}

void Edu::raise(std::uint32_t bits) {
  interrupt_status_ |= bits;
  if (interrupt_status_ == 0) return;
  ++statistics_.interrupts;
  if (msi_.enabled()) {
    msi_.notify();
  } else {
    set_interrupt(true);
  }
}

void Edu::acknowledge(std::uint32_t bits) {
  interrupt_status_ &= ~bits;
  if (interrupt_status_ == 0) set_interrupt(false);
}

void Edu::start_dma() {
  const bool from_buffer = (dma_.command & kCommandFromBuffer) != 0;
  const std::uint64_t inside = from_buffer ? dma_.source : dma_.destination;
  if (!config().bus_master() || !inside_buffer(inside, dma_.count)) {
    end_dma(kNotBegun);
  } else {
    tasks().start(transfer(dma_));
  }
}

Task<void> Edu::transfer(Dma dma) {
  DmaStatus status = DmaStatus::kOkay;
  // Its own copy: what the buffer holds changes only when the whole transfer has succeeded.
  std::vector<std::uint8_t> bytes(dma.count);
  if (dma.count == 0) {
    // Nothing to move.
  } else if ((dma.command & kCommandFromBuffer) != 0) {
    const std::span from = std::span(buffer_).subspan(dma.source - kBuffer, dma.count);
    std::copy(from.begin(), from.end(), bytes.begin());
    status = co_await dma_write(port(), Iova(dma.destination), bytes);
  } else {
    status = co_await dma_read(port(), Iova(dma.source), bytes);
    const std::size_t to = dma.destination - kBuffer;
    const bool keep = status == DmaStatus::kOkay && !tasks().stopping();
    if (keep) std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<long>(to));
  }
  if (!tasks().stopping()) end_dma(static_cast<std::uint32_t>(status));
}

void Edu::end_dma(std::uint32_t status) {
  ++statistics_.transfers;
  if (status == static_cast<std::uint32_t>(DmaStatus::kBlocked)) ++statistics_.blocked;
  if (status == static_cast<std::uint32_t>(DmaStatus::kMemoryError)) ++statistics_.memory_errors;
  dma_status_ = status;
  dma_.command &= ~kCommandStart;
  if ((dma_.command & kCommandInterrupt) != 0) raise(kInterruptDma);
}

Task<void> Edu::send_message(Message message) {
  if (!config().bus_master()) {
    message_status_ = kNotBegun;
    co_return;
  }
  ++messages_under_way_;
  const DmaStatus status = co_await dma_message(port(), message);
  --messages_under_way_;
  message_status_ = static_cast<std::uint32_t>(status);
}

}  // namespace dmar::devices
