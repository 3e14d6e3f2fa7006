// SPDX-License-Identifier: Apache-2.0
// A disk that takes ATA commands (ATA8-ACS) without queuing and without 28-bit limits. How commands
// and data come to it is the business of a host adapter.
#ifndef DMAR_DEVICES_ATA_DISK_HPP
#define DMAR_DEVICES_ATA_DISK_HPP

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "devices/disk.hpp"

namespace dmar::devices {

namespace ata {
// Status.
inline constexpr std::uint8_t kBusy = 0x80;
inline constexpr std::uint8_t kDataRequest = 0x08;
inline constexpr std::uint8_t kReady = 0x50;   // ready, seek complete
inline constexpr std::uint8_t kFailed = 0x51;  // the same, with an error
// Error.
inline constexpr std::uint8_t kAborted = 0x04;
inline constexpr std::uint8_t kNoAddress = 0x10;
inline constexpr std::uint8_t kUncorrectable = 0x40;
}  // namespace ata

// What a host sends. `lba` and `count` hold the bits of both halves.
struct AtaCommand {
  std::uint8_t command = 0;
  std::uint16_t features = 0;
  std::uint64_t lba = 0;  // 48 bits
  std::uint16_t count = 0;
  std::uint8_t device = 0;
};

// What a command comes to.
struct AtaAnswer {
  enum class Data : std::uint8_t { kNone, kIn, kRead, kWrite };
  Data data = Data::kNone;
  std::uint64_t offset = 0;              // kRead and kWrite: on the disk, in bytes
  std::uint64_t bytes = 0;               // likewise
  std::vector<std::uint8_t> reply = {};  // kIn: one block, by the PIO protocol
  std::uint8_t count = 0;                // register at the end
  std::uint8_t error = 0;                // register; not 0: the command has failed
  std::string why = {};  // it has; empty: the disk does not know it, which drivers may ask

  void fail(std::uint8_t code, std::string reason);
};

class AtaDisk {
 public:
  // `serial`: at most 20 characters count.
  AtaDisk(Disk &disk, std::string serial);

  // As after power-on.
  void reset();

  // Carries out a command without data; says what is to be moved for the others.
  AtaAnswer begin(const AtaCommand &command);
  // Data of a kRead or kWrite answer, inside its range. False: the answer has failed.
  bool read(std::uint64_t offset, std::span<std::uint8_t> out, AtaAnswer &answer) const;
  bool write(std::uint64_t offset, std::span<const std::uint8_t> bytes, AtaAnswer &answer);
  // All data of a kWrite answer have been written.
  void end_write(AtaAnswer &answer);

  [[nodiscard]] std::vector<std::uint8_t> identity() const;  // IDENTIFY DEVICE

 private:
  void plan(const AtaCommand &command, AtaAnswer::Data data, bool wide, AtaAnswer &answer) const;
  void set_features(const AtaCommand &command, AtaAnswer &answer);
  static bool known_mode(std::uint16_t mode);
  void flush(AtaAnswer &answer);

  Disk &disk_;
  std::string serial_;
  bool write_cache_ = true;
  bool look_ahead_ = true;
  std::uint8_t dma_mode_ = 0x45;  // as SET FEATURES takes it
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ATA_DISK_HPP
