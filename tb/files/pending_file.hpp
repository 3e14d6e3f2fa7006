// SPDX-License-Identifier: Apache-2.0
// A file that grows beside its place and takes it when it is whole.
#ifndef DMAR_FILES_PENDING_FILE_HPP
#define DMAR_FILES_PENDING_FILE_HPP

#include <filesystem>
#include <system_error>

namespace dmar::files {

class PendingFile {
 public:
  // Opens nothing. A device or pipe at `path` is its own place to write.
  explicit PendingFile(const std::filesystem::path &path);
  ~PendingFile();  // removes what was not committed
  PendingFile(const PendingFile &) = delete;
  PendingFile &operator=(const PendingFile &) = delete;

  // What to open and write; unique to the process.
  [[nodiscard]] const std::filesystem::path &place() const { return place_; }

  // Everything was written and closed. On an error the file that stood there before still does.
  std::error_code commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path place_;
  bool pending_;
};

}  // namespace dmar::files

#endif  // DMAR_FILES_PENDING_FILE_HPP
