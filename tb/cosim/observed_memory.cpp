// SPDX-License-Identifier: Apache-2.0
// See observed_memory.hpp.
#include "cosim/observed_memory.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "bench/dma_burst.hpp"

namespace dmar::cosim {

namespace {

bool is_interrupt(const bench::AxiAccess &access) {
  return ((access.address.user >> bench::dma_user::kInterrupt) & 1) != 0;
}

std::string difference(std::span<const std::uint8_t> device, std::span<const std::uint8_t> memory) {
  if (device.size() != memory.size()) {
    return fmt::format("{} bytes at the device, {} at memory", device.size(), memory.size());
  }
  const auto [a, b] = std::ranges::mismatch(device, memory);
  if (a == device.end()) return "";
  return fmt::format("byte {} is {:02x} at the device, {:02x} at memory", a - device.begin(), *a,
                     *b);
}

}  // namespace

bool ObservedMemory::read(HostAddr address, std::span<std::uint8_t> out) {
  const bool good = ram_.read(address, out);
  if (good) pieces_.push_back({address.raw(), {out.begin(), out.end()}});
  return good;
}

// Nothing but a posting is exclusive. One that is refused looks again.
MemoryBus::Swap ObservedMemory::compare_and_swap(HostAddr address,
                                                 std::span<const std::uint8_t> expected,
                                                 std::span<const std::uint8_t> desired) {
  const Swap swap = ram_.compare_and_swap(address, expected, desired);
  Change change{.address = address};
  if (swap == Swap::kDone && expected.size() == sizeof(change.before)) {
    std::ranges::copy(expected, change.before.begin());
    std::ranges::copy(desired, change.after.begin());
    changes_.push_back(change);
  }
  return swap;
}

// A burst is read in one go, so its pieces follow each other; pieces in between are of tables.
std::vector<std::uint8_t> ObservedMemory::take_read(const bench::AxiAccess &access) {
  std::vector<std::uint8_t> bytes;
  const std::uint64_t first = access.address.address;
  const std::uint64_t end = bench::burst_end(access.address);
  while (!pieces_.empty() && first + bytes.size() < end) {
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (piece.address != first + bytes.size()) continue;
    bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
  }
  return bytes;
}

void ObservedMemory::note(const std::vector<bench::AxiAccess> &accesses) {
  for (const bench::AxiAccess &access : accesses) {
    if (is_interrupt(access)) continue;
    Burst burst{.access = access, .read = {}};
    if (!access.write && !access.error) burst.read = take_read(access);
    bursts_.push_back(std::move(burst));
  }
  pieces_.clear();
}

std::string ObservedMemory::check(const Request &request, std::uint8_t id,
                                  std::span<const std::uint8_t> data,
                                  const Completion &completion) {
  if (completion.status == Completion::Status::kBlocked || completion.interrupt) return "";
  if (!completion.address) return "";
  const bool write = bench::is_write(request.kind);
  const auto found = std::ranges::find_if(bursts_, [&](const Burst &burst) {
    const bench::AddressBeat &beat = burst.access.address;
    return burst.access.write == write && beat.id == id &&
           beat.address == completion.address->raw() &&
           (beat.user & 0xFFFF) == request.source_id.raw();
  });
  if (found == bursts_.end()) return "no access of memory belongs to it";
  const Burst burst = std::move(*found);
  bursts_.erase(found);
  if (completion.status != Completion::Status::kOkay) return "";
  if (!write) {
    return difference(
        completion.data,
        std::span(burst.read).first(std::min<std::size_t>(burst.read.size(), request.bytes)));
  }
  std::vector<std::uint8_t> written;
  for (const bench::WriteRun &run : burst.access.runs) {
    written.insert(written.end(), run.bytes.begin(), run.bytes.end());
  }
  return difference(data, written);
}

}  // namespace dmar::cosim
