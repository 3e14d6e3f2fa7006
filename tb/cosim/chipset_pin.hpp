// SPDX-License-Identifier: Apache-2.0
// An interrupt pin of one of our devices on QEMU's own I/O APIC. That one knows nothing of
// remapping, so for an entry in remappable format its message is made here, under the source id of
// the device.
#ifndef DMAR_COSIM_CHIPSET_PIN_HPP
#define DMAR_COSIM_CHIPSET_PIN_HPP

#include "cosim/qmp.hpp"
#include "cosim/qtest.hpp"
#include "devices/dma_port.hpp"

namespace dmar::cosim {

class ChipsetPin {
 public:
  ChipsetPin(Qtest &qtest, Qmp &qmp) : qtest_(qtest), qmp_(qmp) {}

  // `input` of the I/O APIC. The guest stands still while its entry is looked at, for that changes
  // the index register and back.
  void set(unsigned input, bool asserted, devices::DmaPort &port);

 private:
  Qtest &qtest_;
  Qmp &qmp_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_CHIPSET_PIN_HPP
