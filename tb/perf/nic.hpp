// SPDX-License-Identifier: Apache-2.0
// A network adapter under full load, both ways, as requests of at most 256 bytes: rings of 16-byte
// descriptors, fetched and written back four at a time, and 1500-byte packets in 2 KiB buffers, two
// in a page. Buffers lie in pages in no order, as an allocator leaves them after a while.
#ifndef DMAR_PERF_NIC_HPP
#define DMAR_PERF_NIC_HPP

#include <cstdint>

#include "perf/pages.hpp"

namespace dmar::perf {

class Nic {
 public:
  static constexpr unsigned kRing = 1024;  // packets in each direction
  static constexpr unsigned kPacketBytes = 1500;
  // Pages of the device: buffers of both directions, then the two rings.
  static constexpr unsigned kBufferPages = kRing;
  static constexpr unsigned kRingPages = kRing * 16 / 4096;
  static constexpr unsigned kPages = kBufferPages + 2 * kRingPages;

  Nic(SourceId source_id, std::uint64_t seed);

  // What it asks for: reads on one port (packets sent, descriptors), writes on the other.
  [[nodiscard]] Device &reads() { return reads_; }
  [[nodiscard]] Device &writes() { return writes_; }
  // Packets whose requests all have answers, since restart().
  [[nodiscard]] std::uint64_t sent() const { return reads_.packets(); }
  [[nodiscard]] std::uint64_t received() const { return writes_.packets(); }
  void restart();

 private:
  // One direction: for every fourth packet the descriptors, for each packet its data.
  class Stream : public Device {
   public:
    Stream(SourceId source_id, AccessKind kind, unsigned ring_page, unsigned first_buffer,
           const PageOrder &buffers);
    [[nodiscard]] std::uint64_t packets() const { return packets_; }
    void restart() { packets_ = 0; }

   protected:
    std::optional<Wanted> next(std::uint64_t clock) override;
    void done(const Answered &answered) override;

   private:
    [[nodiscard]] Request descriptors() const;
    [[nodiscard]] Request data(unsigned offset) const;

    SourceId source_id_;
    AccessKind kind_;
    unsigned ring_page_;
    unsigned first_buffer_;
    const PageOrder &buffers_;
    unsigned packet_ = 0;  // in the ring
    unsigned part_ = 0;    // of the packet
    std::uint64_t packets_ = 0;
  };

  PageOrder buffers_;
  Stream reads_;
  Stream writes_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_NIC_HPP
