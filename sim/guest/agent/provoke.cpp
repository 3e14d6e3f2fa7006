// SPDX-License-Identifier: Apache-2.0
// The disk, made to misbehave: it writes into data that it was given to read.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "buffer.hpp"
#include "commands.hpp"
#include "edu.hpp"
#include "kernel_log.hpp"
#include "report.hpp"
#include "settings.hpp"

namespace dmar::agent {

namespace {

constexpr double kFaultPatience = 30;  // seconds
constexpr const char *kDisk = "vda";   // not mounted
constexpr off_t kPlace = 1 << 20;

// "00:05.0", the PCI function of the disk; "" when there is none.
std::string disk_place() {
  std::array<char, PATH_MAX> path;
  if (realpath((std::string("/sys/block/") + kDisk + "/device").c_str(), path.data()) == nullptr) {
    return "";
  }
  std::string folder = path.data();  // .../0000:00:05.0/virtio0
  folder.resize(folder.rfind('/'));
  return folder.substr(folder.rfind('/') + 1 + std::strlen("0000:"));
}

// As faults print it: a bridge takes the requests of what is behind it, so there only the bus
// counts.
std::string requester(const std::string &place) {
  return place.rfind("00:", 0) == 0 ? "[" + place + "]" : "[" + place.substr(0, 3);
}

}  // namespace

void test_provoke() {
  constexpr const char *name = "a disk that writes to its source is blocked";
  std::optional<FoundEdu> found = open_edu();
  if (!found) return;
  if (!found->edu.hostile()) {
    skip(name, "this edu cannot provoke the disk");
    return;
  }
  if (!setting("translation")) {
    skip(name, "nothing protects the memory");
    return;
  }
  if (read_text("/proc/mounts").value_or("").find(std::string("/dev/") + kDisk) !=
      std::string::npos) {
    skip(name, std::string("/dev/") + kDisk + " is mounted");
    return;
  }
  const std::string place = disk_place();
  const Descriptor disk(
      open((std::string("/dev/") + kDisk).c_str(), O_RDWR | O_DIRECT | O_CLOEXEC));
  Buffer page(kSmallPage);
  Buffer again(kSmallPage);
  if (place.empty() || !disk.valid() || !page.valid() || !again.valid() ||
      pread(disk.get(), page.data(), kSmallPage, kPlace) != ssize_t{kSmallPage}) {
    skip(name, std::string("no disk to write to: ") + system_error());
    return;
  }
  std::memcpy(again.data(), page.data(), kSmallPage);

  KernelLog log;
  const std::string unit = PciDevice{"0000:" + place}.unit();
  const unsigned long events = interrupt_count(unit);
  found->edu.provoke(0);
  const bool written = pwrite(disk.get(), page.data(), kSmallPage, kPlace) == ssize_t{kSmallPage};
  check(written, "the disk writes all the same", system_error());
  check(log.wait_for({"DMA Write", requester(place), "[fault reason 0x05]"}, kFaultPatience)
            .has_value(),
        name, "no such fault from the kernel; its last: " + log.last("DMAR"));
  check(interrupt_count(unit) > events, "the disk raises a fault event",
        "the count of " + unit + " in /proc/interrupts stays");
  check(std::memcmp(page.data(), again.data(), kSmallPage) == 0,
        "the source of the disk is unchanged", "bytes differ");
  again.clear();
  const bool read = pread(disk.get(), again.data(), kSmallPage, kPlace) == ssize_t{kSmallPage};
  check(read && std::memcmp(page.data(), again.data(), kSmallPage) == 0,
        "the disk has what was written", "bytes differ");
}

// The numbers are those of tb/devices/ats_misbehaviour.hpp.
bool device_tlb_command(Arguments arguments) {
  constexpr std::array kKinds = {"acknowledges-early", "never-answers", "answers-twice",
                                 "wrong-tag",          "uses-after",    "forges-translated"};
  constexpr std::uint32_t kOfDisk = 1U << 8;
  constexpr unsigned kTimes = 16;  // bits 31:16
  unsigned long long times = 0;
  if (arguments.size() < 2 || arguments.size() > 3 || !parse_number(arguments[1], times) ||
      times > 0xFFFF || (arguments.size() == 3 && std::strcmp(arguments[2], "disk") != 0)) {
    return false;
  }
  std::uint32_t kind = 0;
  while (kind < kKinds.size() && std::strcmp(kKinds[kind], arguments[0]) != 0) ++kind;
  if (kind == kKinds.size()) return false;
  std::optional<FoundEdu> found = open_edu();
  if (!found) return true;
  if (check(found->edu.hostile(), "edu makes a device TLB misbehave", "it has no such register")) {
    found->edu.provoke(kind | (arguments.size() == 3 ? kOfDisk : 0) |
                       static_cast<std::uint32_t>(times) << kTimes);
  }
  return true;
}

bool provoke_command(Arguments arguments) {
  if (!arguments.empty()) return false;
  std::optional<FoundEdu> found = open_edu();
  if (!found) return true;
  if (check(found->edu.hostile(), "edu provokes the disks", "this edu has no such register")) {
    found->edu.provoke(0);
  }
  return true;
}

}  // namespace dmar::agent
