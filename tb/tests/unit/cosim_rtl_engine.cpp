// SPDX-License-Identifier: Apache-2.0
// Transfers of devices, cut into requests and carried through the RTL.
#include "cosim/dma_engine.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

using devices::DmaStatus;
using testing::ElementsAre;
using testing::IsEmpty;

class CosimRtlEngine : public CosimRtl {
 protected:
  static constexpr std::uint64_t kBytes = 4096;

  // Pages 0..count-1 of the device, scattered: page n lies at kPage + (7 n mod 16) pages.
  static HostAddr place_of(std::uint64_t page) {
    return HostAddr(kPage.raw() + page * 7 % 16 * kBytes);
  }
  void start_scattered(unsigned pages) {
    Domain domain = tables.create_domain({.id = 1});
    for (std::uint64_t n = 0; n < pages; ++n) {
      domain.map(Iova(kIova.raw() + n * kBytes), place_of(n));
    }
    tables.attach(kDevice, domain);
    driver.set_root_pointer(tables.root_table());
    driver.enable_queue();
    driver.invalidate_all();
    driver.enable_translation();
    driver.set_interrupt_table(interrupts.base(), interrupts.size_exponent());
    driver.enable_interrupt_remapping();
    iommu.settle();
    unit.observe_submissions(
        [this](const Request &request, const golden::Verdict &) { requests.push_back(request); });
  }
  auto note(const std::string &name) {
    return [this, name](DmaStatus status) {
      static constexpr const char *kNames[] = {"okay", "blocked", "memory error"};
      ended.push_back(name + " " + kNames[static_cast<unsigned>(status)]);
    };
  }
  void work() {
    for (int i = 0; i < 100'000; ++i) {
      engine.proceed();
      EXPECT_LE(unit.in_flight(), 32U);
      if (engine.idle() && unit.at_rest()) return;
      unit.run(32);
    }
    FAIL() << "never idle";
  }
  [[nodiscard]] std::uint8_t byte_at(std::uint64_t offset) const {
    return memory.read8(HostAddr(place_of(offset / kBytes).raw() + offset % kBytes));
  }
  static std::vector<std::uint8_t> numbered(std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
      bytes[i] = static_cast<std::uint8_t>(i * 37 + i / 256 + 1);
    return bytes;
  }

  std::vector<Request> requests;
  std::vector<std::string> ended;
  std::vector<Message> delivered;
  std::vector<bool> pin;
  DmaEngine engine{unit, [this](const Message &message) { delivered.push_back(message); }};
  std::unique_ptr<devices::DmaPort> port =
      engine.make_port(kDevice, [this](bool asserted) { pin.push_back(asserted); });
};

TEST_F(CosimRtlEngine, MovesDataOverScatteredPages) {
  start_scattered(4);
  const std::vector<std::uint8_t> data = numbered(3 * kBytes);
  constexpr std::uint64_t kStart = 1234;
  port->write(Iova(kIova.raw() + kStart), data, note("write"));
  EXPECT_THAT(ended, IsEmpty());  // never from inside the call
  work();
  EXPECT_THAT(ended, ElementsAre("write okay"));
  for (std::size_t i = 0; i < data.size(); ++i) ASSERT_EQ(byte_at(kStart + i), data[i]) << i;
  EXPECT_EQ(byte_at(kStart - 1), 0U);
  EXPECT_EQ(byte_at(kStart + data.size()), 0U);
  // No request leaves its block of 512 bytes, and all of them together are the transfer.
  std::uint64_t next = kIova.raw() + kStart;
  for (const Request &request : requests) {
    EXPECT_EQ(request.address.raw(), next);
    EXPECT_EQ(request.address.raw() / 512, (request.address.raw() + request.bytes - 1) / 512);
    next += request.bytes;
  }
  EXPECT_EQ(next, kIova.raw() + kStart + data.size());
  EXPECT_EQ(requests.size(), 25U);

  std::vector<std::uint8_t> back(data.size());
  port->read(Iova(kIova.raw() + kStart), back, note("read"));
  work();
  EXPECT_EQ(back, data);
  EXPECT_THAT(ended, ElementsAre("write okay", "read okay"));
  expect_agreement();
}

