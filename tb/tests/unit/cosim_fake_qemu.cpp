// SPDX-License-Identifier: Apache-2.0
// A stand-in for QEMU: behaves as the word behind "-fake" says. Exit status 0 when all that it saw
// was right.
#include "cosim_fake_emulator.hpp"

namespace dmar::cosim {
namespace {

class Emulator : public FakeEmulator {
 public:
  using FakeEmulator::FakeEmulator;

 private:
  int guest() override {
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
};

}  // namespace
}  // namespace dmar::cosim

int main(int argc, char **argv) {
  if (argc == 2 && argv[1] == std::string("-version")) {
    fmt::print("QEMU emulator version 7.2.1 (stand-in)\n");
    return 0;
  }
  return dmar::cosim::Emulator(argc, argv).run();
}
