// SPDX-License-Identifier: Apache-2.0
// See buffer.hpp.
#include "buffer.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "files.hpp"
#include "guest/pattern.hpp"

namespace dmar::agent {

namespace {

constexpr const char *kPool = "/proc/sys/vm/nr_hugepages";

void enlarge_pool(std::size_t pages) {
  const unsigned long now = std::strtoul(read_text(kPool).value_or("0").c_str(), nullptr, 10);
  write_text(kPool, std::to_string(now + pages));
}

}  // namespace

Buffer::Buffer(std::size_t bytes, bool large) : bytes_(bytes) {
  if (large) enlarge_pool(bytes / kLargePage);
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (large ? MAP_HUGETLB : 0);
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory == MAP_FAILED) return;
  if (!large) madvise(memory, bytes, MADV_NOHUGEPAGE);
  base_ = static_cast<std::uint8_t *>(memory);
  clear();  // the pages are there from now on
}

Buffer::~Buffer() {
  if (base_ != nullptr) munmap(base_, bytes_);
}

void Buffer::fill(std::uint64_t seed) {
  const auto bytes = guest::pattern(seed, bytes_);
  std::copy(bytes.begin(), bytes.end(), base_);
}

void Buffer::clear() { std::memset(base_, 0, bytes_); }

}  // namespace dmar::agent