TEST_F(CosimRtlEngine, MovesOneByteAndNone) {
  start_scattered(1);
  const std::vector<std::uint8_t> one{0x5A};
  port->write(Iova(kIova.raw() + 7), one, note("one"));
  port->write(kIova, {}, note("none"));
  EXPECT_FALSE(engine.idle());
  work();
  EXPECT_THAT(ended, testing::UnorderedElementsAre("one okay", "none okay"));
  EXPECT_EQ(byte_at(7), 0x5AU);
  EXPECT_EQ(requests.size(), 1U);
  expect_agreement();
}

TEST_F(CosimRtlEngine, StopsWhereItIsBlocked) {
  start_scattered(1);
  const std::vector<std::uint8_t> data = numbered(64 * kBytes);
  port->write(kIova, data, note("write"));
  work();
  EXPECT_THAT(ended, ElementsAre("write blocked"));
  for (std::size_t i = 0; i < kBytes; ++i) ASSERT_EQ(byte_at(i), data[i]) << i;
  EXPECT_LT(requests.size(), 8U + 2 * DmaLimits{}.in_flight);  // of 512
  EXPECT_GT(unit.statistics().dma_blocked, 0U);
  // The next one is not impressed.
  port->write(kIova, std::span(data).first(16), note("next"));
  work();
  EXPECT_THAT(ended, ElementsAre("write blocked", "next okay"));
  expect_agreement();
}

TEST_F(CosimRtlEngine, TellsMemoryErrorsFromBlockedRequests) {
  start_scattered(2);
  memory.inject_error(place_of(1), HostAddr(place_of(1).raw() + kBytes - 1));
  std::vector<std::uint8_t> data(2 * kBytes);
  port->read(kIova, data, note("read"));
  work();
  EXPECT_THAT(ended, ElementsAre("read memory error"));
  port->read(kIova, std::span(data).first(kBytes), note("good part"));
  work();
  EXPECT_THAT(ended, ElementsAre("read memory error", "good part okay"));
  expect_agreement();
}

TEST_F(CosimRtlEngine, DeliversRemappedMessages) {
  start_scattered(1);
  interrupts.set(3, {.vector = 0x44, .source_id = kDevice, .source_validation = 1});
  port->message(remappable_message(3), note("message"));
  EXPECT_THAT(delivered, IsEmpty());
  work();
  EXPECT_THAT(ended, ElementsAre("message okay"));
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].data & 0xFF, 0x44U);
  // Under another source id the entry is not for it.
  const auto other = engine.make_port(kNeighbour);
  other->message(remappable_message(3), note("other"));
  port->message(remappable_message(4), note("absent"));
  work();
  EXPECT_THAT(ended,
              testing::UnorderedElementsAre("message okay", "other blocked", "absent blocked"));
  EXPECT_EQ(delivered.size(), 1U);
  EXPECT_EQ(unit.statistics().interrupts_blocked, 2U);
  expect_agreement();
}

TEST_F(CosimRtlEngine, ADwordWriteToTheInterruptRangeIsAMessageToo) {
  start_scattered(1);
  interrupts.set(9, {.vector = 0x55});
  const Message message = remappable_message(4, 5);  // handle and sub-handle
  const std::vector<std::uint8_t> data{5, 0, 0, 0};
  port->write(Iova(message.address), data, note("write"));
  work();
  EXPECT_THAT(ended, ElementsAre("write okay"));
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].data & 0xFF, 0x55U);
  expect_agreement();
}

TEST_F(CosimRtlEngine, LongTransfersDoNotKeepShortOnesWaiting) {
  start_scattered(16);
  const std::vector<std::uint8_t> data = numbered(16 * kBytes);
  port->write(kIova, data, note("long"));
  engine.proceed();
  std::vector<std::uint8_t> back(8);
  port->read(kIova, back, note("short"));
  work();
  EXPECT_THAT(ended, ElementsAre("short okay", "long okay"));
  expect_agreement();
}

