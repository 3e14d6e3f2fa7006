// SPDX-License-Identifier: Apache-2.0
// A vfio-user server with a peer that asks for what there is, waits for no reply, or leaves.
#include <gmock/gmock.h>

#include <cerrno>

#include "cosim_vfio_user_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

TEST_F(VfioUserTest, WaitsForItsPeer) {
  EXPECT_FALSE(link.next_request());
  EXPECT_FALSE(link.closed());
  EXPECT_TRUE(std::filesystem::is_socket(path));
  const int listener = link.descriptor();
  const FileDescriptor far = connect();
  EXPECT_FALSE(link.next_request());
  EXPECT_NE(link.descriptor(), listener);
  EXPECT_FALSE(std::filesystem::exists(path)) << "nobody else may come";
}

TEST_F(VfioUserTest, TakesANameThatIsTooLongForNone) {
  const std::string longest(200, 'x');
  EXPECT_THAT(error_of([&] { VfioUserLink(path.parent_path() / longest, "edu", function); }),
              HasSubstr("too long for the name of a socket"));
}

TEST_F(VfioUserLinkTest, AgreesOnOneVersionOnly) {
  expect_refused(VfioUserBytes(1).put(std::uint16_t{1}).put(std::uint16_t{0}));
  expect_refused(VfioUserBytes(1).put(std::uint32_t{0}).put('x'));  // no end of the text
  expect_refused(VfioUserBytes(1).put(std::uint16_t{0}));
  expect_refused(VfioUserBytes(4).put(std::uint64_t{16}).put(std::uint64_t{0}));  // too early
  agree();
  expect_refused(VfioUserBytes(1).put(std::uint32_t{0}));
}

