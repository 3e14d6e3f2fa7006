// SPDX-License-Identifier: Apache-2.0
// See ecam.hpp.
#include "devices/ecam.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint64_t kBuses = 256;

std::uint64_t ones(unsigned bytes) {
  return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

bool decoded(std::uint64_t offset, unsigned bytes) {
  const bool size_okay = bytes == 1 || bytes == 2 || bytes == 4;
  return size_okay && offset % 4 + bytes <= 4 && offset < kBuses * kEcamBytesOfBus;
}

SourceId function_at(std::uint64_t offset) {
  return SourceId(static_cast<std::uint16_t>(offset >> 12));
}

std::uint32_t register_at(std::uint64_t offset) { return offset & 0xFFF; }

}  // namespace

std::uint64_t Ecam::read(std::uint64_t offset, unsigned bytes) {
  if (bytes == 8 && offset % 8 == 0) return read(offset, 4) | (read(offset + 4, 4) << 32);
  if (!decoded(offset, bytes)) return ones(bytes);
  PciFunction *function = segment_.find(function_at(offset));
  return function != nullptr ? function->config_read(register_at(offset), bytes) : ones(bytes);
}

void Ecam::write(std::uint64_t offset, unsigned bytes, std::uint64_t value) {
  if (bytes == 8 && offset % 8 == 0) {
    write(offset, 4, value & 0xFFFF'FFFF);
    write(offset + 4, 4, value >> 32);
  } else if (decoded(offset, bytes)) {
    segment_.config_write(function_at(offset), register_at(offset), bytes,
                          static_cast<std::uint32_t>(value & ones(bytes)));
  }
}

}  // namespace dmar::devices
