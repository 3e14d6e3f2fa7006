// SPDX-License-Identifier: Apache-2.0
#include "named.hpp"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "process.hpp"
#include "text_file.hpp"

namespace dmar::mutation {

namespace {

std::string text_at(const SourceFile &source, const Site &site) {
  return source.text().substr(site.begin, site.end - site.begin);
}

// Everything but the expressions of the sites. Two sources with the same rest differ in sites only.
std::string rest_of(const SourceFile &source) {
  std::string rest;
  std::size_t done = 0;
  for (const Site &site : source.sites()) {
    if (site.kind == Site::Kind::kStatement) continue;
    rest += source.text().substr(done, site.begin - done);
    done = site.end;
  }
  return plain_text(rest + source.text().substr(done));
}

std::string after_sed(const std::filesystem::path &file, const std::string &expression) {
  const Output result = output_of({"sed", "-e", expression, file.string()});
  if (result.status != 0) throw std::runtime_error("sed does not take the expression");
  return result.text;
}

}  // namespace

Mutant mutant_between(const SourceFile &source, const std::string &broken,
                      const std::string &name) {
  if (broken == source.text()) {
    throw std::runtime_error(fmt::format("the expression matches nothing in {}", source.path()));
  }
  const SourceFile other(source.path(), broken);
  if (other.sites().size() != source.sites().size() || rest_of(other) != rest_of(source)) {
    throw std::runtime_error(fmt::format(
        "the change in {} is not inside right-hand sides, conditions or inputs", source.path()));
  }
  Mutant mutant;
  mutant.file = source.path();
  mutant.operation = "by hand";
  for (std::size_t n = 0; n < source.sites().size(); ++n) {
    const Site &site = source.sites()[n];
    if (site.kind == Site::Kind::kStatement) continue;
    const std::string was = text_at(source, site);
    const std::string becomes = text_at(other, other.sites()[n]);
    if (was == becomes) continue;
    if (mutant.edits.empty()) {
      mutant.line = site.line;
      mutant.original = fmt::format("{}: {}{}{}", name, site.before, plain_text(was), site.after);
      mutant.mutated = fmt::format("{}{}{}", site.before, plain_text(becomes), site.after);
    }
    mutant.edits.push_back({n, becomes});
  }
  return mutant;
}

std::vector<Mutant> named_mutants(const std::filesystem::path &list,
                                  const std::filesystem::path &rtl, Sources &sources) {
  std::vector<Mutant> mutants;
  std::istringstream lines(read_text(list));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    std::string name;
    std::string file;
    std::string expression;
    std::getline(fields, name, '\t');
    std::getline(fields, file, '\t');
    std::getline(fields, expression);
    try {
      auto &source = sources[file];
      if (!source) source = std::make_shared<const SourceFile>(file, read_text(rtl / file));
      mutants.push_back(mutant_between(*source, after_sed(rtl / file, expression), name));
    } catch (const std::exception &error) {
      throw std::runtime_error(fmt::format("{}: {}: {}", list.string(), name, error.what()));
    }
  }
  return mutants;
}

}  // namespace dmar::mutation
