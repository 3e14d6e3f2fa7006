// SPDX-License-Identifier: Apache-2.0
// The tables of the two legacy-mode examples of the architecture digest, typed in.
#ifndef DMAR_TESTS_UNIT_GOLDEN_EXAMPLES_HPP
#define DMAR_TESTS_UNIT_GOLDEN_EXAMPLES_HPP

#include "golden_fixture.hpp"

namespace dmar::golden::examples {

struct Word {
  std::uint64_t address;
  std::uint64_t value;
};

// HAW 46, MGAW 48, 39- and 48-bit tables, 2 MiB and 1 GiB pages, ATS, pass-through, snoop control.
inline Config example_config() { return {.device_tlb = true}; }

inline constexpr std::uint64_t kRootTable = 0x1000'0000;
inline constexpr SourceId kFirst{0x3A10};
inline constexpr SourceId kSecond{0x00F8};
inline constexpr Iova kFirstAddress{0x7F45'2075'3ABC};
inline constexpr Iova kSecondAddress{0x45'C0A0'1004};

// Where the tables of the two examples hold what.
inline constexpr std::uint64_t kRoot = 0x1000'03A0;
inline constexpr std::uint64_t kContext = 0x1000'1100;
inline constexpr std::uint64_t kPml4e = 0x1001'07F0;
inline constexpr std::uint64_t kPdpe = 0x1001'18A0;
inline constexpr std::uint64_t kPde = 0x1001'2818;
inline constexpr std::uint64_t kPte = 0x1001'3A98;
inline constexpr std::uint64_t kSecondContext = 0x1000'2F80;

inline const std::vector<Word> kTables{
    {kRoot, 0x1000'1001},        {kRoot + 8, 0},
    {kContext, 0x1001'0001},     {kContext + 8, 0x4202},
    {kPml4e, 0x1001'1003},       {kPdpe, 0x1001'2003},
    {kPde, 0x1001'3003},         {kPte, 0x12'3456'7003},
    {0x1000'0000, 0x1000'2001},  {kSecondContext, 0x1002'0005},
    {kSecondContext + 8, 0x701}, {0x1002'08B8, 0x1002'1003},
    {0x1002'1028, 0x1002'2003},  {0x1002'2008, 0x89AB'C002},
};

struct ExampleMachine : Machine {
  explicit ExampleMachine(const std::vector<Word> &changes = {}) : Machine(example_config()) {
    for (const Word &word : kTables) memory.write64(HostAddr(word.address), word.value);
    for (const Word &word : changes) memory.write64(HostAddr(word.address), word.value);
    write64(reg::kRtaddr, kRootTable);
    command(gcmd::kSrtp);
    command(gcmd::kTe);
  }
};

}  // namespace dmar::golden::examples

#endif  // DMAR_TESTS_UNIT_GOLDEN_EXAMPLES_HPP
