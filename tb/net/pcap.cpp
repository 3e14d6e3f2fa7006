// SPDX-License-Identifier: Apache-2.0
// See pcap.hpp.
#include "net/pcap.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "files/destination.hpp"
#include "golden/little_endian.hpp"
#include "net/ethernet.hpp"

namespace dmar::net {

namespace {

constexpr std::uint32_t kMagic = 0xA1B2'3C4D;  // the fraction of a second is in nanoseconds
constexpr std::uint16_t kMajor = 2;
constexpr std::uint16_t kMinor = 4;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint64_t kSecond = 1'000'000'000;

class Header {
 public:
  template <std::unsigned_integral Value>
  Header &put(Value value) {
    for (const std::uint8_t byte : golden::to_little_endian(value)) bytes_.push_back(byte);
    return *this;
  }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

PcapFile::PcapFile(const std::filesystem::path &path)
    : path_(path), stream_(files::is_stream(path)), pending_(path), file_(nullptr, &std::fclose) {
  errno = 0;
  file_.reset(std::fopen(pending_.place().c_str(), "wb"));
  if (!file_) fail(std::strerror(errno));
  Header header;
  header.put(kMagic).put(kMajor).put(kMinor);
  header.put(std::uint32_t{0}).put(std::uint32_t{0});  // time zone and accuracy, always 0
  header.put(std::uint32_t{Ethernet::kMostBytes}).put(kLinkEthernet);
  put(header.bytes());
}

void PcapFile::put(std::span<const std::uint8_t> bytes) {
  if (error_ != 0) return;
  errno = 0;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size();
  if (!written) error_ = errno != 0 ? errno : EIO;
}

void PcapFile::frame(std::uint64_t nanoseconds, std::span<const std::uint8_t> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  Header header;
  header.put(static_cast<std::uint32_t>(nanoseconds / kSecond));
  header.put(static_cast<std::uint32_t>(nanoseconds % kSecond));
  header.put(size).put(size);  // captured, and on the cable
  put(header.bytes());
  put(bytes);
  if (stream_ && error_ == 0 && std::fflush(file_.get()) != 0) error_ = errno;
  if (error_ == 0) ++frames_;
}

void PcapFile::fail(const char *reason) const {
  throw CaptureError(fmt::format("{}: cannot be written: {}", path_.string(), reason));
}

void PcapFile::finish() {
  errno = 0;
  const bool closed = std::fclose(file_.release()) == 0;
  if (error_ == 0 && !closed) error_ = errno != 0 ? errno : EIO;
  if (error_ != 0) fail(std::strerror(error_));
  if (const std::error_code error = pending_.commit()) fail(error.message().c_str());
}

}  // namespace dmar::net
