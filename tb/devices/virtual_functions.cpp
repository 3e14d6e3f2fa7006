// SPDX-License-Identifier: Apache-2.0
// See virtual_functions.hpp.
#include "devices/virtual_functions.hpp"

#include <utility>

namespace dmar::devices {

VirtualFunctions::VirtualFunctions(PciDevice &physical, const Make &make, Gone gone)
    : physical_(physical), capability_(*physical.sriov()), gone_(std::move(gone)) {
  for (unsigned index = 0; index < capability_.shape().total; ++index) {
    all_.push_back(make(index, [capability = &capability_, index](unsigned bar) {
      return capability->bar_base(index, bar);
    }));
  }
  capability_.on_change = [this](unsigned count) { changed(count); };
}

VirtualFunctions::~VirtualFunctions() { capability_.on_change = nullptr; }

void VirtualFunctions::changed(unsigned count) {
  for (unsigned index = count; index < before_; ++index) {
    if (gone_) gone_(index);
    all_[index]->go_away();
  }
  for (unsigned index = before_; index < count; ++index) {
    all_[index]->identify(routing_id(index));
  }
  before_ = count;
}

SourceId VirtualFunctions::routing_id(unsigned index) const {
  return capability_.routing_id(physical_.routing_id(), index);
}

PciDevice *VirtualFunctions::find(SourceId id) const {
  for (unsigned index = 0; index < count(); ++index) {
    if (routing_id(index) == id) return all_[index].get();
  }
  return nullptr;
}

}  // namespace dmar::devices
