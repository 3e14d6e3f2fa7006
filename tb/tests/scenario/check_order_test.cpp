// SPDX-License-Identifier: Apache-2.0
// Which fault counts when several defects are present: every pair of them, in the order of the
// legacy flow (VT-d 7.1.3; the order itself is a choice of this project).
#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

class CheckOrder : public Scenario {
 public:
  struct Defect {
    const char *name;
    Reason reading;
    Reason writing;
    void (*apply)(CheckOrder &scene, Request &request);
  };

  CheckOrder() : domain_(start_with_page()) {
    const HostAddr root = tables().root_entry_address(kDevice);
    const HostAddr context = tables().context_entry_address(kDevice);
    words_ = {root, HostAddr(root.raw() + 8), context, HostAddr(context.raw() + 8)};
    for (unsigned level = 4; level >= 1; --level) words_.push_back(entry(level));
    for (const HostAddr word : words_) good_.push_back(memory().read64(word));
  }

  HostAddr entry(unsigned level) { return tables().entry_address(domain_, kIova, level); }
  // Words in the order of the walk: root lo, hi, context lo, hi, levels 4 to 1.
  void set(unsigned word, std::uint64_t mask) {
    memory().write64(words_[word], memory().read64(words_[word]) | mask);
  }
  void clear(unsigned word, std::uint64_t mask) {
    memory().write64(words_[word], memory().read64(words_[word]) & ~mask);
  }
  void fail(unsigned word) {
    memory().inject_error(words_[word], HostAddr(words_[word].raw() + 7));
  }
  void restore() {
    memory().clear_errors();
    for (std::size_t n = 0; n < words_.size(); ++n) memory().write64(words_[n], good_[n]);
  }
  // The root pointer again, in the table mode asked for, and nothing cached.
  void latch(unsigned mode) {
    mode_ = mode;
    driver().set_root_pointer(tables().root_table(), mode);
    if (mode == 0) driver().invalidate_all();
  }

  void expect_order(const Defect &first, const Defect &second, AccessKind kind) {
    SCOPED_TRACE(fmt::format("{} before {}", first.name, second.name));
    Request request = request_of(kind, kIova);
    first.apply(*this, request);
    second.apply(*this, request);
    // A translated request with PASID is malformed, which counts before every table.
    const bool malformed = request.pasid && request.at == AddressType::kTranslated;
    latch(mode_);
    if (malformed) {
      expect_refused(request);
    } else {
      expect_fault(request, kind == AccessKind::kRead ? first.reading : first.writing);
    }
    restore();
    mode_ = 0;
  }

  static std::vector<Defect> early_defects();
  static std::vector<Defect> walk_defects();
  static std::vector<Defect> defects();

  unsigned mode_ = 0;

 private:
  Domain domain_;
  std::vector<HostAddr> words_;
  std::vector<std::uint64_t> good_;
};

enum Word : unsigned {
  kRootLo,
  kRootHi,
  kContextLo,
  kContextHi,
  kLevel4,
  kLevel3,
  kLevel2,
  kLevel1
};

using S = CheckOrder;
using R = Request;

// The same fault for reads and writes.
CheckOrder::Defect one(const char *name, Reason reason, void (*apply)(S &, R &)) {
  return {name, reason, reason, apply};
}
// An entry without R and W: the fault follows the request.
CheckOrder::Defect absent(const char *name, void (*apply)(S &, R &)) {
  return {name, Reason::kReadNotPermitted, Reason::kWriteNotPermitted, apply};
}

// Up to the context entry, in the order in which they count.
std::vector<CheckOrder::Defect> CheckOrder::early_defects() {
  return {
      one("table mode", Reason::kTableModeInvalid, [](S &s, R &) { s.mode_ = 1; }),
      one("PASID", Reason::kPasidInLegacyMode, [](S &, R &r) { r.pasid = Pasid(5); }),
      one("root error", Reason::kRootAccess, [](S &s, R &) { s.fail(kRootLo); }),
      one("root not present", Reason::kRootNotPresent, [](S &s, R &) { s.clear(kRootLo, 1); }),
      one("root reserved", Reason::kRootReserved, [](S &s, R &) { s.set(kRootHi, bit(40)); }),
      one("context error", Reason::kContextAccess, [](S &s, R &) { s.fail(kContextHi); }),
      one("context not present", Reason::kContextNotPresent,
          [](S &s, R &) { s.clear(kContextLo, 1); }),
      one("context reserved", Reason::kContextReserved,
          [](S &s, R &) { s.set(kContextLo, bit(9)); }),
      one("translation type", Reason::kContextInvalid, [](S &s, R &) { s.set(kContextLo, 0xC); }),
      one("address width", Reason::kContextInvalid, [](S &s, R &) { s.set(kContextHi, 7); }),
      one("address type", Reason::kTranslationTypeBlocked,
          [](S &, R &r) { r.at = AddressType::kTranslated; }),
      one("address beyond width", Reason::kAddressBeyondWidth,
          [](S &, R &r) { r.address = Iova(r.address.raw() | bit(60)); }),
  };
}

