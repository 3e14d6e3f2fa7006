// SPDX-License-Identifier: Apache-2.0
// A request port as its devices see it, whatever unit is behind it: they take turns, a request is
// offered until it is accepted, each has a tag of the port until it is answered.
#ifndef DMAR_PERF_REQUEST_PORT_HPP
#define DMAR_PERF_REQUEST_PORT_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "perf/device.hpp"

namespace dmar::perf {

class RequestPort {
 public:
  struct Offer {
    unsigned tag = 0;
    Request request;
  };

  // Tags from `first_tag` on, `tags` of them.
  RequestPort(unsigned first_tag, unsigned tags);

  // `device` outlives the port.
  void attach(Device &device) { devices_.push_back(&device); }

  // What is on the port in this clock: what was not accepted in the one before, else the next
  // request of a device, if one has any.
  std::optional<Offer> offer(std::uint64_t clock) { return offer(clock, devices_); }
  // The same when only `devices` may ask.
  std::optional<Offer> offer(std::uint64_t clock, std::span<Device *const> devices);
  // What is on the port was accepted in this clock, or was not.
  void accept(std::uint64_t clock);
  void wait() { ++waits_; }

  [[nodiscard]] bool has(unsigned tag) const;  // a request without an answer
  // The request with this tag, to be filled in by who answers it.
  [[nodiscard]] Answered &answered(unsigned tag) {
    return in_flight_.at(tag - first_tag_).answered;
  }
  // Hands the answer to the device; the tag is free from the next clock on.
  void finish(unsigned tag);

  [[nodiscard]] unsigned under_way() const { return under_way_; }
  // Clocks in which nothing was offered, or not accepted.
  [[nodiscard]] std::uint64_t idle_clocks() const { return idle_; }
  [[nodiscard]] std::uint64_t wait_clocks() const { return waits_; }

 private:
  struct InFlight {
    Device *device = nullptr;
    Answered answered;
  };

  unsigned first_tag_;
  std::vector<Device *> devices_;
  std::size_t turn_ = 0;
  std::deque<unsigned> free_tags_;
  std::optional<Offer> offered_;
  std::vector<InFlight> in_flight_;  // by tag
  unsigned under_way_ = 0;
  std::uint64_t idle_ = 0;
  std::uint64_t waits_ = 0;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_REQUEST_PORT_HPP
