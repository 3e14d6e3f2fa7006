// SPDX-License-Identifier: Apache-2.0
// Memory for DMA, in pages of a wanted size.
#ifndef DMAR_AGENT_BUFFER_HPP
#define DMAR_AGENT_BUFFER_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

namespace dmar::agent {

inline constexpr std::size_t kSmallPage = 4096;
inline constexpr std::size_t kLargePage = std::size_t{2} << 20;

class Buffer {
 public:
  // Zeroed. `large`: 2 MiB pages, each contiguous, of the kernel's pool, which it enlarges. Not
  // valid, with errno, when there is not enough.
  explicit Buffer(std::size_t bytes, bool large = false);
  Buffer(Buffer &&other) noexcept
      : base_(std::exchange(other.base_, nullptr)), bytes_(other.bytes_) {}
  Buffer &operator=(Buffer &&) = delete;
  ~Buffer();

  [[nodiscard]] bool valid() const { return base_ != nullptr; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // The device changes it: volatile for checks, plain for filling.
  [[nodiscard]] std::uint8_t *data() { return base_; }
  [[nodiscard]] std::uint8_t operator[](std::size_t i) const {
    return *static_cast<const volatile std::uint8_t *>(base_ + i);
  }

  // Bytes from a seed, so that every 8 bytes are different ones.
  void fill(std::uint64_t seed);
  void clear();

 private:
  std::uint8_t *base_ = nullptr;
  std::size_t bytes_;
};

}  // namespace dmar::agent

#endif  // DMAR_AGENT_BUFFER_HPP
