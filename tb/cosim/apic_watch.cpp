// SPDX-License-Identifier: Apache-2.0
// See apic_watch.hpp.
#include "cosim/apic_watch.hpp"

#include <charconv>

namespace dmar::cosim {

namespace {

constexpr std::string_view kRequests = "\nIRR";
constexpr std::string_view kLevelMark = "(level)";
// A message to the local APIC 0, that of the only CPU: physical destination, fixed.
constexpr std::uint64_t kMessageAddress = 0xFEE0'0000;
constexpr std::uint32_t kMessageLevel = 0xC000;  // level, asserted

}  // namespace

// "IRR" and the vectors in ascending order, or "(none)".
std::optional<ApicWatch::Pending> ApicWatch::highest_pending(std::string_view text) {
  const auto begin = text.find(kRequests);
  if (begin == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(begin + kRequests.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto digits_end = line.find_last_of("0123456789");
  if (digits_end == std::string_view::npos) return std::nullopt;
  const auto before = line.find_last_not_of("0123456789", digits_end);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  Pending pending{.level = line.substr(digits_end + 1).starts_with(kLevelMark)};
  const auto [end, error] =
      std::from_chars(line.data() + first, line.data() + digits_end + 1, pending.vector);
  if (error != std::errc()) return std::nullopt;
  return pending;
}

void ApicWatch::proceed(Clock::time_point now) {
  if (looking_ || !next_look_ || now < *next_look_) return;
  next_look_ = now + kBetweenLooks;
  look();
}

// One that somebody else has stopped stays so.
void ApicWatch::look() {
  looking_ = true;
  qmp_.monitor("info status", [this](const std::string &status) {
    if (status.find("running") == std::string::npos) {
      looking_ = false;
      return;
    }
    qmp_.monitor("info lapic", [this](const std::string &apic) { looked(highest_pending(apic)); });
  });
}

void ApicWatch::looked(std::optional<Pending> pending) {
  seen_ = pending && pending == pending_ ? seen_ + 1 : 1;
  pending_ = pending;
  if (pending && seen_ >= kLooks) {
    announce();
  } else {
    looking_ = false;
  }
}

void ApicWatch::announce() {
  const auto go_on = [this] {
    seen_ = 0;
    qmp_.execute("cont", [this] { looking_ = false; });
  };
  qmp_.execute("stop");
  qmp_.monitor("info registers", [this](const std::string &cpu) {
    halted_ = cpu.find("HLT=1") != std::string::npos;
  });
  qmp_.monitor("info lapic", [this, go_on](const std::string &apic) {
    if (highest_pending(apic) != pending_) {
      go_on();
      return;
    }
    if (halted_) ++forgotten_;
    qtest_.write32(kMessageAddress, pending_->vector | (pending_->level ? kMessageLevel : 0),
                   [go_on](std::uint64_t) { go_on(); });
  });
}

}  // namespace dmar::cosim
