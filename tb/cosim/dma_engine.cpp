// SPDX-License-Identifier: Apache-2.0
// See dma_engine.hpp.
#include "cosim/dma_engine.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "golden/little_endian.hpp"

namespace dmar::cosim {

using devices::DmaStatus;

class DmaEngine::Port : public devices::AtsBus {
 public:
  Port(DmaEngine &engine, SourceId source_id, Pin pin)
      : engine_(engine), source_id_(source_id), pin_(std::move(pin)) {}

  ~Port() override {
    if (has_device_tlb_) engine_.device_tlbs_.erase(this);
  }
  Port(const Port &) = delete;
  Port &operator=(const Port &) = delete;

  void read(Iova address, std::span<std::uint8_t> out, Done done) override {
    read(AddressType::kUntranslated, address.raw(), out, std::move(done));
  }
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override {
    write(AddressType::kUntranslated, address.raw(), data, std::move(done));
  }
  void read_translated(HostAddr address, std::span<std::uint8_t> out, Done done) override {
    read(AddressType::kTranslated, address.raw(), out, std::move(done));
  }
  void write_translated(HostAddr address, std::span<const std::uint8_t> data, Done done) override {
    write(AddressType::kTranslated, address.raw(), data, std::move(done));
  }
  void translate(Iova address, bool no_write, Translated done) override {
    auto translation = std::make_shared<Translation>();
    Transfer transfer{.port = this,
                      .source_id = source_id_,
                      .at = AddressType::kTranslationRequest,
                      .no_write = no_write,
                      .address = address.raw(),
                      .out = translation->bytes,
                      .translation = translation};
    transfer.done = [translation, done = std::move(done)](DmaStatus) { done(translation->answer); };
    engine_.start(std::move(transfer));
  }
  void on_invalidate(Invalidate taker) override {
    has_device_tlb_ = true;
    engine_.device_tlbs_[this] = std::move(taker);
  }
  void complete_invalidation(std::uint32_t itags, std::uint8_t count) override {
    engine_.unit_.complete_invalidation({.source_id = source_id_, .itags = itags, .count = count});
  }
  void message(const Message &message, Done done) override {
    const auto bytes = golden::to_little_endian(message.data);
    Transfer transfer{.port = this,
                      .source_id = source_id_,
                      .kind = AccessKind::kWrite,
                      .address = message.address,
                      .message = {bytes.begin(), bytes.end()},
                      .done = std::move(done)};
    transfer.data = transfer.message;
    engine_.start(std::move(transfer));
  }
  void identify(SourceId id) override { source_id_ = id; }
  void cease() override { engine_.cease(*this); }
  void set_pin(bool asserted) override {
    if (pin_) pin_(asserted);
  }

  [[nodiscard]] SourceId source_id() const { return source_id_; }

 private:
  void read(AddressType at, std::uint64_t address, std::span<std::uint8_t> out, Done done) {
    engine_.start({.port = this,
                   .source_id = source_id_,
                   .kind = AccessKind::kRead,
                   .at = at,
                   .address = address,
                   .out = out,
                   .done = std::move(done)});
  }
  void write(AddressType at, std::uint64_t address, std::span<const std::uint8_t> data, Done done) {
    engine_.start({.port = this,
                   .source_id = source_id_,
                   .kind = AccessKind::kWrite,
                   .at = at,
                   .address = address,
                   .data = data,
                   .done = std::move(done)});
  }

