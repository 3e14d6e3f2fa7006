// SPDX-License-Identifier: Apache-2.0
// Finds and loads the Verilated models of dmar_core.
#ifndef DMAR_PERF_CORE_LIBRARY_HPP
#define DMAR_PERF_CORE_LIBRARY_HPP

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "perf/core_model.hpp"

namespace dmar::perf {

// The models are not where they should be, or something else is there.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CoreLibrary {
 public:
  // Models in `folder`; by default in core_models/ beside the program.
  explicit CoreLibrary(std::filesystem::path folder = beside_program());
  static std::filesystem::path beside_program();

  [[nodiscard]] bool has(const std::string &name) const;
  // All throw ModelError when there is no such model.
  void require(const std::string &name) { load(name); }
  [[nodiscard]] const CoreInfo &info(const std::string &name) { return load(name).info; }
  [[nodiscard]] std::unique_ptr<CoreModel> make(const std::string &name, std::uint64_t seed = 1);

 private:
  struct Loaded {
    CoreInfo info;
    CoreModel *(*make)(std::uint64_t seed) = nullptr;
  };
  [[nodiscard]] std::filesystem::path file(const std::string &name) const;
  const Loaded &load(const std::string &name);

  std::filesystem::path folder_;
  std::map<std::string, Loaded> loaded_;  // never unloaded: models outlive the library
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_CORE_LIBRARY_HPP
