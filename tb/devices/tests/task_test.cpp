// SPDX-License-Identifier: Apache-2.0
// Tasks, their scope, and transfers awaited alone and in groups; the image behind a disk.
#include "devices/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "devices/disk.hpp"
#include "devices/scatter.hpp"
#include "devices/task_scope.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/temporary_disk.hpp"
#include "devices/transfer.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Task<std::string> name_of(DmaPort &port, std::string prefix) {
  std::array<std::uint8_t, 4> bytes{};
  const DmaStatus status = co_await dma_read(port, Iova(0x1000), bytes);
  co_return prefix + (status == DmaStatus::kOkay ? std::to_string(bytes[0]) : "blocked");
}

Task<void> append_names(DmaPort &port, std::vector<std::string> &names, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    Task<std::string> naming = name_of(port, std::to_string(i) + "-");
    std::string name = co_await naming;
    names.push_back(std::move(name));
  }
}

Task<void> throw_later(DmaPort &port) {
  std::array<std::uint8_t, 1> byte{};
  co_await dma_write(port, Iova(0), byte);
  throw std::runtime_error("later");
}

Task<void> catch_it(DmaPort &port, std::string &caught) {
  Task<void> throwing = throw_later(port);
  try {
    co_await throwing;
  } catch (const std::runtime_error &error) {
    caught = error.what();
  }
}

Task<void> read_until_stopped(DmaPort &port, const TaskScope &scope, unsigned &rounds) {
  std::array<std::uint8_t, 1> byte{};
  while (!scope.stopping()) {
    co_await dma_read(port, Iova(0), byte);
    ++rounds;
  }
}

class TaskTest : public ::testing::Test {
 protected:
  FakePort port_;
  TaskScope scope_;
};

TEST_F(TaskTest, GoesOnWhenItsTransferHasEnded) {
  port_.memory.write8(HostAddr(0x1000), 42);
  std::vector<std::string> names;
  scope_.start(append_names(port_, names, 2));
  EXPECT_THAT(names, ElementsAre());
  EXPECT_FALSE(scope_.idle());
  port_.pump();
  EXPECT_THAT(names, ElementsAre("0-42"));
  port_.refuse(0x1003, 1);
  port_.pump();
  EXPECT_THAT(names, ElementsAre("0-42", "1-blocked"));
  EXPECT_TRUE(scope_.idle());
}

TEST_F(TaskTest, ThatNeverWaitsEndsAtOnce) {
  std::vector<std::string> names;
  scope_.start(append_names(port_, names, 0));
  EXPECT_TRUE(scope_.idle());
}

TEST_F(TaskTest, ExceptionsReachTheAwaitingTask) {
  std::string caught;
  scope_.start(catch_it(port_, caught));
  port_.drain();
  EXPECT_EQ(caught, "later");
  EXPECT_TRUE(scope_.idle());
}

TEST_F(TaskTest, ThatIsNeverAwaitedNeverStarts) {
  std::vector<std::string> names;
  { const Task<void> task = append_names(port_, names, 1); }
  EXPECT_EQ(port_.pending(), 0u);
}

TEST_F(TaskTest, StopIsCompleteWhenTheLastOneHasEnded) {
  unsigned rounds = 0;
  unsigned stopped = 0;
  scope_.start(read_until_stopped(port_, scope_, rounds));
  scope_.start(read_until_stopped(port_, scope_, rounds));
  for (unsigned i = 0; i < 10; ++i) port_.pump();
  EXPECT_EQ(rounds, 10u);
  scope_.stop([&] { stopped += 100; });
  scope_.stop([&] { stopped += 1; });
  EXPECT_TRUE(scope_.stopping());
  port_.pump();
  EXPECT_EQ(stopped, 0u);
  EXPECT_EQ(scope_.running(), 1u);
  port_.pump();
  EXPECT_EQ(stopped, 1u) << "only the second call counts";
  EXPECT_FALSE(scope_.stopping());
  EXPECT_TRUE(scope_.idle());
  scope_.stop([&] { stopped += 1; });
  EXPECT_EQ(stopped, 2u) << "at once when nothing runs";
}

