// SPDX-License-Identifier: Apache-2.0
// Cards, peer and capture on one network.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "cosim/error.hpp"
#include "cosim/network.hpp"
#include "cosim_support.hpp"
#include "net/arp.hpp"

namespace dmar::cosim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Station : public net::FrameSink {
 public:
  void frame(std::span<const std::uint8_t> bytes) override {
    frames.emplace_back(bytes.begin(), bytes.end());
  }
  std::vector<std::vector<std::uint8_t>> frames;
};

constexpr net::Mac kCard{0x02, 0xD3, 0xA0, 0, 0, 0x01};

net::Bytes question_for(net::Ip address) {
  return net::write_ethernet(
      {.destination = net::kBroadcast, .source = kCard, .type = net::ether_type::kArp},
      net::write_arp({.sender_mac = kCard, .sender = {}, .target_mac = {}, .target = address}));
}

class CosimNetwork : public testing::Test {
 protected:
  CosimNetwork() {
    const auto *info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("dmar_cosim_network_") + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CosimNetwork() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(CosimNetwork, ACableLeadsNowhereUntilItHasAnEnd) {
  Cable cable;
  cable.frame(question_for({}));
  Station station;
  cable.connect(station);
  cable.frame(question_for({}));
  ASSERT_EQ(station.frames.size(), 1U);
  EXPECT_EQ(station.frames[0], question_for({}));
}

TEST_F(CosimNetwork, ThePeerAnswersACard) {
  Network network(std::nullopt);
  Station card;
  Station other;
  net::FrameSink &port = network.attach(card);
  network.attach(other);
  EXPECT_FALSE(network.deliver());
  port.frame(question_for(network.peer().address()));
  for (int i = 0; i < 4 && network.deliver(); ++i) {
  }
  EXPECT_FALSE(network.deliver());
  ASSERT_EQ(card.frames.size(), 1U);
  const auto reply = net::read_arp(net::View(card.frames[0]).subspan(net::Ethernet::kHeader));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->operation, net::Arp::kReply);
  EXPECT_EQ(reply->target_mac, kCard);
  EXPECT_EQ(other.frames.size(), 1U);  // the question only: that went to everybody
  EXPECT_EQ(network.bridge().ports(), 3U);
  network.finish();
}

// Classic pcap: a header of 24 bytes, then 16 before each frame.
TEST_F(CosimNetwork, TheCaptureHasWhatPassed) {
  const fs::path file = folder_ / "net.pcap";
  Network network(file);
  Station card;
  const net::Bytes question = question_for(network.peer().address());
  network.attach(card).frame(question);
  while (network.deliver()) {
  }
  EXPECT_FALSE(fs::exists(file));  // not before it is whole
  network.finish();
  ASSERT_EQ(card.frames.size(), 1U);
  EXPECT_EQ(fs::file_size(file), 24 + 16 + question.size() + 16 + card.frames[0].size());
  std::ifstream in(file, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(std::equal(question.begin(), question.end(), bytes.begin() + 40));
}

TEST_F(CosimNetwork, ACaptureThatCannotBeWrittenIsAnError) {
  EXPECT_THAT(error_of([] { Network network("/nonexistent/net.pcap"); }),
              HasSubstr("/nonexistent/net.pcap"));
  Network full("/dev/full");
  Station card;
  net::FrameSink &port = full.attach(card);
  for (int i = 0; i < 200; ++i) port.frame(question_for({}));
  EXPECT_THAT(error_of([&] { full.finish(); }), HasSubstr("/dev/full"));
}

}  // namespace
}  // namespace dmar::cosim
