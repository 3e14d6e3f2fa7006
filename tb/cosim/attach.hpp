// SPDX-License-Identifier: Apache-2.0
// How devices of this process get into a QEMU: by which of its own devices for that purpose.
#ifndef DMAR_COSIM_ATTACH_HPP
#define DMAR_COSIM_ATTACH_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmar::cosim {

enum class Attach : std::uint8_t {
  kProxy,     // x-pci-proxy-dev: works with an emulated CPU in 7.2, kills QEMU from 10.0 on
  kVfioUser,  // vfio-user-pci: from 10.1 on
};

const char *name_of(Attach attach);
std::optional<Attach> attach_named(std::string_view name);

struct QemuVersion {
  unsigned major = 0;
  unsigned minor = 0;
};
// Of what `-version` prints; nothing when it names none.
std::optional<QemuVersion> qemu_version_in(std::string_view text);

// Asks the emulator what it can do. CosimError, with the way out, when it is one that is known to
// have neither; one that tells nothing of itself is taken for an old one.
Attach choose_attach(const std::string &qemu);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_ATTACH_HPP
