// SPDX-License-Identifier: Apache-2.0
// What software asks of the unit through registers and the invalidation queue, according to the
// golden model: invalidations and control states for the scoreboard, the status writes to come, and
// the values of registers that no timing can change.
#ifndef DMAR_SCOREBOARD_COMMAND_ORACLE_HPP
#define DMAR_SCOREBOARD_COMMAND_ORACLE_HPP

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "bench/rtl_iommu.hpp"
#include "golden/unit.hpp"
#include "scoreboard/scoreboard.hpp"

namespace dmar::bench {

class CommandOracle {
 public:
  using Time = Memory::Time;

  CommandOracle(const Config &config, Memory &memory, Scoreboard &scoreboard);

  // Before the unit is given the same write. The descriptors that it makes the unit fetch must be
  // in memory and stay there until they were carried out. Bounds of protected memory may change
  // only while protection is off.
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value, Time now);

  // A status write seen in memory: it must be the next one that is due. Everything given before
  // its wait descriptor is complete.
  void note_status_write(const StatusWrite &write);
  // Software saw the command register, GSTS, PMEN or ICS.IWC say so: everything given is complete.
  // Not while a status write is due (Mismatch): it was overtaken.
  void note_all_done(Time now);

  // Before software turns the queue off with descriptors in it: how many of them the unit has
  // carried out will never be known. Status writes may still come, in order; nothing that is
  // under way ever counts as complete.
  void give_up();

  // A message to a device TLB: it must be the next one that is due.
  void note_invalidate_request(const InvalidateRequest &request);
  // Before the unit is given the same message, in which it has tags of its own. One that names a
  // tag of nobody, or of another device, is an error: the tag may not go out again before the unit
  // has looked at the message.
  void complete_invalidation(InvalidateCompletion completion, Time now);
  // The unit has waited too long for the device with this tag, and its queue has stopped.
  void time_out_device(std::uint8_t itag, Time now);
  [[nodiscard]] std::size_t invalidate_requests_due() const { return requests_.size(); }

  // The value that a register must read once the unit has nothing to do; of FSTS only IQE.
  [[nodiscard]] std::uint64_t expected(std::uint32_t offset, unsigned bytes) const {
    return unit_.read(offset, bytes);
  }
  // Some of them are due only when devices have answered.
  [[nodiscard]] bool waits_for_devices() const { return unit_.waits_for_devices(); }
  [[nodiscard]] std::size_t status_writes_due() const { return due_.size(); }
  [[nodiscard]] std::uint64_t invalidations() const { return invalidations_; }
  // Messages of the golden model: completion events, and fault events of the queue.
  std::vector<Message> take_messages() { return unit_.take_messages(); }

 private:
  // Reads memory as it is; writes (of wait descriptors) are noted and not performed.
  class Bus : public MemoryBus {
   public:
    Bus(Memory &memory, CommandOracle &oracle) : memory_(memory), oracle_(oracle) {}
    bool read(HostAddr address, std::span<std::uint8_t> out) override {
      return memory_.read(address, out);
    }
    bool write(HostAddr address, std::span<const std::uint8_t> bytes) override;

   private:
    Memory &memory_;
    CommandOracle &oracle_;
  };
  struct Due {
    HostAddr address;
    std::uint32_t data;
    std::vector<InvalidationLog::Ticket> completes;
  };

  [[nodiscard]] golden::ControlState control() const;
  void note_control_changes(const golden::ControlState &before, std::uint32_t command);
  void complete(std::vector<InvalidationLog::Ticket> &tickets, Time seen);
  void collect_requests();
  [[nodiscard]] std::uint8_t free_tag() const;
  void count_completion(unsigned itag, const InvalidateCompletion &completion);

  Scoreboard &scoreboard_;
  Bus bus_;
  golden::Unit unit_;
  Time now_ = 0;
  std::vector<InvalidationLog::Ticket> given_;  // since the last wait descriptor
  std::deque<Due> due_;
  std::deque<Due> possible_;  // status writes that come, or not, before those that are due
  std::uint64_t invalidations_ = 0;
  std::deque<InvalidateRequest> requests_;  // of the golden model, not seen of the unit yet
  // What is out, by the tag of the unit.
  struct Out {
    std::uint8_t itag = 0;  // of the golden model
    SourceId source_id = {};
    unsigned come = 0;  // messages; each says how many are enough
  };
  std::array<std::optional<Out>, 32> out_{};
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_COMMAND_ORACLE_HPP
