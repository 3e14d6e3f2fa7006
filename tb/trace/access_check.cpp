// SPDX-License-Identifier: Apache-2.0
// See access_check.hpp.
#include "trace/access_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "dmar/structures.hpp"
#include "trace/outcome.hpp"

namespace dmar::trace {

namespace {

constexpr std::uint64_t kBeatBytes = 16;  // a read may fetch the rest of its first and last beat
constexpr std::uint64_t kLineBytes = 64;

// Different for each event, so that a byte left over from another request is noticed.
std::vector<std::uint8_t> event_pattern(unsigned line, std::size_t bytes) {
  std::vector<std::uint8_t> out(bytes);
  std::uint32_t state = line * 2654435761U + 1;
  for (std::uint8_t &byte : out) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return out;
}

std::uint64_t round_down(std::uint64_t value) { return value & ~(kBeatBytes - 1); }
std::uint64_t round_up(std::uint64_t value) { return round_down(value + kBeatBytes - 1); }

}  // namespace

AccessCheck::AccessCheck(Target &target, const Memory &reference)
    : target_(target), memory_(target.iommu().memory()), reference_(reference) {
  observer_ = memory_.observe_writes([this](HostAddr address, std::span<const std::uint8_t> bytes) {
    if (watching_) writes_.push_back({address.raw(), bytes.size()});
  });
}

AccessCheck::~AccessCheck() { memory_.stop_observing(observer_); }

void AccessCheck::add_line(const MemEvent &event) {
  table_lines_.insert(event.address.raw() / kLineBytes);
  fill(event.address, event.bytes);
}

bool AccessCheck::holds_tables(std::uint64_t address, std::size_t bytes) const {
  for (std::uint64_t line = address / kLineBytes; line <= (address + bytes - 1) / kLineBytes;
       ++line) {
    if (table_lines_.contains(line)) return true;
  }
  return false;
}

void AccessCheck::fill(HostAddr address, std::span<const std::uint8_t> bytes) {
  watching_ = false;
  memory_.store(address, bytes);
  watching_ = true;
}

void AccessCheck::restore(HostAddr address, std::size_t bytes) {
  std::vector<std::uint8_t> contents(bytes);
  reference_.load(address, contents);
  fill(address, contents);
}

Completion AccessCheck::carry_out(const DmaEvent &event, unsigned line,
                                  std::vector<std::string> &complaints) {
  const std::vector<std::uint8_t> pattern = event_pattern(line, event.bytes);
  // The pattern goes where the recording says the read must go.
  const bool filled =
      !event.write && event.address && !holds_tables(event.address->raw(), event.bytes);
  if (filled) fill(*event.address, pattern);
  const auto data =
      event.write ? std::span<const std::uint8_t>(pattern) : std::span<const std::uint8_t>();
  const Completion completion = target_.iommu().access(request_of(event), data);
  check_ports(event, completion, complaints);
  if (completion.status == Completion::Status::kOkay && completion.address) {
    if (event.write) {
      check_written(*completion.address, pattern, complaints);
    } else {
      check_read(event, completion, complaints);
    }
  }
  if (filled) restore(*event.address, event.bytes);
  return completion;
}

Completion AccessCheck::carry_out(const InterruptEvent &event,
                                  std::vector<std::string> &complaints) {
  std::array<std::uint8_t, 4> data{};
  for (unsigned i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(event.input.data >> (8 * i));
  const Completion completion = target_.iommu().access(request_of(event), data);
  for (const HostAccess &access : target_.take_accesses()) {
    complaints.push_back(
        fmt::format("an interrupt request caused an access to {:x}", access.address.raw()));
  }
  return completion;
}

Completion AccessCheck::carry_out(const AskEvent &event, std::vector<std::string> &complaints) {
  const Completion completion = target_.iommu().access(request_of(event));
  for (const HostAccess &access : target_.take_accesses()) {
    complaints.push_back(
        fmt::format("a translation request caused an access to {:x}", access.address.raw()));
  }
  return completion;
}

void AccessCheck::check_posted(HostAddr descriptor, std::vector<std::string> &complaints) {
  std::array<std::uint8_t, posted_descriptor::kBytes> found{};
  std::array<std::uint8_t, posted_descriptor::kBytes> wanted{};
  memory_.load(descriptor, found);
  reference_.load(descriptor, wanted);
  if (found != wanted) {
    complaints.push_back(
        fmt::format("the posted descriptor at {:x} is another one than that of "
                    "the golden model",
                    descriptor.raw()));
  }
  const std::uint64_t first = descriptor.raw();
  std::erase_if(writes_, [&](const Write &write) {
    return write.address >= first && write.address + write.bytes <= first + found.size();
  });
}

// Every burst behind the unit lies inside the bytes asked for, and a blocked request causes none.
void AccessCheck::check_ports(const DmaEvent &event, const Completion &completion,
                              std::vector<std::string> &complaints) {
  const auto accesses = target_.take_accesses();
  const bool allowed = completion.status != Completion::Status::kBlocked && completion.address;
  const std::uint64_t first = allowed ? round_down(completion.address->raw()) : 0;
  const std::uint64_t end = allowed ? round_up(completion.address->raw() + event.bytes) : 0;
  for (const HostAccess &access : accesses) {
    const std::uint64_t from = access.address.raw();
    if (access.write != event.write || from < first || from + access.bytes > end) {
      complaints.push_back(fmt::format("{} of {} bytes at {:x} that nobody asked for",
                                       access.write ? "write" : "read", access.bytes, from));
    }
  }
}

void AccessCheck::check_read(const DmaEvent &event, const Completion &completion,
                             std::vector<std::string> &complaints) {
  std::vector<std::uint8_t> expected(event.bytes);
  memory_.load(*completion.address, expected);
  if (completion.data != expected) {
    const auto [have, want] = std::mismatch(completion.data.begin(), completion.data.end(),
                                            expected.begin(), expected.end());
    complaints.push_back(fmt::format("read data differ from memory from byte {} on",
                                     have - completion.data.begin()));
  }
}

// The bytes are in memory and nowhere else; afterwards memory is as the reference has it.
void AccessCheck::check_written(HostAddr address, std::span<const std::uint8_t> bytes,
                                std::vector<std::string> &complaints) {
  std::vector<std::uint8_t> found(bytes.size());
  memory_.load(address, found);
  if (!std::equal(bytes.begin(), bytes.end(), found.begin())) {
    complaints.push_back(fmt::format("the bytes written did not arrive at {:x}", address.raw()));
  }
  const std::uint64_t first = address.raw();
  std::erase_if(writes_, [&](const Write &write) {
    return write.address >= first && write.address + write.bytes <= first + bytes.size();
  });
  restore(address, bytes.size());
}

void AccessCheck::check_writes(const std::vector<StatusEvent> &expected,
                               std::vector<std::string> &complaints) {
  for (const Write &write : std::exchange(writes_, {})) {
    const bool known = std::any_of(expected.begin(), expected.end(), [&](const StatusEvent &event) {
      return write.address >= event.address.raw() &&
             write.address + write.bytes <= event.address.raw() + sizeof(event.value);
    });
    if (!known) {
      complaints.push_back(
          fmt::format("{} bytes written to {:x} by no request", write.bytes, write.address));
    }
  }
}

}  // namespace dmar::trace
