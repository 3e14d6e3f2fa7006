// SPDX-License-Identifier: Apache-2.0
// See ata_disk.hpp.
#include "devices/ata_disk.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace dmar::devices {

namespace {

// ATA8-ACS, 7.
constexpr std::uint8_t kReadDmaExt = 0x25;
constexpr std::uint8_t kWriteDmaExt = 0x35;
constexpr std::uint8_t kReadDma = 0xC8;
constexpr std::uint8_t kWriteDma = 0xCA;
constexpr std::uint8_t kStandbyImmediate = 0xE0;
constexpr std::uint8_t kIdleImmediate = 0xE1;
constexpr std::uint8_t kStandby = 0xE2;
constexpr std::uint8_t kIdle = 0xE3;
constexpr std::uint8_t kCheckPowerMode = 0xE5;
constexpr std::uint8_t kFlushCache = 0xE7;
constexpr std::uint8_t kFlushCacheExt = 0xEA;
constexpr std::uint8_t kIdentifyDevice = 0xEC;
constexpr std::uint8_t kSetFeatures = 0xEF;

// SET FEATURES, 7.47.
constexpr std::uint8_t kCacheOn = 0x02;
constexpr std::uint8_t kTransferMode = 0x03;
constexpr std::uint8_t kLookAheadOff = 0x55;
constexpr std::uint8_t kCacheOff = 0x82;
constexpr std::uint8_t kLookAheadOn = 0xAA;

constexpr std::uint8_t kActive = 0xFF;  // answer to CHECK POWER MODE
constexpr std::uint8_t kLba = 0x40;     // in the device register
constexpr std::uint64_t kNarrow = 1U << 28;
constexpr std::uint64_t kWide = std::uint64_t{1} << 48;
constexpr std::size_t kIdentityBytes = 512;

class Words {
 public:
  void set(std::size_t word, std::uint64_t value) {
    bytes_.at(2 * word) = static_cast<std::uint8_t>(value);
    bytes_.at(2 * word + 1) = static_cast<std::uint8_t>(value >> 8);
  }
  // The first character is in the upper byte of a word.
  void text(std::size_t word, std::size_t words, const std::string &text) {
    for (std::size_t i = 0; i < 2 * words; ++i) {
      const char character = i < text.size() ? text[i] : ' ';
      bytes_.at(2 * word + (i ^ 1)) = static_cast<std::uint8_t>(character);
    }
  }
  std::vector<std::uint8_t> finish() {
    bytes_.at(510) = 0xA5;
    const unsigned sum = std::accumulate(bytes_.begin(), bytes_.end(), 0U);
    bytes_.at(511) = static_cast<std::uint8_t>(-sum);
    return std::move(bytes_);
  }

 private:
  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(kIdentityBytes);
};

}  // namespace

void AtaAnswer::fail(std::uint8_t code, std::string reason) {
  error = code;
  why = std::move(reason);
}

AtaDisk::AtaDisk(Disk &disk, std::string serial) : disk_(disk), serial_(std::move(serial)) {}

void AtaDisk::reset() {
  write_cache_ = look_ahead_ = true;
  dma_mode_ = 0x45;
}

AtaAnswer AtaDisk::begin(const AtaCommand &command) {
  AtaAnswer answer;
  switch (command.command) {
    case kReadDma:
    case kReadDmaExt:
      plan(command, AtaAnswer::Data::kRead, command.command == kReadDmaExt, answer);
      break;
    case kWriteDma:
    case kWriteDmaExt:
      plan(command, AtaAnswer::Data::kWrite, command.command == kWriteDmaExt, answer);
      break;
    case kIdentifyDevice:
      answer.data = AtaAnswer::Data::kIn;
      answer.reply = identity();
      break;
    case kFlushCache:
    case kFlushCacheExt:
      flush(answer);
      break;
    case kSetFeatures:
      set_features(command, answer);
      break;
    case kCheckPowerMode:
      answer.count = kActive;
      break;
    case kStandbyImmediate:
    case kIdleImmediate:
    case kStandby:
    case kIdle:
      break;
    default:
      answer.fail(ata::kAborted, "");
  }
  return answer;
}

void AtaDisk::plan(const AtaCommand &command, AtaAnswer::Data data, bool wide,
                   AtaAnswer &answer) const {
  // A narrow command has its upper four address bits in the device register.
  const std::uint64_t low = command.lba % (1U << 24);
  const std::uint64_t high = command.device & 0x0FU;
  const std::uint64_t sector = wide ? command.lba : high << 24 | low;
  const std::uint64_t coded = wide ? command.count : command.count & 0xFFU;
  const std::uint64_t sectors = coded != 0 ? coded : wide ? 0x1'0000U : 0x100U;
  const std::uint64_t capacity = std::min(disk_.sectors(), wide ? kWide : kNarrow);
  if ((command.device & kLba) == 0) {
    answer.fail(ata::kAborted, "an address of cylinder, head and sector");
  } else if (sectors > capacity || sector > capacity - sectors) {
    answer.fail(ata::kNoAddress,
                fmt::format("sector {}: {} sectors reach beyond the end of the disk at {}", sector,
                            sectors, capacity));
  } else if (data == AtaAnswer::Data::kWrite && disk_.read_only()) {
    answer.fail(ata::kAborted, fmt::format("sector {}: the disk is read-only", sector));
  } else {
    answer.data = data;
    answer.offset = sector * Disk::kSectorBytes;
    answer.bytes = sectors * Disk::kSectorBytes;
  }
}

