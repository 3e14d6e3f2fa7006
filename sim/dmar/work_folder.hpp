// SPDX-License-Identifier: Apache-2.0
// A folder for files that nobody wants to keep.
#ifndef DMAR_SIM_WORK_FOLDER_HPP
#define DMAR_SIM_WORK_FOLDER_HPP

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "usage_error.hpp"

namespace dmar::sim {

class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dmar-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw UsageError(fmt::format("{}: {}", name, std::strerror(errno)));
    }
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder &) = delete;
  WorkFolder &operator=(const WorkFolder &) = delete;

  [[nodiscard]] std::filesystem::path file(const std::string &name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_WORK_FOLDER_HPP
