// SPDX-License-Identifier: Apache-2.0
// One function of each kind, with what a test of every function needs: how software makes it work.
#ifndef DMAR_DEVICES_TESTS_FUNCTION_SAMPLE_HPP
#define DMAR_DEVICES_TESTS_FUNCTION_SAMPLE_HPP

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "devices/ahci.hpp"
#include "devices/edu.hpp"
#include "devices/tests/ahci_driver.hpp"
#include "devices/tests/blk_driver.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/net_fixture.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/tests/temporary_disk.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::devices {

class FunctionSample {
 public:
  static constexpr std::uint32_t kBar = 0xFEB0'0000;  // where its BAR is put

  FunctionSample() { port.answer_later(); }
  virtual ~FunctionSample() = default;
  FunctionSample(const FunctionSample &) = delete;
  FunctionSample &operator=(const FunctionSample &) = delete;

  virtual PciDevice &device() = 0;
  [[nodiscard]] virtual unsigned bar() const { return 0; }
  // Sets the function up from reset and starts work that ends with an interrupt.
  virtual void start_work() = 0;
  // That work has been done to the end.
  virtual bool work_was_done() = 0;

  std::array<std::uint8_t, 256> config_image() {
    std::array<std::uint8_t, 256> image{};
    for (unsigned i = 0; i < 256; ++i) {
      image.at(i) = static_cast<std::uint8_t>(device().config_read(i, 1));
    }
    return image;
  }
  // The beginning of its BAR as somebody reads it who has just found the function.
  std::vector<std::uint64_t> register_image() {
    PciHost host(device(), bar());
    host.enable(kBar);
    std::vector<std::uint64_t> image;
    for (std::uint64_t offset = 0; offset < 0x4000; offset += 4) image.push_back(host.read(offset));
    return image;
  }

  FakePort port;
};

class EduSample : public FunctionSample {
 public:
  explicit EduSample(const PciPlace &place = {}) : device_(port, place) {}

