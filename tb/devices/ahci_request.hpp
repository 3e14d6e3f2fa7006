// SPDX-License-Identifier: Apache-2.0
// One command of an AHCI driver, as it lies in memory (AHCI 1.3.1, 4.2). Everything is checked.
#ifndef DMAR_DEVICES_AHCI_REQUEST_HPP
#define DMAR_DEVICES_AHCI_REQUEST_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "devices/ata_disk.hpp"
#include "devices/dma_port.hpp"
#include "devices/scatter.hpp"
#include "devices/task.hpp"

namespace dmar::devices {

struct AhciRequest {
  Iova header;              // where it was found
  bool to_disk = false;     // direction of the data
  bool control = false;     // writes the control register instead of giving a command
  bool soft_reset = false;  // as that register has it
  AtaCommand command = {};
  std::vector<Segment> data = {};
  bool interrupts = false;  // a descriptor asks for an interrupt of its own
};

// Why a port stops.
struct AhciFailure {
  std::uint32_t interrupt = 0;  // bit of the port; 0: it goes on
  std::string why = {};
};

// Reads the command in `slot` of the list at `list`. Returns early when it is given up, which is
// asked after each transfer; then neither result says anything.
Task<void> read_request(DmaPort &port, const std::function<bool()> &given_up, std::uint32_t list,
                        unsigned slot, AhciRequest &request, AhciFailure &failure);

// Of a transfer that did not go well.
AhciFailure failure_of(DmaStatus status, const char *what);

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_AHCI_REQUEST_HPP
