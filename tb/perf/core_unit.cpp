// SPDX-License-Identifier: Apache-2.0
// See core_unit.hpp.
#include "perf/core_unit.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "bench/agent.hpp"

namespace dmar::perf {

namespace {

constexpr std::uint64_t kFarTooLong = 4'000'000;  // clocks
constexpr std::uint64_t kQuietClocks = 256;

using Clock = std::chrono::steady_clock;

// Adds the time of its life to `sum`, if asked to.
class Stopwatch {
 public:
  Stopwatch(bool on, HostTime::Duration &sum) : sum_(on ? &sum : nullptr) {
    if (sum_ != nullptr) start_ = Clock::now();
  }
  ~Stopwatch() {
    if (sum_ != nullptr) *sum_ += Clock::now() - start_;
  }
  Stopwatch(const Stopwatch &) = delete;
  Stopwatch &operator=(const Stopwatch &) = delete;

 private:
  HostTime::Duration *sum_;
  Clock::time_point start_;
};

}  // namespace

// Asks once.
class CoreUnit::OneRequest : public Device {
 public:
  explicit OneRequest(const Request &request) : Device(1), request_(request) {}
  [[nodiscard]] const std::optional<Answered> &answer() const { return answer_; }

 protected:
  std::optional<Wanted> next(std::uint64_t) override {
    if (std::exchange(asked_, true)) return std::nullopt;
    return Wanted{.request = request_};
  }
  void done(const Answered &answered) override { answer_ = answered; }

