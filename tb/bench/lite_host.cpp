// SPDX-License-Identifier: Apache-2.0
#include "bench/lite_host.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace dmar::bench {
namespace {

constexpr unsigned kLaneBytes = 8;
constexpr std::uint32_t kRegisterBytes = 4096;

constexpr std::uint64_t byte_mask(unsigned bytes) {
  return bytes >= kLaneBytes ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

}  // namespace

LiteHost::LiteHost(LiteBus &bus, unsigned stall_percent, std::uint64_t seed)
    : aw_(bus.aw, stall_percent, Random(seed, 1)),
      w_(bus.w, stall_percent, Random(seed, 2)),
      b_(bus.b, "s_reg B", stall_percent, Random(seed, 3)),
      ar_(bus.ar, stall_percent, Random(seed, 4)),
      r_(bus.r, "s_reg R", stall_percent, Random(seed, 5)) {}

void LiteHost::check_start(std::uint32_t offset, unsigned bytes) const {
  if (busy()) throw std::logic_error("register access started before the last one ended");
  if (bytes == 0 || offset % kLaneBytes + bytes > kLaneBytes || offset >= kRegisterBytes) {
    throw std::invalid_argument(fmt::format(
        "AXI4-Lite cannot express a register access of {} bytes at {:#x}", bytes, offset));
  }
}

void LiteHost::start_read(std::uint32_t offset, unsigned bytes) {
  check_start(offset, bytes);
  state_ = State::kRead;
  offset_ = offset;
  bytes_ = bytes;
  ar_.push(static_cast<std::uint16_t>(offset));
}

void LiteHost::start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  check_start(offset, bytes);
  state_ = State::kWrite;
  offset_ = offset;
  bytes_ = bytes;
  const unsigned lane = offset % kLaneBytes;
  aw_.push(static_cast<std::uint16_t>(offset));
  w_.push({.data = (value & byte_mask(bytes)) << (8 * lane),
           .strobes = static_cast<std::uint8_t>(((1U << bytes) - 1U) << lane)});
}

void LiteHost::finish_read(const LiteReadData &beat) {
  if (state_ != State::kRead || !ar_.empty()) {
    throw ProtocolError("s_reg R: answer without an accepted read");
  }
  if (beat.resp != kRespOkay) {
    throw ProtocolError(fmt::format("s_reg R: response {} at {:#x}", beat.resp, offset_));
  }
  result_ = (beat.data >> (8 * (offset_ % kLaneBytes))) & byte_mask(bytes_);
  state_ = State::kIdle;
}

void LiteHost::finish_write(std::uint8_t resp) {
  if (state_ != State::kWrite || !aw_.empty() || !w_.empty()) {
    throw ProtocolError("s_reg B: answer before address and data were accepted");
  }
  if (resp != kRespOkay) {
    throw ProtocolError(fmt::format("s_reg B: response {} at {:#x}", resp, offset_));
  }
  state_ = State::kIdle;
}

void LiteHost::sample(std::uint64_t /*cycle*/) {
  // Answers are judged before this edge's requests count as accepted: an answer in the cycle of
  // its own request would be a combinational path that AXI forbids.
  if (const auto *beat = r_.sample()) finish_read(*beat);
  if (const auto *resp = b_.sample()) finish_write(*resp);
  ar_.sample();
  aw_.sample();
  w_.sample();
}

void LiteHost::drive() {
  ar_.drive();
  aw_.drive();
  w_.drive();
  r_.drive();
  b_.drive();
}

}  // namespace dmar::bench
