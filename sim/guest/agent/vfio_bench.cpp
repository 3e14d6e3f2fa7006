// SPDX-License-Identifier: Apache-2.0
// See vfio_bench.hpp.
#include "vfio_bench.hpp"

#include "kernel_log.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr double kFaultPatience = 30;  // seconds
constexpr unsigned kCount = 64;        // bytes of a DMA that is to be blocked

}  // namespace

bool VfioBench::move(Edu::Direction direction, std::uint64_t address, unsigned count,
                     unsigned offset) {
  const Edu::End end = edu.dma(direction, address, count, offset);
  return end == Edu::End::kOkay || end == Edu::End::kUnknown;
}

bool VfioBench::look(unsigned count) {
  window.clear();
  return move(Edu::Direction::kToMemory, kWindow, count);
}

void expect_blocked(const PciDevice &device, Edu &edu, Edu::Direction direction,
                    std::uint64_t address, const std::string &what, unsigned reason) {
  KernelLog log;
  const std::string unit = device.unit();
  const unsigned long events = interrupt_count(unit);
  const Edu::End end = edu.dma(direction, address, kCount);
  if (edu.hostile()) check(end == Edu::End::kBlocked, what + " ends as blocked", name_of(end));
  const bool event = wait_until([&] { return interrupt_count(unit) > events; }, kFaultPatience);
  check(event, what + " raises a fault event",
        "the count of " + unit + " in /proc/interrupts stays");
  if (reason == 0) return;
  const bool write = direction == Edu::Direction::kToMemory;
  const bool reported =
      log.wait_for(
             {write ? "DMA Write" : "DMA Read", "[" + device.place() + "]",
              text("fault addr 0x%llx ", static_cast<unsigned long long>(address & ~0xFFFULL)),
              text("[fault reason 0x%02x]", reason)},
             kFaultPatience)
          .has_value();
  check(reported, what + " is reported",
        text("no fault %02xh from the kernel; its last: ", reason) + log.last("DMAR"));
}

}  // namespace dmar::agent
