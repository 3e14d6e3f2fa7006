// SPDX-License-Identifier: Apache-2.0
// See traffic.hpp.
#include "cosim/traffic.hpp"

#include <type_traits>
#include <variant>

#include "dmar/registers.hpp"

namespace dmar::cosim {

void Traffic::answered(const Answer &answer) {
  SourceTraffic &source = sources_[answer.source.raw()];
  if (!phase_.empty()) {
    PhaseTraffic &phase = source.phases[phase_];
    ++phase.requests;
    phase.bytes += answer.bytes;
    phase.cycles += answer.cycles;
  }
  if (answer.interrupt) {
    ++source.interrupts;
    if (answer.blocked) ++source.interrupts_blocked;
    if (answer.interrupt_index) source.interrupt_indices.insert(*answer.interrupt_index);
    return;
  }
  ++(answer.kind == AccessKind::kRead ? source.reads : source.writes);
  source.bytes += answer.bytes;
  if (answer.hit) ++source.hits;
  if (answer.blocked) ++source.blocked;
  auto &last = last_domain_[answer.source.raw()];
  if (answer.domain) {
    last = answer.domain->raw();
    source.domains.insert(last);
  }
  if (source.domains.empty()) return;  // has never reached one
  DomainTraffic &domain = domains_[last];
  domain.sources.insert(answer.source.raw());
  ++domain.requests;
  if (answer.hit) ++domain.hits;
  if (answer.blocked) ++domain.faults;
}

void Traffic::invalidated(const golden::Invalidation &invalidation) {
  std::visit(
      [this](const auto &one) {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (!std::is_same_v<Kind, golden::InterruptInvalidation>) {
          if (one.granularity == granularity::kGlobal) {
            ++global_invalidations_;
          } else {
            ++domains_[one.domain.raw()].invalidations;
          }
        }
      },
      invalidation);
}

}  // namespace dmar::cosim
