// SPDX-License-Identifier: Apache-2.0
// A unit that posts one interrupt while software makes it go elsewhere. Whenever that happens, the
// interrupt arrives once, with one notification; and once the change is complete, nothing more
// comes of the old way.
#ifndef DMAR_SWEEP_POSTING_RIG_HPP
#define DMAR_SWEEP_POSTING_RIG_HPP

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bench/registry.hpp"
#include "driver/driver.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/posted_descriptor.hpp"

namespace dmar::bench {

// What software does to it.
enum class PostingChange {
  kAllEntries,    // the entry changes, and the whole cache is invalidated
  kOneEntry,      // the same by its index
  kNewTable,      // IRTA, SIRTP
  kRemappingOff,  // GCMD.IRE: the interrupt passes as it is
  kWait           // nothing changes, the queue waits for what is under way
};
constexpr std::array<const char *, 5> kPostingChangeNames{"all_entries", "one_entry", "new_table",
                                                          "remapping_off", "wait"};

struct PostingOrders {
  std::uint64_t runs = 0;
  std::uint64_t old_ways = 0;
  std::uint64_t new_ways = 0;
};

class PostingRig {
 public:
  PostingRig(const std::string &model, PostingChange change, bool cached, std::uint64_t seed);

  // The change begins `offset` cycles after the interrupt (before it, when negative). Mismatch when
  // it is lost, doubled or late.
  void run(int offset);

  [[nodiscard]] const PostingOrders &orders() const { return orders_; }
  [[nodiscard]] std::uint64_t cycle() const { return unit_->cycle(); }

 private:
  // One way that the interrupt may go: to a descriptor.
  struct Way {
    PostedDescriptor descriptor;
    InterruptTable table;
    std::uint64_t notifications = 0;
  };

  [[nodiscard]] static PostedEntry entry(unsigned way);
  [[nodiscard]] InterruptTable &table(unsigned way);
  [[nodiscard]] bool by_queue() const;
  void tick();
  void empty_descriptors();
  void prepare();
  void start_change();
  [[nodiscard]] bool change_complete();
  void set_remapping(bool on);
  Outcome finish(RtlIommu::Handle handle);
  RtlIommu::Handle send();
  [[nodiscard]] unsigned way_of(const Outcome &outcome);
  void expect_untouched(unsigned way);
  void confirm();

  PostingChange change_;
  bool cached_;
  std::unique_ptr<RtlIommu> unit_;
  Driver driver_;
  std::array<Way, 2> ways_;
  unsigned way_ = 0;  // in force
  std::uint32_t ticket_ = 0;
  bool polling_ = false;
  PostingOrders orders_;
};

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_POSTING_RIG_HPP
