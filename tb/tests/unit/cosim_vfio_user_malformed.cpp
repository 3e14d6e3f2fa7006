// SPDX-License-Identifier: Apache-2.0
// A vfio-user server with a peer whose messages are none, or ask for what is not there.
#include <gmock/gmock.h>

#include <cerrno>
#include <random>

#include "cosim_vfio_user_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

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
