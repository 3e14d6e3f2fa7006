// SPDX-License-Identifier: Apache-2.0
// See request_queue.hpp.
#include "devices/request_queue.hpp"

#include <utility>

namespace dmar::devices {

RequestQueue::RequestQueue(DmaPort &port, TaskScope &tasks, QueueOwner owner, Taken taken)
    : tasks_(tasks), owner_(std::move(owner)), taken_(std::move(taken)), queue_(port, tasks) {}

void RequestQueue::reset() {
  started_ = draining_ = renotified_ = completing_ = false;
  done_.clear();
}

void RequestQueue::notified(const QueueLayout &layout) {
  if (!started_) {
    started_ = true;
    queue_.start(layout);
  }
  renotified_ = true;
  if (draining_) return;
  draining_ = true;
  tasks_.start(drain());
}

bool RequestQueue::goes_on(bool okay) {
  if (!owner_.running()) return false;
  if (!okay) owner_.broken(queue_.failure());
  return okay;
}

// Hands over every request that is available, until there are no more.
Task<void> RequestQueue::drain() {
  std::vector<std::uint16_t> heads;
  for (;;) {
    renotified_ = false;
    heads.clear();
    Task<bool> taking = queue_.take(heads);
    const bool taken = co_await taking;
    if (!goes_on(taken)) co_return;
    for (const std::uint16_t head : heads) taken_(head);
    if (!heads.empty() || renotified_) continue;
    if (!queue_.needs_rearm()) break;
    Task<bool> rearming = queue_.rearm();
    const bool rearmed = co_await rearming;
    if (!goes_on(rearmed)) co_return;
  }
  draining_ = false;
}

Task<bool> RequestQueue::read_chain(std::uint16_t head, Chain &chain) {
  Task<bool> reading = queue_.read_chain(head, chain);
  const bool readable = co_await reading;
  co_return goes_on(readable);
}

void RequestQueue::answer(std::span<const UsedElement> elements) {
  done_.insert(done_.end(), elements.begin(), elements.end());
  if (completing_) return;
  completing_ = true;
  tasks_.start(complete());
}

// One task at a time, because the used ring has one index; what is done meanwhile goes along.
Task<void> RequestQueue::complete() {
  std::vector<UsedElement> batch;
  while (!done_.empty()) {
    batch.clear();
    batch.swap(done_);
    bool interrupt = false;
    Task<bool> publishing = queue_.publish(batch, interrupt);
    const bool published = co_await publishing;
    if (!goes_on(published)) co_return;
    answered_ += batch.size();
    if (interrupt) owner_.interrupt();
  }
  completing_ = false;
}

}  // namespace dmar::devices
