// SPDX-License-Identifier: Apache-2.0
// What the remaining global commands promise beyond their handshake (VT-d 11.4): ESRTPS, the write
// buffer flush, and that commands of the driver of the day do no harm to one another.
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class SetRootPointer : public Scenario {
 protected:
  // Tables of their own in which kIova leads to kMoreData.
  HostAddr make_second() {
    const Domain other = second_.create_domain({.id = 1});
    second_.attach(kDevice, other);
    Domain(other).map(kIova, HostAddr(kMoreData));
    return second_.root_table();
  }

 private:
  TableBuilder second_{memory(), config(), HostAddr(0x2000'0000), HostAddr(0x2100'0000)};
};

// CAP.ESRTPS: nothing of the old tables survives the command, not even under the same domain id.
TEST_P(SetRootPointer, FlushesWhereItIsPromised) {
  start_with_page();
  const HostAddr second = make_second();
  for (unsigned round = 0; round < 4; ++round) {
    const bool first = round % 2 == 0;
    EXPECT_THAT(access(read_of(kIova)), Reaches(first ? kData : kMoreData));
    EXPECT_THAT(access(write_of(kIova)), Reaches(first ? kData : kMoreData));
    driver().set_root_pointer(first ? second : tables().root_table());
    if (!config().root_pointer_flush) driver().invalidate_all();
    EXPECT_THAT(access(read_of(kIova)), Reaches(first ? kMoreData : kData));
  }
}

// The table mode may change under translation: the old one is not used again.
TEST_P(SetRootPointer, TableModeChangesUnderTranslation) {
  start_with_page();
  for (unsigned round = 0; round < 2; ++round) {
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    driver().set_root_pointer(tables().root_table(), 3);
    expect_fault(read_of(kIova),
                 config().abort_mode ? FaultReason::kAbortMode : FaultReason::kTableModeInvalid);
    driver().set_root_pointer(tables().root_table());
    driver().invalidate_all();
  }
}

DMAR_SCENARIO(SetRootPointer);

class WriteBufferFlush : public Scenario {
 protected:
  [[nodiscard]] std::uint32_t status() { return driver().read32(reg::kGsts); }
};

// WBFS is set while it runs and clear after it, unlike the status of the other commands.
TEST_P(WriteBufferFlush, CompletesAndLeavesNoStatus) {
  driver().flush_write_buffer();
  EXPECT_EQ(status(), 0U);
  start_with_page();
  for (unsigned n = 0; n < 3; ++n) {
    driver().flush_write_buffer();
    EXPECT_EQ(status(), gsts::kTes | gsts::kRtps);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

// Together with others, and again while it is under way.
TEST_P(WriteBufferFlush, WithOtherCommandsAndRepeated) {
  attach_domain().map(kIova, HostAddr(kData));
  driver().write64(reg::kRtaddr, tables().root_table().raw());
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  const std::uint32_t all = gcmd::kSrtp | gcmd::kWbf | gcmd::kQie | gcmd::kTe;
  for (unsigned n = 0; n < 3; ++n) driver().write32(reg::kGcmd, all);
  driver().poll32(reg::kGsts, all, gsts::kRtps | gsts::kQies | gsts::kTes, "all of it");
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  driver().wait_for_queue();
}

DMAR_SCENARIO(WriteBufferFlush);

}  // namespace
}  // namespace dmar
