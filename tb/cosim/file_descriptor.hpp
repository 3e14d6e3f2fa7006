// SPDX-License-Identifier: Apache-2.0
// A POSIX file descriptor that closes itself.
#ifndef DMAR_COSIM_FILE_DESCRIPTOR_HPP
#define DMAR_COSIM_FILE_DESCRIPTOR_HPP

#include <unistd.h>

#include <utility>

namespace dmar::cosim {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int raw) : raw_(raw) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(FileDescriptor &&other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  FileDescriptor &operator=(FileDescriptor &&other) noexcept {
    if (this != &other) {
      close();
      raw_ = std::exchange(other.raw_, -1);
    }
    return *this;
  }

  [[nodiscard]] int raw() const { return raw_; }
  [[nodiscard]] bool open() const { return raw_ >= 0; }
  void close() {
    if (raw_ >= 0) ::close(raw_);
    raw_ = -1;
  }

 private:
  int raw_ = -1;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_FILE_DESCRIPTOR_HPP
