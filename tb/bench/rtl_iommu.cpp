// SPDX-License-Identifier: Apache-2.0
#include "bench/rtl_iommu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bench/attribute_rules.hpp"
#include "bench/dma_burst.hpp"
#include "bench/table_port_rules.hpp"
#include "dmar/pattern.hpp"
#include "dmar/registers.hpp"
#include "golden/little_endian.hpp"

namespace dmar::bench {
namespace {

// Cycles without table traffic or flush after which the unit, otherwise idle, starts nothing more.
constexpr std::uint64_t kResetCycles = 2;
constexpr std::uint64_t kQuietCycles = 64;
// A completion that waits for no write is counted so long after it is taken.
constexpr std::uint64_t kCompletionCycles = 40;

// Of a write that keeps the rules of m_tbl.
Message dword_write(const AxiAccess &access) {
  Message message{.address = access.runs[0].address, .data = 0};
  for (unsigned k = 4; k-- > 0;) message.data = (message.data << 8) | access.runs[0].bytes[k];
  return message;
}

// With what a DWORD write carries, which names an interrupt together with the address.
Request with_message_data(Request request, std::span<const std::uint8_t> data) {
  if (request.kind != AccessKind::kWrite || request.bytes != 4) return request;
  const std::vector<std::uint8_t> usual =
      data.empty() ? pattern(request) : std::vector<std::uint8_t>();
  if (data.empty()) data = usual;
  request.message_data = golden::from_little_endian<std::uint32_t>(data);
  return request;
}

MemoryBus &behind(const RtlOptions &options, Memory &memory) {
  return options.host_memory != nullptr ? *options.host_memory : memory;
}

}  // namespace

RtlIommu::RtlIommu(const ModelInfo &model, const RtlOptions &options)
    : model_(model),
      options_(options),
      simulation_(model.make(options.seed)),
      host_(simulation_->pins().reg, options.host_stall_percent, options.seed * 8 + 1),
      device_(simulation_->pins().device, "s_dma", options.device_stall_percent,
              options.seed * 8 + 2),
      message_ports_(simulation_->pins(), options.message_stall_percent, options.seed * 8 + 5),
      dma_memory_(simulation_->pins().dma, behind(options_, memory_), "m_dma", options.dma_memory,
                  options.seed * 8 + 3),
      table_memory_(simulation_->pins().table, behind(options_, memory_), "m_tbl",
                    options.table_memory, options.seed * 8 + 4),
      monitor_(simulation_->pins(), tracker_),
      watch_(coverage::UnitWatch::create(model.config, memory_,
                                         model.parameters.at("DeviceTlbTimeout"))) {
  connect();
  if (!options.wave.empty()) simulation_->start_wave(options.wave);
}

RtlIommu::~RtlIommu() = default;

void RtlIommu::connect() {
  dma_memory_.set_consumer([this](const AxiAccess &access) {
    // A write that left before a reset may reach memory after it.
    if (access.cycle >= forgotten_before_) tracker_.note_access(access);
    const bool message = ((access.address.user >> dma_user::kInterrupt) & 1) != 0;
    const bool snoops = ((access.address.user >> dma_user::kSnoop) & 1) != 0;
    check_attributes("m_dma", access.address, message, snoops);
    return message;
  });
  dma_memory_.set_observer([this](const AxiAccess &access) { dma_accesses_.push_back(access); });
  table_memory_.accept_every_type(true);
  table_memory_.set_consumer([this](const AxiAccess &access) {
    const std::string why = table_port_violation(access, model_.config.host_address_width);
    if (!why.empty()) throw ProtocolError("m_tbl: " + why);
    AddressBeat burst = access.address;
    burst.lock = 0;  // the rules of the port look at it
    check_attributes("m_tbl", burst, is_event(access), burst.user != 0);
    return is_event(access);
  });
  // Whoever writes to a posted descriptor ends its reservation. In memory of somebody else only
  // what is compared on the way tells.
  memory_.observe_writes([this](HostAddr address, std::span<const std::uint8_t> bytes) {
    table_memory_.note_write(address.raw(), bytes.size());
  });
  table_memory_.set_observer([this](const AxiAccess &access) { note_table_access(access); });
  if (watch_) {
    message_ports_.observe(
        [this](const InvalidateRequest &request) { watch_->device_tlbs().sent(request, cycle()); });
  }
  // The monitor first: within a cycle a verdict is known before the access that it allows.
  simulation_->attach(monitor_);
  simulation_->attach(host_);
  simulation_->attach(device_);
  simulation_->attach(message_ports_);
  simulation_->attach(dma_memory_);
  simulation_->attach(table_memory_);
}

void RtlIommu::check_attributes(const char *port, const AddressBeat &burst, bool message,
                                bool snoops) const {
  const auto cache = static_cast<std::uint8_t>(model_.parameters.at("SnoopCache"));
  const std::string why = attribute_violation(burst, message, snoops, cache);
  if (!why.empty()) throw ProtocolError(std::string(port) + ": " + why);
}

void RtlIommu::note_table_access(const AxiAccess &access) {
  if (access.address.id == kPostingId) {
    if (access.cycle >= forgotten_before_) {
      tracker_.note_posting(access);
      if (watch_) watch_posting(access);
    }
  } else if (!access.write) {
    ++(access.address.id <= kLastWalkId ? table_reads_ : queue_reads_);
  } else if (is_event(access)) {
    messages_.push_back(dword_write(access));
  } else {
    const Message status = dword_write(access);
    status_writes_.push_back(
        {.address = HostAddr(status.address), .data = status.data, .cycle = access.perform_cycle});
  }
  if (table_observer_) table_observer_(access);
}

void RtlIommu::watch_posting(const AxiAccess &access) {
  using Answer = coverage::DescriptorAnswer;
  const Answer answer = access.exclusive ? Answer::kExclusive
                        : access.error   ? Answer::kError
                                         : Answer::kOkay;
  if (!access.write) {
    watch_->descriptor_read(HostAddr(access.address.address), answer);
    return;
  }
  constexpr std::uint64_t kOutstandingByte = 32;  // of the descriptor
  const std::uint64_t place = access.address.address + kOutstandingByte;
  const bool sets = std::ranges::any_of(access.runs, [&](const WriteRun &run) {
    return run.address <= place && place < run.address + run.bytes.size();
  });
  watch_->descriptor_written(sets, answer);
}

void RtlIommu::finish_requests() {
  while (device_.has_finished()) unjudged_.push_back(device_.take_finished());
  std::erase_if(unjudged_, [this](const auto &done) {
    if (!tracker_.judged(done.first)) return false;
    try {
      const Request request = tracker_.request(done.first);
      const auto added = outcomes_.emplace(done.first, tracker_.finish(done.first, done.second));
      if (watch_) watch_->request_answered(request, added.first->second.completion);
      if (outcome_observer_) outcome_observer_(request, added.first->second);
    } catch (const ProtocolError &error) {
      throw ProtocolError(
          fmt::format("{} (cycle {}, seed {})", error.what(), cycle(), options_.seed));
    }
    return true;
  });
}

void RtlIommu::step(std::uint64_t cycles) {
  for (; cycles != 0; --cycles) {
    simulation_->step();
    memory_.set_time(simulation_->cycle());
    if (!table_memory_.idle() || simulation_->pins().flushing ||
        simulation_->pins().to_device.valid) {
      last_busy_cycle_ = simulation_->cycle();
    }
    if (device_.has_finished() || !unjudged_.empty()) finish_requests();
  }
}

void RtlIommu::reset_unit() {
  simulation_->set_reset(true);
  step();  // the unit and the devices notice at its end
  device_.forget();
  message_ports_.forget();
  tracker_.forget();
  if (watch_) watch_->unit_reset();
  forgotten_before_ = cycle();
  outcomes_.clear();
  unjudged_.clear();
  step(kResetCycles);
  simulation_->set_reset(false);
}

void RtlIommu::step_until(const std::function<bool()> &done, const std::string &what) {
  const std::uint64_t start = cycle();
  while (!done()) {
    if (cycle() - start >= options_.wait_bound) {
      throw HangError(fmt::format("{} did not end within {} cycles (model {}, cycle {}, seed {})",
                                  what, options_.wait_bound, model_.name, cycle(), options_.seed));
    }
    step();
  }
}

std::uint64_t RtlIommu::read(std::uint32_t offset, unsigned bytes) {
  host_.start_read(offset, bytes);
  step_until([this] { return !host_.busy(); },
             fmt::format("register read of {} bytes at {:#x}", bytes, offset));
  return host_.result();
}

void RtlIommu::start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  if (watch_) watch_->register_written(offset, bytes, value, tracker_.waiting(), cycle());
  host_.start_write(offset, bytes, value);
}

