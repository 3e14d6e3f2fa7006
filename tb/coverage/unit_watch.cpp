// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/unit_watch.hpp"

#include <utility>

#include "coverage/folder.hpp"
#include "coverage/invalidation_bins.hpp"
#include "coverage/request_bins.hpp"
#include "dmar/registers.hpp"
#include "golden/bus_table_reader.hpp"

namespace dmar::coverage {
namespace {

template <class Value>
constexpr std::size_t number(Value value) {
  return static_cast<std::size_t>(value);
}

bool within(std::uint32_t offset, std::uint32_t first) {
  return offset >= first && offset < first + 8;
}

}  // namespace

UnitWatch::UnitWatch(const Config &config, Memory &memory, Groups &groups)
    : bus_(memory), groups_(groups), unit_(config, bus_) {
  unit_.observe_invalidations([this](const golden::Invalidation &one) { invalidated(one); });
}

std::unique_ptr<UnitWatch> UnitWatch::create(const Config &config, Memory &memory) {
  if (!enabled()) return nullptr;
  return std::make_unique<UnitWatch>(config, memory, process_groups());
}

void UnitWatch::invalidated(const golden::Invalidation &invalidation) {
  std::visit(
      [this](const auto &one) {
        const auto hit = [&](CacheState state) {
          groups_.invalidations.hit(
              {number(form_of(one, by_register_)), number(granularity_of(one)), number(state)});
        };
        const Met met = caches_.invalidate(one);
        if (met.covered) hit(CacheState::kCovered);
        if (met.not_covered) hit(CacheState::kNotCovered);
        if (!met.covered && !met.not_covered) hit(CacheState::kNothing);
        if (waiting_) hit(CacheState::kInFlight);
      },
      invalidation);
}

// IQERCD.IQEI while FSTS.IQE is set, else 0.
unsigned UnitWatch::queue_error() const {
  if ((unit_.read(reg::kFsts, 4) & fsts::kIqe) == 0) return 0;
  return static_cast<unsigned>(unit_.read(reg::kIqercd, 4) & 0xF);
}

void UnitWatch::register_written(std::uint32_t offset, unsigned bytes, std::uint64_t value,
                                 bool waiting) {
  by_register_ = within(offset, reg::kCcmd) || within(offset, reg::kIotlb);
  waiting_ = waiting;
  const unsigned error_before = queue_error();
  const golden::ControlState control_before = unit_.control();
  unit_.write(offset, bytes, value);
  unit_.take_status_writes();
  unit_.take_messages();
  const unsigned error = queue_error();
  const bool cleared = offset == reg::kFsts && (value & fsts::kIqe) != 0;
  if (error != 0 && (error_before == 0 || cleared)) {
    const bool wide = (unit_.read(reg::kIqa, 8) & iqa::kDw) != 0;
    groups_.queue_errors.hit({error - 1, wide ? 1U : 0U});
  }
  const bool pointer = offset == reg::kGcmd && (value & (gcmd::kSrtp | gcmd::kSirtp)) != 0;
  // The unit carries out each of these changes as a flush of its caches.
  if (pointer || unit_.control() != control_before) caches_.clear();
}

void UnitWatch::request_answered(const Request &request, const Completion &completion) {
  golden::BusTableReader tables(bus_);
  WalkProbe probe(tables);
  const golden::Verdict verdict =
      golden::translate(unit_.config(), unit_.control(), probe, request);
  if (!agrees(verdict, completion)) return;
  count_request(groups_, request, verdict, probe);
  if (const auto *page = std::get_if<golden::Translation>(&verdict); page && page->domain) {
    caches_.note_context(request.source_id, *page->domain);
    if (!page->identity) caches_.note_page(*page->domain, request.address, page->page_size);
  }
  const auto *message = std::get_if<golden::Interrupt>(&verdict);
  const bool interrupt = message != nullptr || is_entry_fault(verdict);
  if (!interrupt || !probe.wide_entry()) return;
  const std::uint64_t table = unit_.control().interrupt_table;
  count_interrupt_entry(groups_, *probe.wide_entry(), (table & irta::kEime) != 0, verdict);
  if (message != nullptr) {
    caches_.note_interrupt_entry(
        static_cast<std::uint16_t>((probe.wide_address().raw() - (table & irta::kTable)) / 16));
  }
}

}  // namespace dmar::coverage
