// SPDX-License-Identifier: Apache-2.0
// Host memory: sparse, never written reads as zero, with injectable errors and, when asked to,
// the versions each word had over time.
#ifndef DMAR_MEMORY_MEMORY_HPP
#define DMAR_MEMORY_MEMORY_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"

namespace dmar {

// What a read of one aligned 8-byte word gave from `from` to `until`, both inclusive: at the
// moment of a change the old and the new version are both possible.
struct WordVersion {
  std::optional<std::uint64_t> value = {};  // nullopt: reads answered with an error
  std::uint64_t from = 0;
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();

  friend bool operator==(const WordVersion &, const WordVersion &) = default;
};

class Memory : public MemoryBus {
 public:
  using Time = std::uint64_t;  // any monotonic count: cycles, events
  using WriteObserver = std::function<void(HostAddr, std::span<const std::uint8_t>)>;
  static constexpr Time kForever = std::numeric_limits<Time>::max();

  Memory() = default;
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  // Bus accesses, subject to injected errors. Any length; addresses wrap at 2^64.
  bool read(HostAddr address, std::span<std::uint8_t> out) override;
  bool write(HostAddr address, std::span<const std::uint8_t> bytes) override;

  // Accesses of system software, which injected errors do not touch.
  void load(HostAddr address, std::span<std::uint8_t> out) const;
  void store(HostAddr address, std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::uint8_t read8(HostAddr address) const {
    return load_as<std::uint8_t>(address);
  }
  [[nodiscard]] std::uint32_t read32(HostAddr address) const {
    return load_as<std::uint32_t>(address);
  }
  [[nodiscard]] std::uint64_t read64(HostAddr address) const {
    return load_as<std::uint64_t>(address);
  }
  void write8(HostAddr address, std::uint8_t value) { store_as(address, value); }
  void write32(HostAddr address, std::uint32_t value) { store_as(address, value); }
  void write64(HostAddr address, std::uint64_t value) { store_as(address, value); }

  // Errors: from now on, bus accesses that touch [first, last] fail. Ranges may overlap.
  enum class ErrorOn : std::uint8_t { kRead = 1, kWrite = 2, kBoth = 3 };
  void inject_error(HostAddr first, HostAddr last, ErrorOn on = ErrorOn::kBoth);
  void clear_errors();

  // History. set_time() must not go back (std::invalid_argument). Recording starts with the
  // contents of that moment, which count as having been there always. Each word written costs 32
  // bytes until forget_history().
  void set_time(Time now);
  [[nodiscard]] Time time() const { return now_; }
  void record_history(bool on);
  // All versions of the aligned 8-byte word at `word` (std::invalid_argument if unaligned) that
  // were live at some moment in [t0, t1], oldest first.
  [[nodiscard]] std::vector<WordVersion> versions(HostAddr word, Time t0, Time t1) const;
  // Drops every version that ended before `before`.
  void forget_history(Time before);

  // Calls `observer` after each write that took effect, bus or software. Returns a handle.
  std::size_t observe_writes(WriteObserver observer);
  void stop_observing(std::size_t handle);

 private:
  static constexpr std::uint64_t kPageBytes = 4096;

  struct OldWord {
    std::uint16_t word;  // index in the page
    std::uint64_t value;
    Time from;
    Time until;
  };
  struct Page {
    std::array<std::uint8_t, kPageBytes> bytes{};
    std::vector<OldWord> old;                                   // oldest first
    std::unique_ptr<std::array<Time, kPageBytes / 8>> changed;  // of the present contents
  };
  struct ErrorRange {
    std::uint64_t first;
    std::uint64_t last;
    ErrorOn on;
    Time from;
    Time until;
  };

  template <class Value>
  Value load_as(HostAddr address) const {
    std::array<std::uint8_t, sizeof(Value)> bytes{};
    load(address, bytes);
    Value value = 0;
    for (std::size_t i = sizeof(Value); i-- > 0;)
      value = static_cast<Value>((std::uint64_t{value} << 8) | bytes[i]);
    return value;
  }
  template <class Value>
  void store_as(HostAddr address, Value value) {
    std::array<std::uint8_t, sizeof(Value)> bytes{};
    for (std::size_t i = 0; i < sizeof(Value); ++i)
      bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    store(address, bytes);
  }

  [[nodiscard]] bool fails(HostAddr address, std::size_t bytes, ErrorOn on) const;
  void store_in_page(std::uint64_t number, std::uint64_t offset,
                     std::span<const std::uint8_t> bytes);
  void keep_old_words(std::uint64_t number, Page &page, std::uint64_t offset, std::size_t bytes);
  [[nodiscard]] std::vector<WordVersion> value_versions(std::uint64_t word) const;

  std::unordered_map<std::uint64_t, Page> pages_;  // by address / 4096
  std::unordered_set<std::uint64_t> pages_with_history_;
  std::vector<ErrorRange> errors_;
  std::vector<std::pair<std::size_t, WriteObserver>> observers_;
  std::size_t next_handle_ = 0;
  Time now_ = 0;
  bool recording_ = false;
};

}  // namespace dmar

#endif  // DMAR_MEMORY_MEMORY_HPP