TEST_F(VfioUserLinkTest, PassesAccessesOfABar) {
  agree();
  function.config.write(0x10, 4, 0xFEB0'0000);
  for (const std::uint32_t count : {1U, 2U, 4U, 8U}) {
    VfioUserBytes write = access(true, 0, 0x80, count);
    for (unsigned i = 0; i < count; ++i) write.put(static_cast<std::uint8_t>(0x11 * (i + 1)));
    const auto written = request_of(write);
    ASSERT_TRUE(written);
    const auto &w = std::get<BarAccess>(*written);
    EXPECT_TRUE(w.write && w.memory);
    EXPECT_EQ(w.address, 0xFEB0'0080U);
    EXPECT_EQ(w.bytes, count);
    EXPECT_EQ(w.value, 0x8877'6655'4433'2211U & (~0ULL >> (64 - 8 * count)));
    EXPECT_TRUE(received(far).empty()) << "answered too early";
    link.answer(0xDEAD);
    EXPECT_EQ(received(far).size(), 32U);

    const auto read = request_of(access(false, 0, 0xFFFF8, count));
    ASSERT_TRUE(read);
    EXPECT_FALSE(std::get<BarAccess>(*read).write);
    EXPECT_EQ(std::get<BarAccess>(*read).address, 0xFEBF'FFF8U);
    link.answer(0x8877'6655'4433'2211);
    const Bytes reply = received(far);
    ASSERT_EQ(reply.size(), 32U + count);
    for (unsigned i = 0; i < count; ++i) EXPECT_EQ(reply[32 + i], 0x11 * (i + 1));
  }
}

// Posted: nobody waits for an answer, and none of them may be taken for that of the next message.
TEST_F(VfioUserLinkTest, AnswersNoMessageThatWantsNoReply) {
  agree();
  VfioUserBytes write = access(true, 0, 0, 4);
  write.put(std::uint32_t{5});
  ASSERT_TRUE(request_of(write.flags(0x10)));
  link.answer(0);
  EXPECT_TRUE(received(far).empty());
  VfioUserBytes config = access(true, 7, 0x3C, 1);
  config.put(std::uint8_t{9});
  EXPECT_FALSE(request_of(config.flags(0x10)));
  EXPECT_EQ(function.config.pin_line(), 9);
  EXPECT_FALSE(request_of(VfioUserBytes(99).flags(0x10)));
  EXPECT_TRUE(received(far).empty());
  ASSERT_TRUE(request_of(VfioUserBytes(13)));
  link.answer(0);
  EXPECT_EQ(received(far).size(), 16U);
}

TEST_F(VfioUserLinkTest, PassesMemory) {
  agree();
  const FileDescriptor file = memory_file(0x3000);
  const int descriptors[] = {file.raw()};
  const auto added = request_of(map(3, 0x10'0000, 0x2000), descriptors);
  ASSERT_TRUE(added);
  const RamRange &range = std::get<MemoryAdded>(*added).range;
  EXPECT_EQ(range.start, 0x10'0000U);
  EXPECT_EQ(range.bytes, 0x2000U);
  EXPECT_EQ(range.offset, 0x1000U);
  EXPECT_TRUE(range.writable);
  EXPECT_EQ(::lseek(range.file.raw(), 0, SEEK_END), 0x3000);
  link.answer(0);
  EXPECT_EQ(error_in(received(far)), 0);

  EXPECT_FALSE(std::get<MemoryAdded>(*request_of(map(1, 0, 0x1000), descriptors)).range.writable);
  link.answer(0);
  received(far);
  const auto removed = request_of(unmap(0, 0x10'0000, 0x2000));
  EXPECT_EQ(std::get<MemoryRemoved>(*removed).start, 0x10'0000U);
  EXPECT_EQ(std::get<MemoryRemoved>(*removed).bytes, 0x2000U);
  link.answer(0);
  EXPECT_EQ(received(far).size(), 40U);
  EXPECT_TRUE(std::get<MemoryMap>(*request_of(unmap(2, 0, 0))).ranges.empty());
  link.answer(0);
  EXPECT_EQ(received(far).size(), 40U);
}

// Memory without a descriptor is none that two processes share: it is agreed to, and not there.
TEST_F(VfioUserLinkTest, HasNoMemoryWithoutADescriptor) {
  agree();
  const auto request = request_of(map(1, 0xFFFC'0000, 0x4'0000));
  ASSERT_TRUE(request);
  EXPECT_TRUE(std::holds_alternative<NothingToDo>(*request));
  link.answer(0);
  EXPECT_EQ(error_in(received(far)), 0);
}

TEST_F(VfioUserLinkTest, TakesAnyEventsForItsIrqs) {
  agree();
  const FileDescriptor file = memory_file(0x1000);
  const std::vector<int> many(9, file.raw());
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    send_all(far, VfioUserBytes(8).put(std::uint64_t{20}).put(0).put(std::uint64_t{0}).all(), many);
    EXPECT_FALSE(link.next_request());
    EXPECT_EQ(error_in(received(far)), 0);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(VfioUserLinkTest, APeerMayLeaveBetweenTwoMessages) {
  agree();
  far.close();
  EXPECT_FALSE(link.next_request());
  EXPECT_TRUE(link.closed());
}

TEST_F(VfioUserLinkTest, APeerMustNotLeaveInsideAMessage) {
  agree();  // so that the name is free
  for (const std::size_t bytes : {1U, 15U, 16U, 31U}) {
    VfioUserLink victim(path, "edu", function);
    FileDescriptor peer = connect();
    send_all(peer, std::span(access(false, 0, 0, 4).all()).first(bytes));
    peer.close();
    EXPECT_EQ(error_of([&] { victim.next_request(); }),
              "vfio-user of edu: the emulator went away in the middle of a message");
  }
}

TEST_F(VfioUserLinkTest, SurvivesAPeerThatLeftBeforeTheReply) {
  agree();
  ASSERT_TRUE(request_of(access(false, 0, 0, 4)));
  far.close();
  EXPECT_NO_THROW(link.answer(0));
  EXPECT_TRUE(link.closed());
}

// A peer asks and asks and never takes an answer: an error in the end, and no wait.
TEST_F(VfioUserLinkTest, DoesNotWaitForAPeerThatTakesNoReplies) {
  agree();
  ::alarm(300);
  const std::string error = error_of([&] {
    for (int i = 0; i < 1'000'000; ++i) request_of(access(false, 7, 0, 4096));
  });
  ::alarm(0);
  EXPECT_THAT(error, HasSubstr("vfio-user of edu: "));
  EXPECT_TRUE(link.closed());
}

}  // namespace
}  // namespace dmar::cosim
