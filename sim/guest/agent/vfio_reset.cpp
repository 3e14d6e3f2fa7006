// SPDX-License-Identifier: Apache-2.0
// Function Level Reset in the middle of a DMA, as a VMM does it and as a user does it by /sys.
#include "files.hpp"
#include "report.hpp"
#include "vfio_bench.hpp"

namespace dmar::agent {

namespace {

constexpr unsigned kSilence = 200;  // ms in which nothing of the old DMA may arrive
constexpr std::uint64_t kSeed = 0x2E5E7;

// In a list of words.
bool lists(const std::string &methods, const std::string &wanted) {
  return (" " + methods + " ").find(" " + wanted + " ") != std::string::npos;
}

bool offered(const PciDevice &device) {
  const std::string methods = read_text(device.folder() + "/reset_method").value_or("no such file");
  check(lists(methods, "pm"), "edu can be reset by its power state", "reset_method: " + methods);
  return check(lists(methods, "flr"), "edu has Function Level Reset", "reset_method: " + methods);
}

// `reset` resets the device while it writes to `target`, which it has at `address`.
template <class Reset>
void test_way(VfioBench &bench, Buffer &target, std::uint64_t address, const std::string &way,
              Reset reset) {
  bench.window.fill(kSeed);
  const unsigned bytes = bench.edu.largest();
  if (!check(bench.move(Edu::Direction::kFromMemory, VfioBench::kWindow, bytes),
             "edu has data before " + way, "its DMA did not end well")) {
    return;
  }
  bench.edu.start(Edu::Direction::kToMemory, address, bytes);
  if (!check(reset(), way + " resets edu during a DMA", system_error())) return;
  target.clear();
  check(bench.edu.at_reset(), "registers of edu are at reset after " + way, bench.edu.registers());
  sleep_ms(kSilence);
  unsigned arrived = 0;
  for (std::size_t i = 0; i < target.bytes(); ++i) arrived += target[i] != 0 ? 1 : 0;
  check(arrived == 0, "nothing of the old DMA arrives after " + way, text("%u bytes", arrived));
  // Its buffer is at reset as well.
  check(bench.look(bytes) && bench.window[0] == 0 && bench.window[bytes - 1] == 0,
        "edu works after " + way + " and has forgotten its data", "not so");
}

}  // namespace

void test_vfio_reset(VfioBench &bench) {
  if (!bench.edu.hostile()) {
    skip("Function Level Reset", "this edu has none");
    return;
  }
  constexpr std::uint64_t kTarget = 0x20'0000;
  Buffer target(kSmallPage);
  if (!offered(bench.device) ||
      !check(target.valid() &&
                 bench.vfio.map(kTarget, target.data(), kSmallPage, Vfio::Access::kReadWrite),
             "VFIO maps a page for the reset", bench.vfio.error())) {
    return;
  }
  test_way(bench, target, kTarget, "VFIO", [&] { return bench.vfio.reset(); });
  test_way(bench, target, kTarget, "/sys",
           [&] { return write_text(bench.device.folder() + "/reset", "1"); });
  check(bench.vfio.unmap(kTarget, kSmallPage), "VFIO unmaps the page after the reset",
        bench.vfio.error());
}

}  // namespace dmar::agent
