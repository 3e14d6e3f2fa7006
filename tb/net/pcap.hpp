// SPDX-License-Identifier: Apache-2.0
// A capture file that Wireshark and tcpdump open: classic pcap, Ethernet, times in nanoseconds.
//
// libpcap has a writer, but its pcap_dump() tells nobody that a write failed, and its Debian
// package brings D-Bus along; what is left to write here are two headers of 24 and 16 bytes.
#ifndef DMAR_NET_PCAP_HPP
#define DMAR_NET_PCAP_HPP

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "files/pending_file.hpp"
#include "net/frame_sink.hpp"

namespace dmar::net {

// The message names the file and the reason.
class CaptureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class PcapFile {
 public:
  // The capture grows beside `path` and takes its place in finish(); without that nothing is left.
  // A pipe is written to frame by frame, for a reader that looks on. Throws CaptureError.
  explicit PcapFile(const std::filesystem::path &path);

  // `nanoseconds` since the start of the epoch that the reader shows. Never throws, so that whoever
  // sends the frame goes on; after the first error nothing more is written.
  void frame(std::uint64_t nanoseconds, std::span<const std::uint8_t> bytes);

  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] bool failed() const { return error_ != 0; }

  // Throws CaptureError when the capture is not whole; what was at `path` before is then untouched.
  // To be called once, after the last frame.
  void finish();

 private:
  void put(std::span<const std::uint8_t> bytes);
  [[noreturn]] void fail(const char *reason) const;

  std::filesystem::path path_;
  bool stream_;
  files::PendingFile pending_;
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file_;
  int error_ = 0;  // the first errno
  std::uint64_t frames_ = 0;
};

// Captures what it is given at the time that `nanoseconds` tells: the tap of a bridge.
class PcapTap : public FrameSink {
 public:
  PcapTap(PcapFile &file, std::function<std::uint64_t()> nanoseconds)
      : file_(file), nanoseconds_(std::move(nanoseconds)) {}
  void frame(std::span<const std::uint8_t> bytes) override { file_.frame(nanoseconds_(), bytes); }

 private:
  PcapFile &file_;
  std::function<std::uint64_t()> nanoseconds_;
};

}  // namespace dmar::net

#endif  // DMAR_NET_PCAP_HPP
