// SPDX-License-Identifier: Apache-2.0
#include "coverage/group.hpp"

#include <gmock/gmock.h>

#include "coverage/report/functional.hpp"

namespace dmar::coverage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Group colours() {
  return Group("dress", "Dress", {{"colour", {"red", "blue"}}, {"size", {"S", "M", "L"}}},
               [](const Bin &bin) { return bin[0] == 1 && bin[1] == 2 ? "no blue cloth" : ""; });
}

TEST(Group, CrossesItsAxes) {
  Group group = colours();
  ASSERT_EQ(group.size(), 6U);
  for (std::size_t k = 0; k < group.size(); ++k) EXPECT_EQ(group.index(group.bin(k)), k);
  EXPECT_EQ(group.label(group.index({1, 0})), "blue | S");
}

TEST(Group, CountsEachBinAlone) {
  Group group = colours();
  group.hit({0, 2});
  group.hit({0, 2});
  group.add(group.index({1, 1}), 5);
  EXPECT_EQ(group.count(group.index({0, 2})), 2U);
  EXPECT_EQ(group.count(group.index({1, 1})), 5U);
  EXPECT_EQ(group.count(group.index({0, 1})), 0U);
}

TEST(Group, RefusesBinsThatDoNotExist) {
  Group group = colours();
  EXPECT_THROW(group.hit({0}), std::out_of_range);
  EXPECT_THROW(group.hit({2, 0}), std::out_of_range);
  EXPECT_THROW(group.add(6, 1), std::out_of_range);
}

TEST(GroupReport, ListsHolesAndExclusions) {
  Group group = colours();
  for (const Bin &bin : {Bin{0, 0}, Bin{0, 1}, Bin{1, 0}}) group.hit(bin);
  const GroupReport report = report_of(group);
  EXPECT_EQ(report.bins.hit, 3U);
  EXPECT_EQ(report.bins.total, 5U);
  EXPECT_THAT(report.holes, UnorderedElementsAre("red | L", "blue | M"));
  EXPECT_THAT(report.excluded, ElementsAre(Pair("no blue cloth", 1U)));
  EXPECT_THAT(report.errors, IsEmpty());
}

TEST(GroupReport, ReportsAnExcludedBinThatWasHit) {
  Group group = colours();
  group.hit({1, 2});
  const GroupReport report = report_of(group);
  ASSERT_EQ(report.errors.size(), 1U);
  EXPECT_THAT(report.errors[0], ::testing::HasSubstr("'blue | L'"));
  EXPECT_EQ(report.bins.hit, 0U);
}

TEST(GroupReport, NamesValuesThatNoBinHas) {
  Group group = colours();
  EXPECT_THAT(missing_values(group), ElementsAre("red", "blue"));
  group.hit({1, 0});
  EXPECT_THAT(missing_values(group), ElementsAre("red"));
}

}  // namespace
}  // namespace dmar::coverage
