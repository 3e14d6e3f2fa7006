// SPDX-License-Identifier: Apache-2.0
// See reference.hpp.
#include "trace/reference.hpp"

#include <type_traits>

namespace dmar::trace {

void Reference::step(const Event &event) {
  std::visit(
      [this](const auto &value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, MemEvent> || std::is_same_v<Value, WriteEvent> ||
                      std::is_same_v<Value, DmaEvent> || std::is_same_v<Value, InterruptEvent>) {
          apply(value);
        }
      },
      event);
  unit_.take_status_writes();
  unit_.take_messages();
}

std::vector<StatusEvent> Reference::take_status_writes() {
  std::vector<StatusEvent> out;
  for (const auto &write : unit_.take_status_writes()) out.push_back({write.address, write.data});
  return out;
}

}  // namespace dmar::trace