void AtaDisk::set_features(const AtaCommand &command, AtaAnswer &answer) {
  const std::uint16_t mode = command.count & 0xFFU;
  switch (command.features & 0xFFU) {
    case kCacheOn:
      write_cache_ = true;
      break;
    case kCacheOff:
      write_cache_ = false;
      flush(answer);
      break;
    case kLookAheadOn:
    case kLookAheadOff:
      look_ahead_ = (command.features & 0xFFU) == kLookAheadOn;
      break;
    case kTransferMode:
      if (!known_mode(mode)) {
        answer.fail(ata::kAborted, "");
      } else if (mode >= 0x20) {
        dma_mode_ = static_cast<std::uint8_t>(mode);
      }
      break;
    default:
      answer.fail(ata::kAborted, "");
  }
}

// PIO up to mode 4, multiword DMA up to mode 2, Ultra DMA up to mode 5.
bool AtaDisk::known_mode(std::uint16_t mode) {
  return mode <= 1 || (mode >= 0x08 && mode <= 0x0C) || (mode >= 0x20 && mode <= 0x22) ||
         (mode >= 0x40 && mode <= 0x45);
}

bool AtaDisk::read(std::uint64_t offset, std::span<std::uint8_t> out, AtaAnswer &answer) const {
  if (disk_.read(offset, out)) return true;
  answer.fail(ata::kUncorrectable,
              fmt::format("sector {}: the image cannot be read", offset / Disk::kSectorBytes));
  return false;
}

bool AtaDisk::write(std::uint64_t offset, std::span<const std::uint8_t> bytes, AtaAnswer &answer) {
  if (disk_.write(offset, bytes)) return true;
  answer.fail(ata::kAborted,
              fmt::format("sector {}: the image cannot be written", offset / Disk::kSectorBytes));
  return false;
}

void AtaDisk::end_write(AtaAnswer &answer) {
  if (!write_cache_) flush(answer);
}

void AtaDisk::flush(AtaAnswer &answer) {
  if (!disk_.sync()) answer.fail(ata::kAborted, "the image cannot be written to its medium");
}

// ATA8-ACS, 7.16.
std::vector<std::uint8_t> AtaDisk::identity() const {
  const std::uint64_t narrow = std::min(disk_.sectors(), kNarrow - 1);
  const std::uint64_t wide = std::min(disk_.sectors(), kWide - 1);
  const unsigned cache = write_cache_ ? 1U << 5 : 0;
  const unsigned ahead = look_ahead_ ? 1U << 6 : 0;
  const auto selected = [this](unsigned first, unsigned modes) {
    const unsigned mode = dma_mode_ - first;
    return dma_mode_ >= first && mode < modes ? 1U << (8 + mode) : 0;
  };
  Words words;
  words.set(0, 0x0040);  // ATA, not removable
  words.text(10, 10, serial_);
  words.text(23, 4, "1");
  words.text(27, 20, "OpenDMAR test disk");
  words.set(47, 0x8000);  // no READ MULTIPLE
  words.set(49, 0x0B00);  // IORDY, LBA, DMA
  words.set(50, 0x4000);
  words.set(53, 0x0006);  // words 64 to 70 and 88 say something
  words.set(60, narrow);
  words.set(61, narrow >> 16);
  words.set(63, 0x0007 | selected(0x20, 3));
  words.set(64, 0x0003);                                                     // PIO modes 3 and 4
  for (const std::size_t word : {65U, 66U, 67U, 68U}) words.set(word, 120);  // ns a cycle
  words.set(76, 0x0006);  // 1.5 and 3 Gbit/s, no queuing
  words.set(80, 0x01F0);  // up to ATA8-ACS
  words.set(82, 0x0068);  // look-ahead, write cache, power management
  words.set(83, 0x7400);  // flush, 48-bit addresses
  words.set(84, 0x4000);
  words.set(85, 0x0008 | cache | ahead);
  words.set(86, 0x3400);
  words.set(87, 0x4000);
  words.set(88, 0x003F | selected(0x40, 6));
  for (std::size_t i = 0; i < 4; ++i) words.set(100 + i, wide >> (16 * i));
  words.set(106, 0x4000);  // sectors of 512 bytes, nothing larger below
  words.set(217, 0x0001);  // does not rotate
  return words.finish();
}

}  // namespace dmar::devices
