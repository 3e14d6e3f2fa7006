// SPDX-License-Identifier: Apache-2.0
// See stream_windows.hpp.
#include "scale/stream_windows.hpp"

#include <algorithm>

namespace dmar::scale {

namespace {

constexpr unsigned kPageMask = 0xFFF;
constexpr unsigned kLineMask = 0x1FF;

}  // namespace

StreamWindows::Look StreamWindows::look(SourceId source_id, std::uint64_t page) const {
  const unsigned source = source_id.raw();
  Look look{.place = (source ^ source >> 4 ^ static_cast<unsigned>(page >> 12)) & 15};
  const Stream &stream = streams_[look.place];
  if (!stream.noted) return look;
  const unsigned low = static_cast<unsigned>(page) & kPageMask;
  const unsigned distance = (low - stream.last + 8) & kPageMask;
  const unsigned lines = ((low >> 3) - (stream.last >> 3)) & kLineMask;
  look.sequential = distance <= 16 && distance != 8;
  look.forward = lines == 1;
  look.backward = lines == kLineMask;
  look.near = look.forward || look.backward || lines == 0;
  return look;
}

bool StreamWindows::note(const Look &look, std::uint64_t page, bool hit) {
  Stream &stream = streams_[look.place];
  const bool inside = look.forward && stream.window != 0;
  if (hit && !inside) return false;
  const unsigned window = stream.window;
  if (inside) stream.window = window - 1;
  if (look.backward && window < most_) stream.window = window + 1;
  if (!hit && inside && stream.depth != most_) ++stream.depth;  // the line is not here yet
  if (!hit && !look.near) {
    stream.window = 0;
    stream.depth = std::min(most_, 2U);
  }
  stream.noted = true;
  stream.last = static_cast<unsigned>(page) & kPageMask;
  return true;
}

}  // namespace dmar::scale