 private:
  Request request_;
  bool asked_ = false;
  std::optional<Answered> answer_;
};

CoreUnit::CoreUnit(const CoreInfo &info, std::unique_ptr<CoreModel> model,
                   const UnitOptions &options)
    : info_(info),
      options_(options),
      model_(std::move(model)),
      pins_(model_->pins()),
      golden_(info.config, read_only_),
      table_(pins_.table, memory_, options.latency),
      ports_{RequestPort(0, info.port0_tags),
             RequestPort(info.port0_tags, info.tags - info.port0_tags)} {}

void CoreUnit::offer(unsigned number) {
  RequestPort &port = ports_[number];
  RequestPins &pins = pins_.request[number];
  const std::span<Device *const> lone(&lone_, lone_ != nullptr && number == lone_port_ ? 1 : 0);
  const auto offered = paused_ ? port.offer(clock_, lone) : port.offer(clock_);
  pins.valid = offered.has_value();
  if (!offered) return;
  pins.tag = static_cast<std::uint8_t>(offered->tag);
  pins.words = pack(offered->request);
}

void CoreUnit::sample_port(unsigned number) {
  const RequestPins &pins = pins_.request[number];
  if (!pins.valid) return;
  if (pins.ready) {
    ports_[number].accept(clock_);
  } else {
    ports_[number].wait();
  }
}

void CoreUnit::check(const Answered &answered) {
  const Stopwatch watch(options_.profile, time_.golden);
  const Request &request = answered.wanted.request;
  const Answer &answer = answered.answer;
  const golden::Verdict verdict = golden_.judge(request);
  bool right = false;
  if (const auto *translation = std::get_if<golden::Translation>(&verdict)) {
    right = answer.verdict == Verdict::kForward && answer.snoop == translation->snoop &&
            answer.host_page == translation->address.raw() >> 12;
  } else if (const auto *fault = std::get_if<golden::Fault>(&verdict)) {
    right = answer.verdict == Verdict::kFault && answer.reason == fault->reason;
  } else if (std::holds_alternative<golden::Blocked>(verdict)) {
    right = answer.verdict == Verdict::kBlock;
  } else {
    right =
        answer.verdict == (std::holds_alternative<golden::Interrupt>(verdict) ? Verdict::kInterrupt
                                                                              : Verdict::kComplete);
  }
  if (right) return;
  throw WrongAnswer(
      fmt::format("{}: wrong answer in clock {}: request {:04x} kind {} at {:#x}: verdict {}, "
                  "reason {:#x}, host page {:#x}",
                  info_.name, clock_, request.source_id.raw(), static_cast<unsigned>(request.kind),
                  request.address.raw(), static_cast<unsigned>(answer.verdict),
                  static_cast<unsigned>(answer.reason), answer.host_page));
}

void CoreUnit::sample_answers() {
  for (unsigned channel = 0; channel < kAnswerChannels; ++channel) {
    const AnswerPins &pins = pins_.answer[channel];
    if (!pins.valid) continue;
    RequestPort &port = ports_[pins.tag < info_.port0_tags ? 0 : 1];
    if (!port.has(pins.tag)) {
      throw WrongAnswer(fmt::format("{}: answer to tag {}, which is free, in clock {}", info_.name,
                                    pins.tag, clock_));
    }
    Answered &answered = port.answered(pins.tag);
    answered.answered = clock_;
    answered.answer = unpack(pins.words);
    answered.hit = pins.hit;
    answered.late = channel == kAnswerChannels - 1;
    if (options_.check) check(answered);
    port.finish(pins.tag);
  }
}

void CoreUnit::clock_once() {
  for (unsigned port = 0; port < kPorts; ++port) offer(port);
  {
    const Stopwatch watch(options_.profile, time_.rtl);
    model_->settle();
  }
  for (unsigned port = 0; port < kPorts; ++port) sample_port(port);
  sample_answers();
  if (pins_.walk_started) ++walks_;
  table_.sample(clock_);
  {
    const Stopwatch watch(options_.profile, time_.rtl);
    model_->edge();
  }
  table_.drive(clock_);
  if (model_->failed()) {
    throw bench::AssertionError(
        fmt::format("{}: an RTL assertion failed in clock {}, its message is on standard output",
                    info_.name, clock_));
  }
  ++clock_;
}

void CoreUnit::step(std::uint64_t clocks) {
  const Stopwatch watch(options_.profile, time_.all);
  for (; clocks != 0; --clocks) clock_once();
}

void CoreUnit::step_until(const std::function<bool()> &done, const char *what) {
  const std::uint64_t start = clock_;
  while (!done()) {
    if (clock_ - start > kFarTooLong) {
      throw bench::HangError(fmt::format("{}: {} did not end", info_.name, what));
    }
    step();
  }
}

void CoreUnit::drain() {
  paused_ = true;
  step_until([this] { return ports_[0].under_way() + ports_[1].under_way() == 0; },
             "the requests in flight");
}

Answered CoreUnit::one(const Request &request, unsigned port) {
  drain();
  OneRequest device(request);
  lone_ = &device;
  lone_port_ = port;
  step_until([&device] { return device.answer().has_value(); }, "a request");
  lone_ = nullptr;
  return *device.answer();
}

std::uint64_t CoreUnit::read(std::uint32_t offset, unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned done = 0; done < bytes; done += 4) {
    pins_.access = pack_access(false, offset + done, 0);
    step();
    value |= std::uint64_t{pins_.access_rdata} << (8 * done);
  }
  pins_.access = 0;
  return value;
}

void CoreUnit::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  golden_.write(offset, bytes, value);
  golden_.take_status_writes();
  for (unsigned done = 0; done < bytes; done += 4) {
    pins_.access =
        pack_access(true, offset + done, static_cast<std::uint32_t>(value >> (8 * done)));
    step();
  }
  pins_.access = 0;
}

Completion CoreUnit::access(const Request &request, std::span<const std::uint8_t>) {
  const Answer answer = one(request).answer;
  Completion completion{.reason = answer.reason, .snoop = answer.snoop};
  if (answer.verdict == Verdict::kForward) {
    completion.address = HostAddr(answer.host_page << 12 | request.address.raw() % 4096);
  } else if (answer.verdict == Verdict::kFault || answer.verdict == Verdict::kBlock) {
    completion.status = Completion::Status::kBlocked;
  }
  return completion;
}

std::vector<Completion> CoreUnit::access_all(std::span<const Request> requests) {
  std::vector<Completion> completions;
  for (const Request &request : requests) completions.push_back(access(request));
  return completions;
}

void CoreUnit::settle() { step(kQuietClocks); }

}  // namespace dmar::perf
