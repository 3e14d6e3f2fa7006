// SPDX-License-Identifier: Apache-2.0
// See report.hpp.
#include "report.hpp"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace dmar::agent {

namespace {

bool failed = false;

// SUBJECT of the environment: whom the checks are about, when there are several.
std::string subject() {
  const char *who = std::getenv("SUBJECT");
  return who == nullptr ? "" : std::string(who) + ", ";
}

}  // namespace

std::string text(const char *format, ...) {
  std::array<char, 512> buffer;  // a line of the kernel log is not much longer
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
  va_end(arguments);
  return buffer.data();
}

bool check(bool passed, const std::string &name, const std::string &detail) {
  if (passed) {
    std::printf("dmar-check: PASS %s%s\n", subject().c_str(), name.c_str());
  } else {
    std::printf("dmar-check: FAIL %s%s: %s\n", subject().c_str(), name.c_str(), detail.c_str());
    failed = true;
  }
  return passed;
}

void skip(const std::string &name, const std::string &reason) {
  std::printf("dmar-check: SKIP %s%s: %s\n", subject().c_str(), name.c_str(), reason.c_str());
}

void info(const std::string &what) { std::printf("dmar-info: %s\n", what.c_str()); }

bool all_passed() { return !failed; }

std::string system_error() { return std::strerror(errno); }

}  // namespace dmar::agent
