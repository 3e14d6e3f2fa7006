// SPDX-License-Identifier: Apache-2.0
// Files of /proc and /sys, descriptors, and time.
#ifndef DMAR_AGENT_FILES_HPP
#define DMAR_AGENT_FILES_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace dmar::agent {

// Closes its descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept;
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }
  void reset();

 private:
  int number_ = -1;
};

// The whole file without its last newline, or empty when it cannot be read.
std::optional<std::string> read_text(const std::string &path);
// One write call, as files of /sys want it; false with errno.
bool write_text(const std::string &path, const std::string &contents);
// Last part of what a symbolic link points to, "" when it is none.
std::string link_name(const std::string &path);

// A time limit.
class Deadline {
 public:
  explicit Deadline(double seconds);
  [[nodiscard]] bool over() const { return remaining_ms() == 0; }
  [[nodiscard]] int remaining_ms() const;

 private:
  std::int64_t end_ns_;
};

void sleep_ms(unsigned milliseconds);

// Polls `done` until it is true or the time is over; returns whether it became true. On a busy host
// the clock goes on without us: time counts only when there were looks in it.
inline constexpr double kLooksPerSecond = 20;
template <class Done>
bool wait_until(Done done, double seconds, unsigned step_ms = 1) {
  const Deadline deadline(seconds);
  for (double looks = 0; !done(); ++looks) {
    if (deadline.over() && looks >= kLooksPerSecond * seconds) return done();
    sleep_ms(step_ms);
  }
  return true;
}

}  // namespace dmar::agent

#endif  // DMAR_AGENT_FILES_HPP
