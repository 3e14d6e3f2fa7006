// SPDX-License-Identifier: Apache-2.0
// A vfio-user server with a peer that is malformed, greedy, impolite, or gone.
#include <gmock/gmock.h>

#include <cerrno>
#include <random>

#include "cosim_vfio_user_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

class VfioUserLinkTest : public VfioUserTest {
 protected:
  void agree() {
    send_all(far, VfioUserBytes(1).put(std::uint32_t{0}).all());
    EXPECT_FALSE(link.next_request());
    EXPECT_EQ(error_in(received(far)), 0);
  }
  // The error of a whole reply to message 7; -1 when it is none.
  static int error_in(const Bytes &reply) {
    if (reply.size() < 16) return -1;
    std::uint32_t fields[4];
    std::memcpy(fields, reply.data(), sizeof fields);
    EXPECT_EQ(fields[0] & 0xFFFF, 7U);
    EXPECT_EQ(fields[1], reply.size());
    EXPECT_EQ(fields[2] & 0xF, 1U);
    EXPECT_EQ((fields[2] & 0x20) != 0, fields[3] != 0);
    return static_cast<int>(fields[3]);
  }
  // Nothing of it comes through.
  void expect_refused(const VfioUserBytes &message, int error = EINVAL,
                      std::span<const int> descriptors = {}) {
    send_all(far, message.all(), descriptors);
    EXPECT_FALSE(link.next_request());
    EXPECT_EQ(error_in(received(far)), error);
    EXPECT_FALSE(link.closed());
  }
  std::optional<DeviceRequest> request_of(const VfioUserBytes &message,
                                          std::span<const int> descriptors = {}) {
    send_all(far, message.all(), descriptors);
    return link.next_request();
  }
  static VfioUserBytes access(bool write, std::uint32_t region, std::uint64_t offset,
                              std::uint32_t count) {
    return VfioUserBytes(write ? 10 : 9).put(offset).put(region).put(count);
  }
  static VfioUserBytes map(std::uint32_t flags, std::uint64_t start, std::uint64_t bytes) {
    return VfioUserBytes(2)
        .put(std::uint32_t{32})
        .put(flags)
        .put(std::uint64_t{0x1000})
        .put(start)
        .put(bytes);
  }
  static VfioUserBytes unmap(std::uint32_t flags, std::uint64_t start, std::uint64_t bytes) {
    return VfioUserBytes(3).put(std::uint32_t{24}).put(flags).put(start).put(bytes);
  }

  FileDescriptor far = connect();
};

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

TEST_F(VfioUserLinkTest, RefusesCommandsThatItDoesNotKnow) {
  agree();
  for (const unsigned command : {0U, 6U, 11U, 12U, 14U, 15U, 99U, 0xFFFFU}) {
    SCOPED_TRACE(command);
    expect_refused(VfioUserBytes(static_cast<std::uint16_t>(command)).put(std::uint64_t{0}),
                   ENOSYS);
  }
}

// Each command with every length but its own.
TEST_F(VfioUserLinkTest, RefusesPayloadsOfAnotherSize) {
  agree();
  const std::pair<std::uint16_t, unsigned> commands[] = {{2, 32}, {3, 24}, {4, 16}, {5, 32},
                                                         {7, 16}, {9, 16}, {13, 0}};
  for (const auto &[command, size] : commands) {
    for (unsigned other = 0; other < 64; ++other) {
      if (other == size) continue;
      SCOPED_TRACE(testing::Message() << "command " << command << " with " << other);
      VfioUserBytes message(command);
      for (unsigned i = 0; i < other; ++i) message.put(std::uint8_t{1});
      expect_refused(message);
    }
  }
  for (unsigned other = 0; other < 20; ++other) {
    VfioUserBytes message(8);
    for (unsigned i = 0; i < other; ++i) message.put(std::uint8_t{0});
    expect_refused(message);
  }
  for (const unsigned data : {0U, 3U, 5U, 8U}) {  // 4 are announced
    VfioUserBytes message = access(true, 0, 0, 4);
    for (unsigned i = 0; i < data; ++i) message.put(std::uint8_t{0});
    expect_refused(message);
  }
}

