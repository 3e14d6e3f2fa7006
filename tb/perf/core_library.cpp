// SPDX-License-Identifier: Apache-2.0
// See core_library.hpp.
#include "perf/core_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>

namespace dmar::perf {

CoreLibrary::CoreLibrary(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::filesystem::path CoreLibrary::beside_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "core_models";
}

std::filesystem::path CoreLibrary::file(const std::string &name) const {
  return folder_ / (name + ".so");
}

bool CoreLibrary::has(const std::string &name) const { return std::filesystem::exists(file(name)); }

const CoreLibrary::Loaded &CoreLibrary::load(const std::string &name) {
  const auto found = loaded_.find(name);
  if (found != loaded_.end()) return found->second;
  if (!has(name)) {
    throw ModelError(fmt::format("the core model '{}' is not in {}; `make bench` builds all", name,
                                 folder_.string()));
  }
  void *module = ::dlopen(std::filesystem::absolute(file(name)).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) throw ModelError(::dlerror());
  const auto describe =
      reinterpret_cast<void (*)(CoreInfo *)>(::dlsym(module, "dmar_core_describe"));
  const auto make =
      reinterpret_cast<CoreModel *(*)(std::uint64_t)>(::dlsym(module, "dmar_core_make"));
  if (describe == nullptr || make == nullptr) {
    throw ModelError(fmt::format("{} is no core model", file(name).string()));
  }
  Loaded loaded{.info = {}, .make = make};
  describe(&loaded.info);
  loaded.info.tags = loaded.info.parameter("Tags", 0);
  loaded.info.port0_tags = loaded.info.parameter("Port0Tags", 0);
  if (loaded.info.tags <= loaded.info.port0_tags) {
    throw ModelError(fmt::format("the core model '{}' does not say its tags", name));
  }
  return loaded_.emplace(name, std::move(loaded)).first->second;
}

std::unique_ptr<CoreModel> CoreLibrary::make(const std::string &name, std::uint64_t seed) {
  return std::unique_ptr<CoreModel>(load(name).make(seed));
}

}  // namespace dmar::perf
