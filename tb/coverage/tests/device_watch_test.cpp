// SPDX-License-Identifier: Apache-2.0
// What is counted of devices with TLBs and of postings; the unit here is the golden model.
#include <gmock/gmock.h>

#include "coverage/tests/new_hits.hpp"
#include "coverage/unit_watch.hpp"
#include "driver/driver.hpp"
#include "golden/golden_iommu.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/posted_descriptor.hpp"
#include "tables/table_builder.hpp"

namespace dmar::coverage {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Config everything() {
  Config config;
  config.device_tlb = true;
  config.no_write_flag = true;
  config.posted_interrupts = true;
  return config;
}

// A unit that a watch looks at. Its messages are given to the watch by the test.
class WatchedUnit : public GoldenIommu {
 public:
  static constexpr std::uint64_t kTimeOut = 1000;

  explicit WatchedUnit(Groups &groups)
      : GoldenIommu(everything()), watch_(config(), memory(), groups, kTimeOut) {}

  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override {
    watch_.register_written(offset, bytes, value, false, cycle_);
    GoldenIommu::write(offset, bytes, value);
  }
  Completion access(const Request &request, std::span<const std::uint8_t> data) override {
    Completion completion = GoldenIommu::access(request, data);
    watch_.request_answered(request, completion);
    return completion;
  }
  UnitWatch &watch() { return watch_; }
  // Messages leave under tags that another unit would have given.
  std::vector<InvalidateRequest> send(std::uint8_t first_tag) {
    std::vector<InvalidateRequest> sent = take_invalidate_requests();
    for (InvalidateRequest &request : sent) {
      request.itag = first_tag++;
      watch_.device_tlbs().sent(request, cycle_);
    }
    return sent;
  }
  void complete(SourceId source_id, std::uint32_t itags, std::uint8_t count = 1) {
    watch_.device_tlbs().completed({.source_id = source_id, .itags = itags, .count = count},
                                   cycle_);
  }
  void pass(std::uint64_t cycles) { cycle_ += cycles; }

 private:
  UnitWatch watch_;
  std::uint64_t cycle_ = 0;
};

class WatchingDevices : public ::testing::Test {
 protected:
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr SourceId kOther = bdf(0, 5, 0);
  static constexpr Iova kIova{0x0012'3440'0000};

  WatchingDevices() {
    driver_.set_root_pointer(tables_.root_table());
    driver_.enable_translation();
    driver_.enable_queue();
  }
  Domain attach() {
    const Domain domain = tables_.create_domain({.id = 1});
    tables_.attach(kDevice, domain, {.device_tlb = true});
    return domain;
  }
  void ask(Iova address, bool no_write = false) {
    unit_.access({.source_id = kDevice,
                  .address = address,
                  .bytes = 8,
                  .at = AddressType::kTranslationRequest,
                  .no_write = no_write},
                 {});
  }
  static QueueDescriptor message(SourceId source_id, unsigned max_pending = 0) {
    return device_tlb_descriptor(
        {.source_id = source_id, .address = kIova, .max_pending = max_pending});
  }
  std::vector<std::string> hits(const Group &group) { return new_hits_.of(group); }

