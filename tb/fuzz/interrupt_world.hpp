// SPDX-License-Identifier: Apache-2.0
// The interrupt-remapping tables of a random machine, and the messages its devices send.
#ifndef DMAR_FUZZ_INTERRUPT_WORLD_HPP
#define DMAR_FUZZ_INTERRUPT_WORLD_HPP

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/random.hpp"
#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "fuzz/fuzz_case.hpp"
#include "fuzz/posted_world.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

class InterruptWorld {
 public:
  InterruptWorld(Memory &memory, const Config &config, const FuzzCase &one,
                 std::vector<SourceId> devices);

  // What belongs into IRTA for the table in use.
  [[nodiscard]] std::uint64_t pointer() const { return pointer_; }
  // A new table, filled, in memory that no table has used.
  void renew_table();

  // One entry becomes another one; the index that an invalidation has to name.
  unsigned change();
  // An entry that is often used.
  [[nodiscard]] unsigned random_index();
  [[nodiscard]] HostAddr entry_address(unsigned index) const;

  // nullptr when nothing is posted.
  [[nodiscard]] PostedWorld *posted() { return posted_ ? &*posted_ : nullptr; }

  // A DWORD write of `device` into the interrupt range, nearly always in remappable format.
  [[nodiscard]] Message random_message();

 private:
  [[nodiscard]] bool extended() const;
  void write_entry(unsigned index);
  [[nodiscard]] std::uint64_t random_lo();
  [[nodiscard]] std::uint64_t random_hi();

  Memory &memory_;
  Config config_;
  bool flaws_;
  std::vector<SourceId> devices_;
  Random random_;
  std::optional<PostedWorld> posted_;
  std::uint64_t pointer_ = 0;
  std::uint64_t next_table_;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_INTERRUPT_WORLD_HPP
