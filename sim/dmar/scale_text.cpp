// SPDX-License-Identifier: Apache-2.0
// See scale_text.hpp.
#include "scale_text.hpp"

#include <fmt/format.h>

#include <array>

namespace dmar::sim {

namespace {

// One direction of a link; 1e6 a second.
struct Demand {
  const char *link;
  double requests;
  double pages;  // new ones: a miss each, unless lines are read
};

// PCIe Gen6 x16: 64 GT/s in 16 lanes, 236 bytes of packets in a flit of 256; a header of 16 bytes.
constexpr double kGen6 = 64e9 * 16 / 8 * 236 / 256 / 1e6;
constexpr double kPacketHeader = 16;
constexpr double kEthernet = 800e9 / 8 / 1e6;
constexpr double kWire = 1538;    // of a packet of 1500 bytes
constexpr double kPieces = 6.25;  // requests of 256 bytes for it, descriptor included
constexpr std::array kDemands{
    Demand{"PCIe Gen6 x16, payload 256 bytes", kGen6 / (256 + kPacketHeader),
           kGen6 / (256 + kPacketHeader) / 16},
    Demand{"PCIe Gen6 x16, payload 4 KiB", kGen6 / (4096 + kPacketHeader),
           kGen6 / (4096 + kPacketHeader)},
    Demand{"800 Gb/s Ethernet, 1500-byte packets, two in a page", kEthernet / kWire *kPieces,
           kEthernet / kWire / 2},
    Demand{"800 Gb/s, whole 4 KiB pages, 256 bytes a request", kEthernet / 256, kEthernet / 4096}};

std::string walks_text(double megapages, double nanoseconds) {
  return fmt::format("{:.1f}", megapages * 1e6 * nanoseconds * 1e-9);
}

std::string rate_text(const ScaleOptions &options, double per_clock) {
  return fmt::format("{:.0f}", per_clock * options.clock);
}

}  // namespace

TextTable demand_table(unsigned ports) {
  constexpr unsigned kDirections = 2;
  TextTable table{.head = {"link, one direction", "requests, M/s", "new pages, M/s",
                           fmt::format("{} links, requests, M/s", ports),
                           fmt::format("{} links, new pages, M/s", ports), "walks at 100 ns",
                           "walks at 400 ns"},
                  .rows = {}};
  for (const Demand &demand : kDemands) {
    const double pages = kDirections * ports * demand.pages;
    table.rows.push_back(
        {demand.link, fmt::format("{:.1f}", demand.requests), fmt::format("{:.1f}", demand.pages),
         fmt::format("{:.0f}", kDirections * ports * demand.requests), fmt::format("{:.0f}", pages),
         walks_text(pages, 100), walks_text(pages, 400)});
  }
  return table;
}

TextTable scale_table(const ScaleOptions &options, std::span<const ScaleRow> rows) {
  TextTable table{.head = {"workload", "memory", "offered"}, .rows = {}};
  for (const Sized &sized : rows.front().units) {
    table.head.push_back(fmt::format("{} units, {} walks", options.ports, sized.walks));
  }
  for (const Sized &sized : rows.front().services) {
    table.head.push_back(fmt::format("service, {} walks", sized.walks));
  }
  table.head.emplace_back("beats a clock, units");
  table.head.emplace_back("service");
  for (const ScaleRow &row : rows) {
    std::vector<std::string> cells{std::string(row.kind->title), fmt::format("{}", row.memory),
                                   rate_text(options, row.offered)};
    for (const auto *shape : {&row.units, &row.services}) {
      for (const Sized &sized : *shape) {
        cells.push_back(rate_text(options, sized.measured.slowest));
      }
    }
    cells.push_back(fmt::format("{:.2f}", row.units.back().measured.beats));
    cells.push_back(fmt::format("{:.2f}", row.services.back().measured.beats));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

TextTable invalidation_table(const ScaleOptions &options, std::span<const InvalidationRow> rows) {
  TextTable table{.head = {"", "link", "under way", "queues to write", "one alone, clocks",
                           "back to back, clocks each", "lookups lost meanwhile"},
                  .rows = {}};
  for (const InvalidationRow &row : rows) {
    const bool units = row.link == 0;
    const double lost = 100 * (1 - row.cost.lookups / row.cost.lookups_before);
    table.rows.push_back(
        {units ? fmt::format("{} units, in each", options.ports) : "service",
         units ? "-" : fmt::format("{}", row.link), fmt::format("{}", row.broadcasts),
         fmt::format("{}", units ? options.ports : 1), fmt::format("{}", row.cost.alone),
         fmt::format("{:.1f}", row.cost.clocks_each),
         fmt::format("{:.1f} %", lost < 0 ? 0 : lost)});
  }
  return table;
}

TextTable trace_table(const ScaleOptions &options, std::span<const TraceRow> rows) {
  TextTable table{
      .head = {"trace", "requests", "hits", "misses of pages never asked for before",
               "IOTLB invalidations", fmt::format("misses of {} ports, M/s", options.ports)},
      .rows = {}};
  for (const TraceRow &row : rows) {
    const bool none = row.hits.requests == 0;  // the device translated for itself
    const double missed = (1 - row.hits.hit_rate()) * 2 * options.ports * options.rate;
    table.rows.push_back({row.file, fmt::format("{}", row.hits.requests),
                          none ? "-" : fmt::format("{:.1f} %", 100 * row.hits.hit_rate()),
                          fmt::format("{}", row.hits.never_before),
                          fmt::format("{}", row.hits.invalidations),
                          none ? "-" : fmt::format("{:.0f}", missed)});
  }
  return table;
}

}  // namespace dmar::sim