// From the top-level entry to the output.
std::vector<CheckOrder::Defect> CheckOrder::walk_defects() {
  constexpr Reason kReserved = Reason::kPagingEntryReserved;
  constexpr Reason kAccess = Reason::kPagingEntryAccess;
  return {
      one("top error", Reason::kContextInvalid, [](S &s, R &) { s.fail(kLevel4); }),
      absent("top not present", [](S &s, R &) { s.clear(kLevel4, 3); }),
      one("top reserved", kReserved, [](S &s, R &) { s.set(kLevel4, bit(62)); }),
      one("level 3 error", kAccess, [](S &s, R &) { s.fail(kLevel3); }),
      absent("level 3 not present", [](S &s, R &) { s.clear(kLevel3, 3); }),
      one("level 3 reserved", kReserved, [](S &s, R &) { s.set(kLevel3, bit(11)); }),
      one("level 2 error", kAccess, [](S &s, R &) { s.fail(kLevel2); }),
      absent("level 2 not present", [](S &s, R &) { s.clear(kLevel2, 3); }),
      one("level 2 reserved", kReserved, [](S &s, R &) { s.set(kLevel2, bit(62)); }),
      one("leaf error", kAccess, [](S &s, R &) { s.fail(kLevel1); }),
      absent("leaf not present", [](S &s, R &) { s.clear(kLevel1, 3); }),
      one("leaf reserved", kReserved, [](S &s, R &) { s.set(kLevel1, bit(62)); }),
      one("output in interrupt range", Reason::kInterruptRangeOutput,
          [](S &s, R &) { s.set(kLevel1, 0xFEE0'0000); }),
  };
}

std::vector<CheckOrder::Defect> CheckOrder::defects() {
  std::vector<Defect> list = early_defects();
  for (const Defect &defect : walk_defects()) list.push_back(defect);
  return list;
}

TEST_P(CheckOrder, RealBug42_EveryPairOfDefectsForReads) {
  const std::vector<Defect> list = defects();
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = i; j < list.size(); ++j) {
      expect_order(list[i], list[j], AccessKind::kRead);
      if (HasFailure()) return;
    }
  }
}

TEST_P(CheckOrder, RealBug42_EveryPairOfDefectsForWrites) {
  const std::vector<Defect> list = defects();
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = i; j < list.size(); ++j) {
      expect_order(list[i], list[j], AccessKind::kWrite);
      if (HasFailure()) return;
    }
  }
}

// A right that one level withholds counts at the end of the walk, after every defect of an entry
// and before the output.
TEST_P(CheckOrder, PermissionAfterTheWalk) {
  constexpr Word kLevels[]{kLevel4, kLevel3, kLevel2, kLevel1};
  for (const Word level : kLevels) {
    Request request = read_of(kIova);
    clear(level, second_stage::kRead);
    latch(0);
    expect_fault(request, Reason::kReadNotPermitted);
    set(kLevel1, 0xFEE0'0000);
    latch(0);
    expect_fault(request, Reason::kReadNotPermitted);
    set(kLevel1, bit(62));
    latch(0);
    expect_fault(request, Reason::kPagingEntryReserved);
    fail(kLevel1);
    latch(0);
    expect_fault(request, Reason::kPagingEntryAccess);
    restore();
  }
}

// Rights that exclude each other over two levels: the walk still goes on to the leaf.
TEST_P(CheckOrder, NoAccessLeftStillReadsTheLeaf) {
  clear(kLevel4, second_stage::kRead);
  clear(kLevel2, second_stage::kWrite);
  set(kLevel1, bit(62));
  latch(0);
  expect_fault(read_of(kIova), Reason::kPagingEntryReserved);
  clear(kLevel1, bit(62));
  latch(0);
  expect_fault(read_of(kIova), Reason::kReadNotPermitted);
  expect_fault(write_of(kIova), Reason::kWriteNotPermitted);
}

DMAR_SCENARIO(CheckOrder);

}  // namespace
}  // namespace dmar
