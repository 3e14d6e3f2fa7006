// SPDX-License-Identifier: Apache-2.0
// The bus between device models and the unit: cuts their transfers into requests of one page, keeps
// a few of each in flight, and tells them when the last answer has come.
#ifndef DMAR_COSIM_DMA_ENGINE_HPP
#define DMAR_COSIM_DMA_ENGINE_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "cosim/lockstep.hpp"
#include "devices/ats_bus.hpp"

namespace dmar::cosim {

struct DmaLimits {
  unsigned request_bytes = 512;  // of one request, a power of two up to 4096
  unsigned in_flight = 16;       // requests of one transfer
};

class DmaEngine {
 public:
  // A message that left the unit as an interrupt.
  using Interrupt = std::function<void(const Message &)>;
  using Pin = std::function<void(bool asserted)>;

  DmaEngine(Lockstep &unit, Interrupt interrupt, DmaLimits limits = {});

  // The port of a function with this source id; both outlive each other's use.
  std::unique_ptr<devices::AtsBus> make_port(SourceId source_id, Pin pin = nullptr);

  // Hands requests to the unit, and finished transfers and invalidations to their owners. Call it
  // whenever the unit has run.
  void proceed();
  [[nodiscard]] bool idle() const { return transfers_.empty() && done_.empty(); }
  // After a reset of the unit: every transfer ends as blocked.
  void abort();
  // For good: this one, and all that their owners still start.
  void close();

 private:
  class Port;
  struct Translation {
    std::array<std::uint8_t, sizeof(TranslationEntry)> bytes{};
    // Of one that is never made.
    devices::TranslationAnswer answer{.status = devices::TranslationAnswer::Status::kAborted};
  };
  struct Transfer {
    const Port *port = nullptr;
    SourceId source_id;
    AccessKind kind = AccessKind::kRead;
    AddressType at = AddressType::kUntranslated;
    bool no_write = false;  // of a translation request
    std::uint64_t address = 0;
    std::span<std::uint8_t> out = {};         // of a read
    std::span<const std::uint8_t> data = {};  // of a write
    std::vector<std::uint8_t> message = {};   // owns the data of a message
    // Of a translation request; it owns its buffer, too.
    std::shared_ptr<Translation> translation = nullptr;
    std::size_t next = 0;  // first byte not yet asked for
    std::size_t in_flight = 0;
    devices::DmaStatus status = devices::DmaStatus::kOkay;
    devices::DmaPort::Done done = nullptr;

    [[nodiscard]] std::size_t bytes() const {
      return kind == AccessKind::kRead ? out.size() : data.size();
    }
    // After an error the rest is not asked for.
    [[nodiscard]] bool all_asked() const {
      return next == bytes() || status != devices::DmaStatus::kOkay;
    }
  };
  struct Flight {
    std::list<Transfer>::iterator transfer;
    std::size_t offset;
  };

  void start(Transfer transfer);
  void cease(const Port &port);
  void invalidate(const InvalidateRequest &request);
  bool ask(std::list<Transfer>::iterator transfer);
  void answer(const Lockstep::Finished &finished);
  static void note(Translation &translation, const Completion &completion);
  void tell_owners();

  Lockstep &unit_;
  Interrupt interrupt_;
  DmaLimits limits_;
  std::list<Transfer> transfers_;
  std::map<Lockstep::Id, Flight> flights_;
  std::map<const Port *, devices::AtsBus::Invalidate> device_tlbs_;
  std::vector<std::pair<devices::DmaPort::Done, devices::DmaStatus>> done_;
  bool closed_ = false;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_DMA_ENGINE_HPP
