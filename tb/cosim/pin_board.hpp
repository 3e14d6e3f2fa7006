// SPDX-License-Identifier: Apache-2.0
// Wires from interrupt pins to inputs of an I/O APIC: several pins may share an input, which is
// asserted while any of them is.
#ifndef DMAR_COSIM_PIN_BOARD_HPP
#define DMAR_COSIM_PIN_BOARD_HPP

#include <functional>
#include <map>
#include <set>
#include <utility>

namespace dmar::cosim {

class PinBoard {
 public:
  // The level of `input` has changed, by `who`.
  using Input = std::function<void(unsigned input, bool asserted, unsigned who)>;

  explicit PinBoard(Input input) : input_(std::move(input)) {}

  // `who`: number of the device whose pin it is.
  void set(unsigned who, unsigned input, bool asserted) {
    std::set<unsigned> &drivers = drivers_[input];
    const bool before = !drivers.empty();
    if (asserted) {
      drivers.insert(who);
    } else {
      drivers.erase(who);
    }
    if (before == drivers.empty()) input_(input, asserted, who);
  }

 private:
  Input input_;
  std::map<unsigned, std::set<unsigned>> drivers_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PIN_BOARD_HPP
