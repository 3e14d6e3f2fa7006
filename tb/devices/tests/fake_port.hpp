// SPDX-License-Identifier: Apache-2.0
// A DmaPort on plain memory that answers when the test says so, in random order.
#ifndef DMAR_DEVICES_TESTS_FAKE_PORT_HPP
#define DMAR_DEVICES_TESTS_FAKE_PORT_HPP

#include <cstdint>
#include <functional>
#include <optional>
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
    ++started_;
    pending_.push_back({[this, address, out] {
                          if (refused(address.raw(), out.size(), kRead)) return DmaStatus::kBlocked;
                          return status_of(memory.read(HostAddr(address.raw()), out));
                        },
                        std::move(done)});
  }
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override {
    ++started_;
    pending_.push_back({[this, address, data] {
                          if (refused(address.raw(), data.size(), kWrite)) {
                            return DmaStatus::kBlocked;
                          }
                          return status_of(memory.write(HostAddr(address.raw()), data));
                        },
                        std::move(done)});
  }
  void message(const Message &message, Done done) override {
    ++started_;
    pending_.push_back({[this, message] {
                          if (refused(message.address, 4, kWrite)) return DmaStatus::kBlocked;
                          messages.push_back(message);
                          return DmaStatus::kOkay;
                        },
                        std::move(done)});
  }
  void set_pin(bool asserted) override { pin = asserted; }

  // Blocks what touches [first, first + bytes).
  static constexpr unsigned kRead = 1;
  static constexpr unsigned kWrite = 2;
  void refuse(std::uint64_t first, std::uint64_t bytes, unsigned on = kRead | kWrite) {
    refused_.push_back({first, bytes, on});
  }
  void refuse_nothing() { refused_.clear(); }

  [[nodiscard]] unsigned started() const { return started_; }  // transfers and messages
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  // Performs a transfer and answers it; false when there is none.
  bool pump() {
    if (pending_.empty()) return false;
    const std::size_t chosen = random_.below(pending_.size());
    Transfer &transfer = pending_[chosen];
    if (!transfer.status) transfer.status = transfer.perform();
    if (answers_later_ && !std::exchange(transfer.held, true) && random_.percent(50)) return true;
    const Transfer ended = std::move(transfer);
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(chosen));
    ended.done(*ended.status);
    return true;
  }
  // From now on some answers come one or more steps behind their access to memory.
  void answer_later() { answers_later_ = true; }
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

 private:
  struct Transfer {
    std::function<DmaStatus()> perform;
    Done done;
    std::optional<DmaStatus> status = std::nullopt;  // of what was performed
    bool held = false;
  };
  struct Range {
    std::uint64_t first;
    std::uint64_t bytes;
    unsigned on;
  };

  static DmaStatus status_of(bool okay) {
    return okay ? DmaStatus::kOkay : DmaStatus::kMemoryError;
  }
  [[nodiscard]] bool refused(std::uint64_t address, std::uint64_t bytes, unsigned kind) const {
    for (const Range &range : refused_) {
      const bool apart = address + bytes <= range.first || range.first + range.bytes <= address;
      if ((range.on & kind) != 0 && !apart) return true;
    }
    return false;
  }

  bench::Random random_;
  std::vector<Range> refused_;
  std::vector<Transfer> pending_;
  bool answers_later_ = false;
  unsigned started_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_FAKE_PORT_HPP
