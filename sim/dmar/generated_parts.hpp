// SPDX-License-Identifier: Apache-2.0
// Keeps parts of a document up to date: what stands between the lines <!-- COMMAND NAME --> and
// <!-- end of COMMAND NAME -->.
#ifndef DMAR_SIM_GENERATED_PARTS_HPP
#define DMAR_SIM_GENERATED_PARTS_HPP

#include <filesystem>
#include <map>
#include <string>

namespace dmar::sim {

using Parts = std::map<std::string, std::string>;  // text by name

// `document` with these parts replaced. UsageError, naming it, for a part that has no such lines.
std::string with_parts_of(const std::string &command, const std::string &document,
                          const Parts &parts);

// Throws UsageError when `file` cannot be read or is empty.
std::string read_document(const std::filesystem::path &file);

// Both throw UsageError when `file` cannot be read or lacks the lines of a part.
void check_parts(const std::string &command, const std::filesystem::path &file, const Parts &parts);
void update_parts(const std::string &command, const std::filesystem::path &file,
                  const Parts &parts);

}  // namespace dmar::sim

#endif  // DMAR_SIM_GENERATED_PARTS_HPP
