// SPDX-License-Identifier: Apache-2.0
// Which file the name of a file stands for.
#ifndef DMAR_FILES_DESTINATION_HPP
#define DMAR_FILES_DESTINATION_HPP

#include <filesystem>

namespace dmar::files {

// Where writing to `path` ends: symbolic links are followed, also those that lead to no file yet.
std::filesystem::path destination(const std::filesystem::path &path);

// A device, a pipe or a socket: it is written to as it is, and never removed or replaced.
bool is_stream(const std::filesystem::path &path);

// Whether both names stand for one file, be it by links or by spelling, there or not there yet.
bool same_file(const std::filesystem::path &a, const std::filesystem::path &b);

}  // namespace dmar::files

#endif  // DMAR_FILES_DESTINATION_HPP
