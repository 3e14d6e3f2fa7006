// SPDX-License-Identifier: Apache-2.0
// Messages of QEMU's proxy, encoded by hand as QEMU 7.2 lays them out.
#include <gmock/gmock.h>

#include <limits>

#include "cosim/proxy_message.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

ProxyMessage decode(const MessageBytes &message, std::size_t descriptors = 0) {
  return decode_message(decode_header(message.header()), message.payload(), descriptors);
}

TEST(ProxyMessage, ReadsAMapOfMemory) {
  const TestRange ranges[] = {{0, 0xC0000, 0},
                              {0x10'0000, 0x7FF0'0000, 0x10'0000},
                              {0x1'0000'0000, 0x4000'0000, 0x8000'0000}};
  const ProxyMessage message = decode(memory_message(ranges), 3);
  const auto &sync = std::get<SyncMemory>(message);
  ASSERT_EQ(sync.ranges.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sync.ranges[i].start, ranges[i].start);
    EXPECT_EQ(sync.ranges[i].bytes, ranges[i].bytes);
    EXPECT_EQ(sync.ranges[i].offset, ranges[i].offset);
  }
  EXPECT_FALSE(wants_reply(message));
}

// The number of descriptors is the number of ranges, whatever else the arrays hold.
TEST(ProxyMessage, AMapHasAsManyRangesAsDescriptors) {
  std::vector<TestRange> ranges;
  for (std::uint64_t i = 0; i < 8; ++i) ranges.push_back({i << 32, 0x1000 + i, i << 12});
  const MessageBytes bytes = memory_message(ranges);
  for (std::size_t count = 0; count <= 8; ++count) {
    const ProxyMessage message = decode(bytes, count);
    const auto &found = std::get<SyncMemory>(message).ranges;
    ASSERT_EQ(found.size(), count);
    if (count == 8) {
      EXPECT_EQ(found[7].start, 7ULL << 32);
      EXPECT_EQ(found[7].bytes, 0x1007U);
      EXPECT_EQ(found[7].offset, 0x7000U);
    }
  }
  EXPECT_THAT(error_of([&] { decode(bytes, 9); }), HasSubstr("SYNC_SYSMEM: 9 descriptors"));
}

