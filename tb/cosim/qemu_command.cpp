// SPDX-License-Identifier: Apache-2.0
// See qemu_command.hpp.
#include "cosim/qemu_command.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cosim/eoi_log.hpp"
#include "cosim/placement.hpp"

namespace dmar::cosim {

namespace {

std::string inherited(int descriptor) { return fmt::format("/dev/fd/{}", descriptor); }

void add_table(std::vector<std::string> &words, int descriptor) {
  if (descriptor < 0) return;
  words.insert(words.end(), {"-acpitable", "file=" + inherited(descriptor)});
}

std::string proxy(const std::string &id, const std::string &where, int descriptor) {
  return fmt::format("x-pci-proxy-dev,id={},{},fd={}", id, where, descriptor);
}

// One that answers late is slow, not lost; and no access is over before we know of it.
constexpr unsigned kMessageTimeout = 3'600'000;  // ms

// `where` is "addr=05.0" or "bus=bridge,addr=01.0". Only JSON can say where a socket is.
std::string vfio_user(const std::string &id, const std::string &where,
                      const std::filesystem::path &sockets) {
  nlohmann::json device{{"driver", "vfio-user-pci"},
                        {"id", id},
                        {"socket", {{"type", "unix"}, {"path", (sockets / id).native()}}},
                        {"x-no-posted-writes", true},
                        {"x-msg-timeout", kMessageTimeout}};
  std::istringstream properties(where);
  for (std::string property; std::getline(properties, property, ',');) {
    const std::size_t equals = property.find('=');
    device[property.substr(0, equals)] = property.substr(equals + 1);
  }
  return device.dump();
}

void add_devices(std::vector<std::string> &words, const MachineOptions &options,
                 const QemuDescriptors &descriptors) {
  const auto add = [&words](std::string device) {
    words.insert(words.end(), {"-device", std::move(device)});
  };
  const auto attached = [&](const std::string &id, const std::string &where, int descriptor) {
    return options.attach == Attach::kVfioUser ? vfio_user(id, where, descriptors.sockets)
                                               : proxy(id, where, descriptor);
  };
  const auto slot = [](unsigned number) { return fmt::format("addr={:02x}.0", number); };
  add(attached("unit", slot(place::kUnitSlot), descriptors.unit));
  if (options.bridge) {
    add(fmt::format("pcie-pci-bridge,id=bridge,{},msi=off", slot(place::kBridgeSlot)));
  }
  const std::vector<Placement> places = placements(options);
  for (std::size_t i = 0; i < places.size(); ++i) {
    add(attached(places[i].id, places[i].where, descriptors.functions.at(i)));
  }
  if (options.bare_metal) {
    add("pc-testdev");
    add("isa-debug-exit,iobase=0xf4,iosize=0x4");
  }
}

}  // namespace

std::vector<std::string> qemu_arguments(const MachineOptions &options,
                                        const QemuDescriptors &descriptors) {
  const std::string console = options.interactive
                                  ? fmt::format("stdio,id=serial,mux=on,signal=off,logfile={}",
                                                inherited(descriptors.console))
                                  : fmt::format("socket,id=serial,fd={}", descriptors.console);
  std::vector<std::string> words{
      "-accel",
      "tcg,thread=single",
      "-cpu",
      options.cpu,
      "-smp",
      "1",
      "-m",
      fmt::format("{}M", options.megabytes),
      // Memory must be shared, or the unit would look at other memory than the guest.
      "-object",
      fmt::format("memory-backend-memfd,id=ram,size={}M,share=on", options.megabytes),
      // The chipset's disk controller would do its DMA past the unit.
      "-machine",
      "q35,memory-backend=ram,smbus=off,sata=off,vmport=off",
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      "-vga",
      "none",
      // A reboot would lose the place of the unit, so it ends the machine. Stopped at first.
      "-no-reboot",
      "-S",
      "-chardev",
      fmt::format("socket,id=qtest,fd={}", descriptors.qtest),
      "-qtest",
      "chardev:qtest",
      "-qtest-log",
      "none",
      "-chardev",
      fmt::format("socket,id=monitor,fd={}", descriptors.monitor),
      "-mon",
      "chardev=monitor,mode=control",
      "-chardev",
      console,
      "-serial",
      "chardev:serial",
  };
  words.insert(words.end(), {"-trace", EoiLog::kEvent, "-D", inherited(descriptors.eoi_log)});
  add_devices(words, options, descriptors);
  add_table(words, descriptors.dmar_table);
  add_table(words, descriptors.madt_table);
  add_table(words, descriptors.segment_table);
  words.insert(words.end(), {"-kernel", options.kernel.string()});
  if (descriptors.initrd >= 0) {
    words.insert(words.end(), {"-initrd", inherited(descriptors.initrd)});
  }
  if (!options.append.empty()) words.insert(words.end(), {"-append", options.append});
  words.insert(words.end(), options.qemu_arguments.begin(), options.qemu_arguments.end());
  return words;
}

}  // namespace dmar::cosim
