// SPDX-License-Identifier: Apache-2.0
// Physical memory as the host of virtual machines sees it. Formats: proc(5);
// Documentation/admin-guide/mm/pagemap of Linux.
#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "files.hpp"
#include "locked_page.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kFrame = (std::uint64_t{1} << 55) - 1;
constexpr std::uint64_t kSlab = std::uint64_t{1} << 7;  // of /proc/kpageflags
constexpr std::size_t kMost = 4096;

// Start of the first mapping of process `pid` whose path contains `part`.
std::optional<std::uint64_t> mapping_of(const char *pid, const char *part) {
  std::FILE *maps = std::fopen(text("/proc/%s/maps", pid).c_str(), "re");
  if (maps == nullptr) return std::nullopt;
  std::array<char, 1024> line;
  std::optional<std::uint64_t> start;
  while (!start && std::fgets(line.data(), line.size(), maps) != nullptr) {
    if (std::strstr(line.data(), part) != nullptr) start = std::strtoull(line.data(), nullptr, 16);
  }
  std::fclose(maps);
  return start;
}

std::optional<std::uint64_t> entry_of(const std::string &file, std::uint64_t number) {
  const Descriptor entries(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::uint64_t entry = 0;
  if (!entries.valid() || pread(entries.get(), &entry, sizeof entry,
                                static_cast<off_t>(number * sizeof entry)) != sizeof entry) {
    return std::nullopt;
  }
  return entry;
}

bool read_at(const char *file, std::uint64_t offset, std::uint8_t *to, std::size_t bytes) {
  const Descriptor memory(open(file, O_RDONLY | O_CLOEXEC));
  return memory.valid() &&
         pread(memory.get(), to, bytes, static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes);
}

// RAM by the image of the kernel's memory, whose program headers have physical addresses.
bool read_ram(std::uint64_t address, std::uint8_t *to, std::size_t bytes) {
  constexpr const char *kImage = "/proc/kcore";
  Elf64_Ehdr header;
  if (!read_at(kImage, 0, reinterpret_cast<std::uint8_t *>(&header), sizeof header)) return false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!read_at(kImage, header.e_phoff + std::uint64_t{i} * header.e_phentsize,
                 reinterpret_cast<std::uint8_t *>(&segment), sizeof segment)) {
      return false;
    }
    if (segment.p_type == PT_LOAD && segment.p_paddr != ~std::uint64_t{0} &&
        segment.p_paddr <= address && address + bytes <= segment.p_paddr + segment.p_memsz) {
      return read_at(kImage, segment.p_offset + (address - segment.p_paddr), to, bytes);
    }
  }
  return false;
}

// Firmware tables are no RAM for the kernel.
bool read_physical(std::uint64_t address, std::uint8_t *to, std::size_t bytes) {
  return read_ram(address, to, bytes) || read_at("/dev/mem", address, to, bytes);
}

// "  16000000-16ffffff : Kernel code"
std::optional<unsigned long long> kernel_code() {
  const std::string map = read_text("/proc/iomem").value_or("");
  const std::size_t name = map.find(" : Kernel code");
  if (name == std::string::npos) return std::nullopt;
  const std::size_t line = map.rfind('\n', name) + 1;
  return std::strtoull(map.c_str() + line, nullptr, 16);
}

// The highest page of the kernel's heap.
std::optional<std::uint64_t> heap_page(std::uint64_t above) {
  const Descriptor flags(open("/proc/kpageflags", O_RDONLY | O_CLOEXEC));
  std::optional<std::uint64_t> highest;
  std::vector<std::uint64_t> block(512);
  for (std::uint64_t frame = above / kPage;; frame += block.size()) {
    const ssize_t count = pread(flags.get(), block.data(), block.size() * sizeof block[0],
                                static_cast<off_t>(frame * sizeof block[0]));
    if (count <= 0) return highest;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) / sizeof block[0]; ++i) {
      if ((block[i] & kSlab) != 0) highest = (frame + i) * kPage;
    }
  }
}

}  // namespace

// PID PART ADDRESS: the physical address of byte ADDRESS of the memory that process PID has mapped
// from a file whose name contains PART.
bool host_address_command(Arguments arguments) {
  unsigned long long address = 0;
  if (arguments.size() != 3 || !parse_number(arguments[2], address)) return false;
  const auto start = mapping_of(arguments[0], arguments[1]);
  const auto entry =
      start ? entry_of(text("/proc/%s/pagemap", arguments[0]), (*start + address) / kPage)
            : std::nullopt;
  if (!entry || (*entry & kPresent) == 0 || (*entry & kFrame) == 0) {
    check(false, text("byte 0x%llx of process %s has a place", address, arguments[0]),
          system_error());
    return true;
  }
  const unsigned long long place = (*entry & kFrame) * kPage + address % kPage;
  std::printf("0x%llx\n", place);
  return true;
}

// ADDRESS COUNT: bytes of physical memory, in hexadecimal digits.
bool physical_command(Arguments arguments) {
  unsigned long long address = 0;
  unsigned long long count = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], address) ||
      !parse_number(arguments[1], count) || count == 0 || count > kMost) {
    return false;
  }
  std::vector<std::uint8_t> bytes(count);
  if (!read_physical(address, bytes.data(), bytes.size())) {
    check(false, text("physical memory at 0x%llx can be read", address), system_error());
    return true;
  }
  for (const std::uint8_t byte : bytes) std::printf("%02x", byte);
  std::printf("\n");
  return true;
}

// ABOVE: a page of the host's kernel at ABOVE or higher, and what it holds.
bool kernel_page_command(Arguments arguments) {
  unsigned long long above = 0;
  if (arguments.size() != 1 || !parse_number(arguments[0], above)) return false;
  const auto code = kernel_code();
  if (code && *code >= above) {
    std::printf("0x%llx code\n", *code);
  } else if (const auto heap = heap_page(above)) {
    std::printf("0x%llx heap\n", static_cast<unsigned long long>(*heap));
  } else {
    check(false, text("the kernel has a page above 0x%llx", above), "none found");
  }
  return true;
}

}  // namespace dmar::agent
