// SPDX-License-Identifier: Apache-2.0
// See generated_parts.hpp.
#include "generated_parts.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "output_file.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

std::string updated(const std::string &command, const std::filesystem::path &file,
                    const Parts &parts) {
  const std::string document = read_document(file);
  try {
    return with_parts_of(command, document, parts);
  } catch (const UsageError &error) {
    throw UsageError(fmt::format("--update-docs {}: {}", file.string(), error.what()));
  }
}

}  // namespace

std::string with_parts_of(const std::string &command, const std::string &document,
                          const Parts &parts) {
  std::string text = document;
  for (const auto &[name, part] : parts) {
    const std::string begin = fmt::format("<!-- {} {} -->\n", command, name);
    const std::string end = fmt::format("<!-- end of {} {} -->\n", command, name);
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from == std::string::npos || to == std::string::npos || to < from) {
      throw UsageError(fmt::format("no lines for the part '{}'", name));
    }
    text.replace(from + begin.size(), to - from - begin.size(), part);
  }
  return text;
}

std::string read_document(const std::filesystem::path &file) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in || text.empty()) {
    throw UsageError(fmt::format("--update-docs {}: cannot be read, or empty", file.string()));
  }
  return text;
}

void check_parts(const std::string &command, const std::filesystem::path &file,
                 const Parts &parts) {
  (void)updated(command, file, parts);
}

void update_parts(const std::string &command, const std::filesystem::path &file,
                  const Parts &parts) {
  write_whole(file, updated(command, file, parts));
}

}  // namespace dmar::sim
