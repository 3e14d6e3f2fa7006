// SPDX-License-Identifier: Apache-2.0
// A page that nobody else may read or write.
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>

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

}  // namespace dmar::agent
