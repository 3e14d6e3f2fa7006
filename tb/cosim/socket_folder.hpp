// SPDX-License-Identifier: Apache-2.0
// A folder of our own for sockets that have to have a name in the file system.
#ifndef DMAR_COSIM_SOCKET_FOLDER_HPP
#define DMAR_COSIM_SOCKET_FOLDER_HPP

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "cosim/error.hpp"

namespace dmar::cosim {

class SocketFolder {
 public:
  // Names of sockets are short (108 bytes), so a long TMPDIR is of no use.
  SocketFolder() {
    constexpr std::size_t kLongest = 60;
    std::error_code ignored;
    std::filesystem::path base = std::filesystem::temp_directory_path(ignored);
    if (base.empty() || base.native().size() > kLongest) base = "/tmp";
    std::string name = base / "dmar-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw CosimError(fmt::format("{}: {}", name, std::strerror(errno)));
    }
    path_ = name;
  }
  ~SocketFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SocketFolder(const SocketFolder &) = delete;
  SocketFolder &operator=(const SocketFolder &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_SOCKET_FOLDER_HPP
