// SPDX-License-Identifier: Apache-2.0
// The sizes of a machine: what the cycle model is built from. The defaults are those of the RTL.
#ifndef DMAR_SCALE_SHAPE_HPP
#define DMAR_SCALE_SHAPE_HPP

#include <cstdint>

namespace dmar::scale {

// Lookup beside a port: lanes, and the caches that they share.
struct SliceShape {
  unsigned lanes = 2;  // one for each direction
  unsigned sets = 64;  // of lines of eight 4 KiB pages
  unsigned ways = 4;
  unsigned large_sets = 32;  // of lines of eight 2 MiB pages
  unsigned large_ways = 2;
  unsigned context_sets = 32;
  unsigned context_ways = 2;
  unsigned misses = 64;  // pages that a slice of a service may have asked the walker for
  // A slice of a service asks for one page of a line at a time: what else is sought in the line
  // waits for what comes of it.
  bool asks_by_line = true;
};

struct WalkerShape {
  unsigned walks = 16;  // in flight
  unsigned table_sets = 16;
  unsigned table_ways = 2;
  unsigned lines_ahead = 8;  // 0: none
  unsigned hash_bits = 6;    // by which a miss is compared with walks before it is compared whole
};

struct MemoryShape {
  unsigned latency = 20;  // clocks from an address to its first beat
  unsigned beats = 1;     // of 16 bytes a clock, to all readers together
};

enum class Organisation : std::uint8_t {
  kUnits,    // each port has a slice and a walker of its own; they share memory
  kService,  // each port has a slice; all share one walker, behind links
};

struct MachineShape {
  Organisation organisation = Organisation::kUnits;
  unsigned ports = 1;
  unsigned link = 0;        // clocks each way between slice and walker; a service has at least 1
  unsigned farther = 0;     // clocks more for each port after the first
  unsigned broadcasts = 1;  // invalidations that slices have not acknowledged yet
  SliceShape slice = {};
  WalkerShape walker = {};
  MemoryShape memory = {};
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_SHAPE_HPP
