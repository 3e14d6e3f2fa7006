// SPDX-License-Identifier: Apache-2.0
// A TableReader that passes every read on and remembers which entry was the last one: where a
// translation was decided.
#ifndef DMAR_COVERAGE_WALK_PROBE_HPP
#define DMAR_COVERAGE_WALK_PROBE_HPP

#include <array>
#include <cstdint>
#include <optional>

#include "dmar/structures.hpp"
#include "golden/translate.hpp"

namespace dmar::coverage {

class WalkProbe : public golden::TableReader {
 public:
  using Entry = std::array<std::uint64_t, 2>;

  explicit WalkProbe(golden::TableReader &tables) : tables_(tables) {}

  // 16-byte entries: of a DMA request the root entry and then the context entry, of an interrupt
  // request the interrupt-remapping table entry.
  std::optional<Entry> read128(HostAddr address) override {
    last_address_ = address;
    ++wide_reads_;
    last_wide_ = tables_.read128(address);
    return last_wide_;
  }

  std::optional<std::uint64_t> read64(HostAddr address) override {
    const unsigned levels =
        context_entry::address_width(last_wide_.value_or(Entry{})[1]) + second_stage::kTopOfAw;
    level_ = level_ == 0 ? levels : level_ - 1;
    last_narrow_ = tables_.read64(address);
    return last_narrow_;
  }

  [[nodiscard]] unsigned wide_reads() const { return wide_reads_; }
  // Level of the last second-stage entry; 0 without one.
  [[nodiscard]] unsigned level() const { return level_; }
  // The last second-stage entry is a leaf that grants something.
  [[nodiscard]] bool at_leaf() const {
    constexpr std::uint64_t kAny = second_stage::kRead | second_stage::kWrite;
    return last_narrow_ && (*last_narrow_ & kAny) != 0 &&
           second_stage::is_leaf(*last_narrow_, level_);
  }
  // The last 16-byte entry, if memory gave one, and where it was.
  [[nodiscard]] const std::optional<Entry> &wide_entry() const { return last_wide_; }
  [[nodiscard]] HostAddr wide_address() const { return last_address_; }

 private:
  golden::TableReader &tables_;
  unsigned wide_reads_ = 0;
  unsigned level_ = 0;
  std::optional<Entry> last_wide_;
  std::optional<std::uint64_t> last_narrow_;
  HostAddr last_address_ = {};
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_WALK_PROBE_HPP
