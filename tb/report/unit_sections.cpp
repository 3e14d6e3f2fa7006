// SPDX-License-Identifier: Apache-2.0
// See unit_sections.hpp.
#include "report/unit_sections.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "dmar/fault_names.hpp"
#include "dmar/structures.hpp"

namespace dmar::report {

namespace {

std::string part(std::uint64_t some, std::uint64_t all) {
  return all == 0
             ? "-"
             : fmt::format("{:.1f}%", 100.0 * static_cast<double>(some) / static_cast<double>(all));
}

std::string domains_text(const FunctionRecord &function) {
  return function.domains.empty() ? "-" : fmt::format("{}", fmt::join(function.domains, ", "));
}

std::vector<std::string> latency_row(const std::string &name, const char *kind,
                                     const LogHistogram &one) {
  return {name,
          kind,
          counted(one.total()),
          counted(one.min()),
          fmt::format("{:.1f}", one.mean()),
          counted(one.quantile(0.5)),
          counted(one.quantile(0.99)),
          counted(one.max())};
}

void add_latencies(Table &table, const std::string &name, const Latencies &latencies) {
  if (latencies.hits.total() != 0) table.rows.push_back(latency_row(name, "hit", latencies.hits));
  if (latencies.walks.total() != 0) {
    table.rows.push_back(latency_row(name, "walk", latencies.walks));
  }
  if (latencies.interrupts.total() != 0) {
    table.rows.push_back(latency_row(name, "interrupt", latencies.interrupts));
  }
}

std::string rights(const MappedRange &range) {
  return range.read && range.write ? "read, write" : range.read ? "read" : "write";
}

std::string how_text(const OwnedFunction &function) {
  switch (function.how) {
    case OwnedFunction::How::kTranslated:
      return "translated";
    case OwnedFunction::How::kPassThrough:
      return "pass-through";
    case OwnedFunction::How::kUnusable:
      return "entry the unit cannot use";
  }
  return "?";
}

Table function_owners(const Owners &owners, unsigned unit, const Names &names,
                      const std::string &title) {
  Table table{.caption = fmt::format("{}: functions and their domains", title),
              .head = {"Function", "Domain", "How", "Table at", "Levels", "Mapped", "4 KiB pages",
                       "2 MiB pages", "1 GiB pages"}};
  for (const OwnedFunction &function : owners.functions) {
    std::vector<std::string> row{names.function(unit, function.source),
                                 fmt::format("{}", function.domain.raw()), how_text(function)};
    if (function.table) {
      const DomainTable &one = owners.tables[*function.table];
      row.insert(row.end(), {fmt::format("{:#x}", one.root), fmt::format("{}", one.levels),
                             sized(one.bytes) + (one.whole ? "" : " and more"),
                             counted(one.pages[0]), counted(one.pages[1]), counted(one.pages[2])});
    } else {
      const bool all = function.how == OwnedFunction::How::kPassThrough;
      row.insert(row.end(), {"-", "-", all ? "all of memory" : "-", "-", "-", "-"});
    }
    table.rows.push_back(std::move(row));
  }
  if (owners.functions.empty()) {
    table.note = owners.translating ? "No function has a context entry."
                                    : "DMA remapping was off: every function reached all memory.";
  }
  return table;
}

std::string users_of(const Owners &owners, std::size_t table, unsigned unit, const Names &names) {
  std::vector<std::string> users;
  for (const OwnedFunction &function : owners.functions) {
    if (function.table == table) users.push_back(names.function(unit, function.source));
  }
  return fmt::format("{}", fmt::join(users, ", "));
}

Table range_table(const Owners &owners, std::size_t number, unsigned unit, const Names &names) {
  const DomainTable &one = owners.tables[number];
  Table table{.caption = fmt::format("Memory of {}", users_of(owners, number, unit, names)),
              .head = {"Device address", "Host address", "Size", "Rights"}};
  for (const MappedRange &range : one.ranges) {
    table.rows.push_back({fmt::format("{:#x}", range.iova), fmt::format("{:#x}", range.host),
                          sized(range.bytes), rights(range)});
  }
  constexpr std::size_t kMostUnfolded = 8;
  table.folded = one.ranges.size() > kMostUnfolded;
  if (one.range_count > one.ranges.size()) {
    table.note = fmt::format("and {} more ranges", counted(one.range_count - one.ranges.size()));
  }
  return table;
}

std::string source_text(const InterruptOwner &owner, unsigned unit, const Names &names) {
  if (owner.validation == interrupt_entry::kAnySource) return "any function";
  if (owner.validation == interrupt_entry::kBusRange) {
    return fmt::format("buses {:02x} to {:02x}", owner.source.raw() >> 8,
                       owner.source.raw() & 0xFF);
  }
  return names.function(unit, owner.source);
}

Table interrupt_table(const Owners &owners, unsigned unit, const Names &names,
                      const std::string &title) {
  Table table{.caption = fmt::format("{}: interrupt-remapping entries, {} in all", title,
                                     counted(owners.interrupt_entries)),
              .head = {"May be used by", "Entries", "Indices"}};
  for (const InterruptOwner &owner : owners.interrupts) {
    table.rows.push_back({source_text(owner, unit, names), counted(owner.count),
                          fmt::format("{}{}", fmt::join(owner.indices, ", "),
                                      owner.count > owner.indices.size() ? ", ..." : "")});
  }
  return table;
}

std::string address_text(const FaultSeen &fault) {
  if (linux_interrupt_fault(fault.record.reason()) &&
      names_interrupt_index(static_cast<FaultReason>(fault.record.reason()))) {
    return fmt::format("interrupt index {}", fault.record.interrupt_index());
  }
  return fmt::format("{:#x}", fault.request.address.raw());
}

// Its cells stand below each other in all lines.
std::string fault_line(const FaultLine &line, const std::string &who, const char *moment) {
  const FaultSeen &fault = line.first;
  const FaultName &name = fault_name(static_cast<FaultReason>(fault.record.reason()));
  std::string out = fmt::format(
      "<details class=\"fault\" data-reason=\"{:02X}h\" data-who=\"{}\"><summary>"
      "<span class=\"when\">{} {}</span> <span class=\"who\">{}</span> "
      "<span class=\"reason\">{:02X}h {}</span> <span class=\"where\">{}</span>{}</summary>\n",
      fault.record.reason(), escaped(who), moment, counted(fault.cycle), escaped(who),
      fault.record.reason(), escaped(name.description), escaped(address_text(fault)),
      line.times == 1 ? std::string()
                      : fmt::format(" <span class=\"times\">{} times, until {}</span>",
                                    counted(line.times), counted(line.last_cycle)));
  if (!fault.where.empty()) {
    out += fmt::format("<p class=\"note\">At {}</p>\n", escaped(fault.where));
  }
  out +=
      fmt::format("<pre tabindex=\"0\" aria-label=\"Explanation\">{}</pre></details>\n",
                  fault.explained.empty() ? "no explanation was kept" : escaped(fault.explained));
  return out;
}

}  // namespace

std::string counted(std::uint64_t value) {
  if (value < 1000) return std::to_string(value);
  return fmt::format("{},{:03}", counted(value / 1000), value % 1000);
}

std::string sized(std::uint64_t bytes) {
  constexpr const char *kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  unsigned unit = 0;
  auto value = static_cast<double>(bytes);
  for (; value >= 1024 && unit < 6; ++unit) value /= 1024;
  const bool whole = value == static_cast<double>(static_cast<std::uint64_t>(value));
  return whole ? fmt::format("{:.0f} {}", value, kUnits[unit])
               : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string function_label(const Model &model, const Names &names, unsigned unit,
                           std::uint16_t source) {
  const std::string function = names.function(unit, SourceId(source));
  return model.units().size() < 2 ? function : fmt::format("{} {}", names.unit(unit), function);
}

std::vector<Table> traffic_tables(const Model &model, const Names &names) {
  Table functions{.caption = "Functions",
                  .head = {"Function", "Reads", "Writes", "Bytes moved", "Hits", "Blocked",
                           "Interrupts", "Interrupts blocked", "Faults", "Domains"}};
  Table domains{
      .caption = "Domains",
      .head = {"Domain", "Requests", "Bytes moved", "Hits", "Invalidations", "Functions"}};
  std::uint64_t others = 0;
  for (unsigned unit = 0; unit < model.units().size(); ++unit) {
    const UnitRecord &record = model.units()[unit];
    others += record.others;
    for (const auto &[source, function] : record.functions) {
      const Bucket sum = function.series.total();
      functions.rows.push_back({function_label(model, names, unit, source), counted(function.reads),
                                counted(function.writes), counted(sum.bytes),
                                part(sum.hits, sum.requests), counted(function.blocked),
                                counted(sum.interrupts), counted(function.interrupts_blocked),
                                counted(sum.faults), domains_text(function)});
    }
    for (const auto &[number, domain] : record.domains) {
      const Bucket sum = domain.series.total();
      std::vector<std::string> sources;
      for (const std::uint16_t source : domain.sources) {
        sources.push_back(names.function(unit, SourceId(source)));
      }
      domains.rows.push_back({model.units().size() < 2
                                  ? fmt::format("{}", number)
                                  : fmt::format("{} of {}", number, names.unit(unit)),
                              counted(sum.requests), counted(sum.bytes),
                              part(sum.hits, sum.requests), counted(sum.invalidations),
                              sources.empty() ? "-" : fmt::format("{}", fmt::join(sources, ", "))});
    }
  }
  if (others != 0) {
    functions.note =
        fmt::format("{} requests of further functions are in no row.", counted(others));
  }
  return {functions, domains};
}

Table latency_table(const Model &model, const Names &names) {
  Table table{
      .caption = "Latency in cycles",
      .head = {"Of", "Kind", "Requests", "Least", "Mean", "Half within", "99% within", "Most"}};
  for (unsigned unit = 0; unit < model.units().size(); ++unit) {
    const UnitRecord &record = model.units()[unit];
    add_latencies(table, fmt::format("{}, until its verdict", names.unit(unit)), record.added);
    for (const auto &[source, function] : record.functions) {
      add_latencies(table, function_label(model, names, unit, source), function.latencies);
    }
    if (record.invalidations.total() != 0) {
      table.rows.push_back(latency_row(names.unit(unit), "invalidation", record.invalidations));
    }
    if (record.table_reads.total() != 0) {
      table.rows.push_back(latency_row(names.unit(unit), "table read", record.table_reads));
    }
  }
  table.note =
      "Functions: from a request to its last answer. Until its verdict: from the cycle in which "
      "the "
      "unit has the address, waiting behind other requests included. Invalidations: from the fetch "
      "of the descriptor until software could see the end. Halves and 99% are upper ends of "
      "buckets, four to each power of two.";
  return table;
}

std::vector<Table> owner_tables(const Model &model, const Names &names) {
  std::vector<Table> tables;
  for (unsigned unit = 0; unit < model.units().size(); ++unit) {
    const auto &owners = model.units()[unit].owners;
    if (!owners) continue;
    const std::string title = names.unit(unit);
    tables.push_back(function_owners(*owners, unit, names, title));
    for (std::size_t i = 0; i < owners->tables.size(); ++i) {
      if (!owners->tables[i].ranges.empty()) {
        tables.push_back(range_table(*owners, i, unit, names));
      }
    }
    if (owners->remapping_interrupts) {
      tables.push_back(interrupt_table(*owners, unit, names, title));
    }
  }
  return tables;
}

std::string fault_list(const Model &model, const Names &names, const std::string &time_unit) {
  std::string out;
  std::uint64_t left_out = 0;
  for (unsigned unit = 0; unit < model.units().size(); ++unit) {
    const FaultLog &faults = model.units()[unit].faults;
    left_out += faults.left_out();
    for (const FaultLine &line : faults.lines()) {
      out +=
          fault_line(line, function_label(model, names, unit, line.first.request.source_id.raw()),
                     time_unit == "cycles" ? "cycle" : "event");
    }
  }
  if (left_out != 0) {
    out += fmt::format(
        "<p class=\"note\" id=\"faults-left-out\">and {} more faults, which are counted only</p>\n",
        counted(left_out));
  }
  return out;
}

}  // namespace dmar::report
