// SPDX-License-Identifier: Apache-2.0
// The disk image: made, checked, and found out when damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/process.hpp"
#include "guest/sha256.hpp"

namespace dmar::guest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// The check whose name contains `part`.
Check find_check(const std::vector<Check> &checks, const std::string &part) {
  for (const Check &check : checks) {
    if (check.name.find(part) != std::string::npos) return check;
  }
  return {"(no check " + part + ")", false, {}};
}

class GuestDisk : public testing::Test {
 protected:
  static constexpr unsigned kMegabytes = 16;

  GuestDisk() { make_disk(image_, kMegabytes, 7); }

  // As the guest writes a file; returns its line on the console.
  std::string write_as_guest(const std::string &contents) {
    const fs::path file = folder_.path() / "data";
    write_file(file, {reinterpret_cast<const std::uint8_t *>(contents.data()), contents.size()});
    debugfs("write " + file.string() + " data");
    return "[    9.9] dmar-checksum: vda /data " + sha256({file}).front() + "\r\n";
  }

  std::string debugfs(const std::string &request) {
    return run_program(find_program("debugfs", "e2fsprogs"), {"-w", "-R", request, image_.string()})
        .output;
  }

  // Changes one byte of the first block of a file.
  void damage(const std::string &file) {
    const std::string blocks = debugfs("blocks " + file);
    const std::size_t digit = blocks.find_first_of("0123456789", blocks.find('\n'));
    ASSERT_NE(digit, std::string::npos) << blocks;
    const std::uint64_t block = std::stoull(blocks.substr(digit));
    const std::string size = debugfs("show_super_stats -h");
    const std::size_t at = size.find("Block size:");
    ASSERT_NE(at, std::string::npos);
    const std::uint64_t block_size = std::stoull(size.substr(at + 11));
    std::fstream disk(image_, std::ios::in | std::ios::out | std::ios::binary);
    disk.seekg(static_cast<std::streamoff>(block * block_size));
    const int byte = disk.get();
    disk.seekp(static_cast<std::streamoff>(block * block_size));
    disk.put(static_cast<char>(byte ^ 1));
  }

  TemporaryFolder folder_;
  fs::path image_ = folder_.path() / "disk.img";
};

TEST_F(GuestDisk, HasTheSizeAndIsSound) {
  EXPECT_EQ(fs::file_size(image_), std::uintmax_t{kMegabytes} << 20);
  const std::vector<Check> checks = check_disk(image_, write_as_guest("hello"), 0);
  ASSERT_EQ(checks.size(), 3U);
  for (const Check &check : checks) EXPECT_TRUE(check.passed) << check.name << ": " << check.detail;
  EXPECT_THAT(checks[1].name, HasSubstr("/data"));
}

TEST_F(GuestDisk, HasTheSameFilesForTheSameSeed) {
  const std::string sums = debugfs("cat SHA256SUMS");
  make_disk(image_, kMegabytes, 7);
  EXPECT_EQ(debugfs("cat SHA256SUMS"), sums);
  EXPECT_THAT(sums, HasSubstr("host/folder/64k-and-3"));
  make_disk(image_, kMegabytes, 8);
  EXPECT_NE(debugfs("cat SHA256SUMS"), sums);
}

TEST_F(GuestDisk, NoticesAChangedByteOfTheGuest) {
  const std::string console = write_as_guest(std::string(10'000, 'x'));
  damage("data");
  const std::vector<Check> checks = check_disk(image_, console, 0);
  EXPECT_FALSE(find_check(checks, "/data").passed);
  EXPECT_TRUE(find_check(checks, "files of the host").passed);
  EXPECT_TRUE(find_check(checks, "sound").passed);
}

TEST_F(GuestDisk, NoticesAChangedByteOfTheHost) {
  const std::string console = write_as_guest("hello");
  damage("host/page");
  const Check check = find_check(check_disk(image_, console, 0), "files of the host");
  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.detail, HasSubstr("host/page"));
}

TEST_F(GuestDisk, NoticesAMissingFile) {
  const std::string console = write_as_guest("hello");
  debugfs("rm data");
  const Check check = find_check(check_disk(image_, console, 0), "/data");
  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.detail, HasSubstr("no file /data"));
}

TEST_F(GuestDisk, NoticesADamagedFileSystem) {
  const std::string console = write_as_guest("hello");
  debugfs("clri host");  // the folder's inode is gone, its name is not
  EXPECT_FALSE(find_check(check_disk(image_, console, 0), "sound").passed);
}

TEST_F(GuestDisk, WantsAChecksumOfThisDisk) {
  const std::string console = write_as_guest("hello");
  EXPECT_FALSE(find_check(check_disk(image_, console, 1), "vdb holds what").passed);
  EXPECT_FALSE(find_check(check_disk(image_, "", 0), "vda holds what").passed);
}

TEST_F(GuestDisk, IsFoundByItsIdentifier) {
  std::string console = write_as_guest("hello");
  console.replace(console.find("vda"), 3, "vdc");
  const std::string uuid = debugfs("show_super_stats -h");
  const std::size_t at = uuid.find("Filesystem UUID:");
  ASSERT_NE(at, std::string::npos);
  std::string digits;
  for (std::size_t i = uuid.find_first_not_of(' ', at + 16); uuid[i] != '\n'; ++i) {
    if (uuid[i] != '-') digits += uuid[i];
  }
  const std::string other = "dmar-disk: vda " + std::string(32, '1') + "\n";
  const std::vector<Check> checks =
      check_disk(image_, other + "dmar-disk: vdc " + digits + "\n" + console, 0);
  EXPECT_TRUE(find_check(checks, "vdc holds what the guest wrote to /data").passed);
}

TEST_F(GuestDisk, TakesTheLastChecksumOfAFile) {
  const std::string first = "dmar-checksum: vda /data " + std::string(64, '0') + "\n";
  EXPECT_TRUE(find_check(check_disk(image_, first + write_as_guest("hello"), 0), "/data").passed);
}

TEST(GuestDiskErrors, RefusesTooSmallADisk) {
  const TemporaryFolder folder;
  EXPECT_THROW(make_disk(folder.path() / "disk.img", kSmallestDisk - 1, 1), GuestError);
  EXPECT_FALSE(fs::exists(folder.path() / "disk.img"));
  EXPECT_NO_THROW(make_disk(folder.path() / "disk.img", kSmallestDisk, 1));
}

TEST(GuestDiskErrors, LeavesNoFileWhereItCannotBeMade) {
  const TemporaryFolder folder;
  EXPECT_THROW(make_disk(folder.path() / "absent/disk.img", 16, 1), GuestError);
  EXPECT_FALSE(fs::exists(folder.path() / "absent"));
  EXPECT_THROW(check_disk(folder.path() / "disk.img", "", 0), GuestError);
}

TEST(GuestProcess, ReportsStatusAndOutput) {
  const fs::path shell = find_program("sh", "dash");
  const ProcessResult result = run_program(shell, {"-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_EQ(run_program(shell, {"-c", "kill -9 $$"}).status, 128 + 9);
}

TEST(GuestProcess, NamesThePackageOfAMissingProgram) {
  try {
    find_program("no-such-program", "some-package");
    FAIL() << "found";
  } catch (const GuestError &error) {
    EXPECT_THAT(error.what(), HasSubstr("some-package"));
  }
}

}  // namespace
}  // namespace dmar::guest
