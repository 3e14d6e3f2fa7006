// SPDX-License-Identifier: Apache-2.0
// The MSI capability with a 64-bit address and one vector (PCI Local Bus 3.0, 6.8.1).
#ifndef DMAR_DEVICES_MSI_HPP
#define DMAR_DEVICES_MSI_HPP

#include <cstdint>

#include "devices/config_space.hpp"
#include "devices/message_sender.hpp"

namespace dmar::devices {

class Msi {
 public:
  enum class Mask : bool { kNone, kPerVector };

  Msi(ConfigSpace &config, MessageSender &sender, Mask mask = Mask::kPerVector);

  [[nodiscard]] bool enabled() const;
  // The message leaves now, or when it is unmasked. Nothing happens while MSI is disabled.
  void notify();
  // Configuration space was written: what is pending may leave.
  void config_changed();

 private:
  [[nodiscard]] bool blocked() const;
  void send();

  ConfigSpace &config_;
  MessageSender &sender_;
  bool maskable_;
  bool pending_ = false;  // also without mask: the function may not be a bus master
  std::size_t base_;      // offset of the capability
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_MSI_HPP
