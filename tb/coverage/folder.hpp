// SPDX-License-Identifier: Apache-2.0
// Where coverage is written: the folder that DMAR_COVERAGE_DIR names. Without it nothing is
// counted.
#ifndef DMAR_COVERAGE_FOLDER_HPP
#define DMAR_COVERAGE_FOLDER_HPP

#include <string>
#include <string_view>

namespace dmar::coverage {

// Asked once for each process.
bool enabled();

// A file of this process in the folder: <folder>/<stem>-<process id>.<extension>.
std::string file_name(std::string_view stem, std::string_view extension);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_FOLDER_HPP
