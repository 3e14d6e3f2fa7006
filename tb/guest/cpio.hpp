// SPDX-License-Identifier: Apache-2.0
// Writes a cpio archive in the "newc" format, which Linux takes as initramfs.
#ifndef DMAR_GUEST_CPIO_HPP
#define DMAR_GUEST_CPIO_HPP

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmar::guest {

// Paths without leading "/". Owner root, time 0: the same members make the same bytes. Linux needs
// a folder before what is in it.
class CpioWriter {
 public:
  void folder(std::string_view path);  // nothing when it is there already
  void file(std::string_view path, std::span<const std::uint8_t> contents, bool executable = false);
  void file(std::string_view path, std::string_view contents, bool executable = false);
  void link(std::string_view path, std::string_view target);           // symbolic
  void device(std::string_view path, unsigned major, unsigned minor);  // character device

  // The archive with its trailer; the writer is empty afterwards.
  std::vector<std::uint8_t> finish();

 private:
  struct Device {
    unsigned major = 0;
    unsigned minor = 0;
  };
  void member(std::string_view path, unsigned mode, std::span<const std::uint8_t> contents,
              Device device);
  void append(std::string_view text);
  void pad();

  std::vector<std::uint8_t> bytes_;
  std::set<std::string, std::less<>> folders_;
  unsigned inode_ = 0;
};

}  // namespace dmar::guest

#endif  // DMAR_GUEST_CPIO_HPP
