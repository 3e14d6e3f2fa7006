// SPDX-License-Identifier: Apache-2.0
// For tests of vfio-user: a function, a link to it, and the far end of its socket.
#ifndef DMAR_TESTS_COSIM_VFIO_USER_SUPPORT_HPP
#define DMAR_TESTS_COSIM_VFIO_USER_SUPPORT_HPP

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cosim/vfio_user_link.hpp"
#include "cosim_support.hpp"
#include "devices/config_space.hpp"

namespace dmar::cosim {

// The test device of a machine, as far as configuration space shows it, without anything behind it.
class PlainFunction : public devices::PciFunction {
 public:
  PlainFunction() {
    config.add_memory_bar(0, 1 << 20);
    const std::uint8_t body[] = {0x00, 0x12};
    const std::uint8_t mask[] = {0x00, 0xFF};
    config.add_capability(5, body, mask);
  }

  std::uint32_t config_read(std::uint32_t offset, unsigned bytes) override {
    return config.read(offset, bytes);
  }
  void config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) override {
    config.write(offset, bytes, value);
  }
  std::uint64_t memory_read(std::uint64_t, unsigned) override { return 0; }
  void memory_write(std::uint64_t, unsigned, std::uint64_t) override {}
  [[nodiscard]] devices::PciBar bar(unsigned number) const override { return config.bar(number); }
  void reset() override { config.reset(); }
  [[nodiscard]] bool idle() const override { return true; }

  devices::ConfigSpace config{{.vendor = 0x1234,
                               .device = 0x11E8,
                               .revision = 0x10,
                               .class_code = 0x00FF00,
                               .subsystem_vendor = 0x1AF4,
                               .subsystem = 0x1100,
                               .interrupt_pin = 1}};
};

class VfioUserTest : public testing::Test {
 protected:
  using Bytes = std::vector<std::uint8_t>;

  // Connects, so that the link has a peer.
  FileDescriptor connect() {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    const auto *raw = reinterpret_cast<const sockaddr *>(&address);
    EXPECT_EQ(::connect(socket.raw(), raw, sizeof address), 0);
    return socket;
  }

  // What the far end finds now.
  static Bytes received(const FileDescriptor &from) {
    const std::string text = received_text(from);
    return {text.begin(), text.end()};
  }

  std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("vfio." + std::to_string(::getpid()) + ".sock");
  PlainFunction function;
  VfioUserLink link{path, "edu", function};
};

// A message put together by hand; the header is right unless it is changed.
class VfioUserBytes {
 public:
  explicit VfioUserBytes(std::uint16_t command, std::uint16_t id = 7) {
    put(id).put(command).put(std::uint32_t{16}).put(std::uint32_t{0}).put(std::uint32_t{0});
  }
  template <class Value>
  VfioUserBytes &put(Value value) {
    std::uint8_t raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    for (const std::uint8_t byte : raw) bytes_.push_back(byte);
    return size(static_cast<std::uint32_t>(bytes_.size()));
  }
  VfioUserBytes &size(std::uint32_t bytes) { return field(4, bytes); }
  VfioUserBytes &flags(std::uint32_t value) { return field(8, value); }
  [[nodiscard]] const std::vector<std::uint8_t> &all() const { return bytes_; }

 private:
  VfioUserBytes &field(std::size_t offset, std::uint32_t value) {
    if (bytes_.size() >= 16) std::memcpy(bytes_.data() + offset, &value, sizeof value);
    return *this;
  }

  std::vector<std::uint8_t> bytes_;
};

// With a peer; agree() before anything else.
class VfioUserLinkTest : public VfioUserTest {
 protected:
  void agree() {
    send_all(far, VfioUserBytes(1).put(std::uint32_t{0}).all());
    EXPECT_FALSE(link.next_request());
    EXPECT_EQ(error_in(received(far)), 0);
  }
  // The error of a whole reply to message 7; -1 when it is none.
  static int error_in(const Bytes &reply) {
    if (reply.size() < 16) return -1;
    std::uint32_t fields[4];
    std::memcpy(fields, reply.data(), sizeof fields);
    EXPECT_EQ(fields[0] & 0xFFFF, 7U);
    EXPECT_EQ(fields[1], reply.size());
    EXPECT_EQ(fields[2] & 0xF, 1U);
    EXPECT_EQ((fields[2] & 0x20) != 0, fields[3] != 0);
    return static_cast<int>(fields[3]);
  }
  // Nothing of it comes through.
  void expect_refused(const VfioUserBytes &message, int error = EINVAL,
                      std::span<const int> descriptors = {}) {
    send_all(far, message.all(), descriptors);
    EXPECT_FALSE(link.next_request());
    EXPECT_EQ(error_in(received(far)), error);
    EXPECT_FALSE(link.closed());
  }
  std::optional<DeviceRequest> request_of(const VfioUserBytes &message,
                                          std::span<const int> descriptors = {}) {
    send_all(far, message.all(), descriptors);
    return link.next_request();
  }
  static VfioUserBytes access(bool write, std::uint32_t region, std::uint64_t offset,
                              std::uint32_t count) {
    return VfioUserBytes(write ? 10 : 9).put(offset).put(region).put(count);
  }
  static VfioUserBytes map(std::uint32_t flags, std::uint64_t start, std::uint64_t bytes) {
    return VfioUserBytes(2)
        .put(std::uint32_t{32})
        .put(flags)
        .put(std::uint64_t{0x1000})
        .put(start)
        .put(bytes);
  }
  static VfioUserBytes unmap(std::uint32_t flags, std::uint64_t start, std::uint64_t bytes) {
    return VfioUserBytes(3).put(std::uint32_t{24}).put(flags).put(start).put(bytes);
  }

  FileDescriptor far = connect();
};

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_VFIO_USER_SUPPORT_HPP
