// SPDX-License-Identifier: Apache-2.0
// See ats_port.hpp.
#include "devices/ats_port.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace dmar::devices {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint8_t kMostCompletions = 8;
constexpr unsigned kTags = 32;

std::uint64_t page_of(Iova address) { return address.raw() & ~(kPage - 1); }

bool covers(const InvalidateRequest &request, std::uint64_t page) {
  return reaches_all(request) && regions_meet(page, kPage, request.base(), request.bytes());
}

}  // namespace

AtsPort::AtsPort(AtsBus &bus, const AtsOptions &options)
    : bus_(bus), options_(options), tlb_(options.entries) {
  if (options.completions == 0 || options.completions > kMostCompletions) {
    throw std::invalid_argument("an invalidation is answered by 1 to 8 messages");
  }
  bus_.on_invalidate([this](const InvalidateRequest &request) { invalidate(request); });
}

void AtsPort::enable_translations(bool enabled) {
  if (enabled == enabled_) return;
  enabled_ = usable_ = enabled;
  if (enabled) ++enables_;
  tlb_.clear();
}

void AtsPort::misbehave(AtsMisbehaviour kind, unsigned times) {
  misbehaviour_.at(static_cast<std::size_t>(kind)) = times;
}

bool AtsPort::misbehaves(AtsMisbehaviour kind) {
  unsigned &left = misbehaviour_.at(static_cast<std::size_t>(kind));
  if (left == 0) return false;
  --left;
  return true;
}

bool AtsPort::permits(const TranslationEntry &entry, bool write) {
  return !entry.has(TranslationEntry::kUntranslated) &&
         entry.has(write ? TranslationEntry::kWrite : TranslationEntry::kRead);
}

void AtsPort::read(Iova address, std::span<std::uint8_t> out, Done done) {
  start(false, address, out, {}, std::move(done));
}

void AtsPort::write(Iova address, std::span<const std::uint8_t> data, Done done) {
  start(true, address, {}, data, std::move(done));
}

void AtsPort::start(bool write, Iova address, std::span<std::uint8_t> out,
                    std::span<const std::uint8_t> data, Done done) {
  const std::uint64_t number = next_transfer_++;
  auto transfer = std::make_shared<Transfer>(
      Transfer{.write = write, .out = out, .data = data, .done = nullptr});
  transfer->done = [this, number, tell = std::move(done)](DmaStatus status) {
    transfers_.erase(number);
    if (tell) tell(status);
  };
  transfers_[number] = transfer;
  const std::size_t bytes = write ? data.size() : out.size();
  std::vector<Piece> pieces;
  for (std::size_t offset = 0; offset < bytes;) {
    const Iova at(address.raw() + offset);
    const std::size_t to_page = kPage - at.raw() % kPage;
    pieces.push_back({transfer, at, offset, std::min(to_page, bytes - offset)});
    offset += pieces.back().bytes;
  }
  transfer->pieces = pieces.size();
  for (const Piece &piece : pieces) start(piece);
}

void AtsPort::start(const Piece &piece) {
  const bool write = piece.transfer->write;
  if (misbehaves(AtsMisbehaviour::kForgesTranslated)) {
    send_translated(piece, HostAddr(piece.address.raw()));
    return;
  }
  if (!usable_) {
    send_untranslated(piece);
    return;
  }
  const auto entry = tlb_.find(piece.address);
  if (entry && permits(*entry, write)) {
    send_translated(piece, DeviceTlb::translate(piece.address, *entry));
  } else {
    ask(piece);
  }
}

void AtsPort::ask(const Piece &piece) {
  const Page page{page_of(piece.address), !piece.transfer->write};
  const auto [asked, fresh] = asked_.try_emplace(page, Asked{.enables = enables_, .waiting = {}});
  asked->second.waiting.push_back(piece);
  if (!fresh) return;
  ++statistics_.requests;
  bus_.translate(Iova(page.first), page.second,
                 [this, page](const TranslationAnswer &answer) { answered(page, answer); });
}

