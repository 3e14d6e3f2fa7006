// SPDX-License-Identifier: Apache-2.0
// The PCI segment of a machine whose configuration space QEMU knows nothing of, and the windows by
// which the CPU reaches it. What is in it is the business of its kinds: sriov_segment.hpp,
// ats_segment.hpp.
#ifndef DMAR_COSIM_SEGMENT_HPP
#define DMAR_COSIM_SEGMENT_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cosim/unit_function.hpp"
#include "devices/ecam.hpp"
#include "devices/edu.hpp"
#include "devices/pci_segment.hpp"

namespace dmar::cosim {

class Segment {
 public:
  virtual ~Segment() = default;
  Segment(const Segment &) = delete;
  Segment &operator=(const Segment &) = delete;

  [[nodiscard]] UnitFunction::Window ecam_window();
  [[nodiscard]] UnitFunction::Window memory_window();

  struct Function {
    std::string name;
    devices::PciDevice *device = nullptr;
  };
  // All that are or can be there.
  [[nodiscard]] const std::vector<Function> &functions() const { return functions_; }

  // What the device TLBs of its functions did.
  struct DeviceTlbUse {
    std::string name;  // of the function
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evicted = 0;
    std::uint64_t discarded = 0;      // answers that an invalidation overtook
    std::uint64_t invalidations = 0;  // messages, and the entries that they dropped
    std::uint64_t dropped = 0;
  };
  [[nodiscard]] virtual std::vector<DeviceTlbUse> device_tlb_use() const { return {}; }

  // The time goes on, for those that do something by themselves; whether one waits for it.
  bool tick(std::uint64_t microseconds);
  // Before the end: nothing starts by itself any more.
  void silence();
  // What went wrong, in sentences.
  [[nodiscard]] std::vector<std::string> errors() const;

 protected:
  Segment() = default;

  devices::PciSegment &segment() { return segment_; }
  void add_edu(const std::string &name, devices::Edu &edu);
  // `last_error`: what went wrong in it, empty when nothing did.
  void add(const std::string &name, devices::PciDevice &device,
           std::function<std::string()> last_error = nullptr);
  // In their order.
  [[nodiscard]] const std::vector<devices::Edu *> &edus() const { return edus_; }

 private:
  std::vector<Function> functions_;
  std::vector<std::function<std::string()>> last_errors_;  // of each, or null
  std::vector<devices::Edu *> edus_;
  devices::PciSegment segment_;
  devices::Ecam ecam_{segment_};
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_SEGMENT_HPP
