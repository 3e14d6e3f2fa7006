// SPDX-License-Identifier: Apache-2.0
// A page of this program that stays where it is, with its physical address.
#ifndef DMAR_AGENT_LOCKED_PAGE_HPP
#define DMAR_AGENT_LOCKED_PAGE_HPP

#include <cstdint>
#include <optional>

#include "pci.hpp"

namespace dmar::agent {

inline constexpr std::size_t kPage = 4096;

class LockedPage {
 public:
  // Filled with `byte`. Empty when the kernel does not say where the page is.
  static std::optional<LockedPage> make(std::uint8_t byte);

  [[nodiscard]] std::uint64_t physical() const { return physical_; }
  [[nodiscard]] std::uint8_t *bytes() { return memory_.base(); }
  // Number of bytes that differ from `byte`.
  [[nodiscard]] unsigned changed_from(std::uint8_t byte) const;

 private:
  LockedPage(Mapping memory, std::uint64_t physical)
      : memory_(std::move(memory)), physical_(physical) {}

  Mapping memory_;
  std::uint64_t physical_;
};

}  // namespace dmar::agent

#endif  // DMAR_AGENT_LOCKED_PAGE_HPP