  PciDevice &device() override { return device_; }
  void start_work() override {
    PciHost host(device_);
    host.enable(kBar);
    const std::uint8_t msi = host.capabilities(0x05).at(0);
    device_.config_write(msi + 4U, 4, 0xFEE0'1000);
    device_.config_write(msi + 12U, 2, 0x41);
    device_.config_write(msi + 2U, 2, 1);
    messages_before_ = port.messages.size();
    host.write(0x04, 0x1234);
    host.write(0xA8, 0xFEE0'2000, 8);
    host.write(0xB0, 0x42);
    host.write(0x80, 0x1000, 8);
    host.write(0x88, 0x4'0000, 8);
    host.write(0x90, 64, 8);
    host.write(0x98, 5, 8);  // start, interrupt when done
  }
  bool work_was_done() override {
    PciHost host(device_);
    host.enable(kBar);
    return device_.idle() && host.read(0x24) == 0x100 &&
           port.messages.size() == messages_before_ + 2;
  }

 private:
  Edu device_;
  std::size_t messages_before_ = 0;
};

class BlkSample : public FunctionSample {
 public:
  explicit BlkSample(PciBus bus = PciBus::kRootComplex)
      : device_(port, disk_, {.place = {.bus = bus}}) {}

  PciDevice &device() override { return device_; }
  void start_work() override {
    ASSERT_TRUE(driver_.start({.event_index = true}));
    heads_.clear();
    for (std::uint32_t i = 0; i < 4; ++i) {
      heads_.push_back(
          driver_.request(i % 2, i, {{BlkDriver::kData + 0x1000 * i, 512, i % 2 == 0}}));
    }
    driver_.notify_always();
  }
  bool work_was_done() override {
    bool done = device_.idle();
    for (const std::uint16_t head : heads_) done = done && driver_.answer(head) == 0;
    return done;
  }

 private:
  TemporaryDisk image_{64 * 1024};
  Disk disk_{image_.path()};
  VirtioBlk device_;
  BlkDriver driver_{port, device_};
  std::vector<std::uint16_t> heads_;
};

class AhciSample : public FunctionSample {
 public:
  PciDevice &device() override { return device_; }
  [[nodiscard]] unsigned bar() const override { return Ahci::kBar; }
  void start_work() override {
    driver_.start();
    driver_.request({.command = AhciDriver::kReadDma, .lba = 3, .count = 2}, 0, false,
                    {{AhciDriver::kData, 512}, {AhciDriver::kData + 0x1000, 512}});
    driver_.request({.command = AhciDriver::kWriteDma, .lba = 9, .count = 1}, 4, true,
                    {{AhciDriver::kData + 0x2000, 512}});
    driver_.issue(1U << 0 | 1U << 4);
  }
  bool work_was_done() override { return device_.idle() && driver_.issued() == 0; }

 private:
  TemporaryDisk image_{64 * 1024};
  Disk disk_{image_.path()};
  Ahci device_{port, disk_};
  AhciDriver driver_{port, device_};
};

// Frames both ways and a new MAC address.
class NetSample : public FunctionSample {
 public:
  explicit NetSample(const PciPlace &place = {})
      : device_(port, network_, VirtioNetOptions{.place = place}) {}

  PciDevice &device() override { return device_; }
  void start_work() override {
    ASSERT_TRUE(driver_.start({.event_index = true}));
    driver_.add_buffers(4);
    network_.take();
    for (std::uint8_t i = 0; i < 4; ++i) {
      device_.frame(make_frame(kBroadcast, 300, i));
      driver_.send(make_frame(kOther, 300, i));
    }
    driver_.transmit().notify_always();
    const Bytes command{1, 1, 2, 2, 2, 2, 2, 2};
    port.memory.store(HostAddr(0x60'0000), command);
    driver_.control().add({{0x60'0000, 8, false}, {0x60'0100, 1, true}});
    driver_.control().notify_always();
  }
  bool work_was_done() override {
    return device_.idle() && driver_.received().size() == 4 && network_.take().size() == 4 &&
           driver_.transmit().collect().size() == 4 && driver_.control().collect().size() == 1 &&
           device_.mac() == MacAddress{2, 2, 2, 2, 2, 2};
  }

 private:
  KeptFrames network_;
  VirtioNet device_;
  NetDriver driver_{port, device_};
};

struct FunctionKind {
  std::string name;
  PciBus bus;
  std::uint32_t class_code;
  std::uint32_t bar_bytes;  // of its only BAR
  std::unique_ptr<FunctionSample> (*make)();
};

// Found by GoogleTest.
inline void PrintTo(const FunctionKind &kind, std::ostream *out) { *out << kind.name; }

inline std::vector<FunctionKind> function_kinds() {
  return {
      {"Ahci", PciBus::kRootComplex, 0x010601, Ahci::kBarBytes,
       []() -> std::unique_ptr<FunctionSample> { return std::make_unique<AhciSample>(); }},
      {"Edu", PciBus::kRootComplex, 0x00FF00, 1U << 20,
       []() -> std::unique_ptr<FunctionSample> { return std::make_unique<EduSample>(); }},
      {"Blk", PciBus::kRootComplex, 0x010000, 16 * 1024,
       []() -> std::unique_ptr<FunctionSample> { return std::make_unique<BlkSample>(); }},
      {"Net", PciBus::kRootComplex, 0x020000, 16 * 1024,
       []() -> std::unique_ptr<FunctionSample> { return std::make_unique<NetSample>(); }},
      {"EduWithVirtualFunctions", PciBus::kRootComplex, 0x00FF00, 1U << 20,
       []() -> std::unique_ptr<FunctionSample> {
         return std::make_unique<EduSample>(
             PciPlace{.extended = true, .serial = 1, .sriov = SriovShape{.bars = {{0, 4096}}}});
       }},
      {"NetWithVirtualFunctions", PciBus::kRootComplex, 0x020000, 16 * 1024,
       []() -> std::unique_ptr<FunctionSample> {
         return std::make_unique<NetSample>(
             PciPlace{.extended = true, .serial = 1, .sriov = SriovShape{.bars = {{0, 4096}}}});
       }},
      {"BlkBehindBridge", PciBus::kConventional, 0x010000, 16 * 1024,
       []() -> std::unique_ptr<FunctionSample> {
         return std::make_unique<BlkSample>(PciBus::kConventional);
       }},
  };
}

// For what every function has to do.
class EveryFunction : public ::testing::TestWithParam<FunctionKind> {
 protected:
  static constexpr std::uint8_t kPowerId = 0x01;
  static constexpr std::uint8_t kExpressId = 0x10;
  static constexpr std::uint8_t kAdvancedId = 0x13;

  [[nodiscard]] bool express() const { return GetParam().bus == PciBus::kRootComplex; }
  PciDevice &device() { return sample_->device(); }
  [[nodiscard]] std::uint32_t bar() const { return 0x10 + 4 * sample_->bar(); }  // its register
  FakePort &port() { return sample_->port; }
  std::uint32_t capability(std::uint8_t id) { return host_.capabilities(id).at(0); }

  // While configuration space answers.
  void find_capabilities() {
    const std::uint32_t base = capability(express() ? kExpressId : kAdvancedId);
    reset_control_ = express() ? base + 8 : base + 4;
    pending_status_ = express() ? base + 0xA : base + 5;
    power_control_ = capability(kPowerId) + 4;
  }
  void ask_for_reset() {
    device().config_write(reset_control_, express() ? 2 : 1, express() ? 0x8000 : 1);
  }
  bool transactions_pending() {
    return (device().config_read(pending_status_, 1) & (express() ? 0x20 : 1)) != 0;
  }
  void set_power(std::uint16_t state) { device().config_write(power_control_, 2, state); }
  std::uint32_t power() { return device().config_read(power_control_, 2); }

  void SetUp() override { find_capabilities(); }

  std::unique_ptr<FunctionSample> sample_ = GetParam().make();
  PciHost host_{sample_->device()};
  std::uint32_t reset_control_ = 0;
  std::uint32_t pending_status_ = 0;
  std::uint32_t power_control_ = 0;
};

inline std::string name_of_kind(const ::testing::TestParamInfo<FunctionKind> &info) {
  return info.param.name;
}

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_FUNCTION_SAMPLE_HPP
