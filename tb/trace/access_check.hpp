// SPDX-License-Identifier: Apache-2.0
// Carries out one recorded DMA on the unit under test and checks where its bytes went.
#ifndef DMAR_TRACE_ACCESS_CHECK_HPP
#define DMAR_TRACE_ACCESS_CHECK_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "memory/memory.hpp"
#include "trace/event.hpp"
#include "trace/target.hpp"

namespace dmar::trace {

// Watches the memory of the unit under test. Bytes are told apart by filling read buffers with a
// pattern before and restoring memory from the reference after each request.
class AccessCheck {
 public:
  // `reference` holds what memory is to contain between requests.
  AccessCheck(Target &target, const Memory &reference);
  ~AccessCheck();
  AccessCheck(const AccessCheck &) = delete;
  AccessCheck &operator=(const AccessCheck &) = delete;

  // A line that holds a table or a queue, from now on: never overwritten by a read pattern.
  void add_line(const MemEvent &event);

  // The outcome of `access`, and in `complaints` what is wrong with the bytes it moved.
  Completion carry_out(const DmaEvent &event, unsigned line, std::vector<std::string> &complaints);
  Completion carry_out(const InterruptEvent &event, std::vector<std::string> &complaints);
  Completion carry_out(const AskEvent &event, std::vector<std::string> &complaints);
  // An interrupt was posted to this descriptor: it is as the reference has it.
  void check_posted(HostAddr descriptor, std::vector<std::string> &complaints);

  // Everything the unit wrote since the last call apart from `expected`, as complaints.
  void check_writes(const std::vector<StatusEvent> &expected, std::vector<std::string> &complaints);

 private:
  struct Write {
    std::uint64_t address;
    std::size_t bytes;
  };

  [[nodiscard]] bool holds_tables(std::uint64_t address, std::size_t bytes) const;
  void fill(HostAddr address, std::span<const std::uint8_t> bytes);
  void restore(HostAddr address, std::size_t bytes);
  void check_ports(const DmaEvent &event, const Completion &completion,
                   std::vector<std::string> &complaints);
  void check_read(const DmaEvent &event, const Completion &completion,
                  std::vector<std::string> &complaints);
  void check_written(HostAddr address, std::span<const std::uint8_t> bytes,
                     std::vector<std::string> &complaints);

  Target &target_;
  Memory &memory_;
  const Memory &reference_;
  std::unordered_set<std::uint64_t> table_lines_;  // address / 64
  std::vector<Write> writes_;                      // by the unit, not yet checked
  bool watching_ = true;
  std::size_t observer_;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_ACCESS_CHECK_HPP
