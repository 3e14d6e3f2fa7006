// SPDX-License-Identifier: Apache-2.0
// The vendor capabilities that tell a driver where in BAR 0 the structures of a virtio device lie
// (VIRTIO 1.2, 4.1.4), and the one that lets it reach them through configuration space.
#ifndef DMAR_DEVICES_VIRTIO_CAPABILITIES_HPP
#define DMAR_DEVICES_VIRTIO_CAPABILITIES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>

#include "devices/config_space.hpp"

namespace dmar::devices {

enum class VirtioStructure : std::uint8_t { kCommon = 1, kNotify = 2, kIsr = 3, kDevice = 4 };

// `multiplier` is of the notification structure only.
void add_structure(ConfigSpace &config, VirtioStructure type, std::uint32_t offset,
                   std::uint32_t bytes, std::uint32_t multiplier = 0);

// VIRTIO 1.2, 4.1.4.9: the driver writes BAR, offset and length; an access to the data field is
// then an access to the BAR.
class ConfigWindow {
 public:
  explicit ConfigWindow(ConfigSpace &config);

  struct Access {
    std::uint32_t offset = 0;  // in BAR 0
    unsigned bytes = 0;        // 1, 2 or 4, aligned
  };
  // The access to BAR 0, of `bar_bytes`, that one to configuration space at `offset` stands for.
  [[nodiscard]] std::optional<Access> access(std::uint32_t offset, unsigned bytes,
                                             std::uint32_t bar_bytes) const;
  [[nodiscard]] std::uint32_t data() const;
  void set_data(std::uint32_t data);

 private:
  ConfigSpace &config_;
  std::size_t base_;  // offset of the capability
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTIO_CAPABILITIES_HPP
