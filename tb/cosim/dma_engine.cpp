// SPDX-License-Identifier: Apache-2.0
// See dma_engine.hpp.
#include "cosim/dma_engine.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "golden/little_endian.hpp"

namespace dmar::cosim {

using devices::DmaStatus;

class DmaEngine::Port : public devices::DmaPort {
 public:
  Port(DmaEngine &engine, SourceId source_id, Pin pin)
      : engine_(engine), source_id_(source_id), pin_(std::move(pin)) {}

  void read(Iova address, std::span<std::uint8_t> out, Done done) override {
    engine_.start({.port = this,
                   .source_id = source_id_,
                   .kind = AccessKind::kRead,
                   .address = address.raw(),
                   .out = out,
                   .done = std::move(done)});
  }
  void write(Iova address, std::span<const std::uint8_t> data, Done done) override {
    engine_.start({.port = this,
                   .source_id = source_id_,
                   .kind = AccessKind::kWrite,
                   .address = address.raw(),
                   .data = data,
                   .done = std::move(done)});
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

 private:
  DmaEngine &engine_;
  SourceId source_id_;
  Pin pin_;
};

DmaEngine::DmaEngine(Lockstep &unit, Interrupt interrupt, DmaLimits limits)
    : unit_(unit), interrupt_(std::move(interrupt)), limits_(limits) {}

std::unique_ptr<devices::DmaPort> DmaEngine::make_port(SourceId source_id, Pin pin) {
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
                  .bytes = static_cast<std::uint32_t>(bytes)};
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
  switch (completion.status) {
    case Completion::Status::kOkay:
      if (completion.interrupt) interrupt_(*completion.interrupt);
      if (transfer->kind == AccessKind::kRead) {
        std::ranges::copy(completion.data, transfer->out.subspan(offset).begin());
      }
      break;
    case Completion::Status::kBlocked:
      transfer->status = DmaStatus::kBlocked;
      break;
    case Completion::Status::kMemoryError:
      if (transfer->status == DmaStatus::kOkay) transfer->status = DmaStatus::kMemoryError;
      break;
  }
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
