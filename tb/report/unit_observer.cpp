// SPDX-License-Identifier: Apache-2.0
// See unit_observer.hpp.
#include "report/unit_observer.hpp"

#include <algorithm>

#include "dmar/registers.hpp"
#include "golden/explanation.hpp"

namespace dmar::report {

namespace {

// Cycles between two looks at the tables; they are read whole.
constexpr std::uint64_t kLook = 1 << 18;

// Where the descriptor lies that the golden model is carrying out; nullopt: a register asked for
// the invalidation. Its head register is one ahead by now.
std::optional<std::uint64_t> descriptor_address(const golden::Unit &golden) {
  if ((golden.read(reg::kGsts, 4) & gsts::kQies) == 0) return std::nullopt;
  const std::uint64_t queue = golden.read(reg::kIqa, 8);
  const std::uint64_t bytes = iqa::queue_bytes(queue);
  const std::uint64_t one = (queue & iqa::kDw) != 0 ? 32 : 16;
  const std::uint64_t head = golden.read(reg::kIqh, 8);
  return (queue & iqa::kBase) + (head + bytes - one) % bytes;
}

}  // namespace

void UnitObserver::invalidation_given(const golden::Invalidation &what, std::uint64_t status_before,
                                      std::uint64_t cycle) {
  Given given{.seen = {.what = what, .given = base_ + cycle, .from = base_ + cycle},
              .status_before = status_before,
              .descriptor = descriptor_address(*golden_)};
  given.seen.queued = given.descriptor.has_value();
  given_.push_back(std::move(given));
  // Domains come and go with their context entries.
  if (std::holds_alternative<golden::ContextInvalidation>(what)) next_look_ = 0;
}

void UnitObserver::table_read(unsigned id, std::uint64_t address, unsigned bytes,
                              std::uint64_t from, std::uint64_t to) {
  tell(&Sink::table_read, TableReadSeen{.id = id,
                                        .address = HostAddr(address),
                                        .bytes = bytes,
                                        .from = base_ + from,
                                        .to = base_ + to});
}

void UnitObserver::queue_read(std::uint64_t address, unsigned bytes, std::uint64_t from,
                              std::uint64_t to) {
  for (Given &given : given_) {
    if (given.fetched || !given.descriptor) continue;
    given.fetched = *given.descriptor >= address && *given.descriptor < address + bytes;
    if (given.fetched) given.seen.from = std::max(given.seen.given, base_ + from);
  }
  tell(&Sink::table_read, TableReadSeen{.queue = true,
                                        .address = HostAddr(address),
                                        .bytes = bytes,
                                        .from = base_ + from,
                                        .to = base_ + to});
}

void UnitObserver::complete(Given &given, std::uint64_t cycle, bool by_status) {
  given.seen.by_status = by_status;
  given.seen.to = std::max(given.seen.from, base_ + cycle);
  tell(&Sink::invalidation, given.seen);
}

void UnitObserver::message(MessageSeen::Kind kind, const Message &message, std::uint64_t cycle) {
  tell(&Sink::message, MessageSeen{.kind = kind, .message = message, .cycle = base_ + cycle});
}

// Software knows by it that every invalidation before it is done.
void UnitObserver::status_write(const Message &what, std::uint64_t cycle) {
  ++status_writes_;
  while (!given_.empty() && given_.front().status_before < status_writes_) {
    complete(given_.front(), cycle, true);
    given_.pop_front();
  }
  message(MessageSeen::Kind::kStatusWrite, what, cycle);
}

void UnitObserver::event(const Message &what, std::uint64_t cycle) {
  message(MessageSeen::Kind::kEvent, what, cycle);
}

void UnitObserver::request(RequestSeen seen) {
  if (base_ + seen.done >= next_look_) look_at_owners(seen.done);
  seen.judged = std::min(seen.judged, seen.done);
  seen.begun = std::min(seen.begun, seen.judged);
  seen.submitted = std::min(seen.submitted, seen.begun);
  for (std::uint64_t *cycle : {&seen.submitted, &seen.begun, &seen.judged, &seen.done}) {
    *cycle += base_;
  }
  tell(&Sink::request, seen);
}

void UnitObserver::fault(FaultSeen seen) {
  seen.cycle += base_;
  const bool wanted = std::ranges::any_of(
      sinks_, [&](const Sink *sink) { return sink->wants_explanation(unit_, seen); });
  if (wanted && golden_ != nullptr) seen.explained = golden::explanation(*golden_, seen.request);
  tell(&Sink::fault, seen);
}

void UnitObserver::at_rest(std::uint64_t cycle) {
  for (; !given_.empty(); given_.pop_front()) complete(given_.front(), cycle, false);
}

void UnitObserver::mark(std::uint64_t cycle, const std::string &name) {
  for (Sink *sink : sinks_) sink->mark(unit_, base_ + cycle, name);
}

void UnitObserver::look_at_owners(std::uint64_t cycle) {
  next_look_ = base_ + cycle + kLook;
  if (model_ == nullptr || golden_ == nullptr) return;
  model_->owners(unit_,
                 look_at_tables(golden_->config(), golden_->control(), *memory_, base_ + cycle));
}

void UnitObserver::reset(std::uint64_t cycle) {
  look_at_owners(cycle);
  given_.clear();
  status_writes_ = 0;
  base_ += cycle;
  golden_ = nullptr;
}

}  // namespace dmar::report
