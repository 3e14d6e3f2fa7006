// SPDX-License-Identifier: Apache-2.0
// Constants that RTL and C++ both write down are the same on both sides: fault reasons, queue error
// causes, request encodings, register offsets. Reads the SystemVerilog sources.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "dmar/fault_names.hpp"
#include "dmar/registers.hpp"
#include "dmar/types.hpp"

namespace dmar {
namespace {

namespace fs = std::filesystem;

using Constants = std::map<std::string, std::uint64_t>;

std::string contents(const fs::path &path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Sized literals only: W'hX, W'bX, W'dX.
std::uint64_t literal(const std::string &base, std::string digits) {
  std::erase(digits, '_');
  return std::stoull(digits, nullptr, base == "h" ? 16 : base == "b" ? 2 : 10);
}

// Every localparam whose name matches `name` and whose value is a sized literal.
Constants localparams(const std::string &text, const std::string &name) {
  const std::regex pattern("localparam\\s+logic\\s*\\[[^\\]]*\\]\\s+(" + name +
                           ")\\s*=\\s*\\d+'([hbd])([0-9a-fA-F_]+)");
  Constants found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.emplace((*it)[1], literal((*it)[2], (*it)[3]));
  }
  return found;
}

Constants of_package(const std::string &name) {
  return localparams(contents(fs::path(DMAR_RTL_DIR) / "dmar_pkg.sv"), name);
}

template <class Enum>
std::uint64_t raw(Enum value) {
  return static_cast<std::uint64_t>(value);
}

TEST(OneSource, FaultReasons) {
  using R = FaultReason;
  const Constants expected{{"FR_NONE", raw(R::kNone)},
                           {"FR_ROOT_NOT_PRESENT", raw(R::kRootNotPresent)},
                           {"FR_CONTEXT_NOT_PRESENT", raw(R::kContextNotPresent)},
                           {"FR_CONTEXT_INVALID", raw(R::kContextInvalid)},
                           {"FR_ADDRESS_BEYOND_WIDTH", raw(R::kAddressBeyondWidth)},
                           {"FR_WRITE_NOT_PERMITTED", raw(R::kWriteNotPermitted)},
                           {"FR_READ_NOT_PERMITTED", raw(R::kReadNotPermitted)},
                           {"FR_PAGING_ENTRY_ACCESS", raw(R::kPagingEntryAccess)},
                           {"FR_ROOT_ACCESS", raw(R::kRootAccess)},
                           {"FR_CONTEXT_ACCESS", raw(R::kContextAccess)},
                           {"FR_ROOT_RESERVED", raw(R::kRootReserved)},
                           {"FR_CONTEXT_RESERVED", raw(R::kContextReserved)},
                           {"FR_PAGING_ENTRY_RESERVED", raw(R::kPagingEntryReserved)},
                           {"FR_TRANSLATION_TYPE", raw(R::kTranslationTypeBlocked)},
                           {"FR_INTERRUPT_RANGE_OUTPUT", raw(R::kInterruptRangeOutput)},
                           {"FR_INTERRUPT_RESERVED", raw(R::kInterruptRequestReserved)},
                           {"FR_INTERRUPT_INDEX", raw(R::kInterruptIndexBeyondTable)},
                           {"FR_IRTE_NOT_PRESENT", raw(R::kInterruptEntryNotPresent)},
                           {"FR_IRTE_ACCESS", raw(R::kInterruptEntryAccess)},
                           {"FR_IRTE_RESERVED", raw(R::kInterruptEntryReserved)},
                           {"FR_INTERRUPT_COMPATIBILITY", raw(R::kInterruptCompatibilityBlocked)},
                           {"FR_INTERRUPT_SOURCE", raw(R::kInterruptSourceInvalid)},
                           {"FR_DESCRIPTOR_ACCESS", raw(R::kPostedDescriptorAccess)},
                           {"FR_DESCRIPTOR_RESERVED", raw(R::kPostedDescriptorReserved)},
                           {"FR_INTERRUPT_REQUEST", raw(R::kInterruptRequestInvalid)},
                           {"FR_TABLE_MODE", raw(R::kTableModeInvalid)},
                           {"FR_PASID_IN_LEGACY_MODE", raw(R::kPasidInLegacyMode)},
                           {"FR_ABORT_MODE", raw(R::kAbortMode)}};
  EXPECT_EQ(of_package("FR_\\w+"), expected);
  // The table above has every enumerator: kFaultNames has, and that is as long.
  std::set<std::uint64_t> named, listed;
  for (const FaultName &fault : kFaultNames) named.insert(raw(fault.reason));
  for (const auto &[name, value] : expected) listed.insert(value);
  EXPECT_EQ(named, listed);
}

// The causes that this unit can give. 0 means none.
TEST(OneSource, QueueErrorCauses) {
  const Constants expected{{"IQEI_TAIL", raw(QueueError::kInvalidTail)},
                           {"IQEI_FETCH", raw(QueueError::kFetch)},
                           {"IQEI_TYPE", raw(QueueError::kInvalidType)},
                           {"IQEI_RESERVED", raw(QueueError::kReservedBit)},
                           {"IQEI_WIDTH", raw(QueueError::kWidth)},
                           {"IQEI_TAIL_ALIGN", raw(QueueError::kTailAlignment)},
                           {"IQEI_TABLE_MODE", raw(QueueError::kTableMode)}};
  EXPECT_EQ(of_package("IQEI_\\w+"), expected);
}

TEST(OneSource, RequestEncodings) {
  const Constants types{{"AT_UNTRANSLATED", raw(AddressType::kUntranslated)},
                        {"AT_TRANSLATION_REQUEST", raw(AddressType::kTranslationRequest)},
                        {"AT_TRANSLATED", raw(AddressType::kTranslated)},
                        {"AT_RESERVED", raw(AddressType::kReserved)}};
  EXPECT_EQ(of_package("AT_\\w+"), types);
  const Constants kinds{{"KIND_READ", raw(AccessKind::kRead)},
                        {"KIND_WRITE", raw(AccessKind::kWrite)},
                        {"KIND_ATOMIC", raw(AccessKind::kAtomic)},
                        {"KIND_ZERO_LENGTH_READ", raw(AccessKind::kZeroLengthRead)}};
  EXPECT_EQ(of_package("KIND_\\w+"), kinds);
}

TEST(OneSource, Granularities) {
  const Constants expected{{"GRANULARITY_NONE", granularity::kReserved},
                           {"GRANULARITY_GLOBAL", granularity::kGlobal},
                           {"GRANULARITY_DOMAIN", granularity::kDomain},
                           {"GRANULARITY_NARROW", granularity::kDeviceOrPage}};
  EXPECT_EQ(of_package("GRANULARITY_\\w+"), expected);
}

// Byte offset of `<REGISTER>_WORD`, `<REGISTER>_LO_WORD` or `<REGISTER>_HI_WORD`.
std::uint32_t offset_of(const std::string &name) {
  std::smatch parts;
  const std::regex pattern("(\\w+?)(_LO|_HI)?_WORD");
  if (!std::regex_match(name, parts, pattern)) return reg::kEnd;
  for (const RegisterSpec &spec : kRegisters) {
    if (spec.name == parts[1].str()) return spec.offset + (parts[2] == "_HI" ? 4 : 0);
  }
  return reg::kEnd;
}

TEST(OneSource, RegisterOffsets) {
  // Blocks of registers give the first one only.
  const std::map<std::string, std::uint32_t> blocks{{"dmar_protected_regs.sv", reg::kPlmbase}};
  std::size_t words = 0;
  for (const auto &file : fs::recursive_directory_iterator(DMAR_RTL_DIR)) {
    if (file.path().extension() != ".sv") continue;
    const std::string text = contents(file.path());
    const std::string name = file.path().filename();
    for (const auto &[word, value] : localparams(text, "\\w*_WORD")) {
      SCOPED_TRACE(name + ": " + word);
      ++words;
      const bool block = word == "FIRST_WORD";
      ASSERT_TRUE(!block || blocks.contains(name));
      EXPECT_EQ(4 * value, block ? blocks.at(name) : offset_of(word));
    }
  }
  EXPECT_GE(words, 20U);  // fewer: the pattern no longer finds them
}

}  // namespace
}  // namespace dmar
