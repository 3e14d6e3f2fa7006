// SPDX-License-Identifier: Apache-2.0
// Checks on the host what a guest did to its disk; see guest.hpp.
#include <fmt/core.h>

#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/process.hpp"
#include "guest/sha256.hpp"

namespace dmar::guest {

namespace {

namespace fs = std::filesystem;

// Identifier of an ext file system, "" when the image is too short.
std::string uuid_of(const fs::path &image) {
  constexpr std::size_t place = 1024 + 0x68;  // in the superblock
  std::array<char, 16> bytes{};
  std::ifstream in(image, std::ios::binary);
  in.seekg(place);
  if (!in.read(bytes.data(), bytes.size())) return "";
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

// Its name in the guest.
std::string name_of(const fs::path &image, const Console &console, unsigned disk) {
  const std::string uuid = uuid_of(image);
  for (const GuestDisk &candidate : console.disks) {
    if (candidate.uuid == uuid) return candidate.name;
  }
  return fmt::format("vd{}", static_cast<char>('a' + disk));
}

class DiskCheck {
 public:
  DiskCheck(const fs::path &image, std::string disk) : image_(image), disk_(std::move(disk)) {}

  void file_system() {
    const ProcessResult result =
        run_program(find_program("e2fsck", "e2fsprogs"), {"-f", "-n", image_.string()});
    add("has a sound file system", result.status == 0, result.output);
  }

  // All files of the image, in a folder of the host.
  void extract() {
    const ProcessResult result =
        run_program(find_program("debugfs", "e2fsprogs"),
                    {"-R", fmt::format("rdump / {}", folder_.path().string()), image_.string()});
    // debugfs has no exit status of its own; what is missing shows in the comparisons.
    output_ = result.output;
  }

  void written_files(const std::vector<Checksum> &sums) {
    // A later line of the same file is about its later contents.
    std::map<std::string, std::string> last;
    for (const Checksum &sum : sums) {
      if (sum.disk == disk_) last[sum.file] = sum.sha256;
    }
    if (last.empty()) {
      add("holds what the guest wrote", false, "the guest printed no checksum of this disk");
    }
    for (const auto &[file, sum] : last) {
      compare(fmt::format("holds what the guest wrote to {}", file), file, sum);
    }
  }

  void host_files() {
    const fs::path list = folder_.path() / "SHA256SUMS";
    std::error_code error;
    if (!fs::exists(list, error)) {
      return;  // an image of the user
    }
    std::istringstream lines(read_text(list));
    std::string wrong;
    unsigned count = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string sum;
      std::string file;
      if (!(words >> sum >> file)) continue;
      ++count;
      if (sum_of(file) != sum) wrong += fmt::format("{} differs; ", file);
    }
    if (count == 0) wrong = "SHA256SUMS is empty";
    add("still holds the files of the host", wrong.empty(), wrong);
  }

  std::vector<Check> take() { return std::move(checks_); }

 private:
  void add(const std::string &what, bool passed, const std::string &detail) {
    checks_.push_back({fmt::format("{} {}", disk_, what), passed, passed ? "" : detail});
  }

  // "" when there is no such file; paths may begin with "/".
  std::string sum_of(const std::string &file) {
    const fs::path path = folder_.path() / fs::path(file).relative_path();
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return "";
    return sha256({path}).front();
  }

  void compare(const std::string &what, const std::string &file, const std::string &expected) {
    const std::string found = sum_of(file);
    add(what, found == expected,
        found.empty() ? fmt::format("the image has no file {}; {}", file, output_)
                      : fmt::format("checksum {} on the image, {} in the guest", found, expected));
  }

  fs::path image_;
  std::string disk_;
  TemporaryFolder folder_;
  std::string output_;
  std::vector<Check> checks_;
};

}  // namespace

std::vector<Check> check_disk(const fs::path &image, std::string_view console, unsigned disk) {
  std::error_code error;
  if (!fs::is_regular_file(image, error)) {
    throw GuestError(fmt::format("{}: no such disk image", image.string()));
  }
  const Console results = read_console(console);
  DiskCheck check(image, name_of(image, results, disk));
  check.file_system();
  check.extract();
  check.written_files(results.checksums);
  check.host_files();
  return check.take();
}

}  // namespace dmar::guest
