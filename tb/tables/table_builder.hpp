// SPDX-License-Identifier: Apache-2.0
// Writes legacy-mode root, context and second-stage tables (VT-d 9.1, 9.3, 9.8) into memory from
// intent, as a driver would. Every entry it makes is valid; bad input throws
// std::invalid_argument and changes nothing. It invalidates nothing: that is the driver's part.
#ifndef DMAR_TABLES_TABLE_BUILDER_HPP
#define DMAR_TABLES_TABLE_BUILDER_HPP

#include <cstdint>
#include <optional>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "tables/page_allocator.hpp"

namespace dmar {

// What a leaf grants. At least one of read and write must be set; snoop is the SNP bit.
struct Rights {
  bool read = true;
  bool write = true;
  bool snoop = false;

  friend bool operator==(const Rights &, const Rights &) = default;
};

struct DomainSpec {
  unsigned id = 1;      // below 2^(4 + 2*CAP.ND)
  unsigned levels = 4;  // 3, 4 or 5, one that CAP.SAGAW lists
};

// A leaf found in the tables of a domain.
struct Leaf {
  HostAddr entry = {};  // where it is
  HostAddr page = {};   // first byte of the page
  PageSize size = PageSize::k4K;
  Rights rights = {};
};

class TableBuilder;

// Handle of one second-stage table. Cheap to copy; must not outlive its builder.
class Domain {
 public:
  [[nodiscard]] DomainId id() const { return id_; }
  [[nodiscard]] unsigned levels() const { return levels_; }
  [[nodiscard]] HostAddr root() const { return root_; }  // SSPTPTR

  // Maps one page. Both addresses are aligned to `size`; nothing may be mapped there yet.
  void map(Iova iova, HostAddr host, PageSize size = PageSize::k4K, Rights rights = {});
  // Maps `bytes` (a multiple of 4 KiB) with the largest pages that fit and the unit supports.
  void map_range(Iova iova, HostAddr host, std::uint64_t bytes, Rights rights = {});
  // Clears the leaf that maps `iova` and returns what it was; throws if there is none.
  Leaf unmap(Iova iova);
  [[nodiscard]] std::optional<Leaf> find(Iova iova) const;

 private:
  friend class TableBuilder;
  Domain(TableBuilder &builder, DomainId id, unsigned levels, HostAddr root)
      : builder_(&builder), id_(id), levels_(levels), root_(root) {}

  TableBuilder *builder_;
  DomainId id_;
  unsigned levels_;
  HostAddr root_;
};

class TableBuilder {
 public:
  static constexpr HostAddr kDefaultFirst{0x1000'0000};
  static constexpr HostAddr kDefaultEnd{0x2000'0000};

  // Takes table pages from [first, end); the first one becomes the root table.
  TableBuilder(Memory &memory, const Config &config, HostAddr first = kDefaultFirst,
               HostAddr end = kDefaultEnd);
  TableBuilder(const TableBuilder &) = delete;
  TableBuilder &operator=(const TableBuilder &) = delete;

  [[nodiscard]] const Config &config() const { return config_; }
  [[nodiscard]] Memory &memory() { return memory_; }
  [[nodiscard]] PageAllocator &pages() { return pages_; }
  // RTADDR for these tables (TTM = 00).
  [[nodiscard]] HostAddr root_table() const { return root_table_; }

  // A domain with an empty top-level table. Two domains may share an id if a test wants that.
  Domain create_domain(DomainSpec spec = {});

  // Points the context entry of `source_id` at `domain`, replacing what was there.
  struct AttachOptions {
    bool fault_processing_disable = false;  // FPD
    bool device_tlb = false;                // TT = 01 instead of 00
  };
  void attach(SourceId source_id, const Domain &domain) { attach(source_id, domain, {}); }
  void attach(SourceId source_id, const Domain &domain, AttachOptions options);
  // Pass-through (TT = 10) with the widest AW supported, under domain id `id`.
  void attach_pass_through(SourceId source_id, unsigned id, bool fault_processing_disable = false);
  // Clears the context entry.
  void detach(SourceId source_id);

  // Addresses of entries, so that a test can spoil them. The context table must exist
  // (attach first, or make_context_table).
  [[nodiscard]] HostAddr root_entry_address(SourceId source_id) const;
  [[nodiscard]] HostAddr context_entry_address(SourceId source_id) const;
  // Creates the context table of the bus of `source_id` if there is none yet.
  void make_context_table(SourceId source_id);
  // The entry of `level` (1 = page table) that translates `iova`; throws when the walk does not
  // get there.
  [[nodiscard]] HostAddr entry_address(const Domain &domain, Iova iova, unsigned level) const;

 private:
  friend class Domain;
  [[nodiscard]] std::optional<HostAddr> find_entry(const Domain &domain, Iova iova,
                                                   unsigned level) const;
  HostAddr make_entry(const Domain &domain, Iova iova, unsigned level);
  void check_mapping(const Domain &domain, Iova iova, HostAddr host, PageSize size,
                     Rights rights) const;
  void check_iova(const Domain &domain, Iova iova) const;
  void check_id(unsigned id) const;
  void write_context(SourceId source_id, std::uint64_t lo, std::uint64_t hi);

  Memory &memory_;
  Config config_;
  PageAllocator pages_;
  HostAddr root_table_;
};

}  // namespace dmar

#endif  // DMAR_TABLES_TABLE_BUILDER_HPP
