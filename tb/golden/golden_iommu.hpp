// SPDX-License-Identifier: Apache-2.0
// The golden model behind the interface that the Verilated RTL has too: requests are carried out
// on a Memory of its own.
#ifndef DMAR_GOLDEN_GOLDEN_IOMMU_HPP
#define DMAR_GOLDEN_GOLDEN_IOMMU_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "dmar/iommu.hpp"
#include "golden/unit.hpp"
#include "memory/memory.hpp"

namespace dmar {

class GoldenIommu : public Iommu {
 public:
  explicit GoldenIommu(const Config &config = {}) : unit_(config, memory_) {}

  [[nodiscard]] const Config &config() const override { return unit_.config(); }
  [[nodiscard]] Memory &memory() override { return memory_; }
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override {
    return unit_.read(offset, bytes);
  }
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override {
    unit_.write(offset, bytes, value);
  }
  // A zero-length read touches no memory and returns no data, a translation request touches none
  // and returns its completion entry.
  Completion access(const Request &request, std::span<const std::uint8_t> data = {}) override;
  std::vector<Completion> access_all(std::span<const Request> requests) override;
  void settle() override {}
  std::vector<Message> take_messages() override { return unit_.take_messages(); }
  std::vector<InvalidateRequest> take_invalidate_requests() override {
    return unit_.take_invalidate_requests();
  }
  void complete_invalidation(const InvalidateCompletion &completion) override {
    unit_.complete_invalidation(completion);
  }

  // For what the common interface does not show.
  [[nodiscard]] golden::Unit &unit() { return unit_; }

 private:
  Completion refused(const golden::Fault &fault);
  Completion carry_out(const Request &request, const golden::Translation &translation,
                       std::span<const std::uint8_t> data);

  Memory memory_;
  golden::Unit unit_;
};

}  // namespace dmar

#endif  // DMAR_GOLDEN_GOLDEN_IOMMU_HPP
