// SPDX-License-Identifier: Apache-2.0
// The device driven from this program by VFIO, from taking it until giving it back.
#include <optional>

#include "commands.hpp"
#include "report.hpp"
#include "settings.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr std::uint64_t kAnywhere = 0x4000'0000;  // mapped at times by the tests

// The registers without a driver in between, whoever has the device.
std::optional<Edu> plain_edu(const PciDevice &device) {
  Mapping bar;
  if (device.enable()) bar = map_bar(device, 0);
  if (!check(bar.valid(), "the registers of edu are mapped", system_error())) return std::nullopt;
  return Edu(std::move(bar));
}

void test_claimed(const PciDevice &device) {
  std::optional<Edu> edu = plain_edu(device);
  if (!edu) return;
  expect_blocked(device, *edu, Edu::Direction::kToMemory, kAnywhere,
                 "a write while the group has no table");
}

void test_opened(const PciDevice &device, Vfio &vfio) {
  if (!check(vfio.enable(), "VFIO enables edu", vfio.error())) return;
  Edu edu(vfio.bar(0));
  Buffer window(kSmallPage);
  if (!check(edu.mapped() && edu.alive(), "VFIO maps the registers of edu", "no edu there") ||
      !check(window.valid() &&
                 vfio.map(VfioBench::kWindow, window.data(), kSmallPage, Vfio::Access::kReadWrite),
             "VFIO maps a page", vfio.error())) {
    return;
  }
  VfioBench bench{device, vfio, edu, window};
  test_vfio_pages(bench);
  test_vfio_invalidation(bench);
  test_vfio_interrupts(bench);
  test_vfio_reset(bench);
}

void test_released(const PciDevice &device) {
  if (!setting("translation")) {
    skip("DMA is blocked after VFIO", "the kernel's own domain passes everything through");
    return;
  }
  std::optional<Edu> edu = plain_edu(device);
  if (!edu) return;
  expect_blocked(device, *edu, Edu::Direction::kToMemory, VfioBench::kWindow, "a write after VFIO");
}

}  // namespace

void test_vfio() {
  const std::vector<PciDevice> found = find_edus();
  if (!check(!found.empty(), "there is an edu", "no PCI device 1234:11e8")) return;
  const PciDevice &device = found.front();
  if (device.domain_type().empty()) {
    skip("VFIO", "no unit translates for edu");
    return;
  }
  Vfio vfio(device);
  if (!check(vfio.bind(), "vfio-pci takes edu", vfio.error()) ||
      !check(vfio.claim(), "VFIO takes the group of edu", vfio.error())) {
    return;
  }
  test_claimed(device);
  if (check(vfio.open(), "VFIO opens edu", vfio.error())) test_opened(device, vfio);
  vfio.close();
  if (check(vfio.release(), "vfio-pci gives edu back", vfio.error())) test_released(device);
}

}  // namespace dmar::agent
