// SPDX-License-Identifier: Apache-2.0
// Finds an installed kernel; see guest.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"

namespace dmar::guest {

namespace {

namespace fs = std::filesystem;

constexpr const char *kPackage = "Debian package linux-image-amd64";

// Fields of the setup header of a bzImage (Documentation/arch/x86/boot of Linux).
constexpr std::size_t kBootFlag = 0x1FE;        // AA55h
constexpr std::size_t kHeaderMagic = 0x202;     // "HdrS"
constexpr std::size_t kVersionPointer = 0x20E;  // + 200h: text, its first word is the version
constexpr std::size_t kVersionBase = 0x200;
constexpr std::size_t kLongestVersion = 64;

std::string version_of(const fs::path &image) {
  const std::vector<std::uint8_t> bytes = read_file(image);
  const auto wrong = [&image](const std::string &what) {
    return GuestError(
        fmt::format("{}: not a Linux kernel for x86 (bzImage): {}", image.string(), what));
  };
  if (bytes.size() < kVersionPointer + 2) throw wrong("shorter than its header");
  if (bytes[kBootFlag] != 0x55 || bytes[kBootFlag + 1] != 0xAA ||
      std::string(bytes.begin() + kHeaderMagic, bytes.begin() + kHeaderMagic + 4) != "HdrS") {
    throw wrong(
        fmt::format("no boot flag at {:X}h or no header at {:X}h", kBootFlag, kHeaderMagic));
  }
  const std::size_t pointer = bytes[kVersionPointer] | bytes[kVersionPointer + 1] << 8U;
  std::string version;
  for (std::size_t at = kVersionBase + pointer; pointer != 0 && at < bytes.size(); ++at) {
    const char character = static_cast<char>(bytes[at]);
    if (std::isgraph(static_cast<unsigned char>(character)) == 0 || character == '/') break;
    version += character;
  }
  if (version.empty() || version.size() > kLongestVersion) {
    throw wrong(fmt::format("no kernel version behind the pointer at {:X}h", kVersionPointer));
  }
  return version;
}

bool has_modules(const fs::path &folder) {
  std::error_code error;
  return fs::exists(folder / "modules.dep", error);
}

// depmod looks for BASE/lib/modules/VERSION; BASE/usr is its BASE where /lib is in /usr.
std::string depmod_command(const fs::path &modules, const std::string &version) {
  return fmt::format("depmod -b {} {}", modules.parent_path().parent_path().parent_path().string(),
                     version);
}

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

// Compares digits as numbers, so that 6.1.0-56 is newer than 6.1.0-9.
bool older(const std::string &left, const std::string &right) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < left.size() && k < right.size()) {
    if (!digit(left[i]) || !digit(right[k])) {
      if (left[i] != right[k]) return left[i] < right[k];
      ++i;
      ++k;
      continue;
    }
    const auto number = [&digit](const std::string &text, std::size_t &at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t start = at;
      while (at < text.size() && digit(text[at])) ++at;
      return text.substr(start, at - start);
    };
    const std::string a = number(left, i);
    const std::string b = number(right, k);
    if (a.size() != b.size()) return a.size() < b.size();
    if (a != b) return a < b;
  }
  return left.size() - i < right.size() - k;
}

}  // namespace

Kernel find_kernel(const fs::path &root) {
  constexpr std::string_view prefix = "vmlinuz-";
  const fs::path boot = root / "boot";
  std::vector<Kernel> found;
  std::string passed_over;
  std::error_code error;
  for (const fs::directory_entry &entry : fs::directory_iterator(boot, error)) {
    const std::string name = entry.path().filename().string();
    if (!begins(name, prefix) || !ends(name, "-amd64")) continue;
    // Without the drivers, or with interrupts that behave differently.
    if (ends(name, "-cloud-amd64") || ends(name, "-rt-amd64")) continue;
    const std::string version = name.substr(prefix.size());
    const fs::path modules = root / "lib/modules" / version;
    if (has_modules(modules)) {
      found.push_back({entry.path(), modules, version});
    } else {
      passed_over += fmt::format("; {} has no {}", name, (modules / "modules.dep").string());
    }
  }
  if (found.empty()) {
    throw GuestError(fmt::format("no kernel {}/vmlinuz-*-amd64 with modules ({}){}", boot.string(),
                                 kPackage, passed_over));
  }
  return *std::max_element(found.begin(), found.end(), [](const Kernel &a, const Kernel &b) {
    return older(a.version, b.version);
  });
}

Kernel kernel_of(const fs::path &image, const fs::path &root) {
  const std::string version = version_of(image);
  const fs::path own = fs::absolute(image).parent_path();
  const fs::path beside = own.parent_path();
  // Newer packages keep the image among its modules, lib/modules/VERSION/vmlinuz.
  std::vector<fs::path> folders{own};
  for (const fs::path &base : {beside, beside / "usr", root}) {
    folders.push_back(base / "lib/modules" / version);
  }
  std::string looked;
  for (const fs::path &modules : folders) {
    if (has_modules(modules)) return {image, modules, version};
    if (std::error_code error; fs::is_directory(modules / "kernel", error)) {
      throw GuestError(fmt::format(
          "{}: {} has modules but no modules.dep, as in a package that was unpacked and not "
          "installed; make it: {}",
          image.string(), modules.string(), depmod_command(modules, version)));
    }
    looked += fmt::format("{}{}", looked.empty() ? "" : ", ", (modules / "modules.dep").string());
  }
  throw GuestError(fmt::format(
      "{}: no modules of kernel {} (in Debian, one package linux-image-VERSION holds both); "
      "looked for {}",
      image.string(), version, looked));
}

}  // namespace dmar::guest
