// SPDX-License-Identifier: Apache-2.0
// One proxy socket with a peer that cuts, joins, spoils and abandons its messages.
#include <gmock/gmock.h>

#include <random>

#include "cosim/proxy_link.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

class ProxyLinkTest : public testing::Test {
 protected:
  SocketPair pair;
  FileDescriptor &far = pair.far;
  ProxyLink link{std::move(pair.near), "disk 3"};
};

TEST_F(ProxyLinkTest, HasNothingToSayAtFirst) {
  EXPECT_FALSE(link.receive());
  EXPECT_FALSE(link.closed());
}

TEST_F(ProxyLinkTest, PutsMessagesTogetherByteByByte) {
  const MessageBytes message = bar_message(true, 0x1234'5678, 0xCAFE, 4);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < message.all().size(); ++i) {
      ASSERT_FALSE(link.receive()) << "after " << i << " bytes";
      send_all(far, std::span(message.all()).subspan(i, 1));
    }
    const auto received = link.receive();
    ASSERT_TRUE(received);
    EXPECT_EQ(std::get<BarAccess>(received->message).value, 0xCAFEU);
    EXPECT_FALSE(link.receive());
  }
}

TEST_F(ProxyLinkTest, TellsTwoMessagesApart) {
  std::vector<std::uint8_t> both = config_message(true, 4, 2, 2).all();
  const std::vector<std::uint8_t> second = MessageBytes(7, 0).all();
  const std::vector<std::uint8_t> third = bar_message(false, 0xFED9'0000, 0, 8).all();
  both.insert(both.end(), second.begin(), second.end());
  both.insert(both.end(), third.begin(), third.begin() + 5);  // the next one has only begun
  send_all(far, both);
  const auto first = link.receive();
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<ConfigAccess>(first->message).value, 2U);
  const auto next = link.receive();
  ASSERT_TRUE(next);
  EXPECT_TRUE(std::holds_alternative<DeviceReset>(next->message));
  EXPECT_FALSE(link.receive());
  send_all(far, std::span(third).subspan(5));
  const auto last = link.receive();
  ASSERT_TRUE(last);
  EXPECT_EQ(std::get<BarAccess>(last->message).bytes, 8U);
}