TEST_F(VfioUserLinkTest, RefusesRegionsAndIrqsThatAreNotThere) {
  agree();
  for (const std::uint32_t index : {9U, 10U, 0x7FFF'FFFFU, ~0U}) {
    VfioUserBytes region(5);
    region.put(std::uint64_t{32}).put(index);
    for (int i = 0; i < 5; ++i) region.put(std::uint32_t{0});
    expect_refused(region);
    expect_refused(access(false, index, 0, 4));
  }
  for (const std::uint32_t index : {3U, 4U, ~0U}) {
    expect_refused(VfioUserBytes(7).put(std::uint64_t{16}).put(index).put(std::uint32_t{0}));
    expect_refused(VfioUserBytes(8).put(std::uint64_t{20}).put(index).put(std::uint64_t{0}));
  }
}

TEST_F(VfioUserLinkTest, RefusesAccessesOutsideTheirRegion) {
  agree();
  link.guest_starts();
  struct Case {
    std::uint32_t region;
    std::uint64_t offset;
    std::uint32_t count;
  };
  for (const Case &c :
       {Case{0, 1 << 20, 4}, Case{0, (1 << 20) - 3, 4}, Case{0, ~0ULL, 1}, Case{0, ~0ULL - 3, 8},
        Case{1, 0, 4}, Case{5, 0, 1}, Case{6, 0, 4}, Case{8, 0, 1}, Case{7, 4096, 1},
        Case{7, 4093, 4}, Case{7, 0, 4097}, Case{7, 0x1'0000'0000, 4}}) {
    SCOPED_TRACE(testing::Message() << c.region << " at " << c.offset << ", " << c.count);
    expect_refused(access(false, c.region, c.offset, c.count));
    if (c.count > 8) continue;
    VfioUserBytes write = access(true, c.region, c.offset, c.count);
    for (unsigned i = 0; i < c.count; ++i) write.put(std::uint8_t{0xFF});
    expect_refused(write);
  }
}

TEST_F(VfioUserLinkTest, RefusesCountsThatNoAccessHas) {
  agree();
  for (const std::uint32_t count :
       {0U, 3U, 5U, 6U, 7U, 9U, 16U, 4096U, 65'536U, 65'537U, 1U << 20, 1U << 31, ~0U}) {
    SCOPED_TRACE(count);
    expect_refused(access(false, 0, 0, count));
  }
  for (const std::uint32_t count : {0U, 65'537U, ~0U}) expect_refused(access(false, 7, 0, count));
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

TEST_F(VfioUserLinkTest, RefusesMemoryThatCannotBe) {
  agree();
  const FileDescriptor file = memory_file(0x3000);
  const int one[] = {file.raw()};
  const int two[] = {file.raw(), file.raw()};
  const std::size_t before = open_descriptors();
  expect_refused(map(3, 0, 0), EINVAL, one);
  expect_refused(map(3, 0, 0x1000), EINVAL, two);
  expect_refused(map(3 | 4, 0, 0x1000), EINVAL, one);
  expect_refused(map(3, ~0ULL - 0xFFE, 0x1000), EINVAL, one);
  expect_refused(unmap(0, 0, 0));
  expect_refused(unmap(1, 0, 0x1000));
  expect_refused(unmap(2, 0, 0x1000));
  expect_refused(unmap(0, ~0ULL, 2));
  // Where none belong.
  expect_refused(access(false, 7, 0, 4), EINVAL, one);
  expect_refused(VfioUserBytes(13), EINVAL, one);
  EXPECT_EQ(open_descriptors(), before);
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

// Where one message ends and the next begins cannot be known any more.
TEST_F(VfioUserLinkTest, GivesUpOnHeadersWithoutSense) {
  agree();  // so that the name is free
  struct Case {
    VfioUserBytes message;
    const char *said;
  };
  for (const Case &c : {Case{VfioUserBytes(9).size(0), "message with command 9 is 0 bytes long"},
                        Case{VfioUserBytes(9).size(15), "is 15 bytes long"},
                        Case{VfioUserBytes(10).size(70'000), "is 70000 bytes long"},
                        Case{VfioUserBytes(10).size(~0U), "is 4294967295 bytes long"},
                        Case{VfioUserBytes(9).flags(1), "type 1 for command 9: it is no request"},
                        Case{VfioUserBytes(9).flags(2), "type 2 for command 9"}}) {
    SCOPED_TRACE(c.said);
    VfioUserLink victim(path, "edu", function);
    const FileDescriptor peer = connect();
    send_all(peer, c.message.all());
    const std::string error = error_of([&] { victim.next_request(); });
    EXPECT_THAT(error, testing::StartsWith("vfio-user of edu: "));
    EXPECT_THAT(error, HasSubstr(c.said));
    EXPECT_TRUE(victim.closed());
    EXPECT_FALSE(victim.next_request());
  }
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

// Whatever comes: a request, a refusal, or an error that names the device.
TEST_F(VfioUserLinkTest, GarbageEndsInARefusalOrAnError) {
  agree();  // so that the name is free
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::size_t before = open_descriptors();
  for (int round = 0; round < 500; ++round) {
    VfioUserLink victim(path, "edu", function);
    FileDescriptor peer = connect();
    send_all(peer, VfioUserBytes(1).put(std::uint32_t{0}).all());
    for (int i = 0; i < 20 && !victim.closed(); ++i) {
      VfioUserBytes message(static_cast<std::uint16_t>(1 + random() % 14));
      const unsigned words = random() % 12;
      for (unsigned w = 0; w < words; ++w) {
        message.put(static_cast<std::uint32_t>(random() % 3 == 0 ? random() : random() % 9));
      }
      if (random() % 20 == 0) message.flags(static_cast<std::uint32_t>(random()));
      if (random() % 20 == 0) message.size(static_cast<std::uint32_t>(random()));
      ::send(peer.raw(), message.all().data(), message.all().size(), MSG_NOSIGNAL);
      try {
        while (victim.next_request()) victim.answer(random());
      } catch (const CosimError &error) {
        EXPECT_THAT(error.what(), testing::StartsWith("vfio-user of edu: "));
        EXPECT_TRUE(victim.closed());
      }
      received(peer);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace dmar::cosim
