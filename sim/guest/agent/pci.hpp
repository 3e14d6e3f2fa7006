// SPDX-License-Identifier: Apache-2.0
// A PCI function through /sys.
#ifndef DMAR_AGENT_PCI_HPP
#define DMAR_AGENT_PCI_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmar::agent {

// Registers of configuration space.
inline constexpr unsigned kPciCommand = 0x04;
inline constexpr std::uint16_t kPciMemory = 1U << 1;
inline constexpr std::uint16_t kPciBusMaster = 1U << 2;
inline constexpr unsigned kPciInterruptPin = 0x3D;

struct PciDevice {
  std::string address;  // "0000:00:06.0"

  [[nodiscard]] std::string folder() const { return "/sys/bus/pci/devices/" + address; }
  [[nodiscard]] std::string place() const { return address.substr(5); }  // as faults print it
  // Type of the default domain ("DMA", "DMA-FQ", "identity"), "" when no unit translates for it.
  [[nodiscard]] std::string domain_type() const;
  // "dmar0", or "dmar" when the kernel does not say which unit translates for it.
  [[nodiscard]] std::string unit() const;
  [[nodiscard]] std::string driver() const;  // "" when there is none

  // False with errno when the system refuses.
  [[nodiscard]] bool config_read(unsigned offset, void *to, std::size_t bytes) const;
  [[nodiscard]] bool config_write(unsigned offset, const void *from, std::size_t bytes) const;
  // Awake, memory accesses and bus mastering on. Linux lets a function sleep whose driver nobody
  // uses, vfio-pci before it is opened.
  [[nodiscard]] bool enable() const;
};

// Every function with these identifiers, in the order of addresses.
std::vector<PciDevice> find_pci(std::uint16_t vendor, std::uint16_t device);

// Memory of a device or of a file, unmapped at the end.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int descriptor, std::uint64_t offset, std::size_t bytes, bool writable = true);
  Mapping(Mapping &&other) noexcept;
  Mapping &operator=(Mapping &&other) noexcept;
  ~Mapping() { reset(); }

  [[nodiscard]] bool valid() const { return base_ != nullptr; }
  [[nodiscard]] std::uint8_t *base() const { return base_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void reset();

 private:
  std::uint8_t *base_ = nullptr;
  std::size_t bytes_ = 0;
};

// The memory of a BAR; not valid, with errno, when the system refuses.
Mapping map_bar(const PciDevice &device, unsigned bar, bool writable = true);

}  // namespace dmar::agent

#endif  // DMAR_AGENT_PCI_HPP
