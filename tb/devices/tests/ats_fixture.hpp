// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB on a bus that does what the test says.
#ifndef DMAR_DEVICES_TESTS_ATS_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_ATS_FIXTURE_HPP

#include <gmock/gmock.h>

#include <array>
#include <list>
#include <optional>
#include <vector>

#include "devices/ats_port.hpp"
#include "devices/tests/fake_ats_bus.hpp"

namespace dmar::devices {

class AtsFixture : public ::testing::Test {
 protected:
  using Kind = FakeAtsBus::Kind;
  static constexpr std::uint64_t kRead = TranslationEntry::kRead;
  static constexpr std::uint64_t kWrite = TranslationEntry::kWrite;
  static constexpr std::uint64_t kBoth = kRead | kWrite;
  static constexpr std::uint64_t k2M = 1U << 21;

  AtsFixture() { port_.enable_translations(true); }

  // A transfer, with how it ended.
  struct Transfer {
    std::vector<std::uint8_t> bytes;
    std::optional<DmaStatus> status;
    unsigned ends = 0;
  };
  DmaPort::Done end_of(Transfer &transfer) {
    return [&transfer](DmaStatus status) {
      transfer.status = status;
      ++transfer.ends;
    };
  }
  Transfer &start_write(std::uint64_t address, std::size_t bytes = 8, std::uint8_t value = 0x5A) {
    Transfer &transfer = transfers_.emplace_back();
    transfer.bytes.assign(bytes, value);
    port_.write(Iova(address), transfer.bytes, end_of(transfer));
    return transfer;
  }
  Transfer &start_read(std::uint64_t address, std::size_t bytes = 8) {
    Transfer &transfer = transfers_.emplace_back();
    transfer.bytes.assign(bytes, 0);
    port_.read(Iova(address), transfer.bytes, end_of(transfer));
    return transfer;
  }
  DmaStatus write(std::uint64_t address, std::size_t bytes = 8, std::uint8_t value = 0x5A) {
    Transfer &transfer = start_write(address, bytes, value);
    EXPECT_TRUE(bus_.drain());
    EXPECT_EQ(transfer.ends, 1u);
    return transfer.status.value_or(DmaStatus::kMemoryError);
  }
  DmaStatus read(std::uint64_t address, std::size_t bytes = 8) {
    Transfer &transfer = start_read(address, bytes);
    EXPECT_TRUE(bus_.drain());
    EXPECT_EQ(transfer.ends, 1u);
    return transfer.status.value_or(DmaStatus::kMemoryError);
  }
  std::uint8_t byte_at(std::uint64_t address) {
    std::array<std::uint8_t, 1> byte{};
    EXPECT_TRUE(bus_.memory.read(HostAddr(address), byte));
    return byte[0];
  }
  void invalidate(std::uint64_t address, std::uint8_t itag, std::uint64_t bytes = 4096) {
    bus_.invalidate({.source_id = {}, .itag = itag, .payload = size_code::encode(address, bytes)});
  }
  // So that the device has an entry.
  void fill(std::uint64_t address) {
    ASSERT_EQ(write(address), DmaStatus::kOkay);
    bus_.asked.clear();
    bus_.translated_to.clear();
  }

  FakeAtsBus bus_;
  AtsPort port_{bus_};
  std::list<Transfer> transfers_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_ATS_FIXTURE_HPP
