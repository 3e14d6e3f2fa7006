// SPDX-License-Identifier: Apache-2.0
// See vfio_user_link.hpp.
#include "cosim/vfio_user_link.hpp"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

FileDescriptor listen_at(const std::filesystem::path &path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string &text = path.native();
  if (text.size() >= sizeof address.sun_path) {
    throw CosimError(fmt::format("{}: too long for the name of a socket", text));
  }
  text.copy(address.sun_path, text.size());
  FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.open() ||
      ::bind(listener.raw(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
      ::listen(listener.raw(), 1) != 0) {
    throw CosimError(fmt::format("{}: {}", text, std::strerror(errno)));
  }
  return listener;
}

bool wraps(std::uint64_t start, std::uint64_t bytes) { return start + (bytes - 1) < start; }

}  // namespace

VfioUserLink::VfioUserLink(std::filesystem::path path, const std::string &name,
                           devices::PciFunction &function)
    : who_("vfio-user of " + name),
      path_(std::move(path)),
      listener_(listen_at(path_)),
      function_(function) {}

VfioUserLink::~VfioUserLink() {
  if (!socket_) ::unlink(path_.c_str());
}

bool VfioUserLink::connected() {
  if (socket_) return true;
  FileDescriptor peer(::accept4(listener_.raw(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!peer.open()) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED) {
      return false;
    }
    throw CosimError(fmt::format("{}: {}", who_, std::strerror(errno)));
  }
  socket_.emplace(std::move(peer), who_);
  ::unlink(path_.c_str());
  listener_.close();
  return true;
}

std::optional<VfioUserMessage> VfioUserLink::receive() {
  if (!connected() || !socket_->fill(kVfioUserHeaderBytes)) return std::nullopt;
  std::string error;
  try {
    header_ = decode_vfio_user_header(socket_->bytes().first<kVfioUserHeaderBytes>());
  } catch (const CosimError &malformed) {
    error = malformed.what();
  }
  if (!error.empty()) socket_->fail(error);
  if (!socket_->fill(kVfioUserHeaderBytes + header_.payload_bytes)) return std::nullopt;
  VfioUserMessage message = decode_vfio_user(
      header_, socket_->bytes().subspan(kVfioUserHeaderBytes), socket_->descriptors());
  descriptors_ = socket_->take_descriptors();
  socket_->next();
  return message;
}

std::optional<DeviceRequest> VfioUserLink::next_request() {
  while (std::optional<VfioUserMessage> message = receive()) {
    Rest rest = take(std::move(*message));
    descriptors_.clear();
    if (rest) return rest;
  }
  return std::nullopt;
}

void VfioUserLink::reply(std::span<const std::uint8_t> payload, int error) {
  if (header_.wants_reply) socket_->send(vfio_user_reply(header_, payload, error));
}

VfioUserLink::Rest VfioUserLink::done(std::span<const std::uint8_t> payload) {
  reply(payload);
  return std::nullopt;
}

VfioUserLink::Rest VfioUserLink::refuse(int error) {
  reply({}, error);
  return std::nullopt;
}

VfioUserLink::Rest VfioUserLink::take(VfioUserMessage message) {
  if (const auto *refusal = std::get_if<VfioUserRefusal>(&message)) return refuse(refusal->error);
  if (const auto *version = std::get_if<VfioUserVersion>(&message)) return take(*version);
  if (!agreed_) return refuse(EINVAL);
  if (const auto *map = std::get_if<VfioUserMap>(&message)) return take(*map);
  if (const auto *unmap = std::get_if<VfioUserUnmap>(&message)) return take(*unmap);
  if (const auto *access = std::get_if<VfioUserRegionAccess>(&message)) return take(*access);
  if (const auto *info = std::get_if<VfioUserRegionInfo>(&message)) {
    const auto facts = function_.region(info->index);
    return facts ? done(vfio_user_payload(*facts)) : refuse(EINVAL);
  }
  if (const auto *info = std::get_if<VfioUserIrqInfo>(&message)) {
    const auto facts = function_.irq(info->index);
    return facts ? done(vfio_user_payload(*facts)) : refuse(EINVAL);
  }
  if (const auto *irqs = std::get_if<VfioUserSetIrqs>(&message)) {
    return function_.irq(irqs->index) ? done() : refuse(EINVAL);  // and are never raised
  }
  if (std::holds_alternative<VfioUserDeviceInfo>(message)) {
    return done(vfio_user_payload(VfioUserFunction::device()));
  }
  return DeviceReset{};
}

VfioUserLink::Rest VfioUserLink::take(const VfioUserVersion &version) {
  if (version.major != 0 || agreed_) return refuse(EINVAL);
  agreed_ = true;
  return done(vfio_user_version_payload());
}

// Without a descriptor it is no RAM that processes can share: ROM, for example.
VfioUserLink::Rest VfioUserLink::take(const VfioUserMap &map) {
  if (wraps(map.start, map.bytes)) return refuse(EINVAL);
  if (descriptors_.empty() || !map.readable) return NothingToDo{};
  return MemoryAdded{{.start = map.start,
                      .bytes = map.bytes,
                      .offset = map.offset,
                      .file = std::move(descriptors_.front()),
                      .writable = map.writable}};
}

VfioUserLink::Rest VfioUserLink::take(const VfioUserUnmap &unmap) {
  if (!unmap.all && wraps(unmap.start, unmap.bytes)) return refuse(EINVAL);
  echo_ = vfio_user_payload(unmap);
  if (unmap.all) return MemoryMap{};
  return MemoryRemoved{.start = unmap.start, .bytes = unmap.bytes};
}

VfioUserLink::Rest VfioUserLink::take(const VfioUserRegionAccess &access) {
  const auto region = function_.region(access.region);
  if (!region || access.offset > region->bytes || region->bytes - access.offset < access.count) {
    return refuse(EINVAL);
  }
  if (access.region == VfioUserFunction::kConfigRegion) return take_config(access);
  if (access.count != 1 && access.count != 2 && access.count != 4 && access.count != 8) {
    return refuse(EINVAL);
  }
  access_ = access;
  BarAccess request{.write = access.write,
                    .address = function_.address(access.region, access.offset),
                    .bytes = access.count};
  if (access.write) std::memcpy(&request.value, access.data.data(), access.count);
  return request;
}

VfioUserLink::Rest VfioUserLink::take_config(const VfioUserRegionAccess &access) {
  const auto offset = static_cast<std::uint32_t>(access.offset);
  if (access.write) {
    function_.config_write(offset, access.data);
    return done(vfio_user_payload(access, {}));
  }
  std::vector<std::uint8_t> data(access.count);
  function_.config_read(offset, data);
  return done(vfio_user_payload(access, data));
}

void VfioUserLink::answer(std::uint64_t value) {
  const auto access = std::exchange(access_, std::nullopt);
  if (!access) {
    reply(std::exchange(echo_, {}));
    return;
  }
  std::vector<std::uint8_t> data(access->write ? 0 : access->count);
  std::memcpy(data.data(), &value, data.size());
  reply(vfio_user_payload(*access, data));
}

}  // namespace dmar::cosim
