// SPDX-License-Identifier: Apache-2.0
// See stray_writer.hpp.
#include "devices/stray_writer.hpp"

#include "devices/transfer.hpp"

namespace dmar::devices {

void StrayWriter::start(Iova address, const Line &line, std::uint32_t count, std::uint32_t pause) {
  address_ = address;
  line_ = line;
  left_ = count;
  pause_ = pause;
  next_ = now_;
  ++starts_;
  ended_ = blocked_ = 0;
  if (go() && tasks_.idle()) tasks_.start(run());
}

void StrayWriter::tick(std::uint64_t now) {
  now_ = now;
  if (go() && tasks_.idle()) tasks_.start(run());
}

Task<void> StrayWriter::run() {
  while (go()) {
    --left_;
    next_ = now_ + pause_;
    const Line line = line_;  // of this write, even if another start() comes
    const unsigned start = starts_;
    const DmaStatus status = co_await dma_write(port_, address_, line);
    if (start != starts_) continue;
    ++ended_;
    if (status == DmaStatus::kBlocked) ++blocked_;
  }
}

}  // namespace dmar::devices
