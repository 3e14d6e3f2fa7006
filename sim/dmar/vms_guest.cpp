// SPDX-License-Identifier: Apache-2.0
// See vms_guest.hpp.
#include "vms_guest.hpp"

#include <algorithm>

#include "cosim/placement.hpp"
#include "guest/vms.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kDiskMegabytes = 32;  // besides what the machine writes

// Locally administered; the last byte chooses the address that the network's server gives.
constexpr devices::MacAddress kServicesMac{0x02, 0xD3, 0xA0, 0, 0, 0x01};
constexpr devices::MacAddress kHostMac{0x02, 0xD3, 0xA0, 0, 0, 0x02};

std::string address_of(const VmGuest &guest, cosim::Placement::Kind kind, std::size_t index) {
  const auto all = cosim::placements({.disks = guest.disks, .networks = guest.networks});
  const auto found = std::ranges::find_if(all, [&](const cosim::Placement &placement) {
    return placement.kind == kind && placement.index == index;
  });
  return cosim::linux_address(*found);
}

}  // namespace

VmGuest make_vms_guest(const VmsOptions &options, const WorkFolder &folder) {
  using Kind = cosim::Placement::Kind;
  VmGuest guest{.kind = GuestKind::kMachines};
  const auto image = folder.file("disk0.img");
  guest::make_disk(image, kDiskMegabytes + 2 * options.host.test_megabytes, options.host.seed);
  guest.disks = {{.image = image}};
  guest.networks = {{.mac = kServicesMac}, {.mac = kHostMac}};
  const guest::Kernel kernel =
      options.host.kernel.empty() ? guest::find_kernel() : guest::kernel_of(options.host.kernel);
  guest.image = kernel.image;
  guest.name = kernel.version;
  guest.command_line = linux_command_line(options.host);
  guest.initrd = guest::make_vms_initramfs(kernel, {.vmm = options.monitor,
                                                    .network = address_of(guest, Kind::kNetwork, 0),
                                                    .disk = address_of(guest, Kind::kDisk, 0),
                                                    .edu = address_of(guest, Kind::kEdu, 0),
                                                    .sriov = !options.host.sriov.empty(),
                                                    .megabytes = options.host.test_megabytes,
                                                    .complete = !options.brief});
  return guest;
}

}  // namespace dmar::sim
