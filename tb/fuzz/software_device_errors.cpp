// SPDX-License-Identifier: Apache-2.0
// Devices that answer invalidations of their TLBs as they must not, or not at all (VT-d 6.5.2.10),
// and the way back. Nothing is in the queue behind the messages to devices but a wait for them, so
// that no tag goes out again before every answer has been looked at.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "fuzz/software.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kRound = 64;                 // clocks, more than a look at all tags takes
constexpr std::uint64_t kLongestTimeOut = 200'000;   // that a random machine has time for
constexpr std::uint64_t kMaxPending = bits(20, 16);  // of a descriptor
constexpr std::uint32_t kErrors = fsts::kIqe | fsts::kIce | fsts::kIte;

std::uint32_t mask(const InvalidateRequest &request) { return std::uint32_t{1} << request.itag; }

}  // namespace

// What devices were asked, and how many messages of each answer have come.
class Software::Asked {
 public:
  struct One {
    InvalidateRequest request;
    unsigned come = 0;  // messages; each says how many are enough
  };

  explicit Asked(const std::vector<InvalidateRequest> &requests) {
    for (const InvalidateRequest &one : requests) open_.push_back({.request = one});
  }
  [[nodiscard]] std::vector<One> &open() { return open_; }
  void count(const InvalidateCompletion &completion) {
    std::erase_if(open_, [&completion](One &one) {
      const bool named = (completion.itags & mask(one.request)) != 0;
      if (!named || one.request.source_id != completion.source_id) return false;
      return ++one.come >= completion.count;
    });
  }

 private:
  std::vector<One> open_;
};

unsigned Software::device_time_out() const {
  const auto &parameters = machine_.unit().model().parameters;
  const auto found = parameters.find("DeviceTlbTimeout");
  return found == parameters.end() || found->second > kLongestTimeOut ? 0 : found->second;
}

// Until they have all been heard of, and no answer yet. Without a limit for each device, which
// would hold some back.
std::vector<InvalidateRequest> Software::ask_devices(std::uint64_t count) {
  DeviceAnswers &devices = machine_.device_answers();
  devices.hold(true);
  for (std::uint64_t n = 0; n < count; ++n) {
    if (random_.percent(30)) push(encode(random_invalidation()));
    Descriptor descriptor = device_tlb_descriptor();
    descriptor[0] &= ~kMaxPending;
    push(descriptor);
  }
  ring();
  machine_.tick_until([&devices, count] { return devices.held() == count; }, "messages to devices");
  return devices.take_held();
}

void Software::answer(Asked &asked, const InvalidateCompletion &completion) {
  asked.count(completion);
  machine_.device_answers().send(completion);
  ++statistics_.answers;
  pause(random_.below(random_.percent(80) ? 8 : 80));
}

void Software::answer_rightly(Asked &asked, const InvalidateRequest &request) {
  answer(asked, {.source_id = request.source_id,
                 .itags = mask(request),
                 .count = machine_.device_answers().random_count()});
}

// To any tags by any device, so that some count and some are wrong; but nothing that completes
// `kept`.
void Software::answer_wildly(Asked &asked, const InvalidateRequest &kept) {
  InvalidateCompletion wild{.source_id = machine_.world().random_device(),
                            .itags = static_cast<std::uint32_t>(random_.next()),
                            .count = machine_.device_answers().random_count()};
  if (random_.percent(60)) wild.itags = std::uint32_t{1} << random_.below(32);
  if (random_.percent(10)) wild.itags = ~std::uint32_t{0};
  if (random_.percent(30)) wild.source_id = kept.source_id;
  if (wild.source_id == kept.source_id) wild.itags &= ~mask(kept);
  answer(asked, wild);
}

void Software::expect_device_errors() {
  machine_.expect_register(reg::kFsts, 4, kErrors);
  machine_.expect_register(reg::kIqercd, 8);
  machine_.expect_register(reg::kIqh, 8);
}

void Software::clear_device_errors(std::uint32_t status) {
  if ((machine_.expect_register(reg::kFsts, 4, kErrors) & fsts::kIce) != 0) {
    ++statistics_.completion_errors;
  }
  machine_.write(reg::kFsts, 4, status);
  machine_.expect_register(reg::kFsts, 4, kErrors);
}

// An answer to what nobody asked, or asks any more.
void Software::late_answer(const InvalidateRequest &request) {
  Asked none({});
  answer_rightly(none, request);
  poll(reg::kFsts, 4, fsts::kIce, true);
  expect_device_errors();
  clear_device_errors(fsts::kIce);
}

