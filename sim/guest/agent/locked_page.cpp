// SPDX-License-Identifier: Apache-2.0
// See locked_page.hpp. Format: Documentation/admin-guide/mm/pagemap of Linux.
#include "locked_page.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "files.hpp"

namespace dmar::agent {

namespace {

constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kFrame = (std::uint64_t{1} << 55) - 1;

}  // namespace

std::optional<LockedPage> LockedPage::make(std::uint8_t byte) {
  const Descriptor file(memfd_create("page", MFD_CLOEXEC));
  if (!file.valid() || ftruncate(file.get(), kPage) != 0) return std::nullopt;
  Mapping memory(file.get(), 0, kPage);
  if (!memory.valid() || mlock(memory.base(), kPage) != 0) return std::nullopt;
  std::memset(memory.base(), byte, kPage);

  const Descriptor map(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  const auto number = reinterpret_cast<std::uintptr_t>(memory.base()) / kPage;
  std::uint64_t entry = 0;
  if (!map.valid() ||
      pread(map.get(), &entry, sizeof entry, static_cast<off_t>(number * sizeof entry)) !=
          sizeof entry ||
      (entry & kPresent) == 0 || (entry & kFrame) == 0) {
    return std::nullopt;
  }
  return LockedPage(std::move(memory), (entry & kFrame) * kPage);
}

unsigned LockedPage::changed_from(std::uint8_t byte) const {
  unsigned changed = 0;
  const volatile std::uint8_t *bytes = memory_.base();  // the device writes it
  for (std::size_t i = 0; i < kPage; ++i) changed += bytes[i] != byte ? 1 : 0;
  return changed;
}

}  // namespace dmar::agent
