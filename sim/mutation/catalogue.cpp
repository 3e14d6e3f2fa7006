// SPDX-License-Identifier: Apache-2.0
#include "catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <utility>

#include "operators.hpp"

namespace dmar::mutation {

namespace {

// Not std::shuffle, whose result the standard leaves open.
template <class Range>
void shuffle(Range &range, std::mt19937_64 &random) {
  for (std::size_t i = range.size(); i > 1; --i) std::swap(range[i - 1], range[random() % i]);
}

// Mutants of one source: one of each site, then the second of each, and so on.
std::vector<Mutant> in_turn(std::vector<Mutant> mutants, std::mt19937_64 &random) {
  shuffle(mutants, random);
  std::map<std::size_t, unsigned> taken;
  std::vector<std::pair<unsigned, Mutant>> rounds;
  for (Mutant &mutant : mutants) {
    const unsigned round = taken[mutant.edits.front().site]++;
    rounds.emplace_back(round, std::move(mutant));
  }
  std::ranges::stable_sort(rounds, {}, &std::pair<unsigned, Mutant>::first);
  std::vector<Mutant> ordered;
  for (auto &[round, mutant] : rounds) ordered.push_back(std::move(mutant));
  return ordered;
}

}  // namespace

SourceFile::SourceFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
  try {
    tokens_ = tokenize(text_);
    sites_ = find_sites(tokens_);
  } catch (const SourceError &error) {
    throw std::runtime_error(fmt::format("{}: {}", path_, error.what()));
  }
}

std::string Mutant::module() const {
  return std::filesystem::path(file).replace_extension().string();
}

std::vector<Mutant> mutants_of(const SourceFile &source) {
  std::vector<Mutant> mutants;
  std::map<std::string, unsigned> times;  // that a text has been seen in this source
  for (std::size_t n = 0; n < source.sites().size(); ++n) {
    const Site &site = source.sites()[n];
    const std::string was =
        plain_text(std::string_view(source.text()).substr(site.begin, site.end - site.begin));
    const bool statement = site.kind == Site::Kind::kStatement;
    std::string original = statement ? site.before : site.before + was + site.after;
    const unsigned time = ++times[fmt::format("{} {}", statement, original)];
    const std::string suffix = time == 1 ? "" : fmt::format(" [{}]", time);
    try {
      for (const Change &change : changes_of(site, source.text())) {
        const std::string becomes =
            statement ? "nothing" : site.before + plain_text(change.text) + site.after;
        mutants.push_back({.file = source.path(),
                           .line = site.line,
                           .operation = change.operation,
                           .original = original + suffix,
                           .mutated = becomes,
                           .edits = {{n, change.text}}});
      }
    } catch (const SourceError &error) {
      throw std::runtime_error(fmt::format("{}: {}", source.path(), error.what()));
    }
  }
  return mutants;
}

std::vector<Mutant> sample(std::vector<Mutant> all, std::size_t count, std::uint64_t seed) {
  std::map<std::string, std::vector<Mutant>> by_file;
  for (Mutant &mutant : all) by_file[mutant.file].push_back(std::move(mutant));
  std::mt19937_64 random(seed);
  for (auto &[file, mutants] : by_file) mutants = in_turn(std::move(mutants), random);

  std::vector<Mutant> chosen;
  for (std::size_t round = 0; chosen.size() < count; ++round) {
    const std::size_t before = chosen.size();
    for (auto &[file, mutants] : by_file) {
      if (round < mutants.size() && chosen.size() < count) chosen.push_back(mutants[round]);
    }
    if (chosen.size() == before) break;  // that was all
  }
  std::ranges::stable_sort(chosen, {}, [](const Mutant &m) { return std::pair(m.file, m.line); });
  return chosen;
}

}  // namespace dmar::mutation
