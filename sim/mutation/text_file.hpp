// SPDX-License-Identifier: Apache-2.0
// Whole text files.
#ifndef DMAR_MUTATION_TEXT_FILE_HPP
#define DMAR_MUTATION_TEXT_FILE_HPP

#include <filesystem>
#include <string>

namespace dmar::mutation {

// std::runtime_error when it cannot be read.
std::string read_text(const std::filesystem::path &path);

// Leaves a file that already has this text alone, so that nothing is built again for it.
void write_text(const std::filesystem::path &path, const std::string &text);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_TEXT_FILE_HPP
