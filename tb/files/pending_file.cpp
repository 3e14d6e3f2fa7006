// SPDX-License-Identifier: Apache-2.0
// See pending_file.hpp.
#include "files/pending_file.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "files/destination.hpp"

namespace dmar::files {

namespace fs = std::filesystem;

PendingFile::PendingFile(const fs::path &path)
    : target_(is_stream(path) ? path : destination(path)),
      place_(target_),
      pending_(!is_stream(path)) {
  if (pending_) place_ += fmt::format(".{}.partial", ::getpid());
}

PendingFile::~PendingFile() {
  std::error_code ignored;
  if (pending_) fs::remove(place_, ignored);
}

std::error_code PendingFile::commit() {
  std::error_code error;
  if (!pending_) return error;
  fs::rename(place_, target_, error);
  if (!error) pending_ = false;
  return error;
}

}  // namespace dmar::files
