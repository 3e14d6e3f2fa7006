// SPDX-License-Identifier: Apache-2.0
// Makes the disk image of a guest; see guest.hpp.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/pattern.hpp"
#include "guest/process.hpp"
#include "guest/sha256.hpp"

namespace dmar::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMebibyte = 1U << 20;

struct HostFile {
  std::string path;
  std::size_t bytes;
};

// Around the sizes of sectors, pages and extents; one that is deleted by the guest comes without
// checksum.
std::vector<HostFile> host_files(unsigned megabytes) {
  return {{"host/empty", 0},
          {"host/byte", 1},
          {"host/sector-less-1", 511},
          {"host/page", 4096},
          {"host/page-and-1", 4097},
          {"host/folder/64k-and-3", 65539},
          {"host/folder/folder/half-megabyte", kMebibyte / 2},
          {"host/big", megabytes * kMebibyte / 8}};
}

// The same seed makes the same identifier (RFC 4122, version 4).
std::string uuid_of(std::uint64_t seed) {
  const std::vector<std::uint8_t> random = pattern(seed ^ 0x75756964, 16);
  std::string text;
  for (std::size_t i = 0; i < random.size(); ++i) {
    unsigned byte = random[i];
    if (i == 6) byte = (byte & 0x0FU) | 0x40U;
    if (i == 8) byte = (byte & 0x3FU) | 0x80U;
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

void fill_folder(const fs::path &folder, unsigned megabytes, std::uint64_t seed) {
  std::vector<fs::path> paths;
  const std::vector<HostFile> files = host_files(megabytes);
  for (const HostFile &file : files) {
    const fs::path path = folder / file.path;
    fs::create_directories(path.parent_path());
    write_file(path, pattern(seed++, file.bytes));
    paths.push_back(path);
  }
  const std::vector<std::string> sums = sha256(paths);
  std::string list;
  for (std::size_t i = 0; i < files.size(); ++i) {
    list += fmt::format("{}  {}\n", sums[i], files[i].path);
  }
  write_file(folder / "SHA256SUMS",
             {reinterpret_cast<const std::uint8_t *>(list.data()), list.size()});
  write_file(folder / "host/delete-me", pattern(seed, 100'000));
}

}  // namespace

void make_disk(const fs::path &image, unsigned megabytes, std::uint64_t seed) {
  if (megabytes < kSmallestDisk) {
    throw GuestError(fmt::format("{}: a disk of {} MiB is too small for its files, at least {} MiB",
                                 image.string(), megabytes, kSmallestDisk));
  }
  const fs::path mke2fs = find_program("mke2fs", "e2fsprogs");
  const TemporaryFolder folder;
  fill_folder(folder.path(), megabytes, seed);
  std::error_code error;
  fs::remove(image, error);  // mke2fs would keep the size of an old one
  const ProcessResult result =
      run_program(mke2fs, {"-q", "-F", "-t", "ext4", "-L", "dmar", "-U", uuid_of(seed), "-E",
                           fmt::format("root_owner=0:0,hash_seed={}", uuid_of(seed + 1)), "-d",
                           folder.path().string(), image.string(), fmt::format("{}M", megabytes)});
  if (result.status != 0) {
    fs::remove(image, error);
    throw GuestError(fmt::format("{}: mke2fs failed (status {}): {}", image.string(), result.status,
                                 result.output));
  }
}

}  // namespace dmar::guest
