// SPDX-License-Identifier: Apache-2.0
// The groups of this project: names, exclusions, files.
#include "coverage/groups.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "coverage/tally.hpp"
#include "dmar/fault_names.hpp"

namespace dmar::coverage {
namespace {

std::size_t number(auto value) { return static_cast<std::size_t>(value); }

TEST(Groups, LabelsAreUnique) {
  Groups groups;
  for (const Group *group : groups.all()) {
    std::set<std::string> labels;
    for (std::size_t k = 0; k < group->size(); ++k) labels.insert(group->label(k));
    EXPECT_EQ(labels.size(), group->size()) << group->name();
  }
}

TEST(Groups, EveryFaultReasonHasABinThatCounts) {
  const Groups groups;
  for (const FaultName &name : kFaultNames) {
    // Decided by what memory holds when an interrupt is posted, not by a judgement.
    if (name.reason == FaultReason::kPostedDescriptorAccess ||
        name.reason == FaultReason::kPostedDescriptorReserved) {
      continue;
    }
    const std::size_t reason = reason_value(name.reason);
    bool counts = false;
    for (std::size_t k = 0; k < groups.requests.size(); ++k) {
      counts |= groups.requests.bin(k)[0] == reason && groups.requests.exclusion(k).empty();
    }
    EXPECT_TRUE(counts) << name.label;
  }
}

TEST(Groups, PageSizesBelongToLeaves) {
  const Group &requests = Groups().requests;
  const auto excluded = [&](FaultReason reason, Place place, Leaf leaf) {
    return !requests
                .exclusion(requests.index(
                    {reason_value(reason), number(AccessKind::kRead), number(place), number(leaf)}))
                .empty();
  };
  EXPECT_FALSE(excluded(FaultReason::kReadNotPermitted, Place::kLevel2, Leaf::k2M));
  EXPECT_FALSE(excluded(FaultReason::kReadNotPermitted, Place::kLevel2, Leaf::kNone));
  EXPECT_TRUE(excluded(FaultReason::kReadNotPermitted, Place::kLevel2, Leaf::k4K));
  EXPECT_TRUE(excluded(FaultReason::kNone, Place::kLevel1, Leaf::kNone));
  EXPECT_TRUE(excluded(FaultReason::kRootNotPresent, Place::kLevel1, Leaf::k4K));
}

TEST(Groups, FilesAddUp) {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("tally-" + std::to_string(getpid()))).string();
  Groups groups;
  groups.queue_errors.hit({2, 1});
  groups.invalidations.add(0, 7);
  save_tally(groups, file);
  Groups sum;
  add_tally(sum, file);
  add_tally(sum, file);
  std::filesystem::remove(file);
  EXPECT_EQ(sum.queue_errors.count(sum.queue_errors.index({2, 1})), 2U);
  EXPECT_EQ(sum.invalidations.count(0), 14U);
  EXPECT_EQ(sum.requests.count(0), 0U);
}

TEST(Groups, FileWithAnUnknownBinIsRefused) {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("bad-" + std::to_string(getpid()))).string();
  std::ofstream(file) << R"({"queue_errors": {"9 luck | 128": 1}})";
  Groups groups;
  EXPECT_THROW(add_tally(groups, file), std::runtime_error);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace dmar::coverage
