// SPDX-License-Identifier: Apache-2.0
// RAM of the guest as the emulator shares it: files mapped into this process, and where in the
// physical address space their parts are. The guest's CPUs change it at any moment.
#ifndef DMAR_COSIM_GUEST_MEMORY_HPP
#define DMAR_COSIM_GUEST_MEMORY_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cosim/file_descriptor.hpp"
#include "dmar/memory_bus.hpp"

namespace dmar::cosim {

// `bytes` of RAM at physical address `start`, found at `offset` of `file`.
struct RamRange {
  std::uint64_t start = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;
  FileDescriptor file = {};
  bool writable = true;
};

class GuestMemory : public MemoryBus {
 public:
  GuestMemory() = default;
  ~GuestMemory() override;
  GuestMemory(const GuestMemory &) = delete;
  GuestMemory &operator=(const GuestMemory &) = delete;

  // The complete new map. CosimError when a file cannot be mapped, is too short, or ranges overlap;
  // then the old map stays.
  void replace(std::vector<RamRange> ranges);

  // One range more. CosimError as above.
  void add(const RamRange &range);
  // Every range inside these bytes goes. CosimError when one is in part outside. An emulator that
  // cuts a range in two takes it away and adds the two, one after the other; devices go on
  // meanwhile. So what has gone and was not replaced is still there until settle().
  void remove(std::uint64_t start, std::uint64_t bytes);
  void settle() { gone_.clear(); }

  // False, and nothing done, where there is no RAM, or none to write to. A naturally aligned access
  // of up to 8 bytes happens at once; larger ones in pieces.
  bool read(HostAddr address, std::span<std::uint8_t> out) override;
  bool write(HostAddr address, std::span<const std::uint8_t> bytes) override;
  // Aligned words of 8 bytes, one after the other, each at once; those that shall stay are compared
  // too. When a later one is not what was expected, the earlier ones have changed: a posting that
  // looks again sets its bit of PIR once more, which is an interrupt too many and never one too
  // few.
  Swap compare_and_swap(HostAddr address, std::span<const std::uint8_t> expected,
                        std::span<const std::uint8_t> desired) override;

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::size_t mapped_files() const { return files_.size(); }

 private:
  struct File {
    std::uint8_t *data = nullptr;
    std::uint64_t bytes = 0;
  };
  struct Range {
    std::uint64_t start;
    std::uint64_t bytes;
    std::uint8_t *data;
    bool writable;
  };
  using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device and inode

  const File &mapping_of(const RamRange &range);
  Range range_of(const RamRange &range);
  void adopt(std::vector<Range> ranges);
  // The piece at this address: what there is of it from there on.
  [[nodiscard]] std::optional<Range> find(std::uint64_t address) const;
  template <class Move>
  bool move(HostAddr address, std::size_t bytes, bool write, Move move_piece) const;

  std::map<FileKey, File> files_;  // kept for good: an emulator has very few
  std::vector<Range> ranges_;      // by address
  std::vector<Range> gone_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_GUEST_MEMORY_HPP