TEST_F(CosimRtlEngine, KeepsToTheLimitOfRequestsInFlight) {
  start_scattered(2);
  DmaEngine narrow{unit, [](const Message &) {}, {.request_bytes = 4096, .in_flight = 1}};
  const auto narrow_port = narrow.make_port(kDevice);
  const std::vector<std::uint8_t> data = numbered(2 * kBytes);
  unsigned most = 0;
  narrow_port->write(kIova, data, note("write"));
  for (int i = 0; i < 10'000 && ended.empty(); ++i) {
    narrow.proceed();
    most = std::max(most, static_cast<unsigned>(unit.in_flight()));
    unit.run(32);
  }
  EXPECT_THAT(ended, ElementsAre("write okay"));
  EXPECT_EQ(most, 1U);
  EXPECT_EQ(requests.size(), 2U);
  EXPECT_EQ(byte_at(kBytes + 5), data[kBytes + 5]);
  expect_agreement();
}

TEST_F(CosimRtlEngine, OwnersMayStartTheNextTransferWhenTold) {
  start_scattered(1);
  const std::vector<std::uint8_t> data = numbered(32);
  int rounds = 0;
  std::function<void(DmaStatus)> again = [&](DmaStatus status) {
    EXPECT_EQ(status, DmaStatus::kOkay);
    if (++rounds < 5) port->write(Iova(kIova.raw() + 32 * rounds), data, again);
  };
  port->write(kIova, data, again);
  work();
  EXPECT_EQ(rounds, 5);
  EXPECT_EQ(byte_at(4 * 32 + 3), data[3]);
}

TEST_F(CosimRtlEngine, AResetEndsEveryTransferAsBlocked) {
  start_scattered(4);
  const std::vector<std::uint8_t> data = numbered(4 * kBytes);
  auto gone = std::make_unique<std::vector<std::uint8_t>>(4 * kBytes);
  port->write(kIova, data, note("write"));
  port->read(kIova, *gone, note("read"));
  engine.proceed();
  unit.run(20);
  ASSERT_GT(unit.in_flight(), 0U);
  unit.reset();
  engine.abort();
  EXPECT_THAT(ended, IsEmpty());  // told later, as always
  EXPECT_FALSE(engine.idle());
  engine.proceed();
  EXPECT_THAT(ended, ElementsAre("write blocked", "read blocked"));
  EXPECT_TRUE(engine.idle());
  gone.reset();  // nobody writes there any more
  work();
  // It goes on with translation off.
  port->write(Iova(0x1000), std::span(data).first(64), note("after"));
  work();
  EXPECT_EQ(ended.back(), "after okay");
  EXPECT_EQ(memory.read8(HostAddr(0x1003)), data[3]);
  expect_agreement();
}

// The unit was not reset, only those who wait give up: late answers go nowhere.
TEST_F(CosimRtlEngine, LateAnswersGoNowhere) {
  start_scattered(1);
  auto gone = std::make_unique<std::vector<std::uint8_t>>(512);
  port->read(kIova, *gone, note("read"));
  engine.proceed();
  engine.abort();
  gone.reset();
  work();
  EXPECT_THAT(ended, ElementsAre("read blocked"));
  EXPECT_EQ(unit.statistics().dma_reads, 1U);
  expect_agreement();
}

TEST_F(CosimRtlEngine, ClosesForGood) {
  start_scattered(1);
  const std::vector<std::uint8_t> data = numbered(64);
  port->write(kIova, data, [&](DmaStatus status) {
    EXPECT_EQ(status, DmaStatus::kBlocked);
    ended.push_back("first");
    port->write(kIova, data, note("second"));  // an owner that tries again
  });
  engine.proceed();
  engine.close();
  EXPECT_THAT(ended, ElementsAre("first", "second blocked"));
  EXPECT_TRUE(engine.idle());
}

TEST_F(CosimRtlEngine, PassesThePinOn) {
  port->set_pin(true);
  port->set_pin(false);
  EXPECT_THAT(pin, ElementsAre(true, false));
  engine.make_port(kNeighbour)->set_pin(true);  // nobody listens
}

}  // namespace
}  // namespace dmar::cosim
