// SPDX-License-Identifier: Apache-2.0
// See guest_memory.hpp.
#include "cosim/guest_memory.hpp"

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

template <class Word>
void copy_word(void *to, const void *from) {
  *static_cast<volatile Word *>(to) = *static_cast<const volatile Word *>(from);
}

// The other side may look at any moment, so a small aligned value must not arrive in pieces.
void copy(std::uint8_t *to, const std::uint8_t *from, std::size_t bytes) {
  const auto both = reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from);
  for (; bytes >= 8 && both % 8 == 0; to += 8, from += 8, bytes -= 8) {
    copy_word<std::uint64_t>(to, from);
  }
  if (bytes == 4 && both % 4 == 0) {
    copy_word<std::uint32_t>(to, from);
  } else if (bytes == 2 && both % 2 == 0) {
    copy_word<std::uint16_t>(to, from);
  } else {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace

GuestMemory::~GuestMemory() {
  for (const auto &[key, file] : files_) ::munmap(file.data, file.bytes);
}

const GuestMemory::File &GuestMemory::mapping_of(const RamRange &range) {
  struct stat status {};
  if (::fstat(range.file.raw(), &status) != 0) {
    throw CosimError(fmt::format("guest memory at {:#x}: {}", range.start, std::strerror(errno)));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (range.bytes == 0 || range.offset > size || size - range.offset < range.bytes) {
    throw CosimError(fmt::format(
        "guest memory at {:#x}: {} bytes from offset {:#x} do not fit its file of {} bytes",
        range.start, range.bytes, range.offset, size));
  }
  const FileKey key{status.st_dev, status.st_ino};
  const auto found = files_.find(key);
  if (found != files_.end() && found->second.bytes >= range.offset + range.bytes) {
    return found->second;
  }
  if (found != files_.end()) {
    throw CosimError(fmt::format("guest memory at {:#x}: its file has grown", range.start));
  }
  void *data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, range.file.raw(), 0);
  if (data == MAP_FAILED) {
    throw CosimError(fmt::format("guest memory at {:#x}: cannot be mapped: {}", range.start,
                                 std::strerror(errno)));
  }
  return files_.emplace(key, File{static_cast<std::uint8_t *>(data), size}).first->second;
}

GuestMemory::Range GuestMemory::range_of(const RamRange &range) {
  if (range.start + range.bytes < range.start) {
    throw CosimError(fmt::format("guest memory at {:#x}: wraps around", range.start));
  }
  return {range.start, range.bytes, mapping_of(range).data + range.offset, range.writable};
}

void GuestMemory::adopt(std::vector<Range> ranges) {
  std::ranges::sort(ranges, {}, &Range::start);
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].start < ranges[i - 1].start + ranges[i - 1].bytes) {
      throw CosimError(fmt::format("guest memory: ranges overlap at {:#x}", ranges[i].start));
    }
  }
  ranges_ = std::move(ranges);
}

void GuestMemory::replace(std::vector<RamRange> ranges) {
  std::vector<Range> next;
  for (const RamRange &range : ranges) next.push_back(range_of(range));
  adopt(std::move(next));
  settle();
}

void GuestMemory::add(const RamRange &range) {
  std::vector<Range> next = ranges_;
  next.push_back(range_of(range));
  adopt(std::move(next));
}

void GuestMemory::remove(std::uint64_t start, std::uint64_t bytes) {
  const auto inside = [&](const Range &range) {
    return range.start >= start && range.start - start < bytes;
  };
  for (const Range &range : ranges_) {
    const bool behind = inside(range) && bytes - (range.start - start) < range.bytes;
    const bool before = range.start < start && start - range.start < range.bytes;
    if (before || behind) {
      throw CosimError(
          fmt::format("guest memory: {} bytes at {:#x} end inside a range", bytes, start));
    }
  }
  for (const Range &range : ranges_) {
    if (inside(range)) gone_.insert(gone_.begin(), range);  // the last to go is found first
  }
  std::erase_if(ranges_, inside);
}

std::optional<GuestMemory::Range> GuestMemory::find(std::uint64_t address) const {
  std::uint64_t next = ~std::uint64_t{0};  // where the next range begins
  const auto in = [&](const std::vector<Range> &ranges) -> std::optional<Range> {
    for (const Range &range : ranges) {
      if (range.start > address) next = std::min(next, range.start);
      if (address < range.start || address - range.start >= range.bytes) continue;
      const std::uint64_t offset = address - range.start;
      return Range{address, range.bytes - offset, range.data + offset, range.writable};
    }
    return std::nullopt;
  };
  if (const auto found = in(ranges_)) return found;
  auto gone = in(gone_);
  if (gone) gone->bytes = std::min(gone->bytes, next - address);
  return gone;
}

template <class Move>
bool GuestMemory::move(HostAddr address, std::size_t bytes, bool write, Move move_piece) const {
  // Twice: nothing may happen when a part is missing.
  for (const bool check : {true, false}) {
    for (std::size_t done = 0; done < bytes;) {
      const std::optional<Range> range = find(address.raw() + done);
      if (!range || (write && !range->writable)) return false;
      const std::size_t piece = std::min<std::uint64_t>(range->bytes, bytes - done);
      if (!check) move_piece(range->data, done, piece);
      done += piece;
    }
  }
  return true;
}

bool GuestMemory::read(HostAddr address, std::span<std::uint8_t> out) {
  return move(address, out.size(), false,
              [&](const std::uint8_t *data, std::size_t at, std::size_t bytes) {
                copy(out.data() + at, data, bytes);
              });
}

MemoryBus::Swap GuestMemory::compare_and_swap(HostAddr address,
                                              std::span<const std::uint8_t> expected,
                                              std::span<const std::uint8_t> desired) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  bool changed = false;
  const auto swap_word = [&](std::uint8_t *data, std::size_t at) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::memcpy(&from, expected.data() + at, kWord);
    std::memcpy(&to, desired.data() + at, kWord);
    if (changed) return;
    std::atomic_ref<std::uint64_t> word(*reinterpret_cast<std::uint64_t *>(data));
    changed = from == to ? word.load() != from : !word.compare_exchange_strong(from, to);
  };
  const bool good = move(address, expected.size(), true,
                         [&](std::uint8_t *data, std::size_t at, std::size_t count) {
                           for (std::size_t k = 0; k + kWord <= count; k += kWord) {
                             swap_word(data + k, at + k);
                           }
                         });
  if (!good) return Swap::kError;
  return changed ? Swap::kChanged : Swap::kDone;
}

bool GuestMemory::write(HostAddr address, std::span<const std::uint8_t> bytes) {
  return move(address, bytes.size(), true,
              [&](std::uint8_t *data, std::size_t at, std::size_t count) {
                copy(data, bytes.data() + at, count);
              });
}

}  // namespace dmar::cosim
