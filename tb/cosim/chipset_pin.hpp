// SPDX-License-Identifier: Apache-2.0
// Interrupt pins of our devices on QEMU's own I/O APIC. That one knows nothing of remapping, so for
// an entry in remappable format the message is made here, under the source id of the device.
#ifndef DMAR_COSIM_CHIPSET_PIN_HPP
#define DMAR_COSIM_CHIPSET_PIN_HPP

#include <array>
#include <cstdint>

#include "cosim/qmp.hpp"
#include "cosim/qtest.hpp"
#include "devices/dma_port.hpp"
#include "devices/ioapic.hpp"

namespace dmar::cosim {

class ChipsetPin {
 public:
  ChipsetPin(Qtest &qtest, Qmp &qmp) : qtest_(qtest), qmp_(qmp) {}

  // `port` belongs to the device that drives the input. The guest stands still while the entry is
  // looked at, for that changes the index register and back.
  void set(unsigned input, bool asserted, devices::DmaPort &port);
  // A level interrupt has ended, as the local APIC broadcasts it. An input that is still asserted,
  // and whose message was made here, has another one.
  void end_of_interrupt(std::uint8_t vector);

 private:
  struct Input {
    bool wanted = false;
    bool driven = false;  // as the I/O APIC was told
    devices::DmaPort *port = nullptr;
    unsigned in_service = 0;  // level interrupts by messages made here
    std::uint8_t vector = 0;  // of them
  };

  void proceed();
  void look_up(unsigned input);
  void apply(unsigned input, std::uint64_t entry);
  void drive(unsigned input);

  Qtest &qtest_;
  Qmp &qmp_;
  std::array<Input, devices::Ioapic::kInputs> inputs_{};
  bool busy_ = false;  // an entry is being looked at
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_CHIPSET_PIN_HPP
