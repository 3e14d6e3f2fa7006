// SPDX-License-Identifier: Apache-2.0
// A stand-in for QEMU: takes its command line, speaks its protocols, and behaves as the word behind
// "-fake" says. Exit status 0 when all that it saw was right.
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

namespace {

constexpr std::uint64_t kRamBytes = 16 << 20;
constexpr std::uint32_t kUnit = 0xFED9'0000;
constexpr std::uint32_t kIoapic = 0xFEC1'0000;
constexpr std::uint32_t kEdu = 0xE000'0000;

[[noreturn]] void fail(const std::string &what) {
  fmt::print(stderr, "fake: {}\n", what);
  std::exit(5);
}

void check(bool good, const std::string &what) {
  if (!good) fail(what);
}

void put(int socket, const void *data, std::size_t bytes) {
  const auto *from = static_cast<const char *>(data);
  while (bytes != 0) {
    const ssize_t sent = ::send(socket, from, bytes, MSG_NOSIGNAL);
    check(sent > 0, "the peer has gone");
    from += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
}

void put_line(int socket, const std::string &line) {
  const std::string text = line + "\n";
  put(socket, text.data(), text.size());
}

std::uint64_t fd_of(const std::string &argument) {
  const auto at = argument.find("fd=");
  return at == std::string::npos ? 0 : std::stoul(argument.substr(at + 3));
}

class Emulator {
 public:
  Emulator(int argc, char **argv) {
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

 private:
  // Sends a message and waits for its answer.
  std::uint64_t message(const std::string &device, std::int32_t command,
                        const std::vector<std::uint8_t> &payload, bool reply = true,
                        int descriptor = -1) {
    std::vector<std::uint8_t> bytes(16);
    const std::uint64_t size = payload.size();
    std::memcpy(bytes.data(), &command, 4);
    std::memcpy(bytes.data() + 8, &size, 8);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec piece{.iov_base = bytes.data(), .iov_len = bytes.size()};
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
    const int socket = sockets_.at(device);
    check(::sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()), device);
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

  int guest() {
    put_line(sockets_["serial"], "guest runs");
    if (mode_ == "run" || mode_ == "ignore") go_on();
    if (mode_ == "panic") return panic();
    if (mode_ == "status") return 9;
    if (mode_ == "die") ::raise(SIGKILL);
    if (mode_ == "close one") {
      ::close(sockets_["edu"]);
      go_on();
    }
    if (mode_ == "malformed" && !peers_.empty()) {
      check(peers_.at("edu").malformed() == EINVAL, "a malformed message was carried out");
      put(sockets_["edu"], "\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0", 16);  // 3 bytes long
      go_on();
    }
    if (mode_ == "malformed") {
      message("edu", 3, {1, 2, 3}, false);
      go_on();
    }
    if (mode_ == "die in message") {
      put(sockets_["disk0"], "\4\0\0\0\0\0\0", 7);
      ::raise(SIGKILL);
    }
    if (mode_ == "garbage") {
      put_line(sockets_["qtest"], "IRQ raise and shine");
      go_on();
    }
    look_at_unit();
    if (mode_ == "dma") use_edu();
    if (mode_ == "split memory") split_memory();
    if (mode_ == "reset in dma") reset_in_dma();
    if (mode_ == "function reset") function_reset();
    if (mode_ == "pins") many_pins();
    if (mode_ == "pin order") order_of_pins();
    if (mode_ == "broadcast") broadcasts();
    if (mode_ == "forgets") forgets();
    if (mode_.starts_with("units ")) units(static_cast<unsigned>(mode_.back() - '0'));
    shut_down(mode_ == "reboot" ? "guest-reset" : "guest-shutdown");
    return 0;
  }

  // Linux at a host that had no time for it, as recorded, and what it was told to do.
  int panic() {
    put_line(sockets_["serial"], "Command line: " + command_line_);
    for (const char *line :
         {"[    0.066666] DMAR-IR: Enabled IRQ remapping in xapic mode",
          "[    0.066666] x2apic: IRQ remapping doesn't support X2APIC mode",
          "[    0.070000] ..TIMER: vector=0x30 apic1=0 pin1=2 apic2=-1 pin2=-1",
          "[    0.390000] Kernel panic - not syncing: timer doesn't work through "
          "Interrupt-remapped IO-APIC",
          "[    0.390000] CPU: 0 PID: 1 Comm: swapper/0 Not tainted"}) {
      put_line(sockets_["serial"], std::string(line) + "\r");
    }
    shut_down("guest-reset");
    return 0;
  }

  void look_at_unit() {
    check(bar("unit", false, kUnit + 8, 0, 8) != 0, "no CAP");
    check(config("unit", false, 0, 0, 4) == 0xFFFF'FFFF, "the unit does not hide");
    check(config("unit", false, 0x10, 0, 2) == 0xFFFF, "the unit does not hide its BAR");
    config("unit", true, 0x10, 0xE000'0000, 4);  // changes nothing
    check(bar("unit", false, kUnit, 0, 4) != ~0ULL, "no VER");
    check(bar("unit", false, 0x1000, 0, 4) == ~0ULL, "something at 1000h");
    check(bar("unit", false, 0xC000, 0, 4, false) == ~0ULL, "something in I/O space");
    check(config("disk0", false, 0, 0, 4) == 0x1042'1AF4, "no disk");
    check(config("edu", false, 0, 0, 4) == 0x11E8'1234, "no test device");
  }

  void enable_edu() {
    config("edu", true, 0x10, kEdu, 4);
    config("edu", true, 0x04, 6, 2);
  }
  std::uint64_t edu(std::uint32_t offset) { return bar("edu", false, kEdu + offset, 0, 8); }
  void edu(std::uint32_t offset, std::uint64_t value) { bar("edu", true, kEdu + offset, value, 8); }
  void start_dma(std::uint64_t source, std::uint64_t destination, std::uint64_t bytes,
                 std::uint64_t command) {
    edu(0x80, source);
    edu(0x88, destination);
    edu(0x90, bytes);
    edu(0x98, command);
  }
  void await_dma() {
    for (int i = 0; i < 1'000'000; ++i) {
      if ((edu(0x98) & 1) == 0) return;
    }
    fail("DMA never ends");
  }

  void use_edu() {
    enable_edu();
    for (unsigned i = 0; i < 4096; ++i) ram_[0x10'0000 + i] = static_cast<std::uint8_t>(i * 7);
    start_dma(0x10'0000, 0x4'0000, 4096, 1);
    await_dma();
    start_dma(0x4'0000, 0x20'0123, 4096, 3);
    await_dma();
    check(std::memcmp(ram_ + 0x10'0000, ram_ + 0x20'0123, 4096) == 0, "DMA moved other bytes");
    start_dma(0x4'0000, kRamBytes, 4096, 3);  // permitted, but there is no memory
    await_dma();
    check(bar("edu", false, kEdu + 0xA0, 0, 4) == 2, "no memory error");
    // A message of its own making.
    edu(0xA8, 0xFEE0'0000);
    bar("edu", true, kEdu + 0xB0, 0x4031, 4);
    await_interrupts(1);
    check(interrupts_[0] == 0x4031, "another interrupt");
  }

  // RAM is cut in two while a device is at it, as firmware does it with the write protection of its
  // own code: the whole goes, the pieces come, and no access may fall in between. The CPU waits for
  // the last answer.
  void split_memory() {
    enable_edu();
    FakeVfioUser &unit = peers_.at("unit");
    std::vector<std::uint64_t> pieces{kRamBytes};
    for (unsigned round = 0; round < 50; ++round) {
      for (unsigned i = 0; i < 4096; ++i)
        ram_[0x10'0000 + i] = static_cast<std::uint8_t>(i + round);
      start_dma(0x10'0000, 0x4'0000, 4096, 1);
      std::uint64_t start = 0;
      for (const std::uint64_t bytes : pieces) {
        unit.unmap(start, bytes);
        start += bytes;
        ::usleep(200);
      }
      pieces = round % 2 == 0 ? std::vector<std::uint64_t>{0x10'0800, kRamBytes - 0x10'0800}
                              : std::vector<std::uint64_t>{kRamBytes};
      start = 0;
      for (const std::uint64_t bytes : pieces) {
        unit.map(start, bytes, ram_file_);
        start += bytes;
        ::usleep(200);
      }
      await_dma();
      check(bar("edu", false, kEdu + 0xA0, 0, 4) == 0, "DMA met no memory");
    }
    unit.unmap(0, kRamBytes);  // now it has gone for good
    bar("unit", false, kUnit, 0, 4);
    start_dma(0x10'0000, 0x4'0000, 4096, 1);
    await_dma();
    check(bar("edu", false, kEdu + 0xA0, 0, 4) == 2, "memory that has gone is still there");
  }

  void reset_in_dma() {
    enable_edu();
    bar("unit", true, kUnit + 0x3C, 0x27, 4);  // FEDATA
    for (const char *device : {"edu", "unit"}) {
      start_dma(0x10'0000, 0x4'0000, 4096, 1);
      reset(device);
      sync_memory("unit");
      if (device == std::string("edu")) enable_edu();
      await_dma();
      start_dma(0x10'0000, 0x4'0000, 4096, 1);
      await_dma();
      check(bar("edu", false, kEdu + 0xA0, 0, 4) == 0, "DMA after a reset");
    }
    // The unit is at a place of its own only when firmware says so.
    check(bar("unit", false, kUnit + 0x3C, 0, 4) == ~0ULL, "BARs outlive a reset");
    config("unit", true, 0x10, kUnit, 4);
    config("unit", true, 0x04, 2, 2);
    check(bar("unit", false, kUnit + 0x3C, 0, 4) == 0, "registers outlive a reset");
  }

  // As the kernel of a VMM: asks, waits for an answer that is not all ones, sets up anew. QEMU
  // keeps its own copy of the BARs, so accesses to the old place go on to come.
  void function_reset() {
    const auto link = [this](std::uint32_t offset) {
      return static_cast<std::uint32_t>(config("edu", false, offset, 0, 1));
    };
    std::uint32_t express = link(0x34);
    while (link(express) != 0x10) express = link(express + 1);
    for (unsigned round = 0; round < 20; ++round) {
      enable_edu();
      start_dma(0x10'0000, 0x4'0000, 4096, 1);
      config("edu", true, express + 8, 0x8000, 2);
      check(bar("edu", false, kEdu, 0, 4) == 0xFFFF'FFFF, "memory is decoded after a reset");
      bar("edu", true, kEdu + 0x98, 1, 8);
      while (config("edu", false, 0, 0, 4) == 0xFFFF'FFFF) {
      }
      check(config("edu", false, 0x04, 0, 2) == 0, "the command register outlives a reset");
      check(config("edu", false, 0x10, 0, 4) == 0, "the BAR outlives a reset");
      check(config("edu", false, express + 0xA, 0, 2) == 0, "transactions are pending");
      enable_edu();
      check(edu(0x80) == 0 && edu(0x98) == 0, "registers outlive a reset");
      start_dma(0x10'0000, 0x4'0000, 4096, 1);
      await_dma();
      check(bar("edu", false, kEdu + 0xA0, 0, 4) == 0, "DMA after a reset");
    }
  }

  // The CPU changes pins without end and takes no command meanwhile.
  void many_pins() {
    constexpr unsigned kEdges = 3000;
    bar("unit", true, kIoapic, 0x18, 4);  // entry of input 4: vector 34h
    bar("unit", true, kIoapic + 0x10, 0x34, 4);
    for (unsigned i = 0; i < kEdges; ++i) {
      put_line(sockets_["qtest"], "IRQ raise 4");
      put_line(sockets_["qtest"], "IRQ lower 4");
    }
    bar("unit", false, kUnit, 0, 4);  // behind all pins
    await_interrupts(kEdges);
    for (const std::uint32_t data : interrupts_) check(data == 0x34, "another vector");
  }

  // A level falls before the end of its interrupt is written: that makes no second interrupt. Two
  // accesses are under way at once, so that the second one comes while the first is carried out.
  void order_of_pins() {
    bar("unit", true, kIoapic, 0x18, 4);
    bar("unit", true, kIoapic + 0x10, 0x8034, 4);
    for (unsigned i = 1; i <= 200; ++i) {
      put_line(sockets_["qtest"], "IRQ raise 4");
      await_interrupts(i);
      bar("unit", true, kUnit + 0x18, 0, 4, true, false);  // a command: that takes a while
      const auto later = std::chrono::steady_clock::now() + std::chrono::microseconds(2 * i);
      while (std::chrono::steady_clock::now() < later) {
      }
      put_line(sockets_["qtest"], "IRQ lower 4");
      bar("unit", true, kIoapic + 0x40, 0x34, 4, true, false);
      take_reply("unit");
      take_reply("unit");
      bar("unit", true, kIoapic + 0x40, 0x34, 4);  // of a second one, if there was any
    }
    bar("unit", false, kUnit, 0, 4);
    for (int i = 0; i < 10; ++i) serve(10);
    await_interrupts(200);
  }

  void log(const std::string &text) {
    check(::write(log_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "no log");
  }

  // The local APIC tells that an interrupt has ended, and nobody writes to the I/O APIC. A level
  // that fell before makes no second interrupt, one that stands makes the next.
  void broadcasts() {
    const std::string end = "ioapic_eoi_broadcast EOI broadcast for vector 52\n";
    bar("unit", true, kIoapic, 0x18, 4);
    bar("unit", true, kIoapic + 0x10, 0x8034, 4);
    for (unsigned i = 1; i <= 100; ++i) {
      put_line(sockets_["qtest"], "IRQ raise 4");
      await_interrupts(2 * i - 1);
      log(end.substr(0, i % end.size()));  // in two pieces
      log(end.substr(i % end.size()));
      await_interrupts(2 * i);
      put_line(sockets_["qtest"], "IRQ lower 4");
      log(end);
      bar("unit", false, kUnit, 0, 4);
    }
    for (int i = 0; i < 10; ++i) serve(10);
    await_interrupts(200);
  }

  // Halts with a pending interrupt of its timer, of which the CPU was not told.
  void forgets() {
    pending_ = "236 ";
    await_interrupts(1, std::chrono::seconds(60));
    check(interrupts_[0] == 236, "another interrupt");
  }

  std::uint64_t reg(unsigned unit, std::uint32_t offset, unsigned bytes) {
    return bar("unit", false, kUnit + 0x1000 * unit + offset, 0, bytes);
  }
  void reg(unsigned unit, std::uint32_t offset, unsigned bytes, std::uint64_t value) {
    bar("unit", true, kUnit + 0x1000 * unit + offset, value, bytes);
  }
  std::uint32_t record_of(unsigned unit) {
    return static_cast<std::uint32_t>(reg(unit, 8, 8) >> 24 & 0x3FF) * 16;
  }

  // Two units, and the requests of the test device pass `edus` of them. Both translate with tables
  // that know no function, and tell the CPU about a fault with a vector of their own.
  void units(unsigned edus) {
    const unsigned other = 1 - edus;
    check(bar("unit", false, kUnit + 0x2000, 0, 4) == ~0ULL, "a third unit");
    for (unsigned i = 0; i < 2; ++i) {
      check(reg(i, 0, 4) == reg(0, 0, 4), "another version");
      reg(i, 0x3C, 4, 0x51 + i);     // FEDATA
      reg(i, 0x40, 4, 0xFEE0'0000);  // FEADDR
      reg(i, 0x38, 4, 0);            // FECTL
      reg(i, 0x20, 8, 0x80'0000);    // RTADDR: zeros
      reg(i, 0x18, 4, 1U << 30);     // GCMD
    }
    check(reg(0, 0x3C, 4) == 0x51 && reg(1, 0x3C, 4) == 0x52, "registers of the other unit");
    enable_edu();
    reg(other, 0x18, 4, 1U << 31);
    check((reg(edus, 0x1C, 4) >> 31) == 0, "a command for the other unit");
    start_dma(0x10'0000, 0x4'0000, 512, 1);  // its unit does not translate yet
    await_dma();
    check(bar("edu", false, kEdu + 0xA0, 0, 4) == 0, "DMA was blocked by the other unit");
    reg(edus, 0x18, 4, 1U << 31);
    start_dma(0x10'0000, 0x4'0000, 512, 1);
    await_dma();
    check(bar("edu", false, kEdu + 0xA0, 0, 4) == 1, "DMA was not blocked");
    await_interrupts(1);
    check(interrupts_[0] == 0x51 + edus, "an event of the other unit");
    check((reg(edus, record_of(edus) + 8, 8) & 0xFFFF) == 0x30, "no fault record");
    check(reg(other, record_of(other) + 8, 8) == 0, "a fault record of the other unit");
    bar("unit", true, kIoapic, 0x18, 4);
    bar("unit", true, kIoapic + 0x10, 0x34, 4);
    put_line(sockets_["qtest"], "IRQ raise 4");
    await_interrupts(2);
    check(interrupts_[1] == 0x34, "another vector");
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

}  // namespace

int main(int argc, char **argv) {
  if (argc == 2 && argv[1] == std::string("-version")) {
    fmt::print("QEMU emulator version 7.2.1 (stand-in)\n");
    return 0;
  }
  return Emulator(argc, argv).run();
}
