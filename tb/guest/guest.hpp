// SPDX-License-Identifier: Apache-2.0
// What a Linux guest needs to run and what became of it: kernel, initramfs, disk image, and the
// results out of its serial console.
#ifndef DMAR_GUEST_GUEST_HPP
#define DMAR_GUEST_GUEST_HPP

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dmar::guest {

// Something on this machine is missing or not as it should be; the message says what and where,
// and which Debian package has it.
class GuestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Kernel {
  std::filesystem::path image;    // vmlinuz
  std::filesystem::path modules;  // /lib/modules/VERSION
  std::string version;
};

// The newest kernel in ROOT/boot that has its modules in ROOT/lib/modules, cloud and rt builds left
// out; GuestError names the package when there is none.
Kernel find_kernel(const std::filesystem::path &root = "/");
// The kernel in `image` (version out of the image itself), with the modules that belong to it:
// in ROOT/lib/modules, or in ../lib/modules beside the folder of the image.
Kernel kernel_of(const std::filesystem::path &image, const std::filesystem::path &root = "/");

// What the guest is to do.
struct Task {
  enum class Kind : std::uint8_t {
    kTest,    // the self-test: disk, hostile DMA, interrupts, power-off
    kShell,   // a shell on the console, power-off when it ends
    kBounce,  // measures bounce buffers of the first AHCI disk, power-off
  };
  Kind kind = Kind::kTest;
  unsigned disks = 1;               // /dev/vda ...
  unsigned ahci_disks = 0;          // /dev/sda ...
  bool interrupt_remapping = true;  // tests of blocked interrupts make sense
  bool translation = true;          // false: pass-through, hostile DMA is not blocked
  bool vfio = true;                 // the tests that drive edu from user space, by VFIO
  bool pins = true;                 // with them: INTx of edu
  bool reserved = false;            // firmware keeps memory for edu and the disks
  std::string sriov = "";           // "edu", "net": function with virtual ones in segment 1
  bool ari = false;                 // with it: behind a root port
  bool ats = false;                 // functions with device TLBs in segment 1, a disk among them
  unsigned megabytes = 16;          // written to and read from each disk
};

// gzip-compressed newc archive: static busybox (ROOT/bin/busybox), the kernel modules, init script,
// agent.
std::vector<std::uint8_t> make_initramfs(const Kernel &kernel, const Task &task,
                                         const std::filesystem::path &root = "/");

// A test without operating system (sim/guest/bare): a Multiboot kernel for a unit at FED9'0000h and
// an edu at 00:06.0. Its console has the result lines of the Linux guest; QEMU ends by its
// isa-debug-exit at port F4h, with status 1 when everything passed. Needs 64 MiB and a CPU with
// MMX.
std::span<const std::uint8_t> bare_kernel();

// Creates `image` of at least kSmallestDisk: ext4 with files of known contents and their checksums,
// about an eighth of it. The guest's test needs room for Task::megabytes twice. GuestError when
// mke2fs is missing or fails; then no file is left.
inline constexpr unsigned kSmallestDisk = 8;  // MiB
void make_disk(const std::filesystem::path &image, unsigned megabytes, std::uint64_t seed);

// One comparison that the guest or the host made.
struct Check {
  std::string name;  // "disk vda: files of the host"
  bool passed = false;
  std::string detail;  // what was seen, when not passed
};

// Host side, after the guest has ended: e2fsck finds nothing, every file that the guest wrote has
// the checksum that the guest printed, the files of make_disk (when SHA256SUMS is there) are as
// they were. The disk is the one with the identifier of the image, or else vda when `disk` is 0.
std::vector<Check> check_disk(const std::filesystem::path &image, std::string_view console,
                              unsigned disk);

// One fault as the guest's kernel printed it.
struct ReportedFault {
  std::string line;        // from "DMAR:" on
  bool interrupt = false;  // "[INTR-REMAP]"
  std::uint16_t source_id = 0;
  std::uint64_t address = 0;  // or the interrupt index
  unsigned reason = 0;
};

// A file that the guest wrote, as it read it back.
struct Checksum {
  std::string disk;  // "vda"
  std::string file;  // path from the root of the disk, with "/"
  std::string sha256;
};

// Which image a disk of the guest is; the guest may count them in another order.
struct GuestDisk {
  std::string name;  // "vda"
  std::string uuid;  // of its file system, 32 digits
};

// What moving data between memory above 4 GiB and a disk took; sim/guest/common.sh describes the
// line.
struct BounceRun {
  std::string direction;  // "write", "read"
  std::uint64_t megabytes = 0;
  std::uint64_t microseconds = 0;
  std::uint64_t busy_microseconds = 0;  // of the CPU
  std::uint64_t buffers = 0;            // bounce buffers that the device was given
  std::uint64_t buffer_bytes = 0;
  std::int64_t copies = -1;  // to and from them; -1: not known
  std::int64_t copied_bytes = -1;
};

// What a program of a virtual machine tried with a device, as the host of the machines tells it.
struct Attack {
  std::string name;         // "a write to the DMAR table"
  std::uint64_t where = 0;  // address, or index of an interrupt
  std::string report;       // the line of the host's kernel, from "DMAR:" on; else what was missed
};

struct Console {
  std::vector<std::string> dmar_lines;  // of the kernel, faults left out
  std::vector<ReportedFault> faults;
  // Of the init script and the agent; those of a virtual machine begin with its name and ": ".
  std::vector<Check> checks;
  std::vector<Check> skipped;  // not made; `detail` says why
  std::vector<GuestDisk> disks;
  std::vector<Checksum> checksums;
  std::vector<BounceRun> bounces;
  std::string bounce_domain;  // of the device that was measured: "DMA-FQ", "identity", "none"
  std::vector<Attack> attacks;
  bool finished = false;  // the script came to its end
  bool queued_invalidation = false;
  bool interrupt_remapping = false;  // "Enabled IRQ remapping"
  bool power_down = false;
  std::string panic;  // the line, or empty
};

// What stands in a line behind its time stamp.
std::string_view message_of(std::string_view line);

// `text` may be of a guest that is still running, or of any other kernel.
Console read_console(std::string_view text);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_GUEST_HPP
