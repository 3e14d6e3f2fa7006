// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "fingerprint.hpp"
#include "instrument.hpp"
#include "named.hpp"
#include "text_file.hpp"

namespace dmar::mutation {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<std::string> files_below(const fs::path &folder) {
  std::vector<std::string> files;
  for (const auto &entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder).string());
  }
  std::ranges::sort(files);
  return files;
}

bool is_in(const std::string &file, const std::vector<std::string> &folders) {
  return file.ends_with(".sv") && std::ranges::any_of(folders, [&](const std::string &folder) {
           return file.starts_with(folder + "/");
         });
}

void keep_those_of(const std::vector<std::string> &files, std::vector<Mutant> &mutants) {
  if (files.empty()) return;
  std::erase_if(mutants, [&](const Mutant &mutant) {
    return std::ranges::find(files, mutant.file) == files.end();
  });
}

// The compile order, with the package that selects in front.
std::string with_package(const std::string &file_list) {
  std::istringstream lines(file_list);
  std::string out;
  bool placed = false;
  for (std::string line; std::getline(lines, line); out += line + "\n") {
    if (placed || line.starts_with("//") || line.empty()) continue;
    out += "rtl/dmar_mutant_pkg.sv\n";
    placed = true;
  }
  return out;
}

json to_json(const Plan &plan) {
  json mutants = json::array();
  for (const Mutant &m : plan.mutants) {
    mutants.push_back({{"id", m.id},
                       {"file", m.file},
                       {"line", m.line},
                       {"operation", m.operation},
                       {"original", m.original},
                       {"mutated", m.mutated}});
  }
  return {{"rtl", plan.rtl},
          {"possible", plan.possible},
          {"mutants", mutants},
          {"equivalents", plan.equivalents}};
}

void write_rtl(const PlanOptions &options, const Sources &sources, const Plan &plan) {
  const fs::path out = options.out / "rtl";
  for (const std::string &file : files_below(options.rtl)) {
    const auto source = sources.find(file);
    std::string text = source != sources.end() ? instrumented(*source->second, plan.mutants)
                                               : read_text(options.rtl / file);
    if (file == "files.f") text = with_package(text);
    write_text(out / file, text);
  }
  write_text(out / "dmar_mutant_pkg.sv", selection_package());
}

}  // namespace

Plan write_plan(const PlanOptions &options) {
  Plan plan;
  Sources sources;
  std::string everything;
  std::vector<Mutant> all;
  for (const std::string &file : files_below(options.rtl)) {
    const std::string text = read_text(options.rtl / file);
    everything += file + "\n" + text;
    if (!is_in(file, options.folders)) continue;
    sources[file] = std::make_shared<const SourceFile>(file, text);
    std::ranges::move(mutants_of(*sources[file]), std::back_inserter(all));
  }
  if (all.empty()) throw std::runtime_error("no mutant in these folders");
  plan.rtl = fingerprint_of(everything);

  std::vector<Mutant> named = named_mutants(options.named, options.rtl, sources);
  std::vector<Mutant> known = all;
  known.insert(known.end(), named.begin(), named.end());
  plan.possible = known.size();
  plan.equivalents = parse_equivalents(read_text(options.equivalent));
  require_known(plan.equivalents, known);

  keep_those_of(options.files, all);
  keep_those_of(options.files, named);
  if (all.empty() && named.empty()) throw std::runtime_error("no mutant in these files");
  const std::size_t count = options.count == 0 ? all.size() : options.count;
  plan.mutants = sample(std::move(all), count, options.seed);
  plan.mutants.insert(plan.mutants.end(), named.begin(), named.end());
  unsigned id = 0;
  for (Mutant &mutant : plan.mutants) mutant.id = ++id;

  write_rtl(options, sources, plan);
  write_text(options.out / "plan.json", to_json(plan).dump(1));
  return plan;
}

Plan read_plan(const fs::path &file) {
  const json in = json::parse(read_text(file));
  Plan plan;
  plan.rtl = in.at("rtl");
  plan.possible = in.at("possible");
  plan.equivalents = in.at("equivalents").get<Equivalents>();
  for (const json &m : in.at("mutants")) {
    plan.mutants.push_back({.id = m.at("id"),
                            .file = m.at("file"),
                            .line = m.at("line"),
                            .operation = m.at("operation"),
                            .original = m.at("original"),
                            .mutated = m.at("mutated"),
                            .edits = {}});
  }
  return plan;
}

}  // namespace dmar::mutation
