// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace dmar::coverage {
namespace {

const std::string &folder() {
  static const std::string kFolder = [] {
    const char *name = std::getenv("DMAR_COVERAGE_DIR");
    return std::string(name == nullptr ? "" : name);
  }();
  return kFolder;
}

}  // namespace

bool enabled() { return !folder().empty(); }

std::string file_name(std::string_view stem, std::string_view extension) {
  return fmt::format("{}/{}-{}.{}", folder(), stem, getpid(), extension);
}

}  // namespace dmar::coverage
