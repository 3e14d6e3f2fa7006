// SPDX-License-Identifier: Apache-2.0
// A function is reset while its DMA is in the RTL: nothing more is asked for, what is in flight
// ends, and after that nothing of the old owner arrives.
#include "cosim/dma_engine.hpp"
#include "cosim_rtl_fixture.hpp"
#include "devices/edu.hpp"

namespace dmar::cosim {
namespace {

using testing::IsEmpty;

class CosimRtlFunctionReset : public CosimRtl {
 protected:
  static constexpr std::uint64_t kBar = 0xFEA0'0000;
  static constexpr std::uint64_t kBytes = 4096;
  static constexpr std::uint64_t kFromBuffer = 3;  // and start
  static constexpr std::uint64_t kToBuffer = 1;

  void SetUp() override {
    domain = start();
    unit.observe_submissions(
        [this](const Request &request, const golden::Verdict &) { requests.push_back(request); });
    std::uint32_t at = config(0x34, 1);
    while (config(at, 1) != 0x10) at = config(at + 1, 1);
    express = at;
    at = config(0x34, 1);
    while (config(at, 1) != 0x01) at = config(at + 1, 1);
    power = at + 4;
    enable();
  }
  std::uint32_t config(std::uint32_t offset, unsigned bytes) {
    return edu.config_read(offset, bytes);
  }
  void enable() {
    edu.config_write(0x10, 4, kBar);
    edu.config_write(0x04, 2, 6);
  }
  void dma(std::uint64_t source, std::uint64_t destination, std::uint64_t command) {
    edu.memory_write(kBar + 0x80, 8, source);
    edu.memory_write(kBar + 0x88, 8, destination);
    edu.memory_write(kBar + 0x90, 8, kBytes);
    edu.memory_write(kBar + 0x98, 8, command);
  }
  void work(unsigned cycles) {
    engine.proceed();
    unit.run(cycles);
    engine.proceed();
  }
  // Part of a write of the whole page is done, part is in flight.
  void write_half(unsigned requests_before) {
    memory.store(kPage, std::vector<std::uint8_t>(kBytes, 0xEE));
    dma(Edu::kBuffer, kIova.raw(), kFromBuffer);
    while (requests.size() < requests_before) work(4);
    ASSERT_GT(unit.in_flight(), 0U);
    ASSERT_FALSE(edu.idle());
    ASSERT_EQ(config(express + 0xA, 2) & 0x20, 0x20U) << "Transactions Pending";
  }
  std::vector<std::uint8_t> page(HostAddr where) {
    std::vector<std::uint8_t> bytes(kBytes);
    memory.load(where, bytes);
    return bytes;
  }
  // Whatever was under way has ended: now nothing moves any more.
  void expect_silence() {
    const auto before = page(kPage);
    const std::size_t count = requests.size();
    for (int i = 0; i < 200; ++i) work(20);
    EXPECT_EQ(page(kPage), before);
    EXPECT_EQ(requests.size(), count);
    EXPECT_TRUE(unit.at_rest());
    EXPECT_TRUE(engine.idle());
  }
  void expect_written(std::size_t bytes) {
    const auto now = page(kPage);
    for (std::size_t i = 0; i < kBytes; ++i) ASSERT_EQ(now[i], i < bytes ? 0x00 : 0xEE) << i;
  }

