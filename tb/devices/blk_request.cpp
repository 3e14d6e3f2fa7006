// SPDX-License-Identifier: Apache-2.0
// See blk_request.hpp.
#include "devices/blk_request.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "devices/scatter.hpp"
#include "golden/little_endian.hpp"

namespace dmar::devices {

namespace {

constexpr std::uint64_t kHeaderBytes = 16;
constexpr std::uint64_t kStatusBytes = 1;
// Moved at a time: enough pages at once to hide latency, whatever the driver asks for.
constexpr std::uint64_t kChunkBytes = 64 * 1024;

void fail(BlkOutcome &outcome, std::string why, BlkStatus status = BlkStatus::kIoError) {
  outcome.status = status;
  outcome.error = std::move(why);
}

// False, and the outcome says so, when a transfer went wrong.
bool moved(DmaStatus status, const char *what, BlkOutcome &outcome) {
  if (status == DmaStatus::kOkay) return true;
  fail(outcome, fmt::format("{}: {}", what, name_of(status)));
  return false;
}

std::uint64_t data_in_bytes(const Chain &chain) {
  return total_bytes(chain.writable) - kStatusBytes;
}
std::uint64_t data_out_bytes(const Chain &chain) {
  return total_bytes(chain.readable) - kHeaderBytes;
}

Iova address_of(std::span<const Segment> segments, std::uint64_t offset) {
  Iova address;
  for_each_piece(segments, offset, 1, [&](Iova found, auto, auto) { address = found; });
  return address;
}

}  // namespace

BlkRequests::BlkRequests(DmaPort &port, const TaskScope &tasks, Disk &disk, std::string id)
    : port_(port), tasks_(tasks), disk_(disk), id_(std::move(id)) {
  id_.resize(kIdBytes, '\0');
}

Task<void> BlkRequests::execute(const Chain &chain, BlkOutcome &outcome) {
  const std::uint64_t writable = total_bytes(chain.writable);
  if (writable < kStatusBytes) {
    outcome.unanswered = true;
    fail(outcome, fmt::format("request {}: no room for its status", chain.head));
    co_return;
  }
  if (total_bytes(chain.readable) < kHeaderBytes) {
    fail(outcome, fmt::format("request {}: its header has {} bytes instead of {}", chain.head,
                              total_bytes(chain.readable), kHeaderBytes));
  } else {
    std::array<std::uint8_t, kHeaderBytes> raw{};
    Task<DmaStatus> gathering = gather(port_, chain.readable, 0, raw);
    const DmaStatus status = co_await gathering;
    if (tasks_.stopping()) co_return;
    if (moved(status, "header of a request", outcome)) {
      const std::span bytes(raw);
      const Header header{BlkType{golden::from_little_endian<std::uint32_t>(bytes)},
                          golden::from_little_endian<std::uint64_t>(bytes.subspan(8))};
      Task<void> dispatching = dispatch(header, chain, outcome);
      co_await dispatching;
      if (tasks_.stopping()) co_return;
    }
  }
  const std::array<std::uint8_t, kStatusBytes> answer{static_cast<std::uint8_t>(outcome.status)};
  Task<DmaStatus> answering = scatter(port_, chain.writable, writable - kStatusBytes, answer);
  const DmaStatus status = co_await answering;
  if (tasks_.stopping()) co_return;
  if (!moved(status, "status of a request", outcome)) outcome.unanswered = true;
  // Everything up to the status, or what was written before it came to an error.
  if (outcome.written == writable - kStatusBytes) ++outcome.written;
}

Task<void> BlkRequests::dispatch(Header header, const Chain &chain, BlkOutcome &outcome) {
  const bool out = header.type == BlkType::kWrite;
  const bool has_data = (out ? data_out_bytes(chain) : data_in_bytes(chain)) != 0;
  if (prelude_ && has_data && (out || header.type == BlkType::kRead)) {
    const Iova data =
        out ? address_of(chain.readable, kHeaderBytes) : address_of(chain.writable, 0);
    Task<void> prelude = prelude_(data, out);
    co_await prelude;
    if (tasks_.stopping()) co_return;
  }
  switch (header.type) {
    case BlkType::kRead: {
      Task<void> reading = read_disk(header.sector, chain, outcome);
      co_await reading;
      break;
    }
    case BlkType::kWrite: {
      Task<void> writing = write_disk(header.sector, chain, outcome);
      co_await writing;
      break;
    }
    case BlkType::kGetId: {
      Task<void> getting = get_id(chain, outcome);
      co_await getting;
      break;
    }
    case BlkType::kFlush:
      flush(outcome);
      break;
    default:
      fail(outcome,
           fmt::format("request type {} is not known", static_cast<std::uint32_t>(header.type)),
           BlkStatus::kUnsupported);
  }
}

bool BlkRequests::check_range(std::uint64_t sector, std::uint64_t bytes,
                              BlkOutcome &outcome) const {
  const std::uint64_t capacity = disk_.sectors();
  const std::uint64_t sectors = bytes / Disk::kSectorBytes;
  if (bytes % Disk::kSectorBytes != 0) {
    fail(outcome, fmt::format("sector {}: {} bytes are not whole sectors", sector, bytes));
  } else if (sectors > capacity || sector > capacity - sectors) {
    fail(outcome, fmt::format("sector {}: {} sectors reach beyond the end of the disk at {}",
                              sector, sectors, capacity));
  } else if (bytes >= std::numeric_limits<std::uint32_t>::max()) {
    fail(outcome, fmt::format("sector {}: {} bytes at once are too many", sector, bytes));
  } else {
    return true;
  }
  return false;
}

Task<void> BlkRequests::read_disk(std::uint64_t sector, const Chain &chain, BlkOutcome &outcome) {
  const std::uint64_t length = data_in_bytes(chain);
  if (data_out_bytes(chain) != 0) {
    fail(outcome, fmt::format("sector {}: a read with data of the driver", sector));
    co_return;
  }
  if (!check_range(sector, length, outcome)) co_return;
  std::vector<std::uint8_t> buffer(std::min(length, kChunkBytes));
  for (std::uint64_t done = 0; done < length;) {
    const std::span part = std::span(buffer).first(std::min(length - done, kChunkBytes));
    if (!disk_.read(sector * Disk::kSectorBytes + done, part)) {
      fail(outcome, fmt::format("sector {}: the image cannot be read", sector));
      co_return;
    }
    Task<DmaStatus> scattering = scatter(port_, chain.writable, done, part);
    const DmaStatus status = co_await scattering;
    if (tasks_.stopping() || !moved(status, "data of a read", outcome)) co_return;
    done += part.size();
    outcome.bytes_read += part.size();
    outcome.written = static_cast<std::uint32_t>(done);
  }
}

Task<void> BlkRequests::write_disk(std::uint64_t sector, const Chain &chain, BlkOutcome &outcome) {
  const std::uint64_t length = data_out_bytes(chain);
  if (disk_.read_only() || data_in_bytes(chain) != 0) {
    const char *why = disk_.read_only() ? "the disk is read-only" : "a write with room for data";
    fail(outcome, fmt::format("sector {}: {}", sector, why));
    co_return;
  }
  if (!check_range(sector, length, outcome)) co_return;
  std::vector<std::uint8_t> buffer(std::min(length, kChunkBytes));
  for (std::uint64_t done = 0; done < length;) {
    const std::span part = std::span(buffer).first(std::min(length - done, kChunkBytes));
    Task<DmaStatus> gathering = gather(port_, chain.readable, kHeaderBytes + done, part);
    const DmaStatus status = co_await gathering;
    if (tasks_.stopping() || !moved(status, "data of a write", outcome)) co_return;
    if (!disk_.write(sector * Disk::kSectorBytes + done, part)) {
      fail(outcome, fmt::format("sector {}: the image cannot be written", sector));
      co_return;
    }
    done += part.size();
    outcome.bytes_written += part.size();
  }
  if (write_through_) flush(outcome);
}

Task<void> BlkRequests::get_id(const Chain &chain, BlkOutcome &outcome) {
  std::array<std::uint8_t, kIdBytes> id{};
  std::copy(id_.begin(), id_.end(), id.begin());
  const std::uint64_t room = std::min<std::uint64_t>(data_in_bytes(chain), kIdBytes);
  Task<DmaStatus> scattering = scatter(port_, chain.writable, 0, std::span(id).first(room));
  const DmaStatus status = co_await scattering;
  if (tasks_.stopping() || !moved(status, "disk name", outcome)) co_return;
  outcome.written = static_cast<std::uint32_t>(room);
}

void BlkRequests::flush(BlkOutcome &outcome) {
  if (!disk_.sync()) fail(outcome, "the image cannot be written to its medium");
}

}  // namespace dmar::devices
