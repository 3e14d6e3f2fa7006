// SPDX-License-Identifier: Apache-2.0
// See nic.hpp.
#include "perf/nic.hpp"

#include <algorithm>

namespace dmar::perf {

namespace {

constexpr unsigned kRequestBytes = 256;
constexpr unsigned kDescriptorBytes = 16;
constexpr unsigned kDescriptorsAtOnce = 4;
constexpr unsigned kBufferBytes = 2048;
constexpr unsigned kDataParts = (Nic::kPacketBytes + kRequestBytes - 1) / kRequestBytes;
constexpr std::uint64_t kLastPart = 1;  // id of the request that ends a packet

}  // namespace

Nic::Nic(SourceId source_id, std::uint64_t seed)
    : buffers_(shuffled(kBufferPages, seed)),
      reads_(source_id, AccessKind::kRead, kBufferPages, 0, buffers_),
      writes_(source_id, AccessKind::kWrite, kBufferPages + kRingPages, kRing, buffers_) {}

void Nic::restart() {
  reads_.restart();
  writes_.restart();
}

Nic::Stream::Stream(SourceId source_id, AccessKind kind, unsigned ring_page, unsigned first_buffer,
                    const PageOrder &buffers)
    : Device(kNoLimit),
      source_id_(source_id),
      kind_(kind),
      ring_page_(ring_page),
      first_buffer_(first_buffer),
      buffers_(buffers) {}

Request Nic::Stream::descriptors() const {
  return {.source_id = source_id_,
          .address = Iova(kDeviceIova + 4096ULL * ring_page_ + kDescriptorBytes * packet_),
          .kind = kind_,
          .bytes = kDescriptorBytes * kDescriptorsAtOnce};
}

Request Nic::Stream::data(unsigned offset) const {
  const unsigned buffer = first_buffer_ + packet_;
  const std::uint64_t page = buffers_[buffer / 2];
  return {.source_id = source_id_,
          .address = Iova(kDeviceIova + 4096 * page + buffer % 2 * kBufferBytes + offset),
          .kind = kind_,
          .bytes = std::min(kRequestBytes, kPacketBytes - offset)};
}

std::optional<Wanted> Nic::Stream::next(std::uint64_t) {
  // Part 0 is for the descriptors, which every fourth packet needs.
  if (part_ == 0 && packet_ % kDescriptorsAtOnce != 0) part_ = 1;
  Wanted wanted;
  if (part_ == 0) {
    wanted.request = descriptors();
  } else {
    wanted.request = data((part_ - 1) * kRequestBytes);
  }
  if (++part_ > kDataParts) {
    wanted.id = kLastPart;
    part_ = 0;
    packet_ = (packet_ + 1) % kRing;
  }
  return wanted;
}

void Nic::Stream::done(const Answered &answered) {
  if (answered.wanted.id == kLastPart) ++packets_;
}

}  // namespace dmar::perf
