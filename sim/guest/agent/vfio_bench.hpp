// SPDX-License-Identifier: Apache-2.0
// What the tests by VFIO have in common: the device in our hands, and memory to compare.
#ifndef DMAR_AGENT_VFIO_BENCH_HPP
#define DMAR_AGENT_VFIO_BENCH_HPP

#include <cstdint>
#include <string>

#include "buffer.hpp"
#include "edu.hpp"
#include "vfio.hpp"

namespace dmar::agent {

struct VfioBench {
  const PciDevice &device;
  Vfio &vfio;
  Edu &edu;
  // A page that the device may write at any time, to see what is in its own buffer.
  Buffer &window;
  static constexpr std::uint64_t kWindow = 0x10'0000;  // its address

  // Whether the device ended the transfer as it should: okay, or it does not tell.
  bool move(Edu::Direction direction, std::uint64_t address, unsigned count, unsigned offset = 0);
  // The device's own buffer in `window`; false when it does not get there.
  bool look(unsigned count);
};

// The device tries a DMA that must not happen: it ends as blocked, a fault event comes, and when
// `reason` is not 0 the kernel prints this fault (it prints no more than three in 5 s).
void expect_blocked(const PciDevice &device, Edu &edu, Edu::Direction direction,
                    std::uint64_t address, const std::string &what, unsigned reason = 0);

void test_vfio_pages(VfioBench &bench);         // sizes, places, permissions
void test_vfio_invalidation(VfioBench &bench);  // what is unmapped is gone
void test_vfio_interrupts(VfioBench &bench);
void test_vfio_reset(VfioBench &bench);

}  // namespace dmar::agent

#endif  // DMAR_AGENT_VFIO_BENCH_HPP
