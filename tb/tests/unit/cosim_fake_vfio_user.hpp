// SPDX-License-Identifier: Apache-2.0
// QEMU's side of one vfio-user socket, for the stand-in for QEMU: what its vfio-user-pci asks when
// it is created, and then accesses as a CPU makes them.
#ifndef DMAR_TESTS_COSIM_FAKE_VFIO_USER_HPP
#define DMAR_TESTS_COSIM_FAKE_VFIO_USER_HPP

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

// All bytes in one message, a descriptor with them unless it is negative; whether the peer took
// them.
inline bool send_whole(int socket, const std::vector<std::uint8_t> &bytes, int descriptor) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec piece{.iov_base = const_cast<std::uint8_t *>(bytes.data()), .iov_len = bytes.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr *part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  }
  return ::sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

class FakeVfioUser {
 public:
  using Check = std::function<void(bool good, const std::string &what)>;

  FakeVfioUser(const std::string &path, std::string name, Check check)
      : name_(std::move(name)), check_(std::move(check)) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto *raw = reinterpret_cast<const sockaddr *>(&address);
    check_(::connect(socket_, raw, sizeof address) == 0, name_ + ": nobody listens");
  }

  [[nodiscard]] int socket() const { return socket_; }

  // As QEMU 11.1 does it.
  void create(int ram, std::uint64_t ram_bytes) {
    Bytes version;
    put(put(version, std::uint16_t{0}), std::uint16_t{0});
    for (const char c : std::string(R"({"capabilities": {"max_msg_fds": 16}})")) put(version, c);
    const Bytes agreed = ask(kVersion, put(version, '\0'));
    check_(agreed.size() > 5 && agreed.back() == 0, name_ + ": no version");
    map(0, ram_bytes, ram);
    map(0xFFFC'0000, 0x4'0000, -1);  // ROM
    const Bytes info = ask(kDeviceInfo, words({16, 0, 0, 0}));
    check_(get(info, 4) == 3 && get(info, 8) >= 8 && get(info, 12) >= 3, name_ + ": no device");
    for (std::uint32_t i = 0; i < 8; ++i) {
      if (i == 6) continue;
      const Bytes region = ask(kRegionInfo, words({32, 0, i, 0, 0, 0, 0, 0}));
      check_(region.size() == 32 && get(region, 8) == i, name_ + ": no region");
      if (i < bars_.size()) bars_[i].bytes = get(region, 16);
      if (i == kConfigRegion) check_(get(region, 16) == 4096, name_ + ": short configuration");
    }
    const Bytes config = access(false, kConfigRegion, 0, 4096, 0);
    check_((config[0x06] & 0x10) == 0 && config[0x34] == 0, name_ + ": capabilities too early");
    for (std::size_t i = 0x40; i < config.size(); ++i) {
      check_(config[i] == 0, name_ + ": capabilities too early");
    }
    if (config[0x3D] != 0) {
      const int event = ::eventfd(0, EFD_CLOEXEC);
      ask(kSetIrqs, words({20, 0x24, 0, 0, 1}), event);
      ::close(event);
    }
  }

  void map(std::uint64_t start, std::uint64_t bytes, int ram) {
    Bytes payload = words({32, ram < 0 ? 1U : 3U});
    put(put(put(payload, start), start), bytes);
    ask(kDmaMap, payload, ram);
  }
  void unmap(std::uint64_t start, std::uint64_t bytes) {
    Bytes payload = words({24, 0});
    check_(ask(kDmaUnmap, put(put(payload, start), bytes)).size() == 24, name_ + ": no echo");
  }

  std::uint64_t config(bool write, std::uint32_t offset, std::uint32_t value, std::int32_t bytes) {
    const Bytes data =
        access(write, kConfigRegion, offset, static_cast<std::uint32_t>(bytes), value);
    // Its own copy of the BARs says what is where.
    const bool there = access(false, kConfigRegion, 0, 2, 0) != Bytes{0xFF, 0xFF};
    if (write && there && offset >= 0x10 && offset < 0x28)
      bars_[(offset - 0x10) / 4].address = value;
    return number(data);
  }

  // Nothing there: all ones, and nobody is asked.
  std::uint64_t bar(bool write, std::uint64_t address, std::uint64_t value, std::uint32_t bytes,
                    bool memory, bool reply) {
    for (std::uint32_t i = 0; memory && i < bars_.size(); ++i) {
      const std::uint64_t offset = address - bars_[i].address;
      if (offset >= bars_[i].bytes) continue;
      send(write ? kWrite : kRead, access_payload(write, i, offset, bytes, value), -1);
      return reply ? take_reply() : 0;
    }
    return ~std::uint64_t{0};
  }
  std::uint64_t take_reply() {
    Bytes data = take();
    check_(data.size() >= 16, name_ + ": short reply");
    return number({data.begin() + 16, data.end()});
  }

  void reset() {
    ask(kReset, {});
    for (Bar &bar : bars_) bar.address = 0;
  }

  // An access of configuration space with 3 bytes where 16 belong. The error it is answered with.
  std::uint32_t malformed() {
    send(kRead, {1, 2, 3}, -1);
    take();
    return error_;
  }

 private:
  using Bytes = std::vector<std::uint8_t>;
  enum Command : std::uint16_t {
    kVersion = 1,
    kDmaMap = 2,
    kDmaUnmap = 3,
    kDeviceInfo = 4,
    kRegionInfo = 5,
    kSetIrqs = 8,
    kRead = 9,
    kWrite = 10,
    kReset = 13,
  };
  static constexpr std::uint32_t kConfigRegion = 7;
  struct Bar {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
  };

  static void put_bytes(Bytes &bytes, const void *from, std::size_t count) {
    const auto *raw = static_cast<const std::uint8_t *>(from);
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(raw[i]);
  }
  template <class Value>
  static Bytes &put(Bytes &bytes, Value value) {
    put_bytes(bytes, &value, sizeof value);
    return bytes;
  }
  static Bytes words(std::initializer_list<std::uint32_t> values) {
    Bytes bytes;
    for (const std::uint32_t value : values) put(bytes, value);
    return bytes;
  }
  static std::uint32_t get(const Bytes &bytes, std::size_t offset) {
    std::uint32_t value = 0;
    if (offset + sizeof value <= bytes.size()) {
      std::memcpy(&value, bytes.data() + offset, sizeof value);
    }
    return value;
  }
  static std::uint64_t number(const Bytes &bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
  }

  void send(std::uint16_t command, const Bytes &payload, int descriptor) {
    Bytes bytes;
    put(put(bytes, ++id_), command);
    put(put(put(bytes, static_cast<std::uint32_t>(16 + payload.size())), 0U), 0U);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    check_(send_whole(socket_, bytes, descriptor), name_);
  }

  // Replies come in the order of the questions.
  Bytes take() {
    Bytes header(16);
    check_(::recv(socket_, header.data(), 16, MSG_WAITALL) == 16, name_ + ": no reply");
    ++replied_;
    check_((get(header, 0) & 0xFFFF) == replied_, name_ + ": reply to another message");
    check_((get(header, 8) & 0xF) == 1, name_ + ": no reply");
    error_ = (get(header, 8) & 0x20) != 0 ? get(header, 12) : 0;
    Bytes payload(get(header, 4) - 16);
    const auto size = static_cast<ssize_t>(payload.size());
    check_(payload.empty() || ::recv(socket_, payload.data(), payload.size(), MSG_WAITALL) == size,
           name_ + ": reply cut short");
    return payload;
  }

  Bytes ask(std::uint16_t command, const Bytes &payload, int descriptor = -1) {
    send(command, payload, descriptor);
    Bytes answer = take();
    check_(error_ == 0, name_ + ": command " + std::to_string(command) + " was refused");
    return answer;
  }

  static Bytes access_payload(bool write, std::uint32_t region, std::uint64_t offset,
                              std::uint32_t bytes, std::uint64_t value) {
    Bytes payload;
    put(put(put(payload, offset), region), bytes);
    if (write) put_bytes(payload, &value, bytes);
    return payload;
  }
  Bytes access(bool write, std::uint32_t region, std::uint64_t offset, std::uint32_t bytes,
               std::uint64_t value) {
    const Bytes answer =
        ask(write ? kWrite : kRead, access_payload(write, region, offset, bytes, value));
    check_(answer.size() == 16 + (write ? 0 : bytes), name_ + ": reply of another size");
    return {answer.begin() + 16, answer.end()};
  }

  std::string name_;
  Check check_;
  int socket_ = -1;
  std::array<Bar, 6> bars_{};
  std::uint16_t id_ = 0;
  std::uint16_t replied_ = 0;
  std::uint32_t error_ = 0;  // of the last reply
};

#endif  // DMAR_TESTS_COSIM_FAKE_VFIO_USER_HPP
