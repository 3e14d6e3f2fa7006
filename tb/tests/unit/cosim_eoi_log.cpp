// SPDX-License-Identifier: Apache-2.0
// The log of broadcast ends of interrupt: whole lines, other lines, a writer that goes away.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <array>
#include <string>

#include "cosim/eoi_log.hpp"
#include "cosim/error.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EoiLogTest : public testing::Test {
 protected:
  EoiLogTest() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("pipe2");
    log = EoiLog(FileDescriptor(ends[0]));
    writer = FileDescriptor(ends[1]);
  }
  void write(const std::string &text) {
    ASSERT_EQ(::write(writer.raw(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  EoiLog log{FileDescriptor()};
  FileDescriptor writer;
};

TEST_F(EoiLogTest, TellsVectorsInTheirOrder) {
  EXPECT_THAT(log.receive(), IsEmpty());
  write(
      "ioapic_eoi_broadcast EOI broadcast for vector 81\n"
      "ioapic_eoi_broadcast EOI broadcast for vector 255\n"
      "4711@1700000000.000001:ioapic_eoi_broadcast EOI broadcast for vector 81\n");
  EXPECT_THAT(log.receive(), ElementsAre(81, 255, 81));
  EXPECT_THAT(log.receive(), IsEmpty());
}

TEST_F(EoiLogTest, WaitsForTheRestOfALine) {
  write("ioapic_eoi_broadcast EOI broadcast for vec");
  EXPECT_THAT(log.receive(), IsEmpty());
  write("tor 4");
  EXPECT_THAT(log.receive(), IsEmpty());
  write("9\nioapic");
  EXPECT_THAT(log.receive(), ElementsAre(49));
}

TEST_F(EoiLogTest, LeavesOtherLinesAlone) {
  write("ioapic_set_irq vector: 9 level: 1\n\nwarning: 12\n");
  EXPECT_THAT(log.receive(), IsEmpty());
}

TEST_F(EoiLogTest, RefusesABroadcastWithoutAVector) {
  for (const char *line : {"ioapic_eoi_broadcast\n", "ioapic_eoi_broadcast for vector 256\n",
                           "ioapic_eoi_broadcast for vector 8x\n"}) {
    write(line);
    EXPECT_THAT(error_of([&] { log.receive(); }), HasSubstr("names no vector")) << line;
    log = EoiLog(FileDescriptor(::fcntl(log.descriptor(), F_DUPFD_CLOEXEC, 0)));
  }
}

TEST_F(EoiLogTest, EndsWithItsWriter) {
  write("ioapic_eoi_broadcast EOI broadcast for vector 50\n");
  writer.close();
  EXPECT_THAT(log.receive(), ElementsAre(50));
  EXPECT_EQ(log.descriptor(), -1);
  EXPECT_THAT(log.receive(), IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