// Without translation messages of devices are refused, right or wrong: nobody will have heard them.
void Software::unheard_answers(const std::vector<InvalidateRequest> &requests) {
  machine_.traffic().stop();
  machine_.tick_until([this] { return machine_.traffic().idle(); }, "devices");
  set_translation(false);
  for (std::uint64_t n = 1 + random_.below(4); n != 0; --n) {
    Asked none({});
    answer_rightly(none, requests[random_.below(requests.size())]);
    if (random_.percent(40)) answer_wildly(none, requests.front());
  }
  machine_.tick_until([this] { return !machine_.unit().completions_under_way(); }, "messages");
  pause(kRound);
  set_translation(true);
  machine_.traffic().start();
}

void Software::wrong_answers() {
  const std::uint64_t count = 1 + random_.below(random_.percent(85) ? 6 : 30);
  const std::vector<InvalidateRequest> requests = ask_devices(count);
  push(wait_descriptor(true, false));
  ring();
  if (has(Feature::kTranslation) && random_.percent(10)) unheard_answers(requests);
  Asked asked(requests);
  const InvalidateRequest kept = requests[random_.below(requests.size())];
  const auto is_kept = [&kept](const Asked::One &one) { return one.request.itag == kept.itag; };
  while (asked.open().size() > 1) {
    const auto &one = asked.open()[random_.below(asked.open().size())];
    if (random_.percent(25)) {
      answer_wildly(asked, kept);
    } else if (!is_kept(one)) {
      answer_rightly(asked, InvalidateRequest(one.request));
    }
  }
  if (random_.percent(50)) answer_wildly(asked, kept);
  // The wait is done when the last of them is, and every message has been looked at by then.
  while (!asked.open().empty()) answer_rightly(asked, kept);
  machine_.device_answers().hold(false);
  machine_.tick_until([this] { return machine_.oracle().status_writes_due() == 0; },
                      "wait for devices");
  expect_device_errors();
  clear_device_errors(fsts::kIce);
  if (random_.percent(40)) late_answer(requests[random_.below(requests.size())]);
  end_batch();
}

// The first one to be late is in IQERCD: any of those that are late at the same time.
void Software::note_time_outs(std::vector<InvalidateRequest> late) {
  const auto source =
      static_cast<std::uint16_t>(machine_.read(reg::kIqercd, 8) >> iqercd::kItesidShift);
  const auto first = std::ranges::find(late, SourceId(source), &InvalidateRequest::source_id);
  if (first == late.end()) {
    throw Mismatch(fmt::format("IQERCD names {:04x}, which is not late", source));
  }
  std::rotate(late.begin(), first, first + 1);
  for (const InvalidateRequest &one : late) {
    machine_.oracle().time_out_device(one.itag, machine_.cycle());
    ++statistics_.time_outs;
  }
}

// Some devices never answer: the queue stops, the wait for them is never heard of, and what stands
// behind it is carried out once software has cleared the error.
void Software::late_devices() {
  const std::vector<InvalidateRequest> late = ask_devices(1 + random_.below(3));
  const std::uint64_t end = machine_.cycle() + device_time_out() + kRound;
  // Others are asked so much later that they may answer the queue that has stopped.
  const bool others_wait = random_.percent(50);
  if (others_wait) pause(4000 + random_.below(2000));
  const std::vector<InvalidateRequest> others = ask_devices(random_.below(4));
  push(wait_descriptor(true, random_.percent(50)));
  push(encode(random_invalidation()));
  if (random_.percent(50)) push(device_tlb_descriptor());
  ring();
  Asked asked(others);
  const auto answer_others = [&] {
    while (!asked.open().empty()) {
      answer_rightly(asked, InvalidateRequest(asked.open().back().request));
    }
  };
  if (!others_wait) answer_others();
  while ((machine_.read(reg::kFsts, 4) & fsts::kIte) == 0) {
    if (machine_.cycle() > end) throw Mismatch("a device is late and nobody says so");
    if (random_.percent(30)) drain_faults();
    if (random_.percent(20)) take_posted();
    pause(random_.below(60));
  }
  answer_others();
  machine_.tick_until([this, end] { return machine_.cycle() >= end; }, "time-outs");
  note_time_outs(late);
  expect_device_errors();
  if (random_.percent(40)) late_answer(late[random_.below(late.size())]);
  machine_.device_answers().hold(false);
  const bool restart = random_.percent(25);
  if (restart) {
    machine_.oracle().give_up();
    set_queue(false);
  }
  clear_device_errors(fsts::kIte);
  set_queue(true);
  end_batch();
  expect_device_errors();
}

void Software::device_error() {
  if (!bad_devices_ || !queue_on_ || !may_flush_devices()) return;
  if (time_outs_ != 0 && random_.percent(20)) {
    --time_outs_;
    late_devices();
  } else {
    wrong_answers();
  }
}

}  // namespace dmar::bench
