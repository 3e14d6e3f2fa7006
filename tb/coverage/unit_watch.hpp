// SPDX-License-Identifier: Apache-2.0
// Counts functional coverage of one unit from what is seen outside: register writes and answered
// requests. A golden unit that gets the same writes says what they mean.
#ifndef DMAR_COVERAGE_UNIT_WATCH_HPP
#define DMAR_COVERAGE_UNIT_WATCH_HPP

#include <cstdint>
#include <memory>

#include "coverage/cache_picture.hpp"
#include "coverage/device_tlb_watch.hpp"
#include "coverage/groups.hpp"
#include "coverage/posting_watch.hpp"
#include "coverage/walk_probe.hpp"
#include "dmar/config.hpp"
#include "golden/unit.hpp"
#include "memory/memory.hpp"

namespace dmar::coverage {

class UnitWatch {
 public:
  // `memory` holds the tables and is only read; both outlive the watch.
  // `time_out`: of devices with TLBs, in cycles; 0: none.
  UnitWatch(const Config &config, Memory &memory, Groups &groups, std::uint64_t time_out = 0);

  // Nullptr when no coverage is wanted: then watching costs a test of a pointer.
  static std::unique_ptr<UnitWatch> create(const Config &config, Memory &memory,
                                           std::uint64_t time_out);

  // Before the unit gets the write. `waiting`: a request is under way that has no verdict yet.
  void register_written(std::uint32_t offset, unsigned bytes, std::uint64_t value, bool waiting,
                        std::uint64_t cycle = 0);
  void unit_reset();

  // Messages to devices and from them, and what postings do to their descriptors.
  DeviceTlbWatch &device_tlbs() { return device_tlbs_; }
  void descriptor_read(HostAddr address, DescriptorAnswer answer);
  void descriptor_written(bool sets_outstanding, DescriptorAnswer answer) {
    postings_.written(sets_outstanding, answer);
  }

  // Counts what the golden model explains: a table that has changed since the unit read it may
  // give another answer, and then nothing is known.
  void request_answered(const Request &request, const Completion &completion);

 private:
  // Status writes are the business of the real unit.
  class ReadOnly : public MemoryBus {
   public:
    explicit ReadOnly(Memory &memory) : memory_(memory) {}
    bool read(HostAddr address, std::span<std::uint8_t> out) override {
      return memory_.read(address, out);
    }
    bool write(HostAddr, std::span<const std::uint8_t>) override { return true; }

   private:
    Memory &memory_;
  };

  void invalidated(const golden::Invalidation &invalidation);
  [[nodiscard]] unsigned queue_error() const;
  void note_cached(const Request &request, const golden::Verdict &verdict, const WalkProbe &probe);

  ReadOnly bus_;
  Groups &groups_;
  golden::Unit unit_;
  CachePicture caches_;
  DeviceTlbWatch device_tlbs_;
  PostingWatch postings_;
  bool by_register_ = false;  // the write under way is an invalidation command
  bool waiting_ = false;
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_UNIT_WATCH_HPP
