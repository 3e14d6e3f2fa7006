// SPDX-License-Identifier: Apache-2.0
// What is unmapped by VFIO is out of reach at once, and a new mapping counts from its first use.
#include "report.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr auto kFromMemory = Edu::Direction::kFromMemory;
constexpr auto kToMemory = Edu::Direction::kToMemory;
constexpr unsigned kCount = 256;  // bytes of each transfer

bool all(const Buffer &buffer, std::uint8_t byte, std::size_t from, unsigned count) {
  for (std::size_t i = from; i < from + count; ++i) {
    if (buffer[i] != byte) return false;
  }
  return true;
}

void set(Buffer &buffer, std::uint8_t byte) {
  for (std::size_t i = 0; i < buffer.bytes(); ++i) buffer.data()[i] = byte;
}

// The device's buffer becomes `byte`.
bool load(VfioBench &bench, std::uint8_t byte) {
  set(bench.window, byte);
  return bench.move(kFromMemory, VfioBench::kWindow, kCount);
}

// One address, first one page and then another.
void moved_page(VfioBench &bench) {
  constexpr std::uint64_t iova = 0x9000'0000;
  Buffer first(kSmallPage);
  Buffer second(kSmallPage);
  if (!first.valid() || !second.valid()) {
    check(false, "there is memory", system_error());
    return;
  }
  Vfio &vfio = bench.vfio;
  check(vfio.map(iova, first.data(), kSmallPage, Vfio::Access::kReadWrite) && load(bench, 0x11) &&
            bench.move(kToMemory, iova, kCount) && all(first, 0x11, 0, kCount),
        "DMA reaches a mapped page", "its bytes are not there; " + vfio.error());
  check(vfio.unmap(iova, kSmallPage), "the page is unmapped", vfio.error());
  load(bench, 0x22);
  expect_blocked(bench.device, bench.edu, kToMemory, iova, "a write to an unmapped page");
  check(all(first, 0x11, 0, kCount), "an unmapped page is unchanged", "bytes differ");
  check(vfio.map(iova, second.data(), kSmallPage, Vfio::Access::kReadWrite) && load(bench, 0x33) &&
            bench.move(kToMemory, iova, kCount) && all(second, 0x33, 0, kCount),
        "DMA reaches the new page of an old address", "its bytes are not there; " + vfio.error());
  check(all(first, 0x11, 0, kCount), "DMA leaves the old page of an address alone", "bytes differ");
  vfio.unmap(iova, kSmallPage);
}

// An address in a 2 MiB page, then in a 4 KiB page: the table gets one level more.
void split_page(VfioBench &bench) {
  constexpr std::uint64_t iova = 0x4000'0000;
  constexpr std::uint64_t inside = 0x3'4000;
  Buffer large(kLargePage, true);
  Buffer small(kSmallPage);
  if (!large.valid() || !small.valid()) {
    check(false, "there are 2 MiB pages", system_error());
    return;
  }
  Vfio &vfio = bench.vfio;
  set(large, 0x44);
  set(small, 0x55);
  check(vfio.map(iova, large.data(), kLargePage, Vfio::Access::kReadWrite) &&
            bench.move(kFromMemory, iova + inside, kCount) && bench.look(kCount) &&
            all(bench.window, 0x44, 0, kCount),
        "DMA reads inside a 2 MiB page", "other bytes; " + vfio.error());
  check(vfio.unmap(iova, kLargePage), "the 2 MiB page is unmapped", vfio.error());
  load(bench, 0x66);
  expect_blocked(bench.device, bench.edu, kFromMemory, iova + inside,
                 "a read inside an unmapped 2 MiB page");
  // QEMU's own edu then holds zeros instead of its old bytes.
  const bool looked = bench.look(kCount);
  check(looked && bench.window[0] != 0x44 &&
            (all(bench.window, 0x66, 0, kCount) || !bench.edu.hostile()),
        "a blocked read leaves the buffer of the device alone",
        text("it begins with %02xh", bench.window[0]));
  check(vfio.map(iova + inside, small.data(), kSmallPage, Vfio::Access::kReadWrite) &&
            bench.move(kFromMemory, iova + inside, kCount) && bench.look(kCount) &&
            all(bench.window, 0x55, 0, kCount),
        "DMA reads the 4 KiB page in its place", "other bytes; " + vfio.error());
  expect_blocked(bench.device, bench.edu, kFromMemory, iova + inside + kSmallPage,
                 "a read beside the 4 KiB page");
  vfio.unmap(iova + inside, kSmallPage);

  // And back: the tables below the 2 MiB page must be forgotten too.
  check(vfio.map(iova, large.data(), kLargePage, Vfio::Access::kReadWrite) &&
            bench.move(kFromMemory, iova + inside, kCount) && bench.look(kCount) &&
            all(bench.window, 0x44, 0, kCount),
        "DMA reads inside the 2 MiB page again", "other bytes; " + vfio.error());
  vfio.unmap(iova, kLargePage);
}

}  // namespace

void test_vfio_invalidation(VfioBench &bench) {
  moved_page(bench);
  split_page(bench);
}

}  // namespace dmar::agent
