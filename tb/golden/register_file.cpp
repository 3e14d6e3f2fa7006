// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/register_file.hpp"

#include <stdexcept>

namespace dmar::golden {

RegisterFile::RegisterFile(const Config &config) : specs_(register_map(config)) {
  by_dword_.fill(kNone);
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    for (unsigned at = 0; at < specs_[i].bytes; at += 4) {
      by_dword_[(specs_[i].offset + at) / 4] = i;
    }
  }
  reset();
}

void RegisterFile::reset() {
  values_.clear();
  for (const RegisterSpec &spec : specs_) values_.push_back(spec.reset);
}

std::size_t RegisterFile::find(std::uint32_t offset) const {
  const std::size_t index = offset < reg::kEnd ? by_dword_[offset / 4] : kNone;
  if (index == kNone || specs_[index].offset != offset) {
    throw std::out_of_range("no register at this offset");
  }
  return index;
}

std::uint32_t RegisterFile::read32(std::uint32_t offset) const {
  const std::size_t index = offset < reg::kEnd ? by_dword_[offset / 4] : kNone;
  if (index == kNone) return 0;
  const RegisterSpec &spec = specs_[index];
  const std::uint64_t visible = values_[index] & ~spec.write_only;
  return static_cast<std::uint32_t>(visible >> (8 * (offset - spec.offset)));
}

void RegisterFile::write32(std::uint32_t offset, std::uint32_t value) {
  const std::size_t index = offset < reg::kEnd ? by_dword_[offset / 4] : kNone;
  if (index == kNone) return;
  const RegisterSpec &spec = specs_[index];
  const unsigned shift = 8 * (offset - spec.offset);
  const std::uint64_t written = kAll32 << shift;
  const std::uint64_t data = std::uint64_t{value} << shift;
  const std::uint64_t writable = spec.writable & written;
  values_[index] = ((values_[index] & ~writable) | (data & writable)) & ~(data & spec.clear_on_one);
}

}  // namespace dmar::golden