TEST_F(ProxyLinkTest, DescriptorsBelongToTheirMessage) {
  const FileDescriptor one = memory_file(0x1000);
  const FileDescriptor two = memory_file(0x3000);
  const TestRange ranges[] = {{0, 0x1000, 0}, {0x10'0000, 0x3000, 0}};
  const int descriptors[] = {one.raw(), two.raw()};
  send_all(far, config_message(false, 0, 0, 4).all());
  send_all(far, memory_message(ranges).all(), descriptors);
  send_all(far, config_message(false, 0, 0, 4).all());

  EXPECT_TRUE(link.receive()->descriptors.empty());
  const auto received = link.receive();
  ASSERT_TRUE(received);
  ASSERT_EQ(std::get<SyncMemory>(received->message).ranges.size(), 2U);
  ASSERT_EQ(received->descriptors.size(), 2U);
  EXPECT_EQ(::lseek(received->descriptors[0].raw(), 0, SEEK_END), 0x1000);
  EXPECT_EQ(::lseek(received->descriptors[1].raw(), 0, SEEK_END), 0x3000);
  // A child process that we start must not have them.
  EXPECT_EQ(::fcntl(received->descriptors[0].raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(link.receive()->descriptors.empty());
}

TEST_F(ProxyLinkTest, KeepsNoDescriptors) {
  const FileDescriptor file = memory_file(0x1000);
  const std::vector<int> eight(8, file.raw());
  const std::vector<int> two(2, file.raw());
  const std::vector<TestRange> ranges(8, TestRange{0, 0x1000, 0});
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 200; ++i) {
    send_all(far, memory_message(ranges).all(), eight);
    send_all(far, MessageBytes(6, 0).all(), two);
    EXPECT_EQ(link.receive()->descriptors.size(), 8U);
    EXPECT_EQ(link.receive()->descriptors.size(), 2U);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProxyLinkTest, ClosesDescriptorsOfRefusedMessages) {
  const FileDescriptor file = memory_file(0x1000);
  const std::vector<TestRange> ranges(8, TestRange{0, 0x1000, 0});
  const std::size_t before = open_descriptors();
  // Where none belong, more than a map has ranges, more than the buffer has room for.
  for (const auto &[count, command] : {std::pair{1, 5}, {9, 0}, {40, 0}, {3, 99}}) {
    SocketPair other;
    ProxyLink victim(std::move(other.near), "edu");
    const std::vector<int> descriptors(static_cast<std::size_t>(count), file.raw());
    const MessageBytes message = command == 0   ? memory_message(ranges)
                                 : command == 5 ? bar_message(false, 0, 0, 4)
                                                : MessageBytes(command, 0);
    send_all(other.far, message.all(), descriptors);
    EXPECT_THAT(error_of([&] { victim.receive(); }), HasSubstr("proxy of edu: "));
    EXPECT_TRUE(victim.closed());
    EXPECT_EQ(open_descriptors(), before + 2);  // only the two sockets
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProxyLinkTest, APeerMayLeaveBetweenTwoMessages) {
  send_all(far, MessageBytes(7, 0).all());
  far.close();
  EXPECT_TRUE(link.receive());
  EXPECT_FALSE(link.receive());
  EXPECT_TRUE(link.closed());
  EXPECT_FALSE(link.receive());
}

TEST_F(ProxyLinkTest, APeerMustNotLeaveInsideAMessage) {
  const std::vector<std::uint8_t> message = bar_message(false, 0xFED9'0000, 0, 4).all();
  for (const std::size_t bytes : {1U, 15U, 16U, 17U, 39U}) {
    SCOPED_TRACE(bytes);
    SocketPair other;
    ProxyLink victim(std::move(other.near), "disk 3");
    send_all(other.far, std::span(message).first(bytes));
    other.far.close();
    EXPECT_EQ(error_of([&] { victim.receive(); }),
              "proxy of disk 3: the emulator went away in the middle of a message");
    EXPECT_TRUE(victim.closed());
    EXPECT_FALSE(victim.receive());
  }
}

TEST_F(ProxyLinkTest, NamesTheDeviceOfAMalformedMessage) {
  send_all(far, MessageBytes(3, 13).zeros(13).all());
  EXPECT_EQ(error_of([&] { link.receive(); }),
            "proxy of disk 3: proxy message PCI_CFGREAD: 13 bytes of payload, expected 12");
  EXPECT_TRUE(link.closed());
}

TEST_F(ProxyLinkTest, RepliesWithTheValue) {
  link.reply(0x1234);
  const std::string text = received_text(far);
  const auto expected = encode_reply(0x1234);
  EXPECT_EQ(text, std::string(expected.begin(), expected.end()));
}

// The end of its process will tell why; here it only closes the link.
TEST_F(ProxyLinkTest, SurvivesAPeerThatLeftBeforeTheReply) {
  send_all(far, MessageBytes(7, 0).all());
  ASSERT_TRUE(link.receive());
  far.close();
  EXPECT_NO_THROW(link.reply(0));
  EXPECT_TRUE(link.closed());
}

// A peer asks and asks and never takes an answer: an error in the end, and no wait.
TEST_F(ProxyLinkTest, DoesNotWaitForAPeerThatTakesNoReplies) {
  ::alarm(300);
  const std::string error = error_of([&] {
    for (int i = 0; i < 1'000'000; ++i) link.reply(0);
  });
  ::alarm(0);
  EXPECT_THAT(error, HasSubstr("proxy of disk 3: "));
  EXPECT_TRUE(link.closed());
}

// Whatever comes: a message, nothing, or an error that names the device.
TEST(ProxyLinkGarbage, EndsInAMessageOrAnError) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::size_t before = open_descriptors();
  unsigned errors = 0;
  for (int round = 0; round < 500; ++round) {
    SocketPair pair;
    ProxyLink link(std::move(pair.near), "edu");
    std::vector<std::uint8_t> bytes(1 + random() % 300);
    for (std::uint8_t &byte : bytes) byte = static_cast<std::uint8_t>(random());
    if (round % 2 == 0) {  // a header that is good, so that the payload is looked at
      static constexpr std::uint64_t kSizes[] = {192, 8, 12, 12, 24, 24, 0, 0};
      const auto command = static_cast<std::int32_t>(random() % 8);
      bytes.resize(16 + 24);
      std::memcpy(bytes.data(), &command, sizeof command);
      std::memcpy(bytes.data() + 8, &kSizes[command], 8);
    }
    send_all(pair.far, bytes);
    pair.far.close();
    try {
      while (link.receive()) {
      }
    } catch (const CosimError &error) {
      ++errors;
      EXPECT_THAT(error.what(), testing::StartsWith("proxy of edu: "));
    }
    EXPECT_TRUE(link.closed());
  }
  EXPECT_GT(errors, 250U);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace dmar::cosim
