// SPDX-License-Identifier: Apache-2.0
// Whether a device walks through its pages in order, and how many lines ahead of it are fetched.
// Remembers of each of 16 streams the last page sought, the lines beyond it that were fetched (the
// window) and how many there shall be (the depth), which grows each time a line comes too late.
#ifndef DMAR_SCALE_STREAM_WINDOWS_HPP
#define DMAR_SCALE_STREAM_WINDOWS_HPP

#include <array>
#include <cstdint>

#include "dmar/types.hpp"

namespace dmar::scale {

class StreamWindows {
 public:
  // `most`: the largest depth; 0: nothing is fetched ahead.
  explicit StreamWindows(unsigned most) : most_(most) {}

  struct Look {
    unsigned place = 0;
    bool sequential = false;  // within eight pages of the last one
    bool near = false;        // in its line or beside it
    bool forward = false;     // in the line behind it
    bool backward = false;    // in the line before it
  };
  [[nodiscard]] Look look(SourceId source_id, std::uint64_t page) const;

  // A miss or, when it is a hit, the first pages of a line: the stream has come to `page`. False:
  // a hit outside of a window, which notes nothing.
  bool note(const Look &look, std::uint64_t page, bool hit);
  // One more line has been fetched.
  void fetched(unsigned place) { ++streams_[place].window; }

  [[nodiscard]] unsigned window(unsigned place) const { return streams_[place].window; }
  // There shall be more than the window and `begun` lines.
  [[nodiscard]] bool wants_more(unsigned place, unsigned begun = 0) const {
    return streams_[place].window + begun < streams_[place].depth;
  }
  [[nodiscard]] bool ahead() const { return most_ != 0; }

 private:
  struct Stream {
    bool noted = false;
    unsigned last = 0;  // low 12 bits of the page
    unsigned window = 0;
    unsigned depth = 0;
  };
  unsigned most_;
  std::array<Stream, 16> streams_;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_STREAM_WINDOWS_HPP
