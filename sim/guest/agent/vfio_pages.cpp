// SPDX-License-Identifier: Apache-2.0
// DMA through page tables that this program fills by VFIO: page sizes, places, permissions.
#include <algorithm>
#include <array>

#include "report.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr auto kFromMemory = Edu::Direction::kFromMemory;
constexpr auto kToMemory = Edu::Direction::kToMemory;

struct Copy {
  std::size_t from;
  std::size_t to;
  unsigned count;
};

// Moves bytes by way of the device, within `buffer` at `iova`; everything else stays.
void copy_and_compare(VfioBench &bench, Buffer &buffer, std::uint64_t iova, Copy copy,
                      const char *where) {
  const std::string name =
      text("DMA of %u bytes from %zxh to %zxh in %s", copy.count, copy.from, copy.to, where);
  copy.count = std::min(copy.count, bench.edu.largest());
  buffer.fill(copy.from + 1);
  Buffer expected(buffer.bytes());
  if (!expected.valid()) {
    check(false, name, "no memory");
    return;
  }
  expected.fill(copy.from + 1);
  for (unsigned i = 0; i < copy.count; ++i) expected.data()[copy.to + i] = expected[copy.from + i];
  const bool moved = bench.move(kFromMemory, iova + copy.from, copy.count) &&
                     bench.move(kToMemory, iova + copy.to, copy.count);
  std::size_t wrong = 0;
  std::size_t first = 0;
  for (std::size_t i = buffer.bytes(); i-- > 0;) {
    if (buffer[i] == expected[i]) continue;
    ++wrong;
    first = i;
  }
  check(moved && wrong == 0, name,
        moved ? text("%zu bytes are wrong, the first at %zxh", wrong, first) : "not done");
}

void large_pages(VfioBench &bench) {
  constexpr std::uint64_t iova = 0x4000'0000;  // 2 MiB aligned, as the memory
  Buffer buffer(2 * kLargePage, true);
  if (!buffer.valid()) {
    check(false, "there are 2 MiB pages", system_error());
    return;
  }
  if (!check(bench.vfio.map(iova, buffer.data(), buffer.bytes(), Vfio::Access::kReadWrite),
             "2 MiB pages are mapped", bench.vfio.error())) {
    return;
  }
  constexpr std::array copies = {
      Copy{0, 0x1000, 64},                          // first page to its neighbour
      Copy{0x1'2345, 0x5'4321, 777},                // odd places and length
      Copy{0x7'F000, 0x3'0000, 4096},               // whole pages
      Copy{0x9'0F80, 0xA'0FC0, 256},                // across 4 KiB
      Copy{kLargePage - 100, 0x100, 200},           // out of both large pages
      Copy{0x200, kLargePage - 1000, 2000},         // into both
      Copy{2 * kLargePage - 4096, 0x4'0800, 4096},  // the end
      Copy{kLargePage + 0x8'0001, 2 * kLargePage - 3, 3},
  };
  for (const Copy &copy : copies) copy_and_compare(bench, buffer, iova, copy, "2 MiB pages");
  check(bench.vfio.unmap(iova, buffer.bytes()), "2 MiB pages are unmapped", bench.vfio.error());
}

void small_pages(VfioBench &bench, std::uint64_t iova, const char *where) {
  Buffer buffer(16 * kSmallPage);
  if (!check(buffer.valid() &&
                 bench.vfio.map(iova, buffer.data(), buffer.bytes(), Vfio::Access::kReadWrite),
             text("%s are mapped", where), bench.vfio.error())) {
    return;
  }
  constexpr std::array copies = {
      Copy{0, 0xF000, 4096},
      Copy{0x1FFF, 0x8FFE, 4},     // a few bytes across
      Copy{0x3123, 0xA800, 4096},  // unaligned: two pages and two
      Copy{0x5000, 0x7001, 1},
  };
  for (const Copy &copy : copies) copy_and_compare(bench, buffer, iova, copy, where);
  check(bench.vfio.unmap(iova, buffer.bytes()), text("%s are unmapped", where), bench.vfio.error());
}

bool holds_pattern(const Buffer &buffer, unsigned count, std::uint64_t seed) {
  Buffer expected(buffer.bytes());
  if (!expected.valid()) return false;
  expected.fill(seed);
  for (unsigned i = 0; i < count; ++i) {
    if (buffer[i] != expected[i]) return false;
  }
  return true;
}

void read_only(VfioBench &bench) {
  constexpr std::uint64_t iova = 0x8000'0000;
  const unsigned count = bench.edu.largest();
  Buffer page(kSmallPage);
  if (!check(page.valid() && bench.vfio.map(iova, page.data(), kSmallPage, Vfio::Access::kRead),
             "a page is mapped for reading", bench.vfio.error())) {
    return;
  }
  page.fill(11);
  expect_blocked(bench.device, bench.edu, kToMemory, iova, "a write to a page mapped for reading",
                 5);
  check(holds_pattern(page, count, 11), "a page mapped for reading is unchanged", "bytes differ");
  check(bench.move(kFromMemory, iova, count) && bench.look(count) &&
            holds_pattern(bench.window, count, 11),
        "DMA reads a page mapped for reading", "other bytes in the device");

  // Once more with the translation in the unit's cache; QEMU's own unit then blocks in silence.
  page.fill(12);
  const Edu::End end = bench.edu.dma(kToMemory, iova, count);
  check((end == Edu::End::kBlocked || !bench.edu.hostile()) && holds_pattern(page, count, 12),
        "a page mapped for reading is unchanged after reads", name_of(end));
  check(bench.vfio.unmap(iova, kSmallPage), "the page for reading is unmapped", bench.vfio.error());
}

}  // namespace

void test_vfio_pages(VfioBench &bench) {
  large_pages(bench);
  small_pages(bench, 0x7FFF'3000, "4 KiB pages");
  small_pages(bench, 0x7F'0000'5000, "4 KiB pages above 4 GiB");
  read_only(bench);
}

}  // namespace dmar::agent
