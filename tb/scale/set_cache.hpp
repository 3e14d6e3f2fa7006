// SPDX-License-Identifier: Apache-2.0
// A set-associative cache of keys. An entry has eight parts, each of which comes and goes alone; a
// cache without parts uses the first. Replacement marks used ways: when all are marked the others
// are unmarked, and the first without a mark is replaced.
#ifndef DMAR_SCALE_SET_CACHE_HPP
#define DMAR_SCALE_SET_CACHE_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace dmar::scale {

// What the domain adds to a set index: its low bits, from the top bit of the index down.
unsigned spread_of(unsigned domain, unsigned sets);

class SetCache {
 public:
  struct Place {
    unsigned set = 0;
    unsigned way = 0;

    friend bool operator==(const Place &, const Place &) = default;
  };
  using Parts = std::uint8_t;

  // `sets` is a power of two.
  SetCache(unsigned sets, unsigned ways);

  [[nodiscard]] unsigned sets() const { return sets_; }
  [[nodiscard]] std::optional<Place> find(unsigned set, std::uint64_t key, unsigned part = 0) const;
  void touch(Place place);
  // Where the part is from now on: in the entry of this key, else in a free one, else in the place
  // of another.
  Place fill(unsigned set, std::uint64_t key, unsigned part = 0);
  // Takes the parts that `which` names from each entry of `set`.
  void drop(unsigned set, const std::function<Parts(std::uint64_t key)> &which);
  void clear();

 private:
  struct Entry {
    std::uint64_t key = 0;
    Parts parts = 0;
    bool marked = false;
  };
  [[nodiscard]] Entry &at(Place place) { return entries_[place.set * ways_ + place.way]; }
  [[nodiscard]] const Entry &at(Place place) const {
    return entries_[place.set * ways_ + place.way];
  }
  [[nodiscard]] unsigned victim(unsigned set) const;

  unsigned sets_;
  unsigned ways_;
  std::vector<Entry> entries_;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_SET_CACHE_HPP
