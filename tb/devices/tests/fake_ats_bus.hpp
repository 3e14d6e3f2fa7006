// SPDX-License-Identifier: Apache-2.0
// A bus with a remapping unit that is a map of pages. Everything waits until the test performs it.
#ifndef DMAR_DEVICES_TESTS_FAKE_ATS_BUS_HPP
#define DMAR_DEVICES_TESTS_FAKE_ATS_BUS_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/random.hpp"
#include "devices/ats_bus.hpp"
#include "memory/memory.hpp"

namespace dmar::devices {

class FakeAtsBus : public AtsBus {
 public:
  enum class Kind : std::uint8_t { kUntranslated, kTranslationRequest, kTranslated, kMessage };
  struct Completed {
    std::uint32_t itags;
    unsigned count;
    std::size_t translated_pending;  // translated requests that were not performed by then

    friend bool operator==(const Completed &, const Completed &) = default;
  };

  explicit FakeAtsBus(std::uint64_t seed = 1) : random_(seed) {}

  // AtsBus.
  void read(Iova address, std::span<std::uint8_t> out, Done done) override {
    add(
        Kind::kUntranslated, [this, address, out] { return walk_and_read(address, out); },
        std::move(done));
  }
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override {
    add(
        Kind::kUntranslated, [this, address, data] { return walk_and_write(address, data); },
        std::move(done));
  }
  void message(const Message &message, Done done) override {
    add(
        Kind::kMessage,
        [this, message] {
          messages.push_back(message);
          return DmaStatus::kOkay;
        },
        std::move(done));
  }
  void set_pin(bool asserted) override { pin = asserted; }
  void cease() override { ++ceased; }
  void translate(Iova address, bool no_write, Translated done) override {
    asked.push_back({address.raw(), no_write});
    // What the unit says is decided when it is performed; it arrives one step later.
    auto answer = std::make_shared<TranslationAnswer>();
    add(
        Kind::kTranslationRequest,
        [this, address, no_write, answer] {
          *answer = answer_for(address, no_write);
          return DmaStatus::kOkay;
        },
        [done = std::move(done), answer](DmaStatus) { done(*answer); });
  }
  void read_translated(HostAddr address, std::span<std::uint8_t> out, Done done) override {
    translated_to.push_back(address.raw());
    add(
        Kind::kTranslated, [this, address, out] { return status_of(memory.read(address, out)); },
        std::move(done));
  }
  void write_translated(HostAddr address, std::span<const std::uint8_t> data, Done done) override {
    translated_to.push_back(address.raw());
    add(
        Kind::kTranslated, [this, address, data] { return status_of(memory.write(address, data)); },
        std::move(done));
  }
  void on_invalidate(Invalidate taker) override { invalidate = std::move(taker); }
  void complete_invalidation(std::uint32_t itags, std::uint8_t count) override {
    completed.push_back({itags, count, pending(Kind::kTranslated)});
  }

  // One that waits, of this kind or any; false when there is none.
  bool perform(std::optional<Kind> kind = std::nullopt) {
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (!operations_[i].performed && (!kind || operations_[i].kind == *kind))
        fitting.push_back(i);
    }
    if (fitting.empty()) return false;
    Operation &operation = operations_[fitting[random_.below(fitting.size())]];
    operation.performed = operation.perform();
    return true;
  }
  // Its answer arrives.
  bool deliver(std::optional<Kind> kind = std::nullopt) {
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (operations_[i].performed && (!kind || operations_[i].kind == *kind)) fitting.push_back(i);
    }
    if (fitting.empty()) return false;
    const std::size_t chosen = fitting[random_.below(fitting.size())];
    const Operation operation = std::move(operations_[chosen]);
    operations_.erase(operations_.begin() + static_cast<std::ptrdiff_t>(chosen));
    operation.done(*operation.performed);
    return true;
  }
  // One step of either sort.
  bool step() {
    if (random_.percent(50)) return perform() || deliver();
    return deliver() || perform();
  }
  bool drain(unsigned most = 100'000) {
    for (unsigned i = 0; i < most; ++i) {
      if (!step()) return true;
    }
    return operations_.empty();
  }
  [[nodiscard]] std::size_t pending(Kind kind) const {
    std::size_t count = 0;
    for (const Operation &operation : operations_) count += operation.kind == kind ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::size_t pending() const { return operations_.size(); }

  // The tables: where a region is, as an entry of its size. What no region has grants nothing.
  void map(std::uint64_t base, std::uint64_t bytes, std::uint64_t to, std::uint64_t bits) {
    regions_[base] = {bytes, {size_code::encode(to, bytes) | bits}};
  }
  void unmap(std::uint64_t base) { regions_.erase(base); }
  void unmap_all() { regions_.clear(); }

  Memory memory;
  std::function<TranslationAnswer::Status(std::uint64_t page)> status = nullptr;
  std::vector<std::pair<std::uint64_t, bool>> asked;  // pages, NW
  std::vector<std::uint64_t> translated_to;
  std::vector<Completed> completed;
  std::vector<Message> messages;
  std::vector<std::uint64_t> faults;  // of untranslated requests
  bool pin = false;
  unsigned ceased = 0;
  Invalidate invalidate;

 private:
  struct Operation {
    Kind kind;
    std::function<DmaStatus()> perform;
    Done done;
    std::optional<DmaStatus> performed = std::nullopt;
  };
  struct Region {
    std::uint64_t bytes;
    TranslationEntry entry;
  };

  void add(Kind kind, std::function<DmaStatus()> perform, Done done) {
    operations_.push_back({kind, std::move(perform), std::move(done)});
  }
  static DmaStatus status_of(bool okay) {
    return okay ? DmaStatus::kOkay : DmaStatus::kMemoryError;
  }
  [[nodiscard]] TranslationEntry walk(std::uint64_t address) const {
    for (const auto &[base, region] : regions_) {
      if (address - base < region.bytes) return region.entry;
    }
    return {};
  }
  TranslationAnswer answer_for(Iova address, bool no_write) {
    if (status) {
      const auto how = status(address.raw());
      if (how != TranslationAnswer::Status::kSuccess) return {.status = how};
    }
    TranslationEntry entry = walk(address.raw());
    if (no_write) entry.raw &= ~TranslationEntry::kWrite;
    return {.entry = entry};
  }
  // Nothing without permission.
  std::optional<HostAddr> permitted(Iova address, std::uint64_t bit) {
    const TranslationEntry entry = walk(address.raw());
    if (!entry.has(bit)) {
      faults.push_back(address.raw());
      return std::nullopt;
    }
    return HostAddr(entry.base() | (address.raw() & (entry.bytes() - 1)));
  }
  DmaStatus walk_and_read(Iova address, std::span<std::uint8_t> out) {
    const auto to = permitted(address, TranslationEntry::kRead);
    return to ? status_of(memory.read(*to, out)) : DmaStatus::kBlocked;
  }
  DmaStatus walk_and_write(Iova address, std::span<const std::uint8_t> data) {
    const auto to = permitted(address, TranslationEntry::kWrite);
    return to ? status_of(memory.write(*to, data)) : DmaStatus::kBlocked;
  }

  bench::Random random_;
  std::map<std::uint64_t, Region> regions_;
  std::vector<Operation> operations_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_FAKE_ATS_BUS_HPP
