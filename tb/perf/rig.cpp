// SPDX-License-Identifier: Apache-2.0
// See rig.hpp.
#include "perf/rig.hpp"

namespace dmar::perf {

namespace {

constexpr HostAddr kTables{0x1000'0000};
constexpr HostAddr kTablesEnd{0x3000'0000};
constexpr unsigned kQueueSizeCode = 3;  // 2,048 descriptors

}  // namespace

Rig::Rig(CoreLibrary &library, const std::string &name, const UnitOptions &options)
    : unit_(library.info(name), library.make(name, options.seed), options),
      tables_(unit_.memory(), unit_.config(), kTables, kTablesEnd),
      driver_(unit_) {
  driver_.set_root_pointer(tables_.root_table());
  driver_.enable_queue(kQueueSizeCode);
  driver_.invalidate_all();
  driver_.enable_translation();
}

HostAddr Rig::host_page(SourceId source_id, unsigned page, PageSize size) {
  // An odd factor makes all different; 2^18 4 KiB pages for each device.
  const std::uint64_t pages = (std::uint64_t{1} << 30) / page_bytes(size);
  const std::uint64_t mixed = (std::uint64_t{page} * 0x9E37'79B1) % pages;
  return HostAddr((std::uint64_t{source_id.raw()} + 8) << 30 | mixed * page_bytes(size));
}

void map_device(Domain &domain, SourceId source_id, unsigned pages, PageSize size) {
  for (unsigned page = 0; page < pages; ++page) {
    domain.map(Iova(Rig::kIova + page * page_bytes(size)), Rig::host_page(source_id, page, size),
               size);
  }
}

Domain &Rig::add_device(SourceId source_id, unsigned pages, PageSize size) {
  domains_.push_back(std::make_unique<Domain>(
      tables_.create_domain({.id = static_cast<unsigned>(domains_.size()) + 1})));
  Domain &domain = *domains_.back();
  map_device(domain, source_id, pages, size);
  tables_.attach(source_id, domain);
  return domain;
}

void Rig::attach(Workload &workload) {
  for (const Workload::Space &space : workload.spaces()) {
    add_device(space.source_id, space.pages, space.size);
  }
  for (const Workload::Asker &asker : workload.askers()) attach(asker.port, *asker.device);
}

void Rig::attach(unsigned port, Device &device) {
  unit_.attach(port, device);
  devices_.push_back(&device);
}

Window Rig::run(std::uint64_t warm_up, std::uint64_t clocks) {
  unit_.pause(false);
  unit_.step(warm_up);
  for (Device *device : devices_) device->restart_statistics();
  const TableMemory::Counters before = unit_.table();
  const std::uint64_t walks = unit_.walks();
  const std::uint64_t waits[kPorts] = {unit_.wait_clocks(0), unit_.wait_clocks(1)};
  unit_.step(clocks);
  return {.clocks = clocks,
          .reads = unit_.table().reads - before.reads,
          .beats = unit_.table().beats - before.beats,
          .walks = unit_.walks() - walks,
          .port_waits = {unit_.wait_clocks(0) - waits[0], unit_.wait_clocks(1) - waits[1]}};
}

}  // namespace dmar::perf