  Groups groups_;
  DeviceGroups &devices_ = groups_.devices;
  WatchedUnit unit_{groups_};
  TableBuilder tables_{unit_.memory(), unit_.config()};
  Driver driver_{unit_};
  NewHits new_hits_;
};

TEST_F(WatchingDevices, TranslationRequestsCountWithWhatTheyAreTold) {
  Domain domain = attach();
  domain.map(kIova, HostAddr(0x4000'0000), PageSize::k2M, {.write = false});
  ask(kIova);
  EXPECT_THAT(hits(devices_.translation_requests), UnorderedElementsAre("R | NW=0 | 2M | N=0"));
  ask(kIova, true);
  EXPECT_THAT(hits(devices_.translation_requests), UnorderedElementsAre("R | NW=1 | 2M | N=0"));
  ask(Iova(0));
  EXPECT_THAT(hits(devices_.translation_requests),
              UnorderedElementsAre("nothing: tables | NW=0 | no page | N=0"));
  ask(Iova(0xFEE0'0000));
  EXPECT_THAT(hits(devices_.translation_requests),
              UnorderedElementsAre("W U: interrupts | NW=0 | no page | N=0"));
  ask(Iova(bit(62)));
  EXPECT_THAT(hits(devices_.translation_requests),
              UnorderedElementsAre("nothing: width | NW=0 | no page | N=0"));
  unit_.memory().write64(tables_.context_entry_address(kDevice), 0);
  ask(kIova);
  EXPECT_THAT(hits(devices_.translation_requests),
              UnorderedElementsAre("02h | NW=0 | no page | N=0"));
  driver_.disable_translation();
  ask(kIova);
  EXPECT_THAT(hits(devices_.translation_requests),
              UnorderedElementsAre("UR: TES=0 | NW=0 | no page | N=0"));
}

TEST_F(WatchingDevices, AnotherEntryCountsNothing) {
  attach().map(kIova, HostAddr(0x4000'0000));
  const Request request{
      .source_id = kDevice, .address = kIova, .bytes = 8, .at = AddressType::kTranslationRequest};
  unit_.watch().request_answered(request, {.data = std::vector<std::uint8_t>(8, 0)});
  EXPECT_THAT(hits(devices_.translation_requests), IsEmpty());
}

TEST_F(WatchingDevices, TranslatedRequests) {
  attach();
  Request request{.source_id = kDevice,
                  .address = Iova(0x4000'0000),
                  .kind = AccessKind::kWrite,
                  .at = AddressType::kTranslated};
  unit_.access(request, {});
  EXPECT_THAT(hits(devices_.translated_requests), UnorderedElementsAre("forwarded | write"));
  request.source_id = kOther;
  unit_.access(request, {});
  EXPECT_THAT(hits(devices_.translated_requests), UnorderedElementsAre("02h | write"));
  request.pasid = Pasid{};
  unit_.access(request, {});
  EXPECT_THAT(hits(devices_.translated_requests), UnorderedElementsAre("UR: PASID | write"));
}

TEST_F(WatchingDevices, MessagesTagsAndCompletions) {
  driver_.push(message(kDevice));
  driver_.push(message(kOther));
  driver_.push_wait();
  driver_.ring_doorbell();
  EXPECT_THAT(unit_.send(7), ::testing::SizeIs(2));
  EXPECT_THAT(hits(devices_.device_tlb_messages),
              UnorderedElementsAre("4K | G=0 | none", "4K | G=0 | others"));
  EXPECT_THAT(hits(devices_.device_tlb_tags), UnorderedElementsAre("none | new", "others | new"));
  unit_.complete(kDevice, 1U << 7, 3);
  EXPECT_THAT(hits(devices_.device_tlb_completions),
              UnorderedElementsAre("first | 2 to 7 | one tag"));
  unit_.complete(kDevice, 1U << 7, 3);
  EXPECT_THAT(hits(devices_.device_tlb_completions),
              UnorderedElementsAre("later | 2 to 7 | one tag"));
  EXPECT_THAT(hits(devices_.device_tlb_errors), IsEmpty());
  unit_.complete(kDevice, 3U << 7, 3);
  EXPECT_THAT(
      hits(devices_.device_tlb_completions),
      UnorderedElementsAre("last | 2 to 7 | several tags", "other device | 2 to 7 | several tags"));
  EXPECT_THAT(hits(devices_.device_tlb_errors), UnorderedElementsAre("ICE | wait held | no error"));
  EXPECT_THAT(hits(devices_.device_tlb_holds), IsEmpty());
  unit_.complete(kOther, 1U << 8);
  EXPECT_THAT(hits(devices_.device_tlb_holds), UnorderedElementsAre("wait | 2 to 31 | answers"));
  unit_.complete(kOther, 1U << 8);
  EXPECT_THAT(hits(devices_.device_tlb_errors),
              UnorderedElementsAre("ICE | nothing held | after ICE"));
  driver_.write32(reg::kFsts, fsts::kIce);
  EXPECT_THAT(hits(devices_.device_tlb_recoveries), UnorderedElementsAre("ICE | queue empty"));
}

TEST_F(WatchingDevices, ADeviceThatIsLate) {
  driver_.push(message(kDevice, 1));
  driver_.push(message(kDevice, 1));
  driver_.ring_doorbell();
  EXPECT_THAT(unit_.send(7), ::testing::SizeIs(1));
  unit_.pass(WatchedUnit::kTimeOut);
  driver_.read32(reg::kFsts);
  driver_.push_wait();
  driver_.ring_doorbell();
  EXPECT_THAT(hits(devices_.device_tlb_errors),
              UnorderedElementsAre("ITE | message held | no error"));
  EXPECT_THAT(hits(devices_.device_tlb_holds),
              UnorderedElementsAre("limit of the device | 1 | time-out"));
  unit_.complete(kDevice, 1U << 7);
  EXPECT_THAT(hits(devices_.device_tlb_completions),
              UnorderedElementsAre("timed out | 1 | one tag"));
  driver_.write32(reg::kFsts, fsts::kIte | fsts::kIce);
  EXPECT_THAT(hits(devices_.device_tlb_recoveries),
              UnorderedElementsAre("ICE and ITE | descriptors left"));
}

class WatchingPostings : public WatchingDevices {
 protected:
  static constexpr HostAddr kDescriptor{0x5000'0040};

  WatchingPostings() {
    InterruptTable table(unit_.memory(), HostAddr(0x0600'0000), 7);
    const PostedEntry entry{.vector = 0x21, .descriptor = kDescriptor};
    table.set_raw(5, entry.lo(), entry.hi());
    driver_.set_interrupt_table(table.base(), table.size_exponent());
    driver_.enable_interrupt_remapping();
  }
  void answered(Completion completion) {
    unit_.watch().request_answered({.source_id = kDevice,
                                    .address = Iova(remappable_message(5).address),
                                    .kind = AccessKind::kWrite},
                                   completion);
  }
};

TEST_F(WatchingPostings, AnUpdateThatIsRepeated) {
  UnitWatch &watch = unit_.watch();
  watch.descriptor_read(kDescriptor, DescriptorAnswer::kExclusive);
  watch.descriptor_written(true, DescriptorAnswer::kOkay);
  watch.descriptor_read(kDescriptor, DescriptorAnswer::kExclusive);
  watch.descriptor_written(true, DescriptorAnswer::kExclusive);
  answered({});
  EXPECT_THAT(hits(devices_.posted_updates),
              UnorderedElementsAre("ON=0 | SN=0 | URG=0 | second attempt | notified"));
  EXPECT_THAT(hits(devices_.posting_ends), UnorderedElementsAre("posted | FPD=0 | 8-bit ids"));
  EXPECT_THAT(hits(devices_.notifications), UnorderedElementsAre("8 bits | URG=0"));
  answered({});  // nothing was done to the descriptor
  EXPECT_THAT(hits(devices_.posting_ends), IsEmpty());
}

TEST_F(WatchingPostings, PostingsThatFault) {
  UnitWatch &watch = unit_.watch();
  const Completion blocked{.status = Completion::Status::kBlocked};
  watch.descriptor_read(kDescriptor, DescriptorAnswer::kOkay);
  answered(blocked);
  EXPECT_THAT(hits(devices_.posting_ends),
              UnorderedElementsAre("27h no monitor | FPD=0 | 8-bit ids"));
  unit_.memory().write64(HostAddr(kDescriptor.raw() + 48), 1);
  watch.descriptor_read(kDescriptor, DescriptorAnswer::kExclusive);
  answered(blocked);
  EXPECT_THAT(hits(devices_.posting_ends), UnorderedElementsAre("28h q6 | FPD=0 | 8-bit ids"));
  EXPECT_THAT(hits(devices_.posted_updates), IsEmpty());
}

}  // namespace
}  // namespace dmar::coverage