void RtlIommu::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  start_write(offset, bytes, value);
  step_until([this] { return !host_.busy(); },
             fmt::format("register write of {} bytes at {:#x}", bytes, offset));
}

RtlIommu::Handle RtlIommu::submit(const Request &request, std::span<const std::uint8_t> data,
                                  std::optional<std::uint8_t> id) {
  if (id && *id >= ids()) throw std::invalid_argument(fmt::format("AXI ID {} is too wide", *id));
  const auto chosen = id ? *id : static_cast<std::uint8_t>(next_id_++ % ids());
  AxiBurst burst = make_burst(request, data, chosen);
  const AddressBeat address = burst.address;
  const Handle handle = device_.submit(std::move(burst));
  tracker_.add(handle, with_message_data(request, data), address, cycle());
  return handle;
}

RtlIommu::Handle RtlIommu::submit_rogue(const Request &request, AxiBurst burst) {
  const AddressBeat address = burst.address;
  const Handle handle = device_.submit(std::move(burst), true);
  tracker_.add(handle, request, address, cycle());
  return handle;
}

std::optional<Outcome> RtlIommu::poll(Handle handle) {
  const auto found = outcomes_.find(handle);
  if (found == outcomes_.end()) return std::nullopt;
  std::optional<Outcome> outcome = std::move(found->second);
  outcomes_.erase(found);
  return outcome;
}

