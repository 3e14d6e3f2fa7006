// SPDX-License-Identifier: Apache-2.0
// See modules.hpp. File formats: modules.dep(5).
#include "guest/modules.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "guest/file.hpp"
#include "guest/unpack.hpp"

namespace dmar::guest {

namespace {

namespace fs = std::filesystem;

// What a module needs although modules.dep does not say so: it asks for an algorithm by name. A
// kernel that lacks it has the algorithm elsewhere: newer ones compute the checksum in a library.
const std::map<std::string, std::vector<std::string>> kSoftDependencies = {
    {"ext4", {"crc32c_generic"}},
};

// "kernel/fs/ext4/ext4.ko.xz" -> "ext4"; "-" and "_" are the same in module names.
std::string name_of(const std::string &path) {
  std::string name = fs::path(path).filename().string();
  name = name.substr(0, name.find(".ko"));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

struct Entry {
  std::string path;
  std::vector<std::string> needs;  // names
};

std::map<std::string, Entry> read_dependencies(const fs::path &file) {
  std::map<std::string, Entry> entries;
  std::istringstream lines(read_text(file));
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      throw GuestError(fmt::format("{}:{}: no colon behind the module", file.string(), number));
    }
    Entry entry{line.substr(0, colon), {}};
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) entry.needs.push_back(name_of(word));
    // depmod lists the nearest first, insertion wants the farthest first.
    std::reverse(entry.needs.begin(), entry.needs.end());
    entries.emplace(name_of(entry.path), entry);
  }
  return entries;
}

std::set<std::string> read_builtin(const fs::path &file) {
  std::set<std::string> names;
  std::istringstream lines(read_text(file));
  for (std::string line; std::getline(lines, line);) names.insert(name_of(line));
  return names;
}

class Order {
 public:
  explicit Order(const Kernel &kernel)
      : kernel_(kernel),
        entries_(read_dependencies(kernel.modules / "modules.dep")),
        builtin_(read_builtin(kernel.modules / "modules.builtin")) {}

  void add(const std::string &name) {
    if (builtin_.contains(name) || !seen_.insert(name).second) return;
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) {
      throw GuestError(fmt::format(
          "kernel {} has no module {}: neither in modules.dep nor in modules.builtin of {} "
          "(Debian package linux-image-{})",
          kernel_.version, name, kernel_.modules.string(), kernel_.version));
    }
    if (const auto soft = kSoftDependencies.find(name); soft != kSoftDependencies.end()) {
      for (const std::string &need : soft->second) {
        if (entries_.contains(need)) add(need);
      }
    }
    for (const std::string &need : entry->second.needs) add(need);
    modules_.push_back({name, kernel_.modules / entry->second.path});
  }

  std::vector<Module> take() { return std::move(modules_); }

 private:
  const Kernel &kernel_;
  std::map<std::string, Entry> entries_;
  std::set<std::string> builtin_;
  std::set<std::string> seen_;
  std::vector<Module> modules_;
};

}  // namespace

std::vector<Module> load_order(const Kernel &kernel, const std::vector<std::string> &names) {
  Order order(kernel);
  for (const std::string &name : names) order.add(name);
  return order.take();
}

std::vector<std::uint8_t> module_contents(const Module &module) {
  const std::string ending = module.file.extension().string();
  if (ending == ".xz") return unpack(module.file, Packing::kXz);
  if (ending == ".zst") return unpack(module.file, Packing::kZstd);
  if (ending == ".gz") return unpack(module.file, Packing::kGzip);
  if (ending != ".ko") {
    throw GuestError(
        fmt::format("{}: a module ends in .ko, .ko.gz, .ko.xz or .ko.zst", module.file.string()));
  }
  return read_file(module.file);
}

}  // namespace dmar::guest