TEST(ProxyMessage, ReadsAccessesOfConfigurationSpace) {
  const ProxyMessage write = decode(config_message(true, 0x10, 0xFED9'0000, 4));
  const auto &w = std::get<ConfigAccess>(write);
  EXPECT_TRUE(w.write);
  EXPECT_EQ(w.offset, 0x10U);
  EXPECT_EQ(w.value, 0xFED9'0000U);
  EXPECT_EQ(w.bytes, 4U);
  EXPECT_TRUE(wants_reply(write));

  const ProxyMessage read = decode(config_message(false, 0x3F, 0, 1));
  const auto &r = std::get<ConfigAccess>(read);
  EXPECT_FALSE(r.write);
  EXPECT_EQ(r.offset, 0x3FU);
  EXPECT_EQ(r.bytes, 1U);
  EXPECT_TRUE(wants_reply(read));
}

TEST(ProxyMessage, ReadsAccessesOfBars) {
  const ProxyMessage write = decode(bar_message(true, 0xFED9'0080, 0x1122'3344'5566'7788, 8));
  const auto &w = std::get<BarAccess>(write);
  EXPECT_TRUE(w.write);
  EXPECT_EQ(w.address, 0xFED9'0080U);
  EXPECT_EQ(w.value, 0x1122'3344'5566'7788U);
  EXPECT_EQ(w.bytes, 8U);
  EXPECT_TRUE(w.memory);
  EXPECT_TRUE(wants_reply(write));

  const ProxyMessage read = decode(bar_message(false, 0xC000, 0, 2, false));
  const auto &r = std::get<BarAccess>(read);
  EXPECT_FALSE(r.write);
  EXPECT_EQ(r.address, 0xC000U);
  EXPECT_EQ(r.bytes, 2U);
  EXPECT_FALSE(r.memory);
  EXPECT_TRUE(wants_reply(read));
}

TEST(ProxyMessage, ReadsMessagesWithoutPayload) {
  const ProxyMessage irq = decode(MessageBytes(6, 0), 2);
  EXPECT_TRUE(std::holds_alternative<SetIrqDescriptors>(irq));
  EXPECT_FALSE(wants_reply(irq));
  const ProxyMessage reset = decode(MessageBytes(7, 0));
  EXPECT_TRUE(std::holds_alternative<DeviceReset>(reset));
  EXPECT_TRUE(wants_reply(reset));
}

TEST(ProxyMessage, EncodesTheReply) {
  const auto bytes = encode_reply(0x8877'6655'4433'2211);
  static_assert(bytes.size() == 24);
  const std::vector<std::uint8_t> expected{1,    0,    0,    0,    0,    0,    0,    0,
                                           8,    0,    0,    0,    0,    0,    0,    0,
                                           0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), expected);
}

// Each command with its size and with every other that a command has.
TEST(ProxyMessage, RefusesWrongSizes) {
  const std::uint64_t expected[] = {192, 8, 12, 12, 24, 24, 0, 0};
  const char *names[] = {"SYNC_SYSMEM", "RET",      "PCI_CFGWRITE", "PCI_CFGREAD",
                         "BAR_WRITE",   "BAR_READ", "SET_IRQFD",    "DEVICE_RESET"};
  for (const int command : {0, 2, 3, 4, 5, 6, 7}) {
    SCOPED_TRACE(names[command]);
    EXPECT_EQ(decode_header(MessageBytes(command, expected[command]).header()).payload_bytes,
              expected[command]);
    for (const std::uint64_t size : {0ULL, 1ULL, 8ULL, 11ULL, 12ULL, 13ULL, 16ULL, 23ULL, 24ULL,
                                     25ULL, 191ULL, 192ULL, 193ULL, 0x1'0000'000CULL, ~0ULL}) {
      if (size == expected[command]) continue;
      EXPECT_THAT(error_of([&] { decode_header(MessageBytes(command, size).header()); }),
                  HasSubstr(std::string(names[command]) + ": "));
    }
  }
}

TEST(ProxyMessage, RefusesUnknownCommandsAndReplies) {
  for (const std::int32_t command : {-1, 1, 8, 9, 100, std::numeric_limits<std::int32_t>::max(),
                                     std::numeric_limits<std::int32_t>::min()}) {
    for (const std::uint64_t size : {0, 8, 12, 24, 192}) {
      EXPECT_THAT(error_of([&] { decode_header(MessageBytes(command, size).header()); }),
                  HasSubstr("command " + std::to_string(command) + " is none that QEMU 7.2 sends"));
    }
  }
}

TEST(ProxyMessage, RefusesAPayloadCutShort) {
  const MessageBytes message = bar_message(false, 0, 0, 4);
  const ProxyHeader header = decode_header(message.header());
  EXPECT_THAT(error_of([&] { decode_message(header, message.payload().first(23), 0); }),
              HasSubstr("BAR_READ: payload cut short"));
}

TEST(ProxyMessage, RefusesLengthsThatNoAccessHas) {
  for (const std::int32_t length : {0, 3, 5, 8, 16, -1, -4}) {
    EXPECT_THAT(error_of([&] { decode(config_message(false, 0, 0, length)); }),
                HasSubstr("PCI_CFGREAD: length "));
    EXPECT_THAT(error_of([&] { decode(config_message(true, 0, 0, length)); }),
                HasSubstr("PCI_CFGWRITE: length "));
  }
  for (const std::uint32_t length : {0U, 3U, 5U, 6U, 7U, 9U, 16U, ~0U}) {
    EXPECT_THAT(error_of([&] { decode(bar_message(false, 0, 0, length)); }),
                HasSubstr("BAR_READ: length " + std::to_string(length)));
    EXPECT_THAT(error_of([&] { decode(bar_message(true, 0, 0, length)); }),
                HasSubstr("BAR_WRITE: length " + std::to_string(length)));
  }
  for (const std::uint32_t length : {1U, 2U, 4U, 8U}) {
    EXPECT_EQ(std::get<BarAccess>(decode(bar_message(false, 0, 0, length))).bytes, length);
  }
}

TEST(ProxyMessage, RefusesConfigurationAccessesOutsideOneDword) {
  struct Case {
    std::uint32_t offset;
    std::int32_t length;
    bool good;
  };
  for (const Case &c :
       {Case{255, 1, true}, Case{254, 2, true}, Case{252, 4, true}, Case{0x11, 2, true},
        Case{0x13, 2, false}, Case{0x11, 4, false}, Case{0x12, 4, false}, Case{255, 2, false},
        Case{256, 1, false}, Case{256, 4, false}, Case{0xFFFF'FFFC, 4, false}}) {
    SCOPED_TRACE(testing::Message() << c.offset << " " << c.length);
    if (c.good) {
      EXPECT_EQ(std::get<ConfigAccess>(decode(config_message(false, c.offset, 0, c.length))).offset,
                c.offset);
    } else {
      EXPECT_THAT(error_of([&] { decode(config_message(true, c.offset, 0, c.length)); }),
                  HasSubstr("PCI_CFGWRITE: offset "));
    }
  }
}

TEST(ProxyMessage, RefusesDescriptorsWhereNoneBelong) {
  const std::pair<const char *, MessageBytes> messages[] = {
      {"PCI_CFGWRITE", config_message(true, 0, 0, 4)},
      {"PCI_CFGREAD", config_message(false, 0, 0, 4)},
      {"BAR_WRITE", bar_message(true, 0, 0, 4)},
      {"BAR_READ", bar_message(false, 0, 0, 4)},
      {"DEVICE_RESET", MessageBytes(7, 0)}};
  for (const auto &[name, message] : messages) {
    EXPECT_THAT(error_of([&] { decode(message, 1); }),
                HasSubstr(std::string(name) + ": 1 descriptors"));
  }
}

}  // namespace
}  // namespace dmar::cosim
