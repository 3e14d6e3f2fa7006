// SPDX-License-Identifier: Apache-2.0
// A golden unit that remaps interrupts by a table of 256 entries, all absent at first.
#ifndef DMAR_TESTS_UNIT_GOLDEN_INTERRUPT_FIXTURE_HPP
#define DMAR_TESTS_UNIT_GOLDEN_INTERRUPT_FIXTURE_HPP

#include "golden_fixture.hpp"
#include "tables/interrupt_table.hpp"

namespace dmar::golden {

MATCHER_P2(LeavesAs, address, data, "") {
  const auto *interrupt = std::get_if<Interrupt>(&arg);
  return interrupt != nullptr && interrupt->message == Message{address, data};
}

inline Request interrupt_request_of(SourceId source_id, const Message &message) {
  return {.source_id = source_id,
          .address = Iova(message.address),
          .kind = AccessKind::kWrite,
          .message_data = message.data};
}

struct InterruptMachine : Machine {
  static constexpr std::uint64_t kTable = 0x3000'0000;
  static constexpr unsigned kSizeExponent = 7;

  explicit InterruptMachine(const Config &config = {}, bool extended = false)
      : Machine(config), entries(memory, HostAddr(kTable), kSizeExponent) {
    set_table(kTable | (extended ? irta::kEime : 0) | kSizeExponent);
    command(gcmd::kIre);
  }

  // IRTA as software writes it, and the command that latches it.
  void set_table(std::uint64_t irta) {
    write64(reg::kIrta, irta);
    command(gcmd::kSirtp);
  }
  Verdict interrupt(SourceId source_id, const Message &message) {
    return unit.translate(interrupt_request_of(source_id, message));
  }

  InterruptTable entries;
};

}  // namespace dmar::golden

#endif  // DMAR_TESTS_UNIT_GOLDEN_INTERRUPT_FIXTURE_HPP
