// SPDX-License-Identifier: Apache-2.0
// Messages that a real QEMU sent to the server of a function, and the replies that it took.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "cosim/guest_memory.hpp"
#include "cosim_vfio_user_support.hpp"

namespace dmar::cosim {
namespace {

struct Recorded {
  std::vector<std::uint8_t> message = {};
  int descriptors = 0;
  std::vector<std::uint8_t> reply = {};
  bool guest_runs = false;
};

std::vector<std::uint8_t> bytes_of(std::istringstream &words, int &descriptors) {
  std::vector<std::uint8_t> bytes;
  for (std::string word; words >> word;) {
    if (word.starts_with("+")) {
      descriptors = std::stoi(word.substr(1));
    } else if (word.starts_with("00*")) {
      bytes.resize(bytes.size() + std::stoul(word.substr(3)));
    } else {
      for (std::size_t i = 0; i + 1 < word.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(word.substr(i, 2), nullptr, 16)));
      }
    }
  }
  return bytes;
}

std::vector<Recorded> recorded() {
  std::vector<Recorded> all;
  std::ifstream file(DMAR_UNIT_TEST_DIR "/vfio_user_qemu11.txt");
  bool guest_runs = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "# guest starts") guest_runs = true;
    std::istringstream words(line.substr(1));
    int descriptors = 0;
    if (line.starts_with(">")) {
      all.push_back({.message = bytes_of(words, descriptors), .guest_runs = guest_runs});
      all.back().descriptors = descriptors;
    } else if (line.starts_with("<")) {
      all.back().reply = bytes_of(words, descriptors);
    }
  }
  return all;
}

class VfioUserRecorded : public VfioUserTest {
 protected:
  // Sends one message and carries it out as a machine does.
  void play(const Recorded &one) {
    const FileDescriptor ram = memory_file(512ULL << 20);
    const std::vector<int> descriptors(static_cast<std::size_t>(one.descriptors), ram.raw());
    send_all(far, one.message, descriptors);
    const auto request = link.next_request();
    if (!request) return;
    std::uint64_t value = 0;
    if (const auto *added = std::get_if<MemoryAdded>(&*request)) memory.add(added->range);
    if (const auto *removed = std::get_if<MemoryRemoved>(&*request)) {
      memory.remove(removed->start, removed->bytes);
    }
    if (std::holds_alternative<DeviceReset>(*request)) {
      function.reset();
      ++resets;
    }
    if (const auto *access = std::get_if<BarAccess>(&*request)) {
      memory.settle();
      accesses.push_back(*access);
      if (!access->write) std::memcpy(&value, one.reply.data() + 32, access->bytes);
    }
    link.answer(value);
  }

  FileDescriptor far = connect();
  GuestMemory memory;
  std::vector<BarAccess> accesses;
  unsigned resets = 0;
};

TEST_F(VfioUserRecorded, EveryReplyIsAsItWas) {
  const std::vector<Recorded> all = recorded();
  ASSERT_EQ(all.size(), 105U);
  bool guest_runs = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "message " << i + 1);
    if (all[i].guest_runs && !guest_runs) link.guest_starts();
    guest_runs = all[i].guest_runs;
    ASSERT_NO_THROW(play(all[i]));
    ASSERT_EQ(received(far), all[i].reply);
  }
  EXPECT_EQ(resets, 1U);
  // Where firmware put the BAR, and what the driver did there.
  EXPECT_EQ(function.config.bar(0).address, 0xFEB0'0000U);
  ASSERT_GE(accesses.size(), 3U);
  EXPECT_FALSE(accesses[0].write);
  EXPECT_EQ(accesses[0].address, 0xFEB0'0000U);
  EXPECT_EQ(accesses[0].bytes, 4U);
  EXPECT_TRUE(accesses[1].write);
  EXPECT_EQ(accesses[1].address, 0xFEB0'0080U);
  EXPECT_EQ(accesses[1].bytes, 8U);
  // All of RAM, with the pieces that firmware has protected.
  std::uint8_t byte = 0;
  const auto writable = [&](std::uint64_t address) {
    EXPECT_TRUE(memory.read(HostAddr(address), {&byte, 1})) << std::hex << address;
    return memory.write(HostAddr(address), {&byte, 1});
  };
  EXPECT_TRUE(writable(0));
  EXPECT_FALSE(writable(0xC'3000));
  EXPECT_TRUE(writable(0xE'8000));
  EXPECT_FALSE(writable(0xF'0000));
  EXPECT_TRUE(writable(0x1FFF'FFFF));
  EXPECT_FALSE(memory.read(HostAddr(0x2000'0000), {&byte, 1}));
  EXPECT_FALSE(memory.read(HostAddr(0xFFFC'0000), {&byte, 1}));  // ROM comes without a descriptor
}

// However the stream is cut.
TEST_F(VfioUserRecorded, ComesInPieces) {
  for (const Recorded &one : recorded()) {
    if (one.guest_runs) break;
    const FileDescriptor ram = memory_file(512ULL << 20);
    const std::vector<int> descriptors(static_cast<std::size_t>(one.descriptors), ram.raw());
    std::optional<DeviceRequest> request;
    for (std::size_t i = 0; i < one.message.size(); ++i) {
      ASSERT_FALSE(request);
      ASSERT_TRUE(received(far).empty());
      send_all(far, std::span(one.message).subspan(i, 1),
               i == 0 ? std::span<const int>(descriptors) : std::span<const int>());
      request = link.next_request();
    }
    if (request) link.answer(0);
    ASSERT_EQ(received(far), one.reply);
  }
}

}  // namespace
}  // namespace dmar::cosim
