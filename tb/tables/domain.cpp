// SPDX-License-Identifier: Apache-2.0
// Second-stage mappings of a domain.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "dmar/structures.hpp"
#include "tables/table_builder.hpp"

namespace dmar {

namespace {

constexpr std::uint64_t kPermissions = second_stage::kRead | second_stage::kWrite;

unsigned level_of(PageSize size) { return static_cast<unsigned>(size) + 1; }

std::uint64_t leaf_entry(HostAddr host, PageSize size, Rights rights) {
  return host.raw() | (rights.read ? second_stage::kRead : 0) |
         (rights.write ? second_stage::kWrite : 0) | (rights.snoop ? second_stage::kSnoop : 0) |
         (size == PageSize::k4K ? 0 : second_stage::kPageSize);
}

}  // namespace

void TableBuilder::check_iova(const Domain &domain, Iova iova) const {
  const unsigned width = second_stage::input_width(config_, domain.levels());
  if ((iova.raw() & bits(63, width)) != 0) {
    throw std::invalid_argument(
        fmt::format("address {:#x} has more than {} bits", iova.raw(), width));
  }
}

void TableBuilder::check_mapping(const Domain &domain, Iova iova, HostAddr host, PageSize size,
                                 Rights rights) const {
  check_iova(domain, iova);
  const std::uint64_t offset = page_bytes(size) - 1;
  if (!second_stage::may_be_leaf(config_, level_of(size))) {
    throw std::invalid_argument("map: the unit does not support this page size");
  }
  if (((iova.raw() | host.raw()) & offset) != 0) {
    throw std::invalid_argument(
        fmt::format("map: {:#x} or {:#x} is not aligned to the page size", iova.raw(), host.raw()));
  }
  if ((host.raw() & bits(63, config_.host_address_width)) != 0) {
    throw std::invalid_argument(
        fmt::format("map: host address {:#x} is beyond the host address width", host.raw()));
  }
  if (!rights.read && !rights.write) throw std::invalid_argument("map: no permission at all");
  if (rights.snoop && !config_.snoop_control) {
    throw std::invalid_argument("map: the unit has no snoop control");
  }
}

HostAddr TableBuilder::make_entry(const Domain &domain, Iova iova, unsigned level) {
  HostAddr table = domain.root();
  for (unsigned at = domain.levels();; --at) {
    const HostAddr address(table.raw() + 8 * second_stage::index(iova.raw(), at));
    if (at == level) return address;
    const std::uint64_t entry = memory_.read64(address);
    if ((entry & kPermissions) == 0) {
      table = pages_.allocate();
      memory_.write64(address, table.raw() | kPermissions);
    } else if (second_stage::is_leaf(entry, at)) {
      throw std::invalid_argument(fmt::format("map: a larger page already maps {:#x}", iova.raw()));
    } else {
      table = HostAddr(second_stage::address(entry, at, config_));
    }
  }
}

void Domain::map(Iova iova, HostAddr host, PageSize size, Rights rights) {
  builder_->check_mapping(*this, iova, host, size, rights);
  const HostAddr entry = builder_->make_entry(*this, iova, level_of(size));
  if ((builder_->memory().read64(entry) & kPermissions) != 0) {
    throw std::invalid_argument(fmt::format("map: {:#x} is mapped already", iova.raw()));
  }
  builder_->memory().write64(entry, leaf_entry(host, size, rights));
}

void Domain::map_range(Iova iova, HostAddr host, std::uint64_t bytes, Rights rights) {
  if (bytes % page_bytes(PageSize::k4K) != 0) {
    throw std::invalid_argument("map_range: not a whole number of pages");
  }
  for (std::uint64_t done = 0; done < bytes;) {
    const std::uint64_t from = iova.raw() + done;
    const std::uint64_t to = host.raw() + done;
    PageSize size = PageSize::k4K;
    for (const PageSize larger : {PageSize::k2M, PageSize::k1G}) {
      const std::uint64_t page = page_bytes(larger);
      const bool supported = second_stage::may_be_leaf(builder_->config(), level_of(larger));
      if (supported && (from | to) % page == 0 && bytes - done >= page) size = larger;
    }
    map(Iova(from), HostAddr(to), size, rights);
    done += page_bytes(size);
  }
}

std::optional<Leaf> Domain::find(Iova iova) const {
  builder_->check_iova(*this, iova);
  const Config &config = builder_->config();
  for (unsigned level = std::min(levels_, 3u); level >= 1; --level) {
    const std::optional<HostAddr> address = builder_->find_entry(*this, iova, level);
    if (!address) return std::nullopt;
    const std::uint64_t entry = builder_->memory().read64(*address);
    if ((entry & kPermissions) == 0) return std::nullopt;
    if (!second_stage::is_leaf(entry, level)) continue;
    return Leaf{.entry = *address,
                .page = HostAddr(second_stage::address(entry, level, config)),
                .size = static_cast<PageSize>(level - 1),
                .rights = {.read = (entry & second_stage::kRead) != 0,
                           .write = (entry & second_stage::kWrite) != 0,
                           .snoop = (entry & second_stage::kSnoop) != 0}};
  }
  return std::nullopt;
}

Leaf Domain::unmap(Iova iova) {
  const std::optional<Leaf> leaf = find(iova);
  if (!leaf) throw std::invalid_argument(fmt::format("unmap: {:#x} is not mapped", iova.raw()));
  builder_->memory().write64(leaf->entry, 0);
  return *leaf;
}

}  // namespace dmar
