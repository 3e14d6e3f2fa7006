// SPDX-License-Identifier: Apache-2.0
// The tables of a random machine as its software keeps them: devices, domains, mappings, and one
// random change after the other. Legal in the one point that the unit relies on: all contexts with
// one domain id name one table (VT-d 6.2.1).
#ifndef DMAR_FUZZ_WORLD_HPP
#define DMAR_FUZZ_WORLD_HPP

#include <optional>
#include <string>
#include <vector>

#include "bench/random.hpp"
#include "dmar/config.hpp"
#include "fuzz/fuzz_case.hpp"
#include "fuzz/interrupt_world.hpp"
#include "memory/memory.hpp"
#include "tables/table_builder.hpp"

namespace dmar::bench {

// What an invalidation has to cover to make a change effective.
struct Change {
  enum class What { kNothing, kPages, kContext, kRoot, kInterrupt };
  What what = What::kNothing;
  DomainId domain{};
  SourceId source_id{};
  Iova address{};
  unsigned page_bits = 12;  // log2 of the bytes concerned
  bool leaf_only = false;
  unsigned index = 0;  // of an interrupt entry
};

class World {
 public:
  World(Memory &memory, const Config &config, const FuzzCase &one);

  // One random change of tables, all in one moment. Not every change needs an invalidation.
  Change change();

  // Errors of memory on a random table word or data page; clear_errors() of the memory ends them.
  void inject_error();

  // A domain id gets a new table: detach its devices, invalidate, then give it the table. Nothing
  // else changes meanwhile, or a device would come back to the old one.
  void detach_domain(unsigned index);
  void renew_domain(unsigned index);
  [[nodiscard]] unsigned domains() const { return static_cast<unsigned>(domains_.size()); }
  [[nodiscard]] DomainId domain_id(unsigned index) const { return domains_[index].table.id(); }

  // A copy of the root table at a new place, or the root table itself.
  HostAddr copy_root_table();
  [[nodiscard]] HostAddr root_table() const { return builder_.root_table(); }

  // nullptr without interrupt remapping.
  [[nodiscard]] InterruptWorld *interrupts() { return interrupts_ ? &*interrupts_ : nullptr; }

  [[nodiscard]] SourceId random_device();
  // A host page as mappings lead to it: its first byte.
  [[nodiscard]] HostAddr random_frame() { return frame(PageSize::k4K); }
  // A DWORD write to the interrupt range.
  [[nodiscard]] Message random_message();
  // A first byte that devices like to access, page-aligned.
  [[nodiscard]] Iova random_page();
  [[nodiscard]] const Config &config() const { return builder_.config(); }

 private:
  struct DomainState {
    Domain table;
    unsigned devices = 0;
  };
  struct Device {
    SourceId source_id;
    std::optional<unsigned> domain;  // index; nullopt with `pass_through` or detached
    bool pass_through = false;
    bool fpd = false;
    bool device_tlb = false;  // TT = 01
    bool flawed = false;      // its context entry
  };
  struct Entry {
    HostAddr address;
    unsigned level;
    std::uint64_t value;
  };
  struct Spoiled {
    HostAddr address;
    std::uint64_t bad;
    std::uint64_t good;
  };

  [[nodiscard]] std::vector<Entry> path(const Domain &domain, Iova iova) const;
  [[nodiscard]] HostAddr frame(PageSize size);
  [[nodiscard]] PageSize random_size();
  [[nodiscard]] std::uint64_t random_permissions();
  [[nodiscard]] std::uint64_t leaf(unsigned level);
  [[nodiscard]] bool may_use_ats() const;
  Domain make_domain(unsigned id);
  [[nodiscard]] HostAddr context_address(SourceId source_id) const;
  void write_context(Device &device, std::uint64_t lo_flaw = 0, std::uint64_t hi_flaw = 0);
  void fill_table(HostAddr table, unsigned level, std::uint64_t inherited);
  Change page_change(const Domain &domain, Iova iova, const Entry &entry, bool leaf_only) const;

  Change map(const Domain &domain, Iova iova);
  Change change_leaf(const Domain &domain, Iova iova);
  Change change_inner(const Domain &domain, Iova iova);
  Change shatter(const Domain &domain, Iova iova);
  Change merge(const Domain &domain, Iova iova);
  void spoil_word(HostAddr address, std::uint64_t bad);
  Change spoil(const Domain &domain, Iova iova);
  Change repair();
  Change change_context();
  Change change_root();
  [[nodiscard]] bool has(Feature feature) const { return features_.has(feature); }

  Memory &memory_;
  TableBuilder builder_;
  FeatureSet features_;
  Random random_;
  std::vector<DomainState> domains_;
  std::vector<Device> devices_;
  std::vector<std::uint64_t> regions_;
  std::vector<Spoiled> spoiled_;
  std::optional<InterruptWorld> interrupts_;
  unsigned pass_through_id_ = 0;
  bool renewing_ = false;  // a domain
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_WORLD_HPP
