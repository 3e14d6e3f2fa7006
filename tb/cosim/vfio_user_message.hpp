// SPDX-License-Identifier: Apache-2.0
// Messages of the vfio-user protocol 0.0, by which QEMU 10.1 and later (vfio-user-pci) drives a PCI
// device of another process, as values. Host byte order; a header of 16 bytes, then the payload.
#ifndef DMAR_COSIM_VFIO_USER_MESSAGE_HPP
#define DMAR_COSIM_VFIO_USER_MESSAGE_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace dmar::cosim {

inline constexpr std::size_t kVfioUserHeaderBytes = 16;
inline constexpr std::size_t kVfioUserMaxData = 65'536;  // of one region access, as we announce it
inline constexpr std::size_t kVfioUserMaxPayload = kVfioUserMaxData + 64;

struct VfioUserHeader {
  std::uint16_t id = 0;  // the reply has the same
  std::uint16_t command = 0;
  std::uint32_t payload_bytes = 0;
  bool wants_reply = true;
};

struct VfioUserVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::string capabilities = {};  // JSON
};
struct VfioUserMap {
  std::uint64_t start = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  // in the descriptor, if there is one
  bool readable = true;
  bool writable = true;
};
struct VfioUserUnmap {
  std::uint64_t start = 0;
  std::uint64_t bytes = 0;
  bool all = false;
};
struct VfioUserDeviceInfo {};
struct VfioUserRegionInfo {
  std::uint32_t index = 0;
};
struct VfioUserIrqInfo {
  std::uint32_t index = 0;
};
struct VfioUserSetIrqs {
  std::uint32_t index = 0;
};
struct VfioUserRegionAccess {
  bool write = false;
  std::uint64_t offset = 0;
  std::uint32_t region = 0;
  std::uint32_t count = 0;
  std::vector<std::uint8_t> data = {};  // of a write: `count` bytes
};
struct VfioUserReset {};
// The message is none that can be carried out; the reply says this error.
struct VfioUserRefusal {
  int error = 0;
};

using VfioUserMessage =
    std::variant<VfioUserVersion, VfioUserMap, VfioUserUnmap, VfioUserDeviceInfo,
                 VfioUserRegionInfo, VfioUserIrqInfo, VfioUserSetIrqs, VfioUserRegionAccess,
                 VfioUserReset, VfioUserRefusal>;

// CosimError when not even the end of the message can be known, or it is a reply: we ask nothing.
VfioUserHeader decode_vfio_user_header(std::span<const std::uint8_t, kVfioUserHeaderBytes> bytes);
VfioUserMessage decode_vfio_user(const VfioUserHeader &header,
                                 std::span<const std::uint8_t> payload, std::size_t descriptors);

// Whole replies. `error` 0: it was carried out.
std::vector<std::uint8_t> vfio_user_reply(const VfioUserHeader &header,
                                          std::span<const std::uint8_t> payload, int error = 0);

// What stands in their payloads.
std::vector<std::uint8_t> vfio_user_version_payload();
struct VfioUserDeviceFacts {
  std::uint32_t regions = 0;
  std::uint32_t irqs = 0;
};
std::vector<std::uint8_t> vfio_user_payload(const VfioUserDeviceFacts &facts);
struct VfioUserRegionFacts {
  std::uint32_t index = 0;
  std::uint64_t bytes = 0;
};
std::vector<std::uint8_t> vfio_user_payload(const VfioUserRegionFacts &facts);
struct VfioUserIrqFacts {
  std::uint32_t index = 0;
  std::uint32_t count = 0;
};
std::vector<std::uint8_t> vfio_user_payload(const VfioUserIrqFacts &facts);
std::vector<std::uint8_t> vfio_user_payload(const VfioUserUnmap &unmap);
// A write: without `data`.
std::vector<std::uint8_t> vfio_user_payload(const VfioUserRegionAccess &access,
                                            std::span<const std::uint8_t> data);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_VFIO_USER_MESSAGE_HPP
