// SPDX-License-Identifier: Apache-2.0
// The ports of dmar_core as plain values, and a Verilated dmar_core behind them. Models are modules
// that are loaded at run time (core_library.hpp): everything here is inline.
#ifndef DMAR_PERF_CORE_MODEL_HPP
#define DMAR_PERF_CORE_MODEL_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/axi.hpp"
#include "dmar/config.hpp"
#include "perf/port_words.hpp"

namespace dmar::perf {

struct RequestPins {  // driven by the bench, but for `ready`
  bool valid = false;
  bool ready = false;
  std::uint8_t tag = 0;
  RequestWords words{};
};

struct AnswerPins {
  bool valid = false;
  std::uint8_t tag = 0;
  bool hit = false;  // of the monitor, in the clock of the answer
  AnswerWords words{};
};

inline constexpr unsigned kPorts = 2;
inline constexpr unsigned kAnswerChannels = 3;  // port 0, port 1, late

struct CorePins {
  std::array<RequestPins, kPorts> request;
  std::array<AnswerPins, kAnswerChannels> answer;
  std::uint64_t access = 0;  // reg_access_t
  std::uint32_t access_rdata = 0;
  bool messages_busy = false;
  bool walk_started = false;
  bench::AxiBus table;  // the bench is the memory
};

// What a model was built for.
struct CoreInfo {
  std::string name;
  std::string parameters;  // those that differ from their defaults
  Config config;
  unsigned tags = 0;  // of both ports
  unsigned port0_tags = 0;

  // Value of `name` in `parameters`, or `otherwise`.
  [[nodiscard]] unsigned parameter(const std::string &name, unsigned otherwise) const {
    const std::size_t at = (" " + parameters).find(" " + name + "=");
    if (at == std::string::npos) return otherwise;
    return static_cast<unsigned>(std::stoul(parameters.substr(at + name.size() + 1)));
  }
};

// Out of reset when made. A clock: set inputs, settle(), look at outputs, edge().
class CoreModel {
 public:
  CoreModel() = default;
  virtual ~CoreModel() = default;
  CoreModel(const CoreModel &) = delete;
  CoreModel &operator=(const CoreModel &) = delete;

  [[nodiscard]] CorePins &pins() { return pins_; }
  virtual void settle() = 0;
  virtual void edge() = 0;
  [[nodiscard]] virtual bool failed() const = 0;  // an RTL assertion has failed

 private:
  CorePins pins_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_CORE_MODEL_HPP
