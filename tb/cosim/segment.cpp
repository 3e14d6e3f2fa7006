// SPDX-License-Identifier: Apache-2.0
// See segment.hpp.
#include "cosim/segment.hpp"

#include <fmt/core.h>

#include <utility>

#include "cosim/place.hpp"

namespace dmar::cosim {

void Segment::add(const std::string &name, devices::PciDevice &device,
                  std::function<std::string()> last_error) {
  functions_.push_back({name, &device});
  last_errors_.push_back(std::move(last_error));
}

void Segment::add_edu(const std::string &name, devices::Edu &edu) {
  edus_.push_back(&edu);
  add(name, edu);
}

UnitFunction::Window Segment::ecam_window() {
  return {
      .base = place::kEcam,
      .bytes = place::kEcamBytes,
      .read = [this](std::uint64_t offset, unsigned bytes) { return ecam_.read(offset, bytes); },
      .write = [this](std::uint64_t offset, unsigned bytes,
                      std::uint64_t value) { ecam_.write(offset, bytes, value); },
      .reset = [this] { segment_.reset(); }};
}

UnitFunction::Window Segment::memory_window() {
  return {.base = place::kSegmentMemory,
          .bytes = place::kSegmentMemoryBytes,
          .read =
              [this](std::uint64_t offset, unsigned bytes) {
                return segment_.memory_read(place::kSegmentMemory + offset, bytes);
              },
          .write =
              [this](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
                segment_.memory_write(place::kSegmentMemory + offset, bytes, value);
              }};
}

bool Segment::tick(std::uint64_t microseconds) {
  bool pausing = false;
  for (devices::Edu *edu : edus_) {
    edu->tick(microseconds);
    pausing = pausing || edu->stray().pausing();
  }
  return pausing;
}

void Segment::silence() {
  for (devices::Edu *edu : edus_) edu->silence();
}

std::vector<std::string> Segment::errors() const {
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    const std::string error = last_errors_[i] ? last_errors_[i]() : "";
    if (!error.empty()) errors.push_back(fmt::format("{}: {}", functions_[i].name, error));
  }
  return errors;
}

}  // namespace dmar::cosim
