// SPDX-License-Identifier: Apache-2.0
// A whole remapping unit as software: registers, translation, fault recording, invalidation.
// Nothing is cached and nothing takes time: each call returns with all its consequences done.
#ifndef DMAR_GOLDEN_UNIT_HPP
#define DMAR_GOLDEN_UNIT_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "dmar/ats.hpp"
#include "dmar/config.hpp"
#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/device_tlbs.hpp"
#include "golden/event.hpp"
#include "golden/fault_log.hpp"
#include "golden/invalidation_queue.hpp"
#include "golden/register_file.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

class Unit {
 public:
  // `memory` holds the tables and the queue and must outlive the unit.
  // std::invalid_argument when `config` is not a legal build.
  Unit(const Config &config, MemoryBus &memory);
  Unit(const Unit &) = delete;
  Unit &operator=(const Unit &) = delete;

  [[nodiscard]] const Config &config() const { return config_; }
  // Power-good reset: registers, latched state, messages not yet taken.
  void reset();

  // Register access of `bytes` at `offset` (VT-d 11.2). A 64-bit access is two 32-bit accesses,
  // the low one first. Other sizes, unaligned accesses and holes: reads give 0, writes do nothing.
  [[nodiscard]] std::uint64_t read(std::uint32_t offset, unsigned bytes) const;
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value);

  // Judges a request and records its fault, if any (VT-d 7.2). `steps`: see translate.hpp.
  Verdict translate(const Request &request, std::vector<Step> *steps = nullptr);
  // Carries out what a verdict `posting` on `request` asks for: the descriptor in memory is
  // updated, a notification joins the messages. The fault, recorded, when it cannot be.
  std::optional<Fault> post(const Request &request, const Posting &posting);
  // What post() would find in memory.
  [[nodiscard]] Step look_at_descriptor(const Posting &posting) const;
  // The same as translate() without recording anything.
  [[nodiscard]] Verdict judge(const Request &request, std::vector<Step> *steps = nullptr) const;

  // The control state in force.
  [[nodiscard]] const ControlState &control() const { return control_; }

  // Wait-descriptor status writes and event messages since the last call, oldest first.
  std::vector<StatusWrite> take_status_writes() { return std::exchange(status_writes_, {}); }
  std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  // Messages to device TLBs since the last call, oldest first.
  std::vector<InvalidateRequest> take_invalidate_requests() {
    return std::exchange(invalidate_requests_, {});
  }
  // A message of a device. Without translation it is refused, like all that is not untranslated.
  void complete_invalidation(const InvalidateCompletion &completion);
  // Nothing takes time here, so somebody else has to say that a device did not complete in time:
  // the message with this tag, or the oldest one. False: none is outstanding.
  bool time_out_device_tlb(std::optional<unsigned> itag = std::nullopt);
  // The queue has a descriptor that is held until devices have answered.
  [[nodiscard]] bool waits_for_devices() const { return queue_.waits(); }
  // That descriptor, and the messages that are outstanding.
  [[nodiscard]] const std::optional<Descriptor> &held_descriptor() const { return queue_.held(); }
  [[nodiscard]] const DeviceTlbs &device_tlbs() const { return device_tlbs_; }
  // How many take_status_writes() would give.
  [[nodiscard]] std::size_t status_writes_waiting() const { return status_writes_.size(); }

  // Called for each invalidation performed, queued or register-based.
  void observe_invalidations(std::function<void(const Invalidation &)> observer) {
    invalidation_observer_ = std::move(observer);
  }

 private:
  void write32(std::uint32_t offset, std::uint32_t value);
  void global_command(std::uint32_t command);
  bool set_level(std::uint32_t status, bool on);  // of GSTS; returns `on`
  void context_command();
  void iotlb_command();
  [[nodiscard]] bool register_invalidation_allowed() const;
  void perform(const Invalidation &invalidation);
  void update_protected_memory();

  Config config_;
  MemoryBus &memory_;
  RegisterFile registers_;
  ControlState control_;
  std::vector<Message> messages_;
  std::vector<StatusWrite> status_writes_;
  std::vector<InvalidateRequest> invalidate_requests_;
  std::function<void(const Invalidation &)> invalidation_observer_;
  EventMessage fault_event_;
  EventMessage completion_event_;
  FaultLog faults_;
  DeviceTlbs device_tlbs_;
  InvalidationQueue queue_;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_UNIT_HPP
