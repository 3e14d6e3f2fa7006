// SPDX-License-Identifier: Apache-2.0
// What a Linux guest needs to run and what became of it: kernel, initramfs, disk image, and the
// results out of its serial console.
#ifndef DMAR_GUEST_GUEST_HPP
#define DMAR_GUEST_GUEST_HPP

#include <cstdint>
#include <filesystem>
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

// The newest installed kernel that has its modules; GuestError names the package when there is
// none.
Kernel find_kernel();
// The kernel in `image`, with the modules that belong to it (version out of the image itself).
Kernel kernel_of(const std::filesystem::path &image);

// What the guest is to do.
struct Task {
  enum class Kind : std::uint8_t {
    kTest,   // the self-test: disk, hostile DMA, interrupts, power-off
    kShell,  // a shell on the console, power-off when it ends
  };
  Kind kind = Kind::kTest;
  unsigned disks = 1;               // /dev/vda ...
  bool interrupt_remapping = true;  // tests of blocked interrupts make sense
  bool translation = true;          // false: pass-through, hostile DMA is not blocked
  unsigned megabytes = 16;          // written to and read from each disk
};

// gzip-compressed newc archive: static busybox, the kernel modules, init script, agent.
std::vector<std::uint8_t> make_initramfs(const Kernel &kernel, const Task &task);

// Creates `image`: ext4 with files of known contents and their checksums. GuestError when
// mke2fs is missing or fails; then no file is left.
void make_disk(const std::filesystem::path &image, unsigned megabytes, std::uint64_t seed);

// One comparison that the guest or the host made.
struct Check {
  std::string name;  // "disk vda: files of the host"
  bool passed = false;
  std::string detail;  // what was seen, when not passed
};

// Host side, after the guest has ended: e2fsck finds nothing, the file that the guest wrote has the
// checksum that the guest printed.
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

struct Console {
  std::vector<std::string> dmar_lines;  // of the kernel, faults left out
  std::vector<ReportedFault> faults;
  std::vector<Check> checks;  // of the init script and the agent
  bool finished = false;      // the script came to its end
  bool queued_invalidation = false;
  bool interrupt_remapping = false;  // "Enabled IRQ remapping"
  bool power_down = false;
  std::string panic;  // the line, or empty
};

// `text` may be of a guest that is still running, or of any other kernel.
Console read_console(std::string_view text);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_GUEST_HPP
