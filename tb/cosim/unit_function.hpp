// SPDX-License-Identifier: Apache-2.0
// The PCI function that lends the units their places in the physical address space: its BARs are
// windows that others answer for. Once they are where they belong it hides, so that firmware and
// kernel find no function and move nothing.
#ifndef DMAR_COSIM_UNIT_FUNCTION_HPP
#define DMAR_COSIM_UNIT_FUNCTION_HPP

#include <cstdint>
#include <functional>
#include <map>

#include "devices/config_space.hpp"
#include "devices/pci_function.hpp"

namespace dmar::cosim {

class UnitFunction : public devices::PciFunction {
 public:
  struct Window {
    std::uint32_t base = 0;  // where it belongs, a multiple of its size
    std::uint32_t bytes = 4096;
    // At an offset from its base.
    std::function<std::uint64_t(std::uint64_t offset, unsigned bytes)> read;
    std::function<void(std::uint64_t offset, unsigned bytes, std::uint64_t value)> write;
    // The machine is reset. Only called after an access: firmware resets devices that nobody has
    // used yet, and that is no reset of what is behind them.
    std::function<void()> reset = {};
  };

  UnitFunction();

  // What the function is made of, before the machine runs. std::invalid_argument when the BAR is
  // taken, or the size not one of a BAR.
  void add_window(unsigned bar, Window window);
  [[nodiscard]] const std::map<unsigned, Window> &windows() const { return windows_; }

  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) override;
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override;
  std::uint64_t memory_read(std::uint64_t address, unsigned bytes) override;
  void memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) override;
  [[nodiscard]] devices::PciBar bar(unsigned number) const override { return config_.bar(number); }
  void reset() override;
  [[nodiscard]] bool idle() const override { return true; }  // makes no request

  // From now on configuration reads give all ones and writes nothing; the BARs stay.
  void hide() { hidden_ = true; }

 private:
  devices::ConfigSpace config_;
  std::map<unsigned, Window> windows_;  // by BAR
  bool hidden_ = false;
  bool used_ = false;  // since the last reset
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_UNIT_FUNCTION_HPP
