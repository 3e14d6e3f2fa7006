// SPDX-License-Identifier: Apache-2.0
// The ports of dmar_top as plain values: what agents see, whichever Verilated model is behind.
#ifndef DMAR_BENCH_PINS_HPP
#define DMAR_BENCH_PINS_HPP

#include <array>
#include <cstdint>

#include "bench/axi.hpp"

namespace dmar::bench {

struct MonitorPins {
  bool valid = false;
  std::uint16_t source_id = 0;
  std::uint64_t address = 0;
  std::uint8_t at = 0;
  std::uint8_t kind = 0;
  std::uint8_t verdict = 0;
  std::uint8_t reason = 0;
  bool hit = false;
};

// Verdicts of one clock: hits of reads, hits of writes, all else.
inline constexpr unsigned kMonitorChannels = 3;

// The message ports, as PCIe names their fields.
struct InvalidateRequestPins {
  std::uint16_t source_id = 0;
  std::uint8_t itag = 0;
  std::uint64_t payload = 0;

  friend bool operator==(const InvalidateRequestPins &, const InvalidateRequestPins &) = default;
};

struct InvalidateCompletionPins {
  std::uint16_t source_id = 0;
  std::uint32_t itags = 0;
  std::uint8_t count = 0;  // 3 bits, 0 says 8

  friend bool operator==(const InvalidateCompletionPins &,
                         const InvalidateCompletionPins &) = default;
};

struct Pins {
  LiteBus reg;                                    // s_reg: the bench is the manager
  AxiBus device;                                  // s_dma: the bench is the manager
  AxiBus dma;                                     // m_dma: the bench is the memory
  AxiBus table;                                   // m_tbl: the bench is the memory
  Channel<InvalidateRequestPins> to_device;       // m_msg
  Channel<InvalidateCompletionPins> from_device;  // s_msg
  std::array<MonitorPins, kMonitorChannels> mon;
  bool walk_started = false;
  bool flushing = false;  // mon_busy_o
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_PINS_HPP
