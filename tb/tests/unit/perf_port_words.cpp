// SPDX-License-Identifier: Apache-2.0
// The words at the ports of dmar_core against the package of the RTL.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "perf/port_words.hpp"

namespace dmar::perf {
namespace {

using ::testing::ElementsAreArray;

struct Member {
  std::string name;
  unsigned width;
  friend bool operator==(const Member &, const Member &) = default;
};

void PrintTo(const Member &member, std::ostream *out) {
  *out << member.name << ' ' << member.width;
}

// The package, as far as it consists of logic vectors, enums and packed structs of these.
class Package {
 public:
  Package() {
    std::ifstream file(DMAR_PACKAGE);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    static const std::regex kType(
        R"(typedef\s+(logic|enum|struct packed)\s*(?:logic\s*)?(?:\[(\d+):0\])?\s*(\{[^}]*\})?\s*(\w+)\s*;)");
    const std::string code = std::regex_replace(text, std::regex("//[^\n]*"), "");
    for (std::sregex_iterator at(code.begin(), code.end(), kType), end; at != end; ++at) {
      const std::smatch &type = *at;
      if (type[1] == "struct packed") {
        structs_[type[4]] = members(type[3]);
        for (const Member &member : structs_[type[4]]) widths_[type[4]] += member.width;
      } else {
        widths_[type[4]] = width(type[2]);
      }
    }
  }
  [[nodiscard]] const std::vector<Member> &members_of(const std::string &name) const {
    return structs_.at(name);
  }

 private:
  static unsigned width(const std::string &high) {
    return high.empty() ? 1 : static_cast<unsigned>(std::stoul(high)) + 1;
  }
  [[nodiscard]] std::vector<Member> members(const std::string &body) const {
    static const std::regex kMember(R"((\w+)\s*(?:\[(\d+):0\])?\s+(\w+)\s*;)");
    std::vector<Member> members;
    for (std::sregex_iterator at(body.begin(), body.end(), kMember), end; at != end; ++at) {
      const std::smatch &member = *at;
      const auto known = widths_.find(member[1]);
      members.push_back({member[3], known != widths_.end() ? known->second : width(member[2])});
    }
    return members;
  }

  std::map<std::string, unsigned> widths_;
  std::map<std::string, std::vector<Member>> structs_;
};

std::vector<Member> as_members(std::span<const Field> fields) {
  std::vector<Member> members;
  for (const Field &field : fields) members.push_back({std::string(field.name), field.width});
  return members;
}

TEST(PortWords, LayoutsAreThoseOfThePackage) {
  const Package package;
  EXPECT_THAT(as_members(kRequestFields), ElementsAreArray(package.members_of("request_t")));
  EXPECT_THAT(as_members(kAnswerFields), ElementsAreArray(package.members_of("answer_t")));
  EXPECT_THAT(as_members(kAccessFields), ElementsAreArray(package.members_of("reg_access_t")));
}

// Bits `low` to `low` + `width` - 1, read one at a time.
std::uint64_t bits_of(std::span<const std::uint32_t> words, unsigned low, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < width; ++bit) {
    value |= std::uint64_t{(words[(low + bit) / 32] >> ((low + bit) % 32)) & 1} << bit;
  }
  return value;
}

unsigned low_of(std::span<const Field> fields, std::string_view name) {
  unsigned low = 0;
  for (std::size_t i = fields.size(); i-- > 0; low += fields[i].width) {
    if (fields[i].name == name) return low;
  }
  throw std::out_of_range(std::string(name));
}

TEST(PortWords, RequestsArePackedFieldByField) {
  const Request request{.source_id = SourceId(0xABCD),
                        .address = Iova(0x1234'5678'9ABC'DEF4),
                        .kind = AccessKind::kWrite,
                        .bytes = 4,
                        .at = AddressType::kTranslated,
                        .pasid = Pasid(0xF'1234),
                        .privileged = true,
                        .execute = false,
                        .no_snoop = true,
                        .message_data = 0xDEAD'BEEF};
  const RequestWords words = pack(request);
  const auto field = [&words](std::string_view name, unsigned width) {
    return bits_of(words, low_of(kRequestFields, name), width);
  };
  EXPECT_EQ(field("source_id", 16), 0xABCDU);
  EXPECT_EQ(field("pasid_valid", 1), 1U);
  EXPECT_EQ(field("pasid", 20), 0xF'1234U);
  EXPECT_EQ(field("at", 2), 2U);
  EXPECT_EQ(field("privileged", 1), 1U);
  EXPECT_EQ(field("execute", 1), 0U);
  EXPECT_EQ(field("kind", 2), 1U);
  EXPECT_EQ(field("dword", 1), 1U);
  EXPECT_EQ(field("in_page", 1), 1U);
  EXPECT_EQ(field("no_snoop", 1), 1U);
  EXPECT_EQ(field("address", 64), 0x1234'5678'9ABC'DEF4U);
  EXPECT_EQ(field("data", 32), 0xDEAD'BEEFU);
}

TEST(PortWords, AnswersAreUnpackedFieldByField) {
  AnswerWords words{};
  const auto set = [&words](std::string_view name, std::uint64_t value) {
    const unsigned low = low_of(kAnswerFields, name);
    for (unsigned bit = 0; bit < 64 && value >> bit != 0; ++bit) {
      words[(low + bit) / 32] |= static_cast<std::uint32_t>((value >> bit) & 1)
                                 << ((low + bit) % 32);
    }
  };
  set("verdict", 3);
  set("reason", 0x0C);
  set("snoop", 1);
  set("host_page", 0xF'FEDC'BA98'7654);
  set("epoch", 1);
  const Answer answer = unpack(words);
  EXPECT_EQ(answer.verdict, Verdict::kFault);
  EXPECT_EQ(answer.reason, FaultReason::kPagingEntryReserved);
  EXPECT_TRUE(answer.snoop);
  EXPECT_EQ(answer.host_page, 0xF'FEDC'BA98'7654U);
  EXPECT_TRUE(answer.epoch);
  EXPECT_FALSE(unpack(AnswerWords{}).epoch);
}

TEST(PortWords, RegisterAccesses) {
  EXPECT_EQ(pack_access(true, 0x018, 0x8000'0000), 0xC00'0000'0000U | 6ULL << 32 | 0x8000'0000U);
  EXPECT_EQ(pack_access(false, 0xFFC, 0), 0x3FFULL << 32);
}

}  // namespace
}  // namespace dmar::perf
