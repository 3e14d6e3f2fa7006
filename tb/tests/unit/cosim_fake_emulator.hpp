// SPDX-License-Identifier: Apache-2.0
// What a stand-in for QEMU needs in any case: it takes the command line, speaks the protocols, and
// has memory and an interrupt controller.
#ifndef DMAR_TESTS_COSIM_FAKE_EMULATOR_HPP
#define DMAR_TESTS_COSIM_FAKE_EMULATOR_HPP

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cosim_fake_vfio_user.hpp"

namespace dmar::cosim {

inline constexpr std::uint64_t kRamBytes = 16 << 20;
inline constexpr std::uint32_t kUnit = 0xFED9'0000;
inline constexpr std::uint32_t kIoapic = 0xFEC1'0000;
inline constexpr std::uint32_t kEdu = 0xE000'0000;

[[noreturn]] inline void fail(const std::string &what) {
  fmt::print(stderr, "fake: {}\n", what);
  std::exit(5);
}

inline void check(bool good, const std::string &what) {
  if (!good) fail(what);
}

inline void put(int socket, const void *data, std::size_t bytes) {
  const auto *from = static_cast<const char *>(data);
  while (bytes != 0) {
    const ssize_t sent = ::send(socket, from, bytes, MSG_NOSIGNAL);
    check(sent > 0, "the peer has gone");
    from += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
}

inline void put_line(int socket, const std::string &line) {
  const std::string text = line + "\n";
  put(socket, text.data(), text.size());
}

inline std::uint64_t fd_of(const std::string &argument) {
  const auto at = argument.find("fd=");
  return at == std::string::npos ? 0 : std::stoul(argument.substr(at + 3));
}

class FakeEmulator {
 public:
  FakeEmulator(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; ++i) {
      const std::string option = argv[i];
      const std::string value = argv[i + 1];
      if (option == "-device" && value.starts_with('{')) {
        const auto device = nlohmann::json::parse(value);
        paths_[device.at("id")] = device.at("socket").at("path");
      } else if (option == "-chardev" || option == "-device") {
        const auto id = value.find("id=");
        if (id == std::string::npos) continue;
        const std::string name = value.substr(id + 3, value.find(',', id) - id - 3);
        sockets_[name] = static_cast<int>(fd_of(value));
      }
      if (option == "-fake") mode_ = value;
      if (option == "-append") command_line_ = value;
      if (option == "-D") log_ = ::open(value.c_str(), O_WRONLY | O_CLOEXEC);
    }
  }

  int run() {
    ram_file_ = ::memfd_create("ram", 0);
    check(::ftruncate(ram_file_, kRamBytes) == 0, "RAM");
    ram_ = static_cast<std::uint8_t *>(
        ::mmap(nullptr, kRamBytes, PROT_READ | PROT_WRITE, MAP_SHARED, ram_file_, 0));
    if (mode_ == "ignore") std::signal(SIGTERM, SIG_IGN);
    fmt::print(stderr, "fake: {}\n", mode_);
    if (mode_ == "exit early") return 3;
    if (mode_ == "die early") ::raise(SIGKILL);
    if (mode_ == "proxy without KVM") ::raise(SIGSEGV);
    for (const auto &[device, path] : paths_) {
      peers_.emplace(device, FakeVfioUser(path, device, check));
      sockets_[device] = peers_.at(device).socket();
    }
    for (const char *device : {"unit", "disk0", "edu"}) {
      sync_memory(device);
      reset(device);  // the machine is reset
    }
    put_line(sockets_["monitor"],
             R"({"QMP": {"version": {"qemu": {"micro": 1, "minor": 2, "major": 7}}}})");
    while (!running_) serve(-1);
    return guest();
  }

 protected:
  ~FakeEmulator() = default;

  // What the guest does; the exit status.
  virtual int guest() = 0;

  // Sends a message and waits for its answer.
  std::uint64_t message(const std::string &device, std::int32_t command,
                        const std::vector<std::uint8_t> &payload, bool reply = true,
                        int descriptor = -1) {
    std::vector<std::uint8_t> bytes(16);
    const std::uint64_t size = payload.size();
    std::memcpy(bytes.data(), &command, 4);
    std::memcpy(bytes.data() + 8, &size, 8);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    check(send_whole(sockets_.at(device), bytes, descriptor), device);
    return reply ? take_reply(device) : 0;
  }

  std::uint64_t take_reply(const std::string &device) {
    if (peers_.contains(device)) return peers_.at(device).take_reply();
    std::array<std::uint8_t, 24> answer{};
    const ssize_t got = ::recv(sockets_.at(device), answer.data(), answer.size(), MSG_WAITALL);
    check(got == 24, device + ": no reply");
    check(answer[0] == 1 && answer[8] == 8, device + ": no RET");
    std::uint64_t value = 0;
    std::memcpy(&value, answer.data() + 16, sizeof value);
    return value;
  }

  void sync_memory(const std::string &device) {
    std::vector<std::uint8_t> payload(192);
    const std::uint64_t bytes = mode_ == "short memory" ? 2 * kRamBytes : kRamBytes;
    const int file = mode_ == "private memory" ? -1 : ram_file_;
    if (peers_.contains(device)) {
      if (!created_.contains(device)) peers_.at(device).create(file, bytes);
      created_.insert(device);
      return;
    }
    std::memcpy(payload.data() + 64, &bytes, sizeof bytes);
    message(device, 0, payload, false, file);
  }

  void reset(const std::string &device) {
    if (peers_.contains(device)) {
      peers_.at(device).reset();
    } else {
      message(device, 7, {});
    }
  }

  std::uint64_t config(const std::string &device, bool write, std::uint32_t offset,
                       std::uint32_t value, std::int32_t bytes) {
    if (peers_.contains(device)) return peers_.at(device).config(write, offset, value, bytes);
    std::vector<std::uint8_t> payload(12);
    std::memcpy(payload.data(), &offset, 4);
    std::memcpy(payload.data() + 4, &value, 4);
    std::memcpy(payload.data() + 8, &bytes, 4);
    return message(device, write ? 2 : 3, payload);
  }

  std::uint64_t bar(const std::string &device, bool write, std::uint64_t address,
                    std::uint64_t value, std::uint32_t bytes, bool memory = true,
                    bool reply = true) {
    if (peers_.contains(device)) {
      return peers_.at(device).bar(write, address, value, bytes, memory, reply);
    }
    std::vector<std::uint8_t> payload(24);
    std::memcpy(payload.data(), &address, 8);
    std::memcpy(payload.data() + 8, &value, 8);
    std::memcpy(payload.data() + 16, &bytes, 4);
    payload[20] = memory ? 1 : 0;
    return message(device, write ? 4 : 5, payload, reply);
  }

  // Carries out what came on the qtest and control channels; waits for something when `wait` < 0.
  void serve(int wait) {
    std::array<pollfd, 2> watched{{{.fd = sockets_["qtest"], .events = POLLIN, .revents = 0},
                                   {.fd = sockets_["monitor"], .events = POLLIN, .revents = 0}}};
    if (mode_ == "mute") watched[0].fd = -1;
    ::poll(watched.data(), watched.size(), wait);
    for (const pollfd &one : watched) {
      if (one.revents == 0) continue;
      std::array<char, 65536> piece{};
      const ssize_t got = ::recv(one.fd, piece.data(), piece.size(), MSG_DONTWAIT);
      check(got > 0, "a channel was closed");
      std::string &text = input_[one.fd];
      text.append(piece.data(), static_cast<std::size_t>(got));
      for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos;) {
        const std::string line = text.substr(0, end);
        text.erase(0, end + 1);
        put_line(one.fd, one.fd == sockets_["qtest"] ? qtest(line) : control(line));
      }
    }
  }

