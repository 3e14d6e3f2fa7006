// SPDX-License-Identifier: Apache-2.0
// DMA with and without translation.
#include "edu.hpp"
#include "interrupts.hpp"
#include "machine.hpp"
#include "tables.hpp"
#include "tests.hpp"

namespace dmar::bare {

namespace {

constexpr uint32_t kPage = 4096;
constexpr uint32_t kCount = 512;  // bytes of a transfer

struct Page {
  alignas(kPage) volatile uint8_t bytes[kPage];
  void fill(uint8_t first) {
    for (uint32_t i = 0; i < kPage; ++i) bytes[i] = static_cast<uint8_t>(first + i * 7 + i / 256);
  }
  void clear() {
    for (uint32_t i = 0; i < kPage; ++i) bytes[i] = 0;
  }
  // Bytes that are not those of fill(first), `skipped` bytes in.
  [[nodiscard]] uint32_t wrong(uint8_t first, uint32_t from, uint32_t count,
                               uint32_t skipped = 0) const {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t k = i + skipped;
      sum += bytes[from + i] != static_cast<uint8_t>(first + k * 7 + k / 256) ? 1 : 0;
    }
    return sum;
  }
  [[nodiscard]] uint32_t not_zero() const {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < kPage; ++i) sum += bytes[i] != 0 ? 1 : 0;
    return sum;
  }
};

// The order in memory is not the order of bus addresses.
Page source;
Page second;
Page first;
Page spare;

// Bus addresses.
constexpr uint64_t kSource = 0x10'0000;
constexpr uint64_t kFirst = 0x12'3000;
constexpr uint64_t kSecond = kFirst + kPage;
constexpr uint64_t kReadOnly = 0x15'0000;
constexpr uint64_t kNowhere = 0x1A'B000;
constexpr uint64_t kLarge = 0x0060'0000;
constexpr uint64_t kLargePhysical = 0x0200'0000;  // 32 MiB, behind this program

uint64_t physical(const Page &page) { return reinterpret_cast<uint32_t>(&page); }

void test_untranslated() {
  source.fill(1);
  first.clear();
  edu::from_memory(physical(source), kCount);
  edu::to_memory(physical(first) + 64, kCount);
  check(first.wrong(1, 64, kCount) == 0, "DMA before translation uses physical addresses",
        first.wrong(1, 64, kCount));
}

bool enable(const unit::Features &features) {
  using namespace tables;
  if (!check(unit::start_queue(), "queued invalidation is on")) return false;
  unit::set_root_table(make(edu::kSource, features.four_levels));
  map(kSource, &source, kRead | kWrite);
  map(kFirst, &first, kRead | kWrite);
  map(kSecond, &second, kRead | kWrite);
  map(kReadOnly, &spare, kRead);
  if (features.large_pages) map_large(kLarge, kLargePhysical, kRead | kWrite);
  unit::send_events(kFaultVector);
  return check(unit::command(unit::kRootTable), "the root table is taken") &&
         check(unit::invalidate_contexts() && unit::invalidate_translations(),
               "invalidations end") &&
         check(unit::command(unit::kTranslation), "translation is on");
}

void test_translated() {
  source.fill(3);
  first.clear();
  second.clear();
  edu::from_memory(kSource, kCount);
  edu::to_memory(kFirst + 128, kCount);
  check(first.wrong(3, 128, kCount) == 0, "DMA lands in the page of its address",
        first.wrong(3, 128, kCount));
  check(second.not_zero() == 0, "DMA leaves other pages alone", second.not_zero());
  first.clear();
  edu::to_memory(kSecond - 100, kCount);
  const uint32_t wrong = first.wrong(3, kPage - 100, 100) + second.wrong(3, 0, kCount - 100, 100);
  check(wrong == 0, "DMA goes on in the next page of its addresses", wrong);
}

void test_large() {
  source.fill(5);
  constexpr uint32_t inside = 0x12'3456;
  volatile uint8_t *target = reinterpret_cast<volatile uint8_t *>(kLargePhysical + inside);
  for (uint32_t i = 0; i < kCount; ++i) target[i] = 0;
  edu::from_memory(kSource, kCount);
  edu::to_memory(kLarge + inside, kCount);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < kCount; ++i) wrong += target[i] != source.bytes[i] ? 1 : 0;
  check(wrong == 0, "DMA lands inside a 2 MiB page", wrong);
}

// The fault of the DMA before, and no other.
void expect_fault(const char *name, bool read, uint8_t reason, uint64_t address, uint32_t events) {
  wait_until([events] { return arrived(kFaultVector) != events; });
  check(arrived(kFaultVector) == events + 1, "one fault event arrives",
        arrived(kFaultVector) - events);
  const unit::Fault fault = unit::take_fault();
  check(fault.valid && fault.read == read && fault.reason == reason &&
            fault.source == edu::kSource && (fault.information & ~0xFFFULL) == address,
        name, fault.information | fault.reason);
  check(!unit::take_fault().valid, "one fault is recorded");
}

void test_blocked() {
  source.fill(7);
  edu::from_memory(kSource, 64);
  uint32_t events = arrived(kFaultVector);
  edu::to_memory(kNowhere, 64);
  expect_fault("a write to nowhere is a fault", false, 0x05, kNowhere, events);

  events = arrived(kFaultVector);
  edu::from_memory(kNowhere, 64);
  expect_fault("a read from nowhere is a fault", true, 0x06, kNowhere, events);

  spare.fill(9);
  events = arrived(kFaultVector);
  edu::to_memory(kReadOnly, 64);
  expect_fault("a write to a read-only page is a fault", false, 0x05, kReadOnly, events);
  check(spare.wrong(9, 0, kPage) == 0, "a read-only page is unchanged", spare.wrong(9, 0, kPage));
}

// An address gets another page; after the invalidation the old one is out of reach.
void test_moved() {
  source.fill(11);
  edu::from_memory(kSource, kCount);
  edu::to_memory(kFirst, kCount);
  first.clear();
  tables::map(kFirst, &spare, tables::kRead | tables::kWrite);
  check(unit::invalidate_page(tables::kDomain, kFirst), "a page invalidation ends");
  edu::to_memory(kFirst, kCount);
  check(spare.wrong(11, 0, kCount) == 0, "DMA lands in the new page", spare.wrong(11, 0, kCount));
  check(first.not_zero() == 0, "DMA leaves the old page alone", first.not_zero());

  tables::map(kFirst, nullptr, 0);
  unit::invalidate_page(tables::kDomain, kFirst);
  spare.clear();
  const uint32_t events = arrived(kFaultVector);
  edu::to_memory(kFirst, 64);
  expect_fault("a write to an unmapped page is a fault", false, 0x05, kFirst, events);
  check(spare.not_zero() == 0, "an unmapped page is unchanged", spare.not_zero());
}

}  // namespace

bool test_dma(const unit::Features &features) {
  test_untranslated();
  if (!enable(features)) return false;
  test_translated();
  if (features.large_pages) {
    test_large();
  } else {
    skip("DMA lands inside a 2 MiB page", "the unit has no such pages");
  }
  test_blocked();
  test_moved();
  return true;
}

}  // namespace dmar::bare