  DmaEngine &engine_;
  SourceId source_id_;
  Pin pin_;
  bool has_device_tlb_ = false;
};

DmaEngine::DmaEngine(Lockstep &unit, Interrupt interrupt, DmaLimits limits)
    : unit_(unit), interrupt_(std::move(interrupt)), limits_(limits) {}

std::unique_ptr<devices::AtsBus> DmaEngine::make_port(SourceId source_id, Pin pin) {
  return std::make_unique<Port>(*this, source_id, std::move(pin));
}

void DmaEngine::start(Transfer transfer) {
  if (closed_) {
    done_.emplace_back(std::move(transfer.done), DmaStatus::kBlocked);
  } else {
    transfers_.push_back(std::move(transfer));
  }
}

// One that has asked for all of it is only waited for.
void DmaEngine::cease(const Port &port) {
  for (Transfer &transfer : transfers_) {
    const bool theirs = transfer.port == &port;
    if (theirs && !transfer.all_asked()) transfer.status = DmaStatus::kBlocked;
  }
}

void DmaEngine::tell_owners() {
  for (auto &[done, status] : std::exchange(done_, {})) {
    if (done) done(status);
  }
}

// Hands over one more request of a transfer, if it has one and may.
bool DmaEngine::ask(std::list<Transfer>::iterator transfer) {
  if (transfer->all_asked() || transfer->in_flight >= limits_.in_flight) return false;
  const std::uint64_t address = transfer->address + transfer->next;
  const std::size_t to_boundary = limits_.request_bytes - address % limits_.request_bytes;
  const std::size_t bytes = std::min(to_boundary, transfer->bytes() - transfer->next);
  Request request{.source_id = transfer->source_id,
                  .address = Iova(address),
                  .kind = transfer->kind,
                  .bytes = static_cast<std::uint32_t>(bytes),
                  .at = transfer->at,
                  .no_write = transfer->no_write};
  std::vector<std::uint8_t> data;
  if (transfer->kind == AccessKind::kWrite) {
    const auto part = transfer->data.subspan(transfer->next, bytes);
    data.assign(part.begin(), part.end());
    if (bytes == 4) request.message_data = golden::from_little_endian<std::uint32_t>(part);
  }
  flights_[unit_.submit(request, std::move(data))] = {transfer, transfer->next};
  transfer->next += bytes;
  ++transfer->in_flight;
  return true;
}

void DmaEngine::answer(const Lockstep::Finished &finished) {
  const auto found = flights_.find(finished.id);
  if (found == flights_.end()) return;
  const auto [transfer, offset] = found->second;
  flights_.erase(found);
  --transfer->in_flight;
  const Completion &completion = finished.completion;
  if (transfer->translation) note(*transfer->translation, completion);
  switch (completion.status) {
    case Completion::Status::kOkay:
      if (completion.interrupt) interrupt_(*completion.interrupt);
      if (transfer->kind == AccessKind::kRead) {
        std::ranges::copy(completion.data, transfer->out.subspan(offset).begin());
      }
      break;
    case Completion::Status::kBlocked:
    case Completion::Status::kAborted:
      transfer->status = DmaStatus::kBlocked;
      break;
    case Completion::Status::kMemoryError:
      if (transfer->status == DmaStatus::kOkay) transfer->status = DmaStatus::kMemoryError;
      break;
  }
}

void DmaEngine::note(Translation &translation, const Completion &completion) {
  using Status = devices::TranslationAnswer::Status;
  switch (completion.status) {
    case Completion::Status::kOkay:
      translation.answer = {.status = Status::kSuccess,
                            .entry = {golden::from_little_endian<std::uint64_t>(completion.data)}};
      break;
    case Completion::Status::kBlocked:
      translation.answer = {.status = Status::kUnsupported};
      break;
    case Completion::Status::kAborted:
    case Completion::Status::kMemoryError:
      translation.answer = {.status = Status::kAborted};
      break;
  }
}

// A message to a function that is not there is lost.
void DmaEngine::invalidate(const InvalidateRequest &request) {
  const auto device = std::ranges::find_if(device_tlbs_, [&](const auto &entry) {
    return entry.first->source_id() == request.source_id;
  });
  if (device != device_tlbs_.end()) device->second(request);
}

void DmaEngine::proceed() {
  for (const Lockstep::Finished &finished : unit_.take_finished()) answer(finished);
  for (auto transfer = transfers_.begin(); transfer != transfers_.end();) {
    const bool over = transfer->in_flight == 0 && transfer->all_asked();
    if (over) done_.emplace_back(std::move(transfer->done), transfer->status);
    transfer = over ? transfers_.erase(transfer) : std::next(transfer);
  }
  // Owners start new transfers from here; those come into their turn below.
  tell_owners();
  for (const InvalidateRequest &request : unit_.take_invalidate_requests()) invalidate(request);
  for (bool more = true; more;) {  // in turn, so that no transfer waits for a long one
    more = false;
    for (auto transfer = transfers_.begin(); transfer != transfers_.end(); ++transfer) {
      more = ask(transfer) || more;
    }
  }
}

void DmaEngine::abort() {
  flights_.clear();
  for (Transfer &transfer : transfers_) {
    done_.emplace_back(std::move(transfer.done), DmaStatus::kBlocked);
  }
  transfers_.clear();
}

void DmaEngine::close() {
  closed_ = true;
  abort();
  while (!done_.empty()) tell_owners();
}

}  // namespace dmar::cosim