  std::string control(const std::string &line) {
    if (line.find("\"cont\"") != std::string::npos) {
      if (mode_ == "refuse") return R"({"error": {"class": "GenericError", "desc": "no mood"}})";
      running_ = true;
    }
    if (line.find("info status") != std::string::npos) return R"({"return": "status: running"})";
    if (line.find("info registers") != std::string::npos) return R"({"return": "HLT=1"})";
    if (line.find("info lapic") != std::string::npos) {
      return R"({"return": "ISR\t (none)\r\nIRR\t )" + pending_ + R"(\r\n"})";
    }
    return R"({"return": {}})";
  }

  std::string qtest(const std::string &line) {
    std::istringstream words(line);
    std::string command;
    std::uint64_t address = 0;
    std::uint64_t value = 0;
    words >> command >> std::hex;
    if (command == "irq_intercept_in") return "OK";
    words.setf(std::ios::fmtflags(0), std::ios::basefield);  // takes 0x
    words >> address >> value;
    if (command == "outl" && address == 0xCF8) {
      index_ = static_cast<std::uint32_t>(value);
    } else if (command == "outl" && address == 0xCFC) {
      check((index_ & ~0xFFU) == 0x8000'2000, "a function other than the unit is configured");
      config("unit", true, index_ & 0xFF, static_cast<std::uint32_t>(value), 4);
    } else if (command == "readl") {
      if (mode_ == "other version") return "OK 0x99";
      return fmt::format("OK {:#x}", bar("unit", false, address, 0, 4));
    } else if (command == "writel" && address >> 20 == 0xFEE) {
      interrupts_.push_back(static_cast<std::uint32_t>(value));
    } else {
      return "FAIL " + line;
    }
    return "OK";
  }

  void await_interrupts(std::size_t count, std::chrono::seconds limit = std::chrono::seconds(600)) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    while (interrupts_.size() < count && std::chrono::steady_clock::now() < give_up) serve(10);
    check(interrupts_.size() == count, fmt::format("{} interrupts", interrupts_.size()));
  }

  [[noreturn]] static void go_on() {
    for (;;) ::pause();
  }

  void shut_down(const std::string &reason) {
    put_line(sockets_["monitor"],
             R"({"event": "SHUTDOWN", "data": {"guest": true, "reason": ")" + reason + "\"}}");
  }

  std::string mode_ = "exit";
  std::string pending_ = "(none)";
  std::string command_line_;
  std::map<std::string, std::string> paths_;  // of vfio-user servers
  std::map<std::string, FakeVfioUser> peers_;
  std::set<std::string> created_;
  std::map<std::string, int> sockets_;
  std::map<int, std::string> input_;
  int ram_file_ = -1;
  std::uint8_t *ram_ = nullptr;
  std::uint32_t index_ = 0;
  int log_ = -1;  // of trace events
  bool running_ = false;
  std::vector<std::uint32_t> interrupts_;
};

}  // namespace dmar::cosim

#endif  // DMAR_TESTS_COSIM_FAKE_EMULATOR_HPP