  using Edu = devices::Edu;
  Domain domain = tables.create_domain({.id = 9});
  std::vector<Request> requests;
  std::vector<Message> delivered;
  DmaEngine engine{unit,
                   [this](const Message &message) { delivered.push_back(message); },
                   {.request_bytes = 64, .in_flight = 4}};
  std::unique_ptr<devices::DmaPort> port = engine.make_port(kDevice);
  Edu edu{*port};
  std::uint32_t express = 0;
  std::uint32_t power = 0;
};

// At many points of a transfer of 64 requests.
TEST_F(CosimRtlFunctionReset, NothingStartsAfterTheWrite) {
  for (unsigned before = 1; before < 60; before += 7) {
    requests.clear();
    write_half(before);
    const std::size_t asked = requests.size();
    edu.config_write(express + 8, 2, 0x8000);
    for (int i = 0; i < 1000 && !edu.idle(); ++i) {
      ASSERT_EQ(config(0x00, 4), 0xFFFF'FFFFU) << "not ready";
      work(4);
    }
    ASSERT_EQ(requests.size(), asked);
    ASSERT_EQ(config(0x00, 4), 0x11E8'1234U);
    ASSERT_EQ(config(express + 0xA, 2), 0U);
    expect_written(asked * 64);
    expect_silence();
    enable();
    for (const std::uint32_t offset : {0x80, 0x88, 0x90, 0x98}) {
      ASSERT_EQ(edu.memory_read(kBar + offset, 8), 0U);
    }
  }
  EXPECT_EQ(edu.function_resets(), 9U);
  expect_agreement();
}

TEST_F(CosimRtlFunctionReset, NothingStartsInD3hot) {
  write_half(10);
  const std::size_t asked = requests.size();
  edu.config_write(power, 2, 3);
  for (int i = 0; i < 1000 && (config(express + 0xA, 2) & 0x20) != 0; ++i) work(4);
  EXPECT_TRUE(edu.idle());
  EXPECT_EQ(requests.size(), asked);
  expect_written(asked * 64);
  expect_silence();
  edu.config_write(power, 2, 0);
  EXPECT_EQ(config(0x04, 2), 0U);
  EXPECT_EQ(edu.power_resets(), 1U);
  expect_agreement();
}

TEST_F(CosimRtlFunctionReset, MessageThatHasNotLeftIsLost) {
  interrupts.set(3, {.vector = 0x44});
  const Message message = remappable_message(3);
  edu.memory_write(kBar + 0xA8, 8, message.address);
  edu.memory_write(kBar + 0xB0, 4, message.data);
  edu.config_write(express + 8, 2, 0x8000);
  for (int i = 0; i < 100; ++i) work(20);
  EXPECT_THAT(delivered, IsEmpty());
  EXPECT_THAT(requests, IsEmpty());
  EXPECT_TRUE(edu.idle());
  // One that is in the unit arrives, and the function is not ready before.
  enable();
  edu.memory_write(kBar + 0xA8, 8, message.address);
  edu.memory_write(kBar + 0xB0, 4, message.data);
  engine.proceed();
  edu.config_write(express + 8, 2, 0x8000);
  EXPECT_EQ(config(0x00, 4), 0xFFFF'FFFFU);
  while (config(0x00, 4) == 0xFFFF'FFFFU) work(4);
  EXPECT_EQ(delivered.size(), 1U);
  expect_agreement();
}

// Neighbours do not notice.
TEST_F(CosimRtlFunctionReset, TransfersOfOthersGoOn) {
  tables.attach(kNeighbour, domain);
  const auto other = engine.make_port(kNeighbour);
  const std::vector<std::uint8_t> data(kBytes, 0x77);
  std::vector<devices::DmaStatus> ended;
  write_half(3);
  other->write(kIova, data, [&](devices::DmaStatus status) { ended.push_back(status); });
  edu.config_write(express + 8, 2, 0x8000);
  for (int i = 0; i < 2000 && ended.empty(); ++i) work(20);
  EXPECT_THAT(ended, testing::ElementsAre(devices::DmaStatus::kOkay));
  EXPECT_EQ(page(kPage), data);
  expect_agreement();
}

TEST_F(CosimRtlFunctionReset, NextOwnerHasItsOwnDomain) {
  write_half(20);
  edu.config_write(express + 8, 2, 0x8000);
  while (config(0x00, 4) == 0xFFFF'FFFFU) work(4);
  Domain next = tables.create_domain({.id = 2});
  next.map(kIova, kOtherPage);
  tables.attach(kDevice, next);
  driver.invalidate_all();
  iommu.settle();
  const auto old = page(kPage);
  memory.store(kOtherPage, std::vector<std::uint8_t>(kBytes, 0x5A));
  enable();
  dma(kIova.raw(), Edu::kBuffer, kToBuffer);
  while (!edu.idle()) work(20);
  memory.store(kOtherPage, std::vector<std::uint8_t>(kBytes, 0));
  dma(Edu::kBuffer, kIova.raw(), kFromBuffer);
  while (!edu.idle()) work(20);
  EXPECT_EQ(edu.memory_read(kBar + 0xA0, 4), 0U);
  EXPECT_EQ(page(kOtherPage), std::vector<std::uint8_t>(kBytes, 0x5A));
  EXPECT_EQ(page(kPage), old);
  expect_agreement();
}

}  // namespace
}  // namespace dmar::cosim
