// SPDX-License-Identifier: Apache-2.0
// Reads a capture back, byte by byte from the description of the format.
#ifndef DMAR_NET_TESTS_PCAP_READER_HPP
#define DMAR_NET_TESTS_PCAP_READER_HPP

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "net/big_endian.hpp"

namespace dmar::net {

struct CapturedFrame {
  std::uint64_t nanoseconds = 0;
  Bytes bytes;
  bool operator==(const CapturedFrame &) const = default;
};

inline Bytes file_contents(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Throws when the file ends inside something, or is no capture of Ethernet in nanoseconds.
inline std::vector<CapturedFrame> read_capture(const std::filesystem::path &path) {
  const Bytes file = file_contents(path);
  std::size_t at = 0;
  const auto word = [&] {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{file.at(at++)} << 8 * i;
    return value;
  };
  const auto require = [](bool good, const char *what) {
    if (!good) throw std::runtime_error(what);
  };
  require(word() == 0xA1B23C4D, "magic");
  require(word() == 0x00040002, "version");
  require(word() == 0 && word() == 0, "time zone and accuracy");
  const std::uint32_t longest = word();
  require(word() == 1, "link type");
  std::vector<CapturedFrame> frames;
  while (at != file.size()) {
    const std::uint64_t seconds = word();
    const std::uint32_t fraction = word();
    const std::uint32_t kept = word();
    require(fraction < 1'000'000'000, "fraction of a second");
    require(word() == kept && kept <= longest && kept <= file.size() - at, "length");
    const auto from = file.begin() + static_cast<std::ptrdiff_t>(at);
    frames.push_back({seconds * 1'000'000'000 + fraction, Bytes(from, from + kept)});
    at += kept;
  }
  return frames;
}

}  // namespace dmar::net

#endif  // DMAR_NET_TESTS_PCAP_READER_HPP
