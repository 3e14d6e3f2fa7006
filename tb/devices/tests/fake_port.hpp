// SPDX-License-Identifier: Apache-2.0
// A DmaPort on plain memory that answers when the test says so, in random order.
#ifndef DMAR_DEVICES_TESTS_FAKE_PORT_HPP
#define DMAR_DEVICES_TESTS_FAKE_PORT_HPP

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "bench/random.hpp"
#include "devices/dma_port.hpp"
#include "memory/memory.hpp"

namespace dmar::devices {

class FakePort : public DmaPort {
 public:
  explicit FakePort(std::uint64_t seed = 1) : random_(seed) {}

  void read(Iova address, std::span<std::uint8_t> out, Done done) override {
    ++reads;
    pending_.push_back([this, address, out, done = std::move(done)] {
      if (refused(address.raw(), out.size(), kRead)) return done(DmaStatus::kBlocked);
      const bool okay = memory.read(HostAddr(address.raw()), out);
      done(okay ? DmaStatus::kOkay : DmaStatus::kMemoryError);
    });
  }
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override {
    ++writes;
    pending_.push_back([this, address, data, done = std::move(done)] {
      if (refused(address.raw(), data.size(), kWrite)) return done(DmaStatus::kBlocked);
      const bool okay = memory.write(HostAddr(address.raw()), data);
      done(okay ? DmaStatus::kOkay : DmaStatus::kMemoryError);
    });
  }
  void message(const Message &message, Done done) override {
    pending_.push_back([this, message, done = std::move(done)] {
      if (refused(message.address, 4, kWrite)) return done(DmaStatus::kBlocked);
      messages.push_back(message);
      done(DmaStatus::kOkay);
    });
  }
  void set_pin(bool asserted) override { pin = asserted; }

  // Blocks what touches [first, first + bytes).
  static constexpr unsigned kRead = 1;
  static constexpr unsigned kWrite = 2;
  void refuse(std::uint64_t first, std::uint64_t bytes, unsigned on = kRead | kWrite) {
    refused_.push_back({first, bytes, on});
  }
  void refuse_nothing() { refused_.clear(); }

  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  // Ends one transfer; false when there is none.
  bool pump() {
    if (pending_.empty()) return false;
    const std::size_t chosen = random_.below(pending_.size());
    const std::function<void()> transfer = std::move(pending_[chosen]);
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(chosen));
    transfer();
    return true;
  }
  // Until nothing is pending; false when that is not so after `most` transfers.
  bool drain(unsigned most = 100'000) {
    for (unsigned count = 0; count < most; ++count) {
      if (!pump()) return true;
    }
    return pending_.empty();
  }

  Memory memory;
  std::vector<Message> messages;
  bool pin = false;
  unsigned reads = 0;
  unsigned writes = 0;

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t bytes;
    unsigned on;
  };

  [[nodiscard]] bool refused(std::uint64_t address, std::uint64_t bytes, unsigned kind) const {
    for (const Range &range : refused_) {
      const bool apart = address + bytes <= range.first || range.first + range.bytes <= address;
      if ((range.on & kind) != 0 && !apart) return true;
    }
    return false;
  }

  bench::Random random_;
  std::vector<Range> refused_;
  std::vector<std::function<void()>> pending_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_FAKE_PORT_HPP
