// SPDX-License-Identifier: Apache-2.0
// Root and context tables, and the search for second-stage entries. Mapping: tables/domain.cpp.
#include "tables/table_builder.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "dmar/structures.hpp"

namespace dmar {

namespace {

// AW of the largest table the unit supports.
unsigned widest(const Config &config) {
  for (unsigned aw = 3; aw >= 1; --aw) {
    if (((config.sagaw >> aw) & 1) != 0) return aw;
  }
  throw std::invalid_argument("TableBuilder: SAGAW lists no table width");
}

}  // namespace

TableBuilder::TableBuilder(Memory &memory, const Config &config, HostAddr first, HostAddr end)
    : memory_(memory), config_(config), pages_(memory, first, end) {
  if (!(end.raw() <= bit(config.host_address_width))) {
    throw std::invalid_argument("TableBuilder: tables beyond the host address width");
  }
  root_table_ = pages_.allocate();
}

void TableBuilder::check_id(unsigned id) const {
  if (id >> domain_id_bits(config_) != 0) {
    throw std::invalid_argument(
        fmt::format("domain id {} has more than {} bits", id, domain_id_bits(config_)));
  }
}

Domain TableBuilder::create_domain(DomainSpec spec) {
  check_id(spec.id);
  const unsigned aw = spec.levels - second_stage::kTopOfAw;
  if (spec.levels < 3 || spec.levels > 5 || ((config_.sagaw >> aw) & 1) == 0) {
    throw std::invalid_argument(fmt::format("SAGAW does not list {}-level tables", spec.levels));
  }
  return {*this, DomainId(static_cast<std::uint16_t>(spec.id)), spec.levels, pages_.allocate()};
}

HostAddr TableBuilder::root_entry_address(SourceId source_id) const {
  return HostAddr(root_table_.raw() + 16 * (source_id.raw() >> 8));
}

HostAddr TableBuilder::context_entry_address(SourceId source_id) const {
  const std::uint64_t root = memory_.read64(root_entry_address(source_id));
  if ((root & root_entry::kPresent) == 0) {
    throw std::invalid_argument(
        fmt::format("bus {:02x} has no context table yet", source_id.raw() >> 8));
  }
  const std::uint64_t table = root_entry::context_table(root, config_);
  return HostAddr(table + 16 * (source_id.raw() & 0xFF));
}

void TableBuilder::make_context_table(SourceId source_id) {
  const HostAddr root = root_entry_address(source_id);
  if ((memory_.read64(root) & root_entry::kPresent) != 0) return;
  memory_.write64(root, pages_.allocate().raw() | root_entry::kPresent);
}

// The low half carries P and is cleared first and set last, so that no moment shows a mixture.
void TableBuilder::write_context(SourceId source_id, std::uint64_t lo, std::uint64_t hi) {
  make_context_table(source_id);
  const HostAddr entry = context_entry_address(source_id);
  const HostAddr upper(entry.raw() + 8);
  if (memory_.read64(entry) != 0) memory_.write64(entry, 0);
  memory_.write64(upper, hi);
  memory_.write64(entry, lo);
}

void TableBuilder::attach(SourceId source_id, const Domain &domain, AttachOptions options) {
  if (options.device_tlb && !config_.device_tlb) {
    throw std::invalid_argument("attach: the unit has no device-TLB support");
  }
  const unsigned type =
      options.device_tlb ? context_entry::kDeviceTlb : context_entry::kSecondStage;
  const std::uint64_t lo = domain.root().raw() | context_entry::kPresent |
                           (options.fault_processing_disable ? context_entry::kFpd : 0) |
                           (type << context_entry::kTranslationTypeShift);
  const std::uint64_t hi = (std::uint64_t{domain.id().raw()} << context_entry::kDomainShift) |
                           (domain.levels() - second_stage::kTopOfAw);
  write_context(source_id, lo, hi);
}

void TableBuilder::attach_pass_through(SourceId source_id, unsigned id,
                                       bool fault_processing_disable) {
  check_id(id);
  if (!config_.pass_through) {
    throw std::invalid_argument("attach_pass_through: the unit has no pass-through");
  }
  const std::uint64_t lo = context_entry::kPresent |
                           (fault_processing_disable ? context_entry::kFpd : 0) |
                           (context_entry::kPassThrough << context_entry::kTranslationTypeShift);
  write_context(source_id, lo,
                (std::uint64_t{id} << context_entry::kDomainShift) | widest(config_));
}

void TableBuilder::detach(SourceId source_id) {
  const HostAddr entry = context_entry_address(source_id);
  memory_.write64(entry, 0);
  memory_.write64(HostAddr(entry.raw() + 8), 0);
}

std::optional<HostAddr> TableBuilder::find_entry(const Domain &domain, Iova iova,
                                                 unsigned level) const {
  HostAddr table = domain.root();
  for (unsigned at = domain.levels();; --at) {
    const HostAddr address(table.raw() + 8 * second_stage::index(iova.raw(), at));
    if (at == level) return address;
    const std::uint64_t entry = memory_.read64(address);
    const bool present = (entry & (second_stage::kRead | second_stage::kWrite)) != 0;
    if (!present || second_stage::is_leaf(entry, at)) return std::nullopt;
    table = HostAddr(second_stage::address(entry, at, config_));
  }
}

HostAddr TableBuilder::entry_address(const Domain &domain, Iova iova, unsigned level) const {
  check_iova(domain, iova);
  if (level < 1 || level > domain.levels()) {
    throw std::invalid_argument(fmt::format("the tables have no level {}", level));
  }
  const std::optional<HostAddr> entry = find_entry(domain, iova, level);
  if (!entry) {
    throw std::invalid_argument(
        fmt::format("no table of level {} for address {:#x}", level, iova.raw()));
  }
  return *entry;
}

}  // namespace dmar
