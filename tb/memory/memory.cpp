// SPDX-License-Identifier: Apache-2.0
// Pages, bus accesses, injected errors and observers. History: memory/history.cpp.
#include "memory/memory.hpp"

#include <algorithm>
#include <stdexcept>

namespace dmar {

bool Memory::fails(HostAddr address, std::size_t bytes, ErrorOn on) const {
  const std::uint64_t first = address.raw();
  const std::uint64_t last = first + (bytes == 0 ? 0 : bytes - 1);
  return std::any_of(errors_.begin(), errors_.end(), [&](const ErrorRange &range) {
    const bool kind = (static_cast<unsigned>(range.on) & static_cast<unsigned>(on)) != 0;
    return kind && range.until == kForever && range.first <= last && first <= range.last;
  });
}

bool Memory::read(HostAddr address, std::span<std::uint8_t> out) {
  if (fails(address, out.size(), ErrorOn::kRead)) return false;
  load(address, out);
  return true;
}

bool Memory::write(HostAddr address, std::span<const std::uint8_t> bytes) {
  if (fails(address, bytes.size(), ErrorOn::kWrite)) return false;
  store(address, bytes);
  return true;
}

void Memory::load(HostAddr address, std::span<std::uint8_t> out) const {
  std::uint64_t at = address.raw();
  while (!out.empty()) {
    const std::uint64_t offset = at % kPageBytes;
    const std::size_t part = std::min<std::size_t>(out.size(), kPageBytes - offset);
    const auto page = pages_.find(at / kPageBytes);
    if (page == pages_.end()) {
      std::fill_n(out.begin(), part, std::uint8_t{0});
    } else {
      std::copy_n(page->second.bytes.begin() + static_cast<std::ptrdiff_t>(offset), part,
                  out.begin());
    }
    out = out.subspan(part);
    at += part;
  }
}

void Memory::store(HostAddr address, std::span<const std::uint8_t> bytes) {
  std::uint64_t at = address.raw();
  std::span<const std::uint8_t> rest = bytes;
  while (!rest.empty()) {
    const std::uint64_t offset = at % kPageBytes;
    const std::size_t part = std::min<std::size_t>(rest.size(), kPageBytes - offset);
    store_in_page(at / kPageBytes, offset, rest.first(part));
    rest = rest.subspan(part);
    at += part;
  }
  for (const auto &[handle, observer] : observers_) observer(address, bytes);
}

void Memory::store_in_page(std::uint64_t number, std::uint64_t offset,
                           std::span<const std::uint8_t> bytes) {
  Page &page = pages_[number];
  if (recording_) keep_old_words(number, page, offset, bytes.size());
  std::copy(bytes.begin(), bytes.end(), page.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

void Memory::inject_error(HostAddr first, HostAddr last, ErrorOn on) {
  if (last < first) throw std::invalid_argument("inject_error: the range ends before it begins");
  errors_.push_back({first.raw(), last.raw(), on, recording_ ? now_ : 0, kForever});
}

void Memory::clear_errors() {
  if (!recording_) errors_.clear();
  for (ErrorRange &range : errors_) range.until = std::min(range.until, now_);
}

std::size_t Memory::observe_writes(WriteObserver observer) {
  observers_.emplace_back(next_handle_, std::move(observer));
  return next_handle_++;
}

void Memory::stop_observing(std::size_t handle) {
  std::erase_if(observers_, [handle](const auto &entry) { return entry.first == handle; });
}

}  // namespace dmar
