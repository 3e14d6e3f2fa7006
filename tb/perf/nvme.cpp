// SPDX-License-Identifier: Apache-2.0
// See nvme.hpp.
#include "perf/nvme.hpp"

#include <algorithm>

namespace dmar::perf {

namespace {

constexpr unsigned kRequestBytes = 256;
constexpr unsigned kEntryBytes = 64;  // of the submission queue
constexpr unsigned kCompletionBytes = 16;
constexpr unsigned kTransfers = 4;
constexpr unsigned kListPage = Nvme::kDataPages;
constexpr unsigned kSubmissionPage = kListPage + Nvme::kListPages;
constexpr unsigned kCompletionPage = kSubmissionPage + 1;

}  // namespace

Nvme::Nvme(SourceId source_id, std::uint64_t seed)
    : source_id_(source_id), random_(seed), commands_(kDepth) {
  for (unsigned index = 0; index < kDepth; ++index) begin(index);
}

Request Nvme::request(AccessKind kind, std::uint64_t page, unsigned offset, unsigned bytes) const {
  return {.source_id = source_id_,
          .address = Iova(kDeviceIova + 4096 * page + offset),
          .kind = kind,
          .bytes = bytes};
}

void Nvme::begin(unsigned index) {
  Command &command = commands_[index];
  command = {};
  command.list_page = kListPage + static_cast<unsigned>(random_.below(kListPages));
  for (unsigned block = 0; block < kBlocks; ++block) {
    command.pages.push_back(static_cast<std::uint32_t>(random_.below(kDataPages)));
  }
  fetches_.push_back(index);
}

std::optional<Wanted> Nvme::next_read() {
  if (fetches_.empty()) return std::nullopt;
  const unsigned index = fetches_.front();
  fetches_.pop_front();
  Command &command = commands_[index];
  command.unanswered = 1;
  if (command.state == State::kFetch) {
    return Wanted{
        .request = request(AccessKind::kRead, kSubmissionPage, kEntryBytes * index, kEntryBytes),
        .id = index};
  }
  return Wanted{
      .request = request(AccessKind::kRead, command.list_page, kEntryBytes * index, kEntryBytes),
      .id = index};
}

std::optional<Wanted> Nvme::next_write() {
  if (!completions_.empty()) {
    const unsigned index = completions_.front();
    completions_.pop_front();
    commands_[index].unanswered = 1;
    return Wanted{.request = request(AccessKind::kWrite, kCompletionPage, kCompletionBytes * index,
                                     kCompletionBytes),
                  .id = index};
  }
  if (transfers_.empty()) return std::nullopt;
  return next_data(transfers_.front());
}

// The next part of the block; at its end the next transfer has its turn.
std::optional<Wanted> Nvme::next_data(unsigned index) {
  Command &command = commands_[index];
  const Wanted wanted{.request = request(AccessKind::kWrite, command.pages[command.block],
                                         command.offset, kRequestBytes),
                      .id = index};
  ++command.unanswered;
  command.offset += kRequestBytes;
  if (command.offset < 4096) return wanted;
  command.offset = 0;
  ++command.block;
  transfers_.pop_front();
  if (command.block < kBlocks) {
    const std::size_t place = std::min<std::size_t>(kTransfers - 1, transfers_.size());
    transfers_.insert(transfers_.begin() + static_cast<std::ptrdiff_t>(place), index);
  }
  return wanted;
}

void Nvme::done(const Answered &answered) {
  const auto index = static_cast<unsigned>(answered.wanted.id);
  Command &command = commands_[index];
  --command.unanswered;
  switch (command.state) {
    case State::kFetch:
      command.state = State::kList;
      fetches_.push_back(index);
      break;
    case State::kList:
      command.state = State::kData;
      transfers_.push_back(index);
      break;
    case State::kData:
      if (command.block < kBlocks || command.unanswered != 0) break;
      blocks_ += kBlocks;
      command.state = State::kComplete;
      completions_.push_back(index);
      break;
    case State::kComplete:
      begin(index);
      break;
  }
}

}  // namespace dmar::perf
