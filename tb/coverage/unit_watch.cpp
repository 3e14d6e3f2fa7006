// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/unit_watch.hpp"

#include <utility>

#include "coverage/folder.hpp"
#include "coverage/invalidation_bins.hpp"
#include "coverage/request_bins.hpp"
#include "coverage/translation_bins.hpp"
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

UnitWatch::UnitWatch(const Config &config, Memory &memory, Groups &groups, std::uint64_t time_out)
    : bus_(memory),
      groups_(groups),
      unit_(config, bus_),
      device_tlbs_(unit_, groups.devices, time_out) {
  unit_.observe_invalidations([this](const golden::Invalidation &one) { invalidated(one); });
}

std::unique_ptr<UnitWatch> UnitWatch::create(const Config &config, Memory &memory,
                                             std::uint64_t time_out) {
  if (!enabled()) return nullptr;
  return std::make_unique<UnitWatch>(config, memory, process_groups(), time_out);
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
                                 bool waiting, std::uint64_t cycle) {
  by_register_ = within(offset, reg::kCcmd) || within(offset, reg::kIotlb);
  waiting_ = waiting;
  device_tlbs_.before_write(offset == reg::kFsts ? static_cast<std::uint32_t>(value) : 0, cycle);
  const unsigned error_before = queue_error();
  const golden::ControlState control_before = unit_.control();
  unit_.write(offset, bytes, value);
  unit_.take_status_writes();
  unit_.take_messages();
  device_tlbs_.after_write();
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

void UnitWatch::unit_reset() {
  unit_.reset();
  caches_.clear();
  device_tlbs_.reset();
  postings_.reset();
}

void UnitWatch::descriptor_read(HostAddr address, DescriptorAnswer answer) {
  const auto words = golden::read_posted_descriptor(bus_, address);
  postings_.read(address, words.value_or(golden::PostedDescriptorWords{}), answer);
}

void UnitWatch::request_answered(const Request &request, const Completion &completion) {
  golden::BusTableReader tables(bus_);
  WalkProbe probe(tables);
  const golden::Verdict verdict =
      golden::translate(unit_.config(), unit_.control(), probe, request);
  DeviceGroups &devices = groups_.devices;
  if (unit_.config().device_tlb) {
    if (request.at == AddressType::kTranslationRequest) {
      count_translation_request(devices, unit_.config(), unit_.control().translation_enabled,
                                request, verdict, completion, probe);
    } else if (request.at == AddressType::kTranslated) {
      count_translated_request(devices, request, verdict, completion);
    }
  }
  const auto *posting = std::get_if<golden::Posting>(&verdict);
  if (posting != nullptr) {
    postings_.answered(devices, *posting, completion);
  } else if (!agrees(verdict, completion)) {
    return;
  }
  count_request(groups_, request, verdict, probe);
  note_cached(request, verdict, probe);
  const bool interrupt = posting != nullptr || is_entry_fault(verdict) ||
                         std::holds_alternative<golden::Interrupt>(verdict);
  if (!interrupt || !probe.wide_entry()) return;
  const bool extended = (unit_.control().interrupt_table & irta::kEime) != 0;
  count_interrupt_entry(groups_, unit_.config(), *probe.wide_entry(), extended, verdict);
}

void UnitWatch::note_cached(const Request &request, const golden::Verdict &verdict,
                            const WalkProbe &probe) {
  if (const auto *page = std::get_if<golden::Translation>(&verdict); page && page->domain) {
    caches_.note_context(request.source_id, *page->domain);
    if (!page->identity) caches_.note_page(*page->domain, request.address, page->page_size);
  }
  if (const auto *asked = std::get_if<golden::TranslationCompletion>(&verdict);
      asked && asked->domain) {
    caches_.note_context(request.source_id, *asked->domain);
    if (probe.at_leaf()) {
      const auto size = static_cast<PageSize>(probe.level() - 1);
      caches_.note_page(*asked->domain, request.address, size);
    }
  }
  const bool interrupt = std::holds_alternative<golden::Interrupt>(verdict) ||
                         std::holds_alternative<golden::Posting>(verdict);
  if (!interrupt || !probe.wide_entry()) return;
  const std::uint64_t table = unit_.control().interrupt_table & irta::kTable;
  caches_.note_interrupt_entry(
      static_cast<std::uint16_t>((probe.wide_address().raw() - table) / 16));
}

}  // namespace dmar::coverage
