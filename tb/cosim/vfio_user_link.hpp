// SPDX-License-Identifier: Apache-2.0
// A vfio-user server for one PCI function: QEMU connects to its UNIX socket, agrees on a version,
// learns what the function has, and then maps memory, accesses regions and resets.
#ifndef DMAR_COSIM_VFIO_USER_LINK_HPP
#define DMAR_COSIM_VFIO_USER_LINK_HPP

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cosim/device_link.hpp"
#include "cosim/message_socket.hpp"
#include "cosim/vfio_user_function.hpp"
#include "cosim/vfio_user_message.hpp"

namespace dmar::cosim {

class VfioUserLink : public DeviceLink {
 public:
  // Waits for its peer at `path`, which is there until the peer has come. `name` stands in error
  // messages.
  VfioUserLink(std::filesystem::path path, const std::string &name, devices::PciFunction &function);
  ~VfioUserLink() override;
  VfioUserLink(const VfioUserLink &) = delete;
  VfioUserLink &operator=(const VfioUserLink &) = delete;

  [[nodiscard]] int descriptor() const override {
    return socket_ ? socket_->descriptor() : listener_.raw();
  }
  [[nodiscard]] bool closed() const override { return socket_ && socket_->closed(); }

  std::optional<DeviceRequest> next_request() override;
  void answer(std::uint64_t value) override;
  void guest_starts() override { function_.show_capabilities(); }

 private:
  // What of a message is not done here.
  using Rest = std::optional<DeviceRequest>;

  bool connected();
  std::optional<VfioUserMessage> receive();
  Rest take(VfioUserMessage message);
  Rest take(const VfioUserVersion &version);
  Rest take(const VfioUserMap &map);
  Rest take(const VfioUserUnmap &unmap);
  Rest take(const VfioUserRegionAccess &access);
  Rest take_config(const VfioUserRegionAccess &access);
  void reply(std::span<const std::uint8_t> payload, int error = 0);
  Rest done(std::span<const std::uint8_t> payload = {});
  Rest refuse(int error);

  std::string who_;
  std::filesystem::path path_;
  FileDescriptor listener_;
  std::optional<MessageSocket> socket_;
  VfioUserFunction function_;
  bool agreed_ = false;    // on a version
  VfioUserHeader header_;  // of the message under way
  std::vector<FileDescriptor> descriptors_;
  std::optional<VfioUserRegionAccess> access_;  // that waits for its answer
  std::vector<std::uint8_t> echo_;              // payload of an answer to anything else
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_VFIO_USER_LINK_HPP
