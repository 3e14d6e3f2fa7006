// SPDX-License-Identifier: Apache-2.0
// The checker of attributes: each that is wrong is named.
#include <gmock/gmock.h>

#include "bench/attribute_rules.hpp"

namespace dmar::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr AddressBeat kMemory{.cache = kCacheMemory, .prot = kProtData};
constexpr std::uint8_t kWriteBack = 0b1111;

std::string judge(AddressBeat burst, bool message = false, bool snoops = false,
                  std::uint8_t snoop_cache = kCacheMemory) {
  return attribute_violation(burst, message, snoops, snoop_cache);
}

TEST(AttributeRules, WhatTheUnitDrives) {
  EXPECT_THAT(judge(kMemory), IsEmpty());
  EXPECT_THAT(judge({.cache = kCacheDevice, .prot = kProtData}, true, true, kWriteBack), IsEmpty());
  EXPECT_THAT(judge({.cache = kWriteBack, .prot = kProtData, .qos = 9}, false, true, kWriteBack),
              IsEmpty());
}

TEST(AttributeRules, NamesEachThatIsWrong) {
  AddressBeat burst = kMemory;
  burst.lock = 1;
  EXPECT_THAT(judge(burst), HasSubstr("exclusive"));
  burst = kMemory;
  burst.prot = 0b000;
  EXPECT_THAT(judge(burst), HasSubstr("AxPROT 000"));
  burst = kMemory;
  burst.cache |= 1;
  EXPECT_THAT(judge(burst), HasSubstr("AxCACHE 0011, not 0010"));
  EXPECT_THAT(judge(kMemory, true), HasSubstr("not 0000"));
  EXPECT_THAT(judge(kMemory, false, true, kWriteBack), HasSubstr("not 1111"));
  EXPECT_THAT(judge({.cache = kWriteBack, .prot = kProtData}, false, false, kWriteBack),
              HasSubstr("not 0010"));
}

}  // namespace
}  // namespace dmar::bench
