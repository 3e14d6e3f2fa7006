// SPDX-License-Identifier: Apache-2.0
// See workload.hpp.
#include "perf/workload.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "perf/drawn.hpp"
#include "perf/nic.hpp"
#include "perf/nvme.hpp"
#include "perf/pages.hpp"

namespace dmar::perf {

namespace {

constexpr Workload::Clocks kShort{.warm_up = 4'000, .counted = 10'000};
constexpr Workload::Clocks kLong{.warm_up = 20'000, .counted = 40'000};
constexpr std::uint64_t kSeed = 11;
constexpr std::uint64_t kOrderSeed = 5;
constexpr unsigned kHitPages = 32;
constexpr unsigned kRandomPages = 4096;  // eight tables: their PDEs fit the paging-structure cache
constexpr unsigned kSequentialPages = 16'384;

constexpr unsigned kBuses = 3;  // of a workload

SourceId source(unsigned number, unsigned bus, unsigned device) {
  return bdf(number * kBuses + bus, device, 0);
}
std::uint64_t seed_of(unsigned number, std::uint64_t seed = kSeed) { return seed + 1000 * number; }

class OneOrder : public Workload {
 public:
  OneOrder(unsigned number, unsigned pages, PageOrder order)
      : Workload(kLong), device_(source(number, 0, 2), std::move(order)) {
    add({.source_id = source(number, 0, 2), .pages = pages});
    add(0, device_);
  }

 private:
  Pages device_;
};

// One device reads, on port 0; another one, in another domain, writes on port 1.
class Hits : public Workload {
 public:
  explicit Hits(unsigned number)
      : Workload(kShort),
        reads_(source(number, 0, 2), in_sequence(kHitPages)),
        writes_(source(number, 0, 3), in_sequence(kHitPages), kNoLimit, AccessKind::kWrite) {
    add({.source_id = source(number, 0, 2), .pages = kHitPages});
    add({.source_id = source(number, 0, 3), .pages = kHitPages});
    add(0, reads_);
    add(1, writes_);
  }

 private:
  Pages reads_;
  Pages writes_;
};

class OneDrawn : public Workload {
 public:
  OneDrawn(unsigned number, unsigned pages, bool skewed, PageSize size)
      : Workload(kLong), device_(source(number, 0, 2), pages, skewed, seed_of(number), size) {
    add({.source_id = source(number, 0, 2), .pages = pages, .size = size});
    add(0, device_);
  }

 private:
  Drawn device_;
};

// 64 devices, 32 on each port, 16 random pages each, the first ones `apart` pages from each other.
class ManyDevices : public Workload {
 public:
  ManyDevices(unsigned number, unsigned apart) : Workload(kLong) {
    constexpr unsigned kDevices = 64;
    constexpr unsigned kPages = 16;
    for (unsigned i = 0; i < kDevices; ++i) {
      const SourceId source_id = source(number, 1 + i / 32, i % 32);
      const unsigned first = i * apart;
      devices_.push_back(std::make_unique<Drawn>(source_id, kPages, false, seed_of(number) + i,
                                                 PageSize::k4K, first));
      add({.source_id = source_id, .pages = first + kPages});
      add(i % 2, *devices_.back());
    }
  }

 private:
  std::vector<std::unique_ptr<Drawn>> devices_;
};

class NetworkAdapter : public Workload {
 public:
  explicit NetworkAdapter(unsigned number)
      : Workload(kLong), nic_(source(number, 0, 2), seed_of(number)) {
    add({.source_id = source(number, 0, 2), .pages = Nic::kPages});
    add(0, nic_.reads());
    add(1, nic_.writes());
  }
  void restart() override { nic_.restart(); }
  [[nodiscard]] std::uint64_t units() const override { return nic_.sent() + nic_.received(); }

 private:
  Nic nic_;
};

class Storage : public Workload {
 public:
  explicit Storage(unsigned number)
      : Workload(kLong), nvme_(source(number, 0, 2), seed_of(number)) {
    add({.source_id = source(number, 0, 2), .pages = Nvme::kPages});
    add(0, nvme_.reads());
    add(1, nvme_.writes());
  }
  void restart() override { nvme_.restart(); }
  [[nodiscard]] std::uint64_t units() const override { return nvme_.blocks(); }

 private:
  Nvme nvme_;
};

using Made = std::unique_ptr<Workload>;

Made hits(unsigned number) { return std::make_unique<Hits>(number); }
Made sequential(unsigned number) {
  return std::make_unique<OneOrder>(number, kSequentialPages, in_sequence(kSequentialPages));
}
Made random_order(unsigned number) {
  return std::make_unique<OneOrder>(number, kRandomPages,
                                    shuffled(kRandomPages, seed_of(number, kOrderSeed)));
}
Made skewed(unsigned number) {
  return std::make_unique<OneDrawn>(number, 4096, true, PageSize::k4K);
}
Made few_large(unsigned number) {
  return std::make_unique<OneDrawn>(number, 32, false, PageSize::k2M);
}
Made many_large(unsigned number) {
  return std::make_unique<OneDrawn>(number, 512, false, PageSize::k2M);
}
Made same_addresses(unsigned number) { return std::make_unique<ManyDevices>(number, 0); }
Made other_addresses(unsigned number) { return std::make_unique<ManyDevices>(number, 16); }
Made network(unsigned number) { return std::make_unique<NetworkAdapter>(number); }
Made storage(unsigned number) { return std::make_unique<Storage>(number); }

constexpr std::array kKinds{
    WorkloadKind{"hits", "hits, both ports", hits},
    WorkloadKind{"random", "random pages", random_order},
    WorkloadKind{"sequential", "sequential pages", sequential},
    WorkloadKind{"skewed", "4,096 pages, the n-th with weight 1/n", skewed},
    WorkloadKind{"devices", "64 devices, 16 random pages each, other addresses", other_addresses},
    WorkloadKind{"devices-same", "64 devices, 16 random pages each, same addresses",
                 same_addresses},
    WorkloadKind{"nic", "network adapter, 1500-byte packets", network},
    WorkloadKind{"nvme", "storage, 4 KiB blocks, queue depth 32", storage},
    WorkloadKind{"large", "32 pages of 2 MiB", few_large},
    WorkloadKind{"many-large", "512 pages of 2 MiB", many_large}};

}  // namespace

std::span<const WorkloadKind> workload_kinds() { return kKinds; }

const WorkloadKind *find_workload(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &WorkloadKind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace dmar::perf
