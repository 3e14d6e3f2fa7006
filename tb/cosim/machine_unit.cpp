// SPDX-License-Identifier: Apache-2.0
// See machine_unit.hpp.
#include "cosim/machine_unit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "dmar/registers.hpp"
#include "files/destination.hpp"

namespace dmar::cosim {

namespace {

constexpr unsigned kSlice = 32;  // cycles between two looks at the sockets

std::unique_ptr<Recorder> make_recorder(const MachineOptions &options, std::size_t number,
                                        MemoryBus &ram) {
  if (!options.record) return nullptr;
  return std::make_unique<Recorder>(file_of_unit(*options.record, number), ram);
}

WaveOptions wave_options(const MachineOptions &options, std::size_t number) {
  WaveOptions wave = options.wave;
  if (!wave.file.empty()) wave.file = file_of_unit(wave.file, number).string();
  return wave;
}

}  // namespace

std::filesystem::path file_of_unit(const std::filesystem::path &file, std::size_t number) {
  if (number == 0 || files::is_stream(file)) return file;
  std::filesystem::path stem = file.stem();
  std::string suffix = file.extension().string();
  if (suffix == ".gz") {
    suffix = stem.extension().string() + suffix;
    stem = stem.stem();
  }
  return file.parent_path() / fmt::format("{}.unit{}{}", stem.string(), number, suffix);
}

MachineUnit::MachineUnit(const MachineOptions &options, std::size_t number,
                         Lockstep::MakeRtl make_rtl, MemoryBus &ram, DmaEngine::Interrupt deliver)
    : name_(unit_name(number)),
      plan_(options.units.at(number)),
      deliver_(std::move(deliver)),
      recorder_(make_recorder(options, number, ram)),
      wave_(wave_options(options, number)),
      lockstep_(std::move(make_rtl), ram, recorder_.get()),
      dma_(lockstep_, deliver_, options.dma) {
  lockstep_.observe_submissions([this](const Request &request, const golden::Verdict &verdict) {
    wave_.before(request, verdict, lockstep_.rtl());
  });
  if (!recorder_) return;
  const golden::Unit &golden = lockstep_.golden();
  recorder_->unit(static_cast<std::uint32_t>(golden.read(reg::kVer, 4)), golden.read(reg::kCap, 8),
                  golden.read(reg::kEcap, 8));
}

void MachineUnit::work() {
  dma_.proceed();
  if (!lockstep_.at_rest()) {
    const std::uint64_t until_wave = wave_.distance(lockstep_.rtl());
    lockstep_.run(static_cast<unsigned>(std::clamp<std::uint64_t>(until_wave, 1, kSlice)));
    dma_.proceed();
  }
  wave_.at(lockstep_.rtl());
  for (const Message &message : lockstep_.take_messages()) deliver_(message);
}

void MachineUnit::finish() {
  lockstep_.final_check();
  wave_.finish(lockstep_.rtl());
  if (recorder_) recorder_->finish();
}

}  // namespace dmar::cosim
