// SPDX-License-Identifier: Apache-2.0
// Posted interrupts in lockstep: the unit changes the descriptor, the golden model says what of it
// has to change and whether a notification is due, also when the guest changes it meanwhile.
#include <unistd.h>

#include "bench/table_port_rules.hpp"
#include "cosim_rtl_fixture.hpp"
#include "tables/posted_descriptor.hpp"
#include "trace/golden_target.hpp"
#include "trace/parser.hpp"
#include "trace/replayer.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char *kPostingModel = "server";

bool have_posting() {
  return std::ranges::any_of(bench::models(), [](const bench::ModelInfo &model) {
    return model.name == kPostingModel && model.config.posted_interrupts;
  });
}

class CosimRtlPosting : public CosimRtl {
 protected:
  static constexpr HostAddr kDescriptor{0x6000'0040};
  static constexpr HostAddr kOther{0x6000'0080};
  static constexpr Message kNotification{.address = 0xFEE0'3000, .data = 0x40EB};

  CosimRtlPosting() : CosimRtl(make_rtl_of(kPostingModel)) {}
  void SetUp() override {
    if (!have_posting()) GTEST_SKIP() << "no model with posted interrupts is built";
    start();
    driver.set_event(reg::kFectl, {.address = 0xFEE0'1004, .data = 0x27});
    for (const HostAddr address : {kDescriptor, kOther}) {
      PostedDescriptor(memory, address).clear(PostedDescriptor::notify(0xEB, 3));
    }
    post(5, 0x41);
    post(6, 0x82);
  }
  void post(unsigned index, unsigned vector, HostAddr to = kDescriptor) {
    const PostedEntry entry{.vector = vector, .descriptor = to};
    interrupts.set_raw(index, entry.lo(), entry.hi());
  }
  Lockstep::Id submit(unsigned index) {
    return unit.submit(message_request(remappable_message(index)), std::vector<std::uint8_t>(4));
  }
  // The unit has read the descriptor and has its change under way.
  void hold_change() {
    unit.rtl().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
      return write && burst.id == bench::kPostingId;
    });
    unit.run(300);
  }
  void go_on() {
    unit.rtl().hold_table_answers({});
    iommu.settle();
  }

  PostedDescriptor descriptor{memory, kDescriptor};
};

TEST_F(CosimRtlPosting, PostsOnceAndNotifiesOnce) {
  std::size_t writes = 0;
  memory.observe_writes([&](HostAddr address, auto) {
    if (address == kDescriptor) ++writes;
  });
  const Completion first = send(remappable_message(5));
  EXPECT_EQ(first.status, Completion::Status::kOkay);
  EXPECT_FALSE(first.interrupt);
  send(remappable_message(6));
  iommu.settle();
  EXPECT_EQ(writes, 2U);  // the golden model writes nothing
  EXPECT_EQ(descriptor.word(1), 2U);
  EXPECT_EQ(descriptor.word(2), 4U);
  EXPECT_EQ(descriptor.control() & PostedDescriptor::kOn, PostedDescriptor::kOn);
  EXPECT_THAT(unit.take_messages(), ElementsAre(kNotification));
  const Statistics statistics = unit.statistics();
  EXPECT_EQ(statistics.interrupts, 2U);
  EXPECT_EQ(statistics.interrupts_posted, 2U);
  EXPECT_EQ(statistics.notifications, 1U);
  EXPECT_EQ(statistics.dma(), 0U);
  unit.final_check();
  expect_agreement();
}

// Both are judged before either changes the descriptor.
TEST_F(CosimRtlPosting, TwoAtOnceNotifyOnce) {
  submit(5);
  submit(6);
  iommu.settle();
  EXPECT_THAT(unit.take_messages(), ElementsAre(kNotification));
  EXPECT_EQ(unit.statistics().notifications, 1U);
  expect_agreement();
}

// The handler of the guest takes what is pending while the unit posts one more.
TEST_F(CosimRtlPosting, TheGuestClearsOnMeanwhile) {
  send(remappable_message(5));
  iommu.settle();
  EXPECT_THAT(unit.take_messages(), ElementsAre(kNotification));
  submit(6);
  hold_change();
  descriptor.clear(PostedDescriptor::notify(0xEB, 3));
  go_on();
  EXPECT_THAT(unit.take_messages(), ElementsAre(kNotification));
  EXPECT_EQ(descriptor.word(2), 4U);
  expect_agreement();
}

TEST_F(CosimRtlPosting, TheGuestSuppressesMeanwhile) {
  submit(6);
  hold_change();
  descriptor.set_control(descriptor.control() | PostedDescriptor::kSn);
  go_on();
  EXPECT_THAT(unit.take_messages(), IsEmpty());
  EXPECT_EQ(descriptor.word(2), 4U);
  EXPECT_EQ(unit.statistics().notifications, 0U);
  expect_agreement();
}

TEST_F(CosimRtlPosting, FaultsAreRecordedByBoth) {
  descriptor.set_control(descriptor.control() | 4);
  EXPECT_EQ(send(remappable_message(5)).reason, FaultReason::kPostedDescriptorReserved);
  iommu.settle();
  EXPECT_THAT(unit.take_messages(), ElementsAre(Message{0xFEE0'1004, 0x27}));
  memory.inject_error(kDescriptor, HostAddr(kDescriptor.raw() + 63));
  EXPECT_EQ(send(remappable_message(6), kNeighbour).reason, FaultReason::kPostedDescriptorAccess);
  iommu.settle();
  const Statistics statistics = unit.statistics();
  ASSERT_EQ(statistics.faults.size(), 2U);
  EXPECT_EQ(statistics.faults[0].record.reason(), 0x28U);
  EXPECT_EQ(statistics.faults[1].record.reason(), 0x27U);
  EXPECT_EQ(statistics.interrupts_blocked, 2U);
  EXPECT_EQ(statistics.interrupts_posted, 0U);
  unit.final_check();
  expect_agreement();
}

// A cached entry posts where it said before; that is legal until it is invalidated.
TEST_F(CosimRtlPosting, CachedEntriesPostWhereTheySaid) {
  send(remappable_message(5));
  post(5, 0x41, kOther);
  descriptor.clear(PostedDescriptor::notify(0xEB, 3));
  send(remappable_message(5));
  EXPECT_EQ(descriptor.word(1), 2U);
  driver.invalidate(InterruptScope{.all = false, .index = 5});
  send(remappable_message(5));
  EXPECT_EQ(PostedDescriptor(memory, kOther).word(1), 2U);
  iommu.settle();
  expect_agreement();
}

TEST_F(CosimRtlPosting, NoticesAnotherVector) {
  const PostedEntry wrong{.vector = 0x40, .descriptor = kDescriptor};
  deceive(interrupts.entry_address(5), wrong.lo());
  send(remappable_message(5));
  expect_difference("posting at 60000040", "0 1 0 0 30000eb0001 0 0 0",
                    "0 2 0 0 30000eb0001 0 0 0");
}

TEST_F(CosimRtlPosting, NoticesAnotherDescriptor) {
  const PostedEntry wrong{.vector = 0x41, .descriptor = kOther};
  deceive(interrupts.entry_address(5), wrong.lo());
  send(remappable_message(5));
  expect_difference("posting at 60000080", "0 2 0 0 30000eb0001 0 0 0",
                    "no change of this descriptor");
}

TEST(CosimRtlPostingTrace, IsReplayed) {
  if (!have_posting()) GTEST_SKIP() << "no model with posted interrupts is built";
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     ("posting." + std::to_string(::getpid()) + ".trace.gz");
  Memory memory;
  Recorder recorder(file, memory);
  Lockstep unit(make_rtl_of(kPostingModel), memory, &recorder);
  LockstepUnit iommu(unit, memory);
  const Config &config = unit.config();
  recorder.unit(version(config), capability(config), extended_capability(config));

  InterruptTable interrupts(memory, HostAddr(0x3000'0000), 7);
  PostedDescriptor descriptor(memory, HostAddr(0x6000'0040));
  descriptor.clear(PostedDescriptor::notify(0xEB, 3));
  const PostedEntry entry{.vector = 0x41, .descriptor = descriptor.address()};
  interrupts.set_raw(5, entry.lo(), entry.hi());
  Driver driver(iommu);
  driver.enable_queue();
  driver.set_interrupt_table(interrupts.base(), interrupts.size_exponent());
  driver.invalidate(InterruptScope{});
  driver.enable_interrupt_remapping();
  const auto interrupt = [&] {
    iommu.access({.source_id = bdf(0, 4, 0),
                  .address = Iova(remappable_message(5).address),
                  .kind = AccessKind::kWrite,
                  .bytes = 4},
                 std::vector<std::uint8_t>(4));
    iommu.settle();
  };
  interrupt();
  interrupt();  // pending already
  descriptor.clear(PostedDescriptor::notify(0xEB, 3));
  interrupt();  // as at first
  descriptor.set_control(descriptor.control() | 4);
  interrupt();  // a fault
  EXPECT_EQ(unit.differences().count, 0U);
  recorder.finish();

  const trace::Trace trace = trace::load_trace(file);
  trace::GoldenTarget target(config);
  const trace::Report report = trace::Replayer(trace, target).run();
  EXPECT_EQ(report.mismatches, 0U);
  for (const trace::Mismatch &m : report.first) {
    ADD_FAILURE() << m.line << ": " << m.what << ": " << m.golden << ", recorded " << m.recorded;
  }
  EXPECT_EQ(report.interrupts_posted, 3U);
  EXPECT_EQ(report.events, 2U);  // notifications
  EXPECT_EQ(report.faults, 1U);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace dmar::cosim
