// SPDX-License-Identifier: Apache-2.0
// One request of a block driver (VIRTIO 1.2, 5.2.6): what it asks for, and carrying it out.
#ifndef DMAR_DEVICES_BLK_REQUEST_HPP
#define DMAR_DEVICES_BLK_REQUEST_HPP

#include <cstdint>
#include <functional>
#include <string>

#include "devices/disk.hpp"
#include "devices/dma_port.hpp"
#include "devices/task.hpp"
#include "devices/task_scope.hpp"
#include "devices/virtqueue.hpp"

namespace dmar::devices {

enum class BlkStatus : std::uint8_t { kOkay = 0, kIoError = 1, kUnsupported = 2 };

enum class BlkType : std::uint32_t { kRead = 0, kWrite = 1, kFlush = 4, kGetId = 8 };

struct BlkOutcome {
  BlkStatus status = BlkStatus::kOkay;
  std::uint32_t written = 0;     // into memory, for the used ring
  std::uint64_t bytes_read = 0;  // from the disk
  std::uint64_t bytes_written = 0;
  std::string error;        // why the status is not okay
  bool unanswered = false;  // not even the status could be written; `error` says why
};

class BlkRequests {
 public:
  static constexpr std::size_t kIdBytes = 20;

  // `id` answers GET_ID; at most 20 characters count.
  BlkRequests(DmaPort &port, const TaskScope &tasks, Disk &disk, std::string id);

  // Every write is on the medium before it is answered, for drivers that do not flush.
  void set_write_through(bool on) { write_through_ = on; }

  // Called with the address of the first data byte before a request with data is carried out, and
  // whether the data go to the disk. It may be a task that does DMA of its own.
  using Prelude = std::function<Task<void>(Iova data, bool to_disk)>;
  void set_prelude(Prelude prelude) { prelude_ = std::move(prelude); }

  // Returns early when the tasks are to stop; then `outcome` says nothing.
  Task<void> execute(const Chain &chain, BlkOutcome &outcome);

 private:
  struct Header {
    BlkType type = BlkType::kRead;
    std::uint64_t sector = 0;
  };

  Task<void> dispatch(Header header, const Chain &chain, BlkOutcome &outcome);
  Task<void> read_disk(std::uint64_t sector, const Chain &chain, BlkOutcome &outcome);
  Task<void> write_disk(std::uint64_t sector, const Chain &chain, BlkOutcome &outcome);
  Task<void> get_id(const Chain &chain, BlkOutcome &outcome);
  void flush(BlkOutcome &outcome);
  bool check_range(std::uint64_t sector, std::uint64_t bytes, BlkOutcome &outcome) const;

  DmaPort &port_;
  const TaskScope &tasks_;
  Disk &disk_;
  std::string id_;
  bool write_through_ = true;
  Prelude prelude_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_BLK_REQUEST_HPP
