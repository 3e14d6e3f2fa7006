// SPDX-License-Identifier: Apache-2.0
// request_t, answer_t and reg_access_t of rtl/dmar_pkg.sv as the words that Verilator makes of
// them, least significant first. A test holds the layouts to the package.
#ifndef DMAR_PERF_PORT_WORDS_HPP
#define DMAR_PERF_PORT_WORDS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dmar/types.hpp"

namespace dmar::perf {

struct Field {
  std::string_view name;
  unsigned width;
};

// Most significant first, as declared.
inline constexpr std::array kRequestFields{
    Field{"source_id", 16}, Field{"pasid_valid", 1}, Field{"pasid", 20},   Field{"at", 2},
    Field{"privileged", 1}, Field{"execute", 1},     Field{"kind", 2},     Field{"dword", 1},
    Field{"in_page", 1},    Field{"no_snoop", 1},    Field{"no_write", 1}, Field{"address", 64},
    Field{"data", 32}};
inline constexpr std::array kAnswerFields{
    Field{"verdict", 3},    Field{"reason", 8},   Field{"snoop", 1},
    Field{"host_page", 52}, Field{"remapped", 1}, Field{"message", 18},
    Field{"completion", 7}, Field{"posted", 33},  Field{"epoch", 1}};
inline constexpr std::array kAccessFields{Field{"valid", 1}, Field{"write", 1}, Field{"word", 10},
                                          Field{"data", 32}};

constexpr unsigned width_of(std::span<const Field> fields) {
  unsigned width = 0;
  for (const Field &field : fields) width += field.width;
  return width;
}

inline constexpr unsigned kRequestWidth = width_of(kRequestFields);
inline constexpr unsigned kAnswerWidth = width_of(kAnswerFields);
using RequestWords = std::array<std::uint32_t, (kRequestWidth + 31) / 32>;
using AnswerWords = std::array<std::uint32_t, (kAnswerWidth + 31) / 32>;

RequestWords pack(const Request &request);

enum class Verdict : std::uint8_t { kForward, kInterrupt, kComplete, kFault, kBlock, kPost };

struct Answer {
  Verdict verdict = Verdict::kForward;
  FaultReason reason = FaultReason::kNone;
  bool snoop = false;
  std::uint64_t host_page = 0;
  bool epoch = false;
};
Answer unpack(const AnswerWords &words);

// One 32-bit register access.
constexpr std::uint64_t pack_access(bool write, std::uint32_t offset, std::uint32_t data) {
  return std::uint64_t{write} << 43 | std::uint64_t{write} << 42 |
         std::uint64_t{(offset / 4) & 0x3FF} << 32 | data;
}

}  // namespace dmar::perf

#endif  // DMAR_PERF_PORT_WORDS_HPP
