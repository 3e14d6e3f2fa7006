// SPDX-License-Identifier: Apache-2.0
// Moves data between a disk and memory above 4 GiB, past the page cache, and counts what the kernel
// copies through bounce buffers for the controller of that disk.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "bounce_count.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "guest/pattern.hpp"
#include "pci.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kFrame = (std::uint64_t{1} << 55) - 1;
constexpr std::uint64_t kLowFrames = (std::uint64_t{1} << 32) / kPageBytes;

// Locked pages of 4 KiB, as programs have them whose memory is no single piece. The kernel takes
// memory of programs from the highest zone that has any.
class Block {
 public:
  Block() {
    void *at = mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return;
    base_ = static_cast<std::uint8_t *>(at);
    madvise(base_, kBlock, MADV_NOHUGEPAGE);
    std::memset(base_, 1, kBlock);
    locked_ = mlock(base_, kBlock) == 0;
  }
  ~Block() {
    if (base_ != nullptr) munmap(base_, kBlock);
  }
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;

  [[nodiscard]] bool valid() const { return locked_; }
  [[nodiscard]] std::uint8_t *data() const { return base_; }

  // Pages of it below 4 GiB, or that the kernel does not tell the place of.
  [[nodiscard]] std::size_t low_pages() const {
    std::vector<std::uint64_t> entries(kBlock / kPageBytes);
    const Descriptor map(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    const std::size_t bytes = entries.size() * sizeof entries[0];
    const auto first = reinterpret_cast<std::uintptr_t>(base_) / kPageBytes;
    if (pread(map.get(), entries.data(), bytes, static_cast<off_t>(first * sizeof entries[0])) !=
        static_cast<ssize_t>(bytes)) {
      return entries.size();
    }
    return static_cast<std::size_t>(std::ranges::count_if(entries, [](std::uint64_t entry) {
      return (entry & kPresent) == 0 || (entry & kFrame) < kLowFrames;
    }));
  }

 private:
  std::uint8_t *base_ = nullptr;
  bool locked_ = false;
};

// The function that a disk is behind: ".../0000:00:05.0/ata1/host0/..."
std::string controller_of(const std::string &disk) {
  std::array<char, PATH_MAX> path{};
  if (realpath(("/sys/block/" + disk).c_str(), path.data()) == nullptr) return "";
  const std::string text = path.data();
  const std::size_t end = text.find("/ata");
  if (end == std::string::npos) return "";
  const std::size_t begin = text.rfind('/', end - 1) + 1;
  return text.substr(begin, end - begin);
}

std::int64_t now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

// Time that the CPU was not idle, by the ticks of the kernel.
std::int64_t busy_us() {
  std::array<unsigned long long, 7> ticks{};  // user, nice, system, idle, waiting, irq, softirq
  const std::string text = read_text("/proc/stat").value_or("");
  std::sscanf(text.c_str(), "cpu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
              &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6]);
  const unsigned long long busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
  return static_cast<std::int64_t>(busy) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

struct Run {
  const Descriptor &disk;
  const Block &block;
  const std::vector<std::uint8_t> &pattern;
  unsigned long long megabytes;

  // Each block begins with its number.
  bool write() const {
    std::memcpy(block.data(), pattern.data(), kBlock);
    for (unsigned long long i = 0; i < megabytes; ++i) {
      std::memcpy(block.data(), &i, sizeof i);
      if (pwrite(disk.get(), block.data(), kBlock, static_cast<off_t>(i * kBlock)) !=
          ssize_t{kBlock}) {
        return false;
      }
    }
    return true;
  }
  bool read() const {
    for (unsigned long long i = 0; i < megabytes; ++i) {
      if (pread(disk.get(), block.data(), kBlock, static_cast<off_t>(i * kBlock)) !=
          ssize_t{kBlock}) {
        return false;
      }
    }
    return true;
  }
  bool read_and_compare() const {
    for (unsigned long long i = 0; i < megabytes; ++i) {
      std::memset(block.data(), 0, kBlock);
      if (pread(disk.get(), block.data(), kBlock, static_cast<off_t>(i * kBlock)) !=
              ssize_t{kBlock} ||
          std::memcmp(block.data(), &i, sizeof i) != 0 ||
          std::memcmp(block.data() + sizeof i, pattern.data() + sizeof i, kBlock - sizeof i) != 0) {
        return false;
      }
    }
    return true;
  }
};

// Once for the time, once more with the counters, which cost time themselves.
void measure(const char *direction, const Run &run, BounceCount &count, bool (Run::*timed)() const,
             bool (Run::*counted)() const) {
  const std::int64_t time = now_us();
  const std::int64_t busy = busy_us();
  const bool done = (run.*timed)();
  const std::int64_t took = now_us() - time;
  const std::int64_t worked = busy_us() - busy;
  check(done, text("%llu MiB go to or from the disk (%s)", run.megabytes, direction),
        system_error());
  count.start();
  const bool right = (run.*counted)();
  const BounceCount::Result result = count.stop();
  check(right, text("%llu MiB are right (%s)", run.megabytes, direction), system_error());
  check(result.known, text("the kernel counts its bounce buffers (%s)", direction), result.problem);
  std::printf("dmar-bounce: %s %llu %lld %lld %llu %llu %lld %lld\n", direction, run.megabytes,
              static_cast<long long>(took), static_cast<long long>(worked), result.buffers,
              result.buffer_bytes, result.copies, result.copied_bytes);
}

}  // namespace

bool bounce_command(Arguments arguments) {
  unsigned long long megabytes = 0;
  if (arguments.size() != 2 || !parse_number(arguments[1], megabytes) || megabytes == 0) {
    return false;
  }
  const std::string name = arguments[0];
  const PciDevice controller{controller_of(name)};
  const std::string mask = read_text(controller.folder() + "/dma_mask_bits").value_or("?");
  if (!check(mask == "32", "the controller has a DMA mask of 32 bits", mask)) return true;
  std::printf("dmar-bounce-domain: %s\n",
              controller.domain_type().empty() ? "none" : controller.domain_type().c_str());

  const Descriptor disk(open(("/dev/" + name).c_str(), O_RDWR | O_DIRECT | O_CLOEXEC));
  const Block block;
  if (!check(disk.valid() && block.valid(), "there are a disk and memory", system_error())) {
    return true;
  }
  const std::size_t low = block.low_pages();
  check(low == 0, "the data lie above 4 GiB", text("%zu pages do not", low));
  const std::vector<std::uint8_t> pattern = guest::pattern(megabytes, kBlock);
  const Run run{disk, block, pattern, megabytes};
  BounceCount count(controller.address);
  measure("write", run, count, &Run::write, &Run::write);
  measure("read", run, count, &Run::read, &Run::read_and_compare);
  check(block.low_pages() == low, "the data stay where they are", "pages have moved");
  return true;
}

}  // namespace dmar::agent
