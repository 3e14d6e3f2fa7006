// SPDX-License-Identifier: Apache-2.0
// The capture file: the exact bytes, that others read it, and that no error is lost.
#include "net/pcap.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <fstream>

#include "net/bridge.hpp"
#include "net/ethernet.hpp"
#include "net/tests/pcap_reader.hpp"
#include "net/tests/recording_station.hpp"
#include "net/tests/temporary_folder.hpp"

namespace dmar::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Bytes some_frame(std::size_t payload, std::uint8_t fill) {
  return write_ethernet({.destination = mac(2), .source = mac(1), .type = 0x88B5},
                        Bytes(payload, fill));
}

std::string message_of(const std::function<void()> &work) {
  try {
    work();
  } catch (const CaptureError &error) {
    return error.what();
  }
  return "";
}

class PcapTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "frames.pcap";
};

TEST_F(PcapTest, TheExactBytes) {
  PcapFile file(path_);
  file.frame(3'000'000'007, some_frame(1, 0x5A));
  file.finish();
  const Bytes expected{0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
                       0,                                // magic, version, two
                                                         // zeros
                       0x11, 0x00, 0x01, 0, 1, 0, 0, 0,  // longest frame, link type
                       3, 0, 0, 0, 7, 0, 0, 0, 15, 0, 0, 0, 15, 0, 0, 0, 2, 0, 0, 0, 0, 2, 2, 0, 0,
                       0, 0, 1, 0x88, 0xB5, 0x5A};
  EXPECT_EQ(file_contents(path_), expected);
}

TEST_F(PcapTest, ReadsBack) {
  PcapFile file(path_);
  const std::vector<CapturedFrame> frames{{0, some_frame(0, 0)},
                                          {999'999'999, some_frame(46, 1)},
                                          {1'000'000'000, some_frame(1500, 2)},
                                          {4'294'967'295'999'999'999, some_frame(65'535, 3)}};
  for (const CapturedFrame &frame : frames) file.frame(frame.nanoseconds, frame.bytes);
  EXPECT_EQ(file.frames(), 4U);
  file.finish();
  EXPECT_EQ(read_capture(path_), frames);
}

TEST_F(PcapTest, ACaptureWithoutFramesIsWhole) {
  PcapFile(path_).finish();
  EXPECT_THAT(read_capture(path_), IsEmpty());
}

TEST_F(PcapTest, TakesItsPlaceWhenItIsWhole) {
  std::ofstream(path_) << "before";
  {
    PcapFile file(path_);
    file.frame(1, some_frame(46, 1));
    EXPECT_EQ(file_contents(path_).size(), 6U);
  }
  EXPECT_THAT(folder_.names(), ElementsAre("frames.pcap"));
  EXPECT_EQ(file_contents(path_).size(), 6U);
  PcapFile(path_).finish();
  EXPECT_THAT(folder_.names(), ElementsAre("frames.pcap"));
  EXPECT_EQ(file_contents(path_).size(), 24U);
}

TEST_F(PcapTest, APlaceThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(message_of([&] { PcapFile file(folder_ / "none/frames.pcap"); }),
              HasSubstr("none/frames.pcap: cannot be written: No such file"));
}

TEST_F(PcapTest, AFullDeviceIsAnErrorAtTheEndOnly) {
  PcapFile file("/dev/full");
  for (unsigned i = 0; i < 3; ++i) file.frame(i, some_frame(46, 1));
  EXPECT_TRUE(file.failed());
  EXPECT_EQ(file.frames(), 0U);
  EXPECT_EQ(message_of([&] { file.finish(); }),
            "/dev/full: cannot be written: No space left on device");
}

// A limit on the size of files stands for a full disk. One frame stays in the buffer until the end,
// a hundred do not.
TEST_F(PcapTest, AFullDiskLeavesNothing) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  for (const unsigned count : {1U, 100U}) {
    const rlimit little{.rlim_cur = 512, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &little);
    std::string message;
    {
      PcapFile file(path_);
      for (unsigned i = 0; i < count; ++i) file.frame(i, some_frame(1500, 1));
      EXPECT_EQ(file.failed(), count > 1);
      message = message_of([&] { file.finish(); });
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(message, HasSubstr("frames.pcap: cannot be written: File too large"));
    EXPECT_THAT(folder_.names(), IsEmpty());
  }
  std::signal(SIGXFSZ, SIG_DFL);
}

TEST_F(PcapTest, TapsABridge) {
  Bridge bridge;
  std::array<RecordingStation, 3> stations;
  std::vector<FrameSink *> ports;
  for (RecordingStation &station : stations) ports.push_back(&bridge.attach(station));
  PcapFile file(path_);
  std::uint64_t now = 5;
  PcapTap tap(file, [&] { return now; });
  bridge.tap(tap);
  ports[0]->frame(some_frame(46, 1));
  now = 2'000'000'001;
  ports[1]->frame(some_frame(60, 2));
  now = 3'000'000'000;
  bridge.deliver();
  file.finish();
  EXPECT_THAT(read_capture(path_), ElementsAre(CapturedFrame{5, some_frame(46, 1)},
                                               CapturedFrame{2'000'000'001, some_frame(60, 2)}));
}

std::string output_of(const std::string &command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> pipe(::popen(command.c_str(), "r"),
                                                              &::pclose);
  std::string text;
  std::array<char, 256> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) text += line.data();
  return text;
}

TEST_F(PcapTest, TcpdumpReadsIt) {
  if (output_of("tcpdump --version 2>&1").find("libpcap") == std::string::npos) {
    GTEST_SKIP() << "NOT TESTED: tcpdump is not installed (Debian package tcpdump)";
  }
  PcapFile file(path_);
  file.frame(3'000'000'007, some_frame(46, 1));
  file.frame(4'500'000'000, some_frame(100, 2));
  file.finish();
  const std::string text =
      output_of("tcpdump -r '" + path_.string() + "' -e -n -tt --nano -Z \"$(id -un)\" 2>&1");
  EXPECT_THAT(text, HasSubstr("link-type EN10MB (Ethernet)"));
  EXPECT_THAT(text, HasSubstr("3.000000007 02:00:00:00:00:01 > 02:00:00:00:00:02, "
                              "ethertype Unknown (0x88b5), length 60:"));
  EXPECT_THAT(text, HasSubstr("4.500000000 02:00:00:00:00:01 > 02:00:00:00:00:02, "
                              "ethertype Unknown (0x88b5), length 114:"));
}

}  // namespace
}  // namespace dmar::net
