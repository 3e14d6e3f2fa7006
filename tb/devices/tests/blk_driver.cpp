// SPDX-License-Identifier: Apache-2.0
// See blk_driver.hpp.
#include "devices/tests/blk_driver.hpp"

namespace dmar::devices {

void BlkDriver::set_up_queue(std::uint16_t size, const Rings &rings) {
  queue_.set_up({.size = size, .indirect = options_.indirect, .event_index = options_.event_index},
                rings);
}

bool BlkDriver::start(const DriverOptions &options) {
  options_ = options;
  std::uint64_t features = feature_bit(virtio_feature::kVersion1) |
                           feature_bit(virtio_feature::kAccessPlatform) | feature_bit(2);
  if (options.flush) features |= feature_bit(9);
  if (options.indirect) features |= feature_bit(virtio_feature::kIndirectDescriptors);
  if (options.event_index) features |= feature_bit(virtio_feature::kEventIndex);
  if (!begin(features)) return false;
  if (options.msix) set_up_msix(1);
  set_up_queue(options.queue_size);
  set_status(virtio_status::kDriverOk);
  return true;
}

void BlkDriver::put_header(std::uint16_t head, std::uint32_t type, std::uint64_t sector) {
  port_.memory.write64(HostAddr(header_of(head)), type);
  port_.memory.write64(HostAddr(header_of(head) + 8), sector);
  port_.memory.write8(HostAddr(status_of(head)), kUnanswered);
}

std::uint16_t BlkDriver::request(std::uint32_t type, std::uint64_t sector,
                                 const std::vector<Buffer> &data) {
  const std::uint16_t head = queue_.next_head(data.size() + 2);
  put_header(head, type, sector);
  std::vector<Buffer> buffers{{header_of(head), 16, false}};
  buffers.insert(buffers.end(), data.begin(), data.end());
  buffers.push_back({status_of(head), 1, true});
  return add(buffers);
}

std::map<std::uint32_t, std::uint32_t> BlkDriver::collect() {
  std::map<std::uint32_t, std::uint32_t> answers;
  for (const QueueDriver::Answer &answer : queue_.collect()) answers[answer.head] = answer.written;
  return answers;
}

std::optional<std::uint8_t> BlkDriver::run(std::uint32_t type, std::uint64_t sector,
                                           const std::vector<Buffer> &data) {
  const std::uint16_t head = request(type, sector, data);
  notify();
  port_.drain();
  const auto answers = collect();
  if (answers.size() != 1 || !answers.contains(head)) return std::nullopt;
  return answer(head);
}

}  // namespace dmar::devices