Outcome RtlIommu::wait(Handle handle) {
  if (!outcomes_.contains(handle)) {
    const Request &request = tracker_.request(handle);
    const std::string what =
        fmt::format("request {:04x} kind {} at {:#x}", request.source_id.raw(),
                    static_cast<unsigned>(request.kind), request.address.raw());
    step_until([&] { return outcomes_.contains(handle); }, what);
  }
  return *poll(handle);
}

Completion RtlIommu::access(const Request &request, std::span<const std::uint8_t> data) {
  return wait(submit(request, data)).completion;
}

std::vector<Completion> RtlIommu::access_all(std::span<const Request> requests) {
  std::vector<Handle> handles;
  handles.reserve(requests.size());
  for (const Request &request : requests) handles.push_back(submit(request));
  std::vector<Completion> completions;
  completions.reserve(handles.size());
  for (const Handle handle : handles) completions.push_back(wait(handle).completion);
  return completions;
}

bool RtlIommu::quiet() const {
  return table_memory_.idle() && cycle() - last_busy_cycle_ >= kQuietCycles;
}

// Neither the queue nor a register command has work, as software sees it.
bool RtlIommu::unit_at_rest() {
  if ((read(reg::kCcmd, 8) & ccmd::kIcc) != 0 || (read(reg::kIotlb, 8) & iotlb::kIvt) != 0) {
    return false;
  }
  if ((read(reg::kGsts, 4) & gsts::kQies) == 0) return true;
  if ((read(reg::kFsts, 4) & (fsts::kIqe | fsts::kIce | fsts::kIte)) != 0) return true;
  if (message_ports_.answers_owed()) return true;  // what stands in the queue may wait for them
  return read(reg::kIqh, 8) == read(reg::kIqt, 8);
}

void RtlIommu::settle() {
  const std::uint64_t start = cycle();
  // Rest is looked at before the quiet time: work that ends in between still sends its messages.
  while (true) {
    const bool rest = unit_at_rest();
    step(kQuietCycles);
    step_until([this] { return quiet(); }, "table traffic of an otherwise idle unit");
    if (rest && unit_at_rest()) return;
    if (cycle() - start >= options_.wait_bound) {
      throw HangError(fmt::format(
          "the invalidation queue or a command register did not come to rest within {} cycles "
          "(model {}, cycle {}, seed {})",
          options_.wait_bound, model_.name, cycle(), options_.seed));
    }
  }
}

std::vector<Message> RtlIommu::take_messages() { return std::exchange(messages_, {}); }

std::vector<InvalidateRequest> RtlIommu::take_invalidate_requests() {
  return message_ports_.take();
}

void RtlIommu::send_completion(const InvalidateCompletion &completion) {
  if (watch_) watch_->device_tlbs().completed(completion, cycle());
  message_ports_.push(completion);
}

void RtlIommu::complete_invalidation(const InvalidateCompletion &completion) {
  send_completion(completion);
  step_until([this] { return !completions_under_way(); }, "completion of an invalidation");
  step(kCompletionCycles);
}

Counters RtlIommu::counters() const {
  return {.requests = monitor_.requests(),
          .hits = monitor_.hits(),
          .walks = monitor_.walks(),
          .table_reads = table_reads_,
          .queue_reads = queue_reads_,
          .cycles = cycle()};
}

}  // namespace dmar::bench
