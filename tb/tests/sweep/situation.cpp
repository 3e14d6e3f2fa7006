// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "situation.hpp"

#include <utility>

#include "tables/interrupt_table.hpp"
#include "versions.hpp"

namespace dmar::bench {
namespace {

// Every request of a run has an address of its own, by which its verdict is known.
Request request(AccessKind kind, unsigned page, unsigned place, std::uint32_t bytes = 16) {
  return {.source_id = Versions::kDevice,
          .address = Iova(Versions::kFirstPage.raw() + 4096 * page + 128 * place),
          .kind = kind,
          .bytes = bytes};
}
Request read(unsigned page, unsigned place) { return request(AccessKind::kRead, page, place); }
Request write(unsigned page, unsigned place) { return request(AccessKind::kWrite, page, place); }

// An interrupt for entry `index`, of which `part` is given as sub-handle.
Request interrupt(unsigned index, unsigned part, bool subhandle) {
  const Message message =
      subhandle ? remappable_message(index - part, part) : remappable_message(index);
  return {.source_id = Versions::kDevice,
          .address = Iova(message.address),
          .kind = AccessKind::kWrite,
          .bytes = 4,
          .message_data = message.data};
}

constexpr unsigned kNeighbour = Versions::kPages - 1;  // a page that no probe uses
constexpr unsigned kSlow = 24;        // cycles that memory takes for the data in some situations
constexpr unsigned kSlowTables = 90;  // longer than the sweep of a cache

std::vector<Situation> interrupt_situations(unsigned walks) {
  const Request first = interrupt(4, 0, false);
  const Request second = interrupt(4, 0, true);  // another address for the same entry
  std::vector<Situation> list;
  list.push_back(
      {.name = "interrupt_fetch", .probes = {{0, first}}, .interrupts = true, .walks = 1});
  list.push_back({.name = "cached_interrupts",
                  .warm = {first},
                  .probes = {{0, second}, {4, interrupt(4, 1, true)}},
                  .interrupts = true});
  list.push_back({.name = "parked_interrupts",
                  .probes = {{0, first}, {2, second}},
                  .interrupts = true,
                  .walks = 1,
                  .table_latency = 6});
  list.push_back({.name = "replayed_interrupts", .interrupts = true, .walks = walks + 2});
  for (unsigned n = 0; n < walks + 2; ++n) {
    list.back().probes.push_back({n, interrupt(4 + n, 0, false)});
  }
  list.push_back({.name = "message_at_memory",
                  .warm = {first},
                  .probes = {{0, second}},
                  .interrupts = true,
                  .dma_latency = kSlow});
  list.push_back({.name = "message_behind_a_write",
                  .warm = {first, read(0, 0)},
                  .probes = {{0, write(0, 1)}, {1, second}},
                  .interrupts = true,
                  .dma_latency = kSlow});
  return list;
}

}  // namespace

std::vector<Situation> situations(unsigned walks) {
  std::vector<Situation> list;
  list.push_back({.name = "walk", .probes = {{0, read(0, 0)}}, .walks = 1});
  list.push_back({.name = "walk_below_cached_table",
                  .warm = {read(kNeighbour, 0)},
                  .probes = {{0, write(0, 0)}},
                  .walks = 1});
  // The leaf has been read and is on its way for longer than an invalidation takes.
  list.push_back({.name = "slow_leaf",
                  .warm = {read(kNeighbour, 0)},
                  .probes = {{0, write(0, 0)}},
                  .slow_tables = true,
                  .walks = 1,
                  .table_latency = kSlowTables});
  list.push_back({.name = "hits", .warm = {read(0, 0)}});
  for (unsigned n = 0; n < 4; ++n) {
    list.back().probes.push_back({2 * n, n % 2 == 0 ? read(0, 1 + n) : write(0, 1 + n)});
  }
  list.push_back({.name = "parked_miss",
                  .probes = {{0, read(0, 0)}, {3, write(0, 1)}, {9, read(0, 2)}},
                  .walks = 1});
  // Apart and in no sequence, so that no line of a leaf table answers two of them.
  list.push_back({.name = "replayed_miss", .walks = walks + 2});
  for (unsigned n = 0; n < walks + 2; ++n) {
    const unsigned page = 26 * n % Versions::kPages;
    list.back().probes.push_back({n, n % 2 == 0 ? read(page, 0) : write(page, 0)});
  }
  list.push_back({.name = "write_at_memory",
                  .warm = {read(0, 0)},
                  .probes = {{0, request(AccessKind::kWrite, 0, 1, 64)}},
                  .dma_latency = kSlow});
  list.push_back({.name = "read_at_memory",
                  .warm = {read(0, 0)},
                  .probes = {{0, request(AccessKind::kRead, 0, 1, 64)}},
                  .dma_latency = kSlow});
  list.push_back({.name = "write_behind_a_miss",
                  .warm = {read(0, 0)},
                  .probes = {{0, write(1, 0)}, {1, write(0, 1)}},
                  .walks = 1});
  for (Situation &situation : interrupt_situations(walks)) list.push_back(std::move(situation));
  return list;
}

}  // namespace dmar::bench
