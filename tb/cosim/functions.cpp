// SPDX-License-Identifier: Apache-2.0
// See functions.hpp.
#include "cosim/functions.hpp"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

// As the drive itself gives it.
std::string name_of(const Functions::Function &function) {
  return fmt::format("opendmar-{}", function.placement.index);
}

devices::PciBus bus_of(const Functions::Function &function) {
  return function.placement.bridged ? devices::PciBus::kConventional
                                    : devices::PciBus::kRootComplex;
}

}  // namespace

Functions::Functions(const MachineOptions &options, const EngineOf &engine_of, Pin pin) {
  const bool cards = !options.networks.empty() ||
                     (options.sriov && options.sriov->kind == SriovOptions::Kind::kNetwork);
  if (cards) network_ = std::make_unique<Network>(options.capture);
  const std::vector<Placement> places = placements(options);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Function function{.placement = places[i],
                      .port = engine_of(places[i]).make_port(
                          places[i].source, [pin, i](bool asserted) { pin(i, asserted); })};
    function.device = &make(options, function);
    all_.push_back(std::move(function));
  }
}

devices::PciDevice &Functions::make(const MachineOptions &options, const Function &function) {
  switch (function.placement.kind) {
    case Placement::Kind::kDisk:
      return make_disk(options.disks[function.placement.index], function);
    case Placement::Kind::kNetwork:
      return make_network_card(options.networks[function.placement.index], function);
    case Placement::Kind::kEdu:
      break;
  }
  return make_edu(options, function);
}

devices::PciDevice &Functions::make_disk(const DiskOptions &options, const Function &function) {
  using Mode = devices::Disk::Mode;
  try {
    files_.push_back(std::make_unique<devices::Disk>(
        options.image, options.read_only ? Mode::kReadOnly : Mode::kReadWrite));
  } catch (const devices::DiskError &error) {
    throw CosimError(error.what());
  }
  return options.adapter == DiskOptions::Adapter::kAhci ? make_ahci(function)
                                                        : make_virtio_disk(function);
}

devices::PciDevice &Functions::make_virtio_disk(const Function &function) {
  disks_.push_back(std::make_unique<devices::VirtioBlk>(
      *function.port, *files_.back(),
      devices::VirtioBlkOptions{.id = name_of(function), .place = {.bus = bus_of(function)}}));
  return *disks_.back();
}

devices::PciDevice &Functions::make_ahci(const Function &function) {
  adapters_.push_back(std::make_unique<devices::Ahci>(
      *function.port, *files_.back(),
      devices::AhciOptions{.serial = name_of(function), .bus = bus_of(function)}));
  return *adapters_.back();
}

devices::PciDevice &Functions::make_network_card(const NetworkOptions &options,
                                                 const Function &function) {
  cables_.push_back(std::make_unique<Cable>());
  network_cards_.push_back(std::make_unique<devices::VirtioNet>(
      *function.port, *cables_.back(), devices::VirtioNetOptions{.mac = options.mac}));
  cables_.back()->connect(network_->attach(*network_cards_.back()));
  return *network_cards_.back();
}

devices::PciDevice &Functions::make_edu(const MachineOptions &options, const Function &function) {
  if (options.ats) edu_port_ = std::make_unique<devices::AtsPort>(*function.port);
  edu_ = std::make_unique<devices::Edu>(edu_port_ ? static_cast<devices::DmaPort &>(*edu_port_)
                                                  : *function.port);
  edu_->on_provoke = [this](std::uint32_t value) { provoke(value); };
  return *edu_;
}

// It has no device TLB, and no capability that says so; beside those that have, it can forge what
// only they may send.
void Functions::provoke(std::uint32_t value) {
  const auto forges = static_cast<std::uint32_t>(devices::AtsMisbehaviour::kForgesTranslated);
  if (edu_port_ && (value & 0xFF) == forges) {
    edu_port_->misbehave(devices::AtsMisbehaviour::kForgesTranslated, value >> 16);
    return;
  }
  for (const auto &disk : disks_) {
    disk->misbehave_next(devices::Misbehaviour::kWriteReadOnlyBuffer);
  }
}

bool Functions::tick() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  edu_->tick(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
  return edu_->stray().pausing();
}

void Functions::finish() {
  if (network_) network_->finish();
}

std::vector<std::string> Functions::errors() const {
  std::vector<std::string> errors;
  const auto add = [&errors](const char *kind, std::size_t index, const std::string &error) {
    if (!error.empty()) errors.push_back(fmt::format("{} {}: {}", kind, index, error));
  };
  for (std::size_t i = 0; i < disks_.size(); ++i) add("disk", i, disks_[i]->last_error());
  for (std::size_t i = 0; i < adapters_.size(); ++i) {
    add("host adapter", i, adapters_[i]->last_error());
  }
  for (std::size_t i = 0; i < network_cards_.size(); ++i) {
    add("network card", i, network_cards_[i]->last_error());
  }
  return errors;
}

}  // namespace dmar::cosim
