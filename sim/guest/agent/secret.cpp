// SPDX-License-Identifier: Apache-2.0
// A page that nobody else may read or write.
#include <sys/mman.h>
#include <unistd.h>

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

constexpr std::uint8_t kByte = 0x5E;
constexpr const char *kText = "This page belongs to one virtual machine.";

}  // namespace

// FILE: says where its page is, and once FILE is there, whether the page is as it was.
bool secret_command(Arguments arguments) {
  if (arguments.size() != 1) return false;
  std::optional<LockedPage> page = LockedPage::make(kByte);
  if (!page) {
    check(false, "a page has a physical address", system_error());
    return true;
  }
  const std::size_t length = std::strlen(kText);
  std::memcpy(page->bytes(), kText, length);
  info(text("secret at 0x%llx", static_cast<unsigned long long>(page->physical())));
  while (access(arguments[0], F_OK) != 0) sleep_ms(100);
  const bool same = std::memcmp(page->bytes(), kText, length) == 0;
  std::memset(page->bytes(), kByte, length);
  const unsigned changed = page->changed_from(kByte);
  check(same && changed == 0, "the secret is as it was", text("%u bytes differ", changed));
  return true;
}

// MEGABYTES FILE NAME: takes so much memory, and once FILE is there, says whether nobody else has
// written to it.
bool occupy_command(Arguments arguments) {
  unsigned long long megabytes = 0;
  if (arguments.size() != 3 || !parse_number(arguments[0], megabytes) || megabytes == 0) {
    return false;
  }
  const std::size_t bytes = static_cast<std::size_t>(megabytes) << 20;
  const Descriptor file(memfd_create("memory", MFD_CLOEXEC));
  if (!file.valid() || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
    check(false, text("%llu MiB can be had", megabytes), system_error());
    return true;
  }
  Mapping memory(file.get(), 0, bytes);
  if (!memory.valid()) {
    check(false, text("%llu MiB can be had", megabytes), system_error());
    return true;
  }
  std::memset(memory.base(), kByte, bytes);
  info(text("%llu MiB taken", megabytes));
  while (access(arguments[1], F_OK) != 0) sleep_ms(100);
  const std::vector<std::uint8_t> page(kPage, kByte);
  std::size_t changed = 0;
  for (std::size_t at = 0; at < bytes; at += kPage) {
    changed += std::memcmp(memory.base() + at, page.data(), kPage) != 0 ? 1 : 0;
  }
  check(changed == 0, arguments[2], text("%zu pages differ", changed));
  return true;
}

}  // namespace dmar::agent
