// SPDX-License-Identifier: Apache-2.0
// A PCI function in the hands of this program, by VFIO (Documentation/driver-api/vfio of Linux).
#ifndef DMAR_AGENT_VFIO_HPP
#define DMAR_AGENT_VFIO_HPP

#include <cstddef>
#include <cstdint>
#include <string>

#include "files.hpp"
#include "pci.hpp"

namespace dmar::agent {

// Steps in their order; each is false when the system refuses, error() says what and why.
class Vfio {
 public:
  // Of the device. There is no kWrite: Linux 6.1 lets the device read what it may write.
  enum class Access : std::uint8_t { kRead = 1, kReadWrite = 3 };

  explicit Vfio(PciDevice device) : device_(std::move(device)) {}
  ~Vfio() { release(); }
  Vfio(const Vfio &) = delete;
  Vfio &operator=(const Vfio &) = delete;

  // Gives the device to vfio-pci, whose modules it loads when needed.
  bool bind();
  // Takes its group; from now on the kernel blocks all DMA of the device.
  bool claim();
  // Takes the device, with an empty page table of this program.
  bool open();
  bool enable();   // memory accesses and bus mastering
  bool reset();    // of the function alone; its configuration is as before
  void close();    // back to the state after bind()
  bool release();  // back to no driver

  // Both in multiples of 4 KiB; the memory stays where it is while it is mapped.
  bool map(std::uint64_t iova, const void *memory, std::size_t bytes, Access access);
  bool unmap(std::uint64_t iova, std::size_t bytes);

  // Not valid when the system refuses.
  Mapping bar(unsigned index);
  // Interrupts of one kind (VFIO_PCI_MSI_IRQ_INDEX ...), vector 0, come to `event` from now on; -1
  // ends this.
  bool deliver(unsigned kind, int event);
  bool unmask(unsigned kind);  // INTx is masked by each delivery

  [[nodiscard]] const std::string &error() const { return error_; }

 private:
  bool failed(const std::string &what);  // false

  PciDevice device_;
  Descriptor container_;
  Descriptor group_;
  Descriptor file_;
  bool bound_ = false;
  std::string error_;
};

}  // namespace dmar::agent

#endif  // DMAR_AGENT_VFIO_HPP