Task<void> await_group(DmaPort &port, std::vector<std::uint8_t> &out, DmaStatus &worst) {
  TransferGroup group(port);
  for (std::size_t i = 0; i < out.size(); ++i)
    group.read(Iova(0x100 * i), std::span(out).subspan(i, 1));
  worst = co_await group;
}

TEST_F(TaskTest, GroupEndsWithItsLastTransferAndTheWorstStatus) {
  for (unsigned i = 0; i < 8; ++i) {
    port_.memory.write8(HostAddr(0x100 * i), static_cast<std::uint8_t>(i + 1));
  }
  std::vector<std::uint8_t> out(8);
  DmaStatus worst = DmaStatus::kMemoryError;
  scope_.start(await_group(port_, out, worst));
  EXPECT_EQ(port_.pending(), 8u);
  for (unsigned i = 0; i < 7; ++i) port_.pump();
  EXPECT_FALSE(scope_.idle());
  port_.pump();
  EXPECT_TRUE(scope_.idle());
  EXPECT_EQ(worst, DmaStatus::kOkay);
  EXPECT_THAT(out, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));

  port_.refuse(0x300, 1);
  scope_.start(await_group(port_, out, worst));
  port_.drain();
  EXPECT_EQ(worst, DmaStatus::kBlocked);

  std::vector<std::uint8_t> none;
  scope_.start(await_group(port_, none, worst));
  EXPECT_TRUE(scope_.idle()) << "nothing to wait for";
}

TEST(Pieces, OfAStringOfSegments) {
  const std::vector<Segment> segments{
      {Iova(0x1000), 10}, {Iova(0x9000), 0}, {Iova(0x2000), 5}, {Iova(0x3000), 100}};
  std::vector<std::array<std::uint64_t, 3>> seen;
  const auto visit = [&](Iova address, std::uint64_t position, std::uint64_t bytes) {
    seen.push_back({address.raw(), position, bytes});
  };
  for_each_piece(segments, 8, 9, visit);
  using Piece = std::array<std::uint64_t, 3>;
  EXPECT_THAT(seen, ElementsAre(Piece{0x1008, 0, 2}, Piece{0x2000, 2, 5}, Piece{0x3000, 7, 2}));
  seen.clear();
  for_each_piece(segments, 15, 100, visit);
  EXPECT_THAT(seen, ElementsAre(Piece{0x3000, 0, 100}));
  EXPECT_EQ(total_bytes(segments), 115u);
}

TEST(DiskImage, StaysInsideItsSectors) {
  const TemporaryDisk image(1024 + 100);
  Disk disk(image.path());
  EXPECT_EQ(disk.sectors(), 2u);
  std::vector<std::uint8_t> bytes(512);
  EXPECT_TRUE(disk.read(512, bytes));
  EXPECT_EQ(bytes[0], TemporaryDisk::byte_at(512));
  EXPECT_FALSE(disk.read(513, bytes));
  EXPECT_FALSE(disk.read(~std::uint64_t{0}, bytes));
  EXPECT_FALSE(disk.write(1024, bytes));
  EXPECT_TRUE(disk.sync());
}

TEST(DiskImage, ReadOnlyIsNeverWritten) {
  const TemporaryDisk image(1024);
  Disk disk(image.path(), Disk::Mode::kReadOnly);
  const std::vector<std::uint8_t> zeros(512);
  EXPECT_FALSE(disk.write(0, zeros));
  EXPECT_EQ(image.contents()[1], TemporaryDisk::byte_at(1));
}

TEST(DiskImage, SaysWhyItCannotBeUsed) {
  const auto reason = [](const std::filesystem::path &path) -> std::string {
    try {
      const Disk disk(path);
      return "usable";
    } catch (const DiskError &error) {
      return error.what();
    }
  };
  EXPECT_THAT(reason("/nonexistent/image"), HasSubstr("/nonexistent/image: cannot be opened"));
  EXPECT_THAT(reason("/dev/null"), HasSubstr("neither a file nor a block device"));
  const TemporaryDisk image(511);
  EXPECT_THAT(reason(image.path()), HasSubstr("smaller than one sector"));
}

}  // namespace
}  // namespace dmar::devices
