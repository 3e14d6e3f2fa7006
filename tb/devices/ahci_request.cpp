// SPDX-License-Identifier: Apache-2.0
// See ahci_request.hpp.
#include "devices/ahci_request.hpp"

#include <fmt/core.h>

#include <array>
#include <span>
#include <utility>

#include "devices/ahci_format.hpp"
#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint64_t kAddresses = std::uint64_t{1} << 32;
constexpr std::uint32_t kCommandFlag = 0x80;  // in the second byte of the FIS
constexpr std::uint8_t kSoftReset = 0x04;     // in the control register

using Bytes = std::span<const std::uint8_t>;

std::uint32_t dword(Bytes bytes, std::size_t index) {
  return golden::from_little_endian<std::uint32_t>(bytes.subspan(4 * index));
}

struct Header {
  unsigned fis_dwords = 0;
  bool to_disk = false;
  unsigned multiplier_port = 0;
  std::uint32_t descriptors = 0;
  std::uint32_t table = 0;
};

// Empty, or what is wrong. The upper half of an address is reserved: the adapter has 32 bits.
std::string parse_header(Bytes raw, Header &header) {
  const std::uint32_t first = dword(raw, 0);
  header = {.fis_dwords = first & 0x1F,
            .to_disk = (first & 1U << 6) != 0,
            .multiplier_port = first >> 12 & 0xF,
            .descriptors = first >> 16,
            .table = dword(raw, 2)};
  const std::uint64_t table_bytes =
      ahci::kTableDescriptors + std::uint64_t{ahci::kDescriptorBytes} * header.descriptors;
  if (4 * header.fis_dwords < ahci::kFisBytes || header.fis_dwords > 16) {
    return fmt::format("a command FIS of {} dwords", header.fis_dwords);
  }
  if (header.multiplier_port != 0) return "a port multiplier, and there is none";
  if (dword(raw, 3) != 0 || header.table % 128 != 0 || header.table + table_bytes > kAddresses) {
    return fmt::format("its table at {:#x}", (std::uint64_t{dword(raw, 3)} << 32) | header.table);
  }
  return "";
}

std::string parse_fis(Bytes raw, AhciRequest &request) {
  const unsigned flags = raw[1];
  if (raw[0] != ahci::kHostToDevice || (flags & 0x0F) != 0) {
    return fmt::format("a FIS of type {:#04x} for port {}", raw[0], flags & 0x0F);
  }
  request.control = (flags & kCommandFlag) == 0;
  request.soft_reset = (raw[15] & kSoftReset) != 0;
  const auto lba = [&raw](std::size_t low, std::size_t high) {
    return std::uint64_t{dword(raw, low / 4) & 0xFF'FFFF} |
           std::uint64_t{dword(raw, high / 4) & 0xFF'FFFF} << 24;
  };
  request.command = {.command = raw[2],
                     .features = static_cast<std::uint16_t>(raw[3] | raw[11] << 8),
                     .lba = lba(4, 8),
                     .count = static_cast<std::uint16_t>(raw[12] | raw[13] << 8),
                     .device = raw[7]};
  return "";
}

std::string parse_descriptor(Bytes raw, AhciRequest &request) {
  const std::uint32_t address = dword(raw, 0);
  const std::uint32_t upper = dword(raw, 1);
  const std::uint32_t bytes = (dword(raw, 3) & 0x3F'FFFF) + 1;
  if (upper != 0 || address % 2 != 0 || bytes % 2 != 0 ||
      std::uint64_t{address} + bytes > kAddresses) {
    return fmt::format("{} bytes of data at {:#x}", bytes, (std::uint64_t{upper} << 32) | address);
  }
  request.interrupts = request.interrupts || (dword(raw, 3) & 1U << 31) != 0;
  request.data.push_back({.address = Iova(address), .bytes = bytes});
  return "";
}

// False, and the failure says so, when something is wrong.
bool good(std::uint32_t interrupt, unsigned slot, const std::string &wrong, AhciFailure &failure) {
  if (wrong.empty()) return true;
  failure = {.interrupt = interrupt, .why = fmt::format("slot {}: {}", slot, wrong)};
  return false;
}

}  // namespace

AhciFailure failure_of(DmaStatus status, const char *what) {
  if (status == DmaStatus::kOkay) return {};
  return {.interrupt = ahci::interrupt::kBusFatal,
          .why = fmt::format("{}: {}", what, name_of(status))};
}

Task<void> read_request(DmaPort &port, const std::function<bool()> &given_up, std::uint32_t list,
                        unsigned slot, AhciRequest &request, AhciFailure &failure) {
  using ahci::interrupt::kBusFatal;
  using ahci::interrupt::kInterfaceFatal;
  request.header = Iova(list + std::uint64_t{ahci::kHeaderBytes} * slot);
  std::array<std::uint8_t, ahci::kHeaderBytes> raw_header{};
  DmaStatus status = co_await dma_read(port, request.header, raw_header);
  if (given_up()) co_return;
  failure = failure_of(status, "command header");
  if (failure.interrupt != 0) co_return;
  Header header;
  if (!good(kBusFatal, slot, parse_header(raw_header, header), failure)) co_return;
  request.to_disk = header.to_disk;

  std::array<std::uint8_t, ahci::kFisBytes> raw_fis{};
  std::vector<std::uint8_t> table(std::size_t{ahci::kDescriptorBytes} * header.descriptors);
  TransferGroup group(port);
  group.read(Iova(header.table), raw_fis);
  if (!table.empty()) {
    group.read(Iova(std::uint64_t{header.table} + ahci::kTableDescriptors), table);
  }
  status = co_await group;
  if (given_up()) co_return;
  failure = failure_of(status, "command table");
  if (failure.interrupt != 0) co_return;
  if (!good(kInterfaceFatal, slot, parse_fis(raw_fis, request), failure)) co_return;
  for (std::size_t at = 0; at < table.size(); at += ahci::kDescriptorBytes) {
    const Bytes raw = Bytes(table).subspan(at, ahci::kDescriptorBytes);
    if (!good(kBusFatal, slot, parse_descriptor(raw, request), failure)) co_return;
  }
}

}  // namespace dmar::devices