void AtsPort::answered(const Page &page, const TranslationAnswer &answer) {
  const Asked asked = std::move(asked_.extract(page).mapped());
  using Status = TranslationAnswer::Status;
  const TranslationEntry &entry = answer.entry;
  const bool success = answer.status == Status::kSuccess;
  const std::uint64_t bytes = success && entry.grants() ? entry.bytes() : kPage;
  const std::uint64_t base = page.first & ~(bytes - 1);
  const bool overtaken =
      asked.enables != enables_ || !enabled_ ||
      std::ranges::any_of(asked.overtaken_by, [&](const InvalidateRequest &request) {
        return reaches_all(request) && regions_meet(base, bytes, request.base(), request.bytes());
      });
  if (overtaken) ++statistics_.discarded;
  if (!overtaken && success) tlb_.insert(Iova(page.first), entry);
  if (!overtaken && answer.status == Status::kUnsupported) usable_ = false;
  if (!overtaken && (!success || !permits(entry, !page.second))) ++statistics_.refused;
  for (const Piece &piece : asked.waiting) {
    if (piece.transfer->ceased) {
      ended(piece, DmaStatus::kBlocked);
    } else if (overtaken) {
      start(piece);
    } else if (answer.status == Status::kAborted) {
      ended(piece, DmaStatus::kBlocked);
    } else if (success && permits(entry, piece.transfer->write)) {
      send_translated(piece, DeviceTlb::translate(piece.address, entry));
    } else {
      send_untranslated(piece);
    }
  }
}

void AtsPort::send_untranslated(const Piece &piece) {
  ++statistics_.untranslated;
  const auto done = [piece](DmaStatus status) { ended(piece, status); };
  if (piece.transfer->write) {
    bus_.write(piece.address, piece.transfer->data.subspan(piece.offset, piece.bytes), done);
  } else {
    bus_.read(piece.address, piece.transfer->out.subspan(piece.offset, piece.bytes), done);
  }
}

void AtsPort::send_translated(const Piece &piece, HostAddr to) {
  ++statistics_.translated;
  const std::uint64_t number = next_translated_++;
  translated_[number] = page_of(piece.address);
  const auto done = [this, piece, number](DmaStatus status) {
    translated_ended(number);
    ended(piece, status);
  };
  if (piece.transfer->write) {
    bus_.write_translated(to, piece.transfer->data.subspan(piece.offset, piece.bytes), done);
  } else {
    bus_.read_translated(to, piece.transfer->out.subspan(piece.offset, piece.bytes), done);
  }
}

void AtsPort::ended(const Piece &piece, DmaStatus status) {
  Transfer &transfer = *piece.transfer;
  transfer.status = std::max(transfer.status, status);
  if (--transfer.pieces == 0) transfer.done(transfer.status);
}

// What waits for a translation ends with its answer; the bus sees to what it has.
void AtsPort::cease() {
  for (const auto &[number, transfer] : transfers_) {
    if (const auto there = transfer.lock()) there->ceased = true;
  }
  bus_.cease();
}

void AtsPort::invalidate(const InvalidateRequest &request) {
  ++statistics_.invalidations;
  if (misbehaves(AtsMisbehaviour::kNeverAnswers)) return;
  if (!misbehaves(AtsMisbehaviour::kUsesAfter)) tlb_.invalidate(request);
  for (auto &[page, asked] : asked_) asked.overtaken_by.push_back(request);
  Pending pending{.itag = request.itag, .users = {}};
  if (!misbehaves(AtsMisbehaviour::kAcknowledgesEarly)) {
    for (const auto &[number, page] : translated_) {
      if (covers(request, page)) pending.users.insert(number);
    }
  }
  if (pending.users.empty()) {
    acknowledge(1U << request.itag);
  } else {
    pending_.push_back(std::move(pending));
  }
}

void AtsPort::translated_ended(std::uint64_t number) {
  translated_.erase(number);
  std::uint32_t itags = 0;
  for (Pending &pending : pending_) {
    if (pending.users.erase(number) != 0 && pending.users.empty()) itags |= 1U << pending.itag;
  }
  std::erase_if(pending_, [](const Pending &pending) { return pending.users.empty(); });
  if (itags != 0) acknowledge(itags);
}

void AtsPort::acknowledge(std::uint32_t itags) {
  statistics_.acknowledged += static_cast<unsigned>(std::popcount(itags));
  unsigned messages = options_.completions;
  if (misbehaves(AtsMisbehaviour::kAnswersTwice)) messages *= 2;
  if (misbehaves(AtsMisbehaviour::kWrongTag)) itags = itags << 1 | itags >> (kTags - 1);
  for (unsigned i = 0; i < messages; ++i) {
    bus_.complete_invalidation(itags, options_.completions);
  }
}

}  // namespace dmar::devices
