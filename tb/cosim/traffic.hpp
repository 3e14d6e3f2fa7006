// SPDX-License-Identifier: Apache-2.0
// Who did what at a unit: by the function that asked, and by the domain that it reached.
#ifndef DMAR_COSIM_TRAFFIC_HPP
#define DMAR_COSIM_TRAFFIC_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "dmar/types.hpp"
#include "golden/descriptor.hpp"

namespace dmar::cosim {

// A stretch of time that software has given a name.
struct PhaseTraffic {
  std::uint64_t requests = 0;  // answered
  std::uint64_t bytes = 0;     // moved
  std::uint64_t cycles = 0;    // from each request to its answer, in sum

  [[nodiscard]] double latency() const {
    return requests == 0 ? 0 : static_cast<double>(cycles) / static_cast<double>(requests);
  }
};

struct SourceTraffic {
  std::uint64_t reads = 0;  // of memory
  std::uint64_t writes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;  // answered without a walk
  std::uint64_t blocked = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t interrupts_blocked = 0;
  std::set<std::uint16_t> domains = {};            // that its requests reached
  std::set<std::uint32_t> interrupt_indices = {};  // of its remapped messages
  std::map<std::string, PhaseTraffic> phases = {};

  [[nodiscard]] std::uint64_t requests() const { return reads + writes; }
};

struct DomainTraffic {
  std::uint64_t requests = 0;
  std::uint64_t hits = 0;
  std::uint64_t faults = 0;         // of functions while they had this domain
  std::uint64_t invalidations = 0;  // of this domain: IOTLB and context cache
  std::set<std::uint16_t> sources = {};
};

class Traffic {
 public:
  // A request of memory or an interrupt, answered.
  struct Answer {
    SourceId source = {};
    AccessKind kind = AccessKind::kRead;
    bool interrupt = false;
    bool blocked = false;
    bool hit = false;
    std::uint32_t bytes = 0;                            // moved
    std::optional<DomainId> domain = {};                // through whose tables it went
    std::optional<std::uint32_t> interrupt_index = {};  // of a remapped message
    std::uint64_t cycles = 0;                           // from the request to its answer
  };

  void answered(const Answer &answer);
  void invalidated(const golden::Invalidation &invalidation);
  // From now on; an empty name: none.
  void phase(std::string name) { phase_ = std::move(name); }

  [[nodiscard]] const std::map<std::uint16_t, SourceTraffic> &sources() const { return sources_; }
  [[nodiscard]] const std::map<std::uint16_t, DomainTraffic> &domains() const { return domains_; }
  // Invalidations of every domain at once.
  [[nodiscard]] std::uint64_t global_invalidations() const { return global_invalidations_; }

 private:
  std::map<std::uint16_t, SourceTraffic> sources_;
  std::map<std::uint16_t, DomainTraffic> domains_;
  std::map<std::uint16_t, std::uint16_t> last_domain_;  // by source
  std::uint64_t global_invalidations_ = 0;
  std::string phase_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_TRAFFIC_HPP
