// SPDX-License-Identifier: Apache-2.0
// Output files that are there as a whole or not at all.
#ifndef DMAR_SIM_OUTPUT_FILE_HPP
#define DMAR_SIM_OUTPUT_FILE_HPP

#include <filesystem>
#include <string>

namespace dmar::sim {

// Throws UsageError, naming `path`, when no file can be written there. Leaves nothing behind.
void require_writable(const std::filesystem::path &path);

// Throws UsageError when there is a device or a pipe.
void require_regular(const std::filesystem::path &path);

// Writes `text` to a temporary neighbour of `path` and renames it. A device or pipe is written to
// directly. Throws UsageError; then what was at `path` before is untouched.
void write_whole(const std::filesystem::path &path, const std::string &text);

}  // namespace dmar::sim

#endif  // DMAR_SIM_OUTPUT_FILE_HPP
