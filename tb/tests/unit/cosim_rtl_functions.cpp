// SPDX-License-Identifier: Apache-2.0
// The functions of a machine with what is at their other ends, without an emulator before them.
#include <filesystem>
#include <fstream>

#include "cosim/error.hpp"
#include "cosim/functions.hpp"
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class CosimRtlFunctions : public CosimRtl {
 protected:
  CosimRtlFunctions() {
    const auto *info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("dmar_cosim_functions_") + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const char *name : {"a.img", "b.img"}) {
      std::ofstream(folder_ / name) << std::string(1 << 16, '\0');
    }
    options_.disks = {{.image = folder_ / "a.img"}, {.image = folder_ / "b.img"}};
    options_.networks = {{.mac = {2, 0, 0, 0, 0, 1}}};
  }
  ~CosimRtlFunctions() override { fs::remove_all(folder_); }

  Functions make() {
    return {
        options_, [this](const Placement &) -> DmaEngine & { return engine_; },
        [this](std::size_t function, bool asserted) { pins_.emplace_back(function, asserted); }};
  }

  fs::path folder_;
  MachineOptions options_;
  std::vector<std::pair<std::size_t, bool>> pins_;
  DmaEngine engine_{unit, [](const Message &) {}};
};

TEST_F(CosimRtlFunctions, AreWhatTheirPlacesSay) {
  Functions functions = make();
  ASSERT_EQ(functions.count(), 4U);
  const auto places = placements(options_);
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(functions.at(i).placement, places[i]);
  }
  EXPECT_EQ(functions.at(0).device->config_read(0, 4), 0x1042'1AF4U);  // virtio-blk
  EXPECT_EQ(functions.at(2).device, &functions.edu());
  EXPECT_EQ(functions.at(3).device, functions.network_cards().at(0).get());
  EXPECT_EQ(functions.at(3).device->config_read(0, 4), 0x1041'1AF4U);  // virtio-net
  EXPECT_EQ(functions.network()->bridge().ports(), 2U);                // peer and card
  EXPECT_THAT(functions.errors(), IsEmpty());
  EXPECT_FALSE(functions.deliver());
  EXPECT_FALSE(functions.tick());
  EXPECT_THROW((void)functions.at(4), std::out_of_range);
}

TEST_F(CosimRtlFunctions, HaveANetworkOnlyWithACard) {
  options_.networks.clear();
  options_.capture = folder_ / "net.pcap";
  Functions functions = make();
  EXPECT_EQ(functions.network(), nullptr);
  EXPECT_FALSE(functions.deliver());
  functions.finish();
  EXPECT_FALSE(fs::exists(folder_ / "net.pcap"));
}

TEST_F(CosimRtlFunctions, TheEndMakesTheCapture) {
  options_.capture = folder_ / "net.pcap";
  {
    Functions functions = make();
    EXPECT_FALSE(fs::exists(folder_ / "net.pcap"));
    functions.finish();
  }
  EXPECT_EQ(fs::file_size(folder_ / "net.pcap"), 24U);  // its header
  options_.capture = "/nonexistent/net.pcap";
  EXPECT_THROW(make(), CosimError);
}

TEST_F(CosimRtlFunctions, NameTheDiskThatIsNotThere) {
  options_.disks[1].image = folder_ / "absent.img";
  try {
    make();
    FAIL() << "no CosimError";
  } catch (const CosimError &error) {
    EXPECT_THAT(error.what(), HasSubstr("absent.img"));
  }
}

// A pin tells which function it belongs to.
TEST_F(CosimRtlFunctions, PinsHaveTheNumberOfTheirFunction) {
  Functions functions = make();
  functions.at(3).port->set_pin(true);
  functions.at(0).port->set_pin(true);
  functions.at(3).port->set_pin(false);
  EXPECT_THAT(pins_,
              testing::ElementsAre(std::pair(std::size_t{3}, true), std::pair(std::size_t{0}, true),
                                   std::pair(std::size_t{3}, false)));
}

}  // namespace
}  // namespace dmar::cosim
