// SPDX-License-Identifier: Apache-2.0
// All mutants of the RTL, and the choice of those that a campaign runs.
#ifndef DMAR_MUTATION_CATALOGUE_HPP
#define DMAR_MUTATION_CATALOGUE_HPP

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "site.hpp"

namespace dmar::mutation {

// A source with its tokens and sites, which point into it.
class SourceFile {
 public:
  // `path` as in reports, relative to rtl/. std::runtime_error names it when it is not understood.
  SourceFile(std::string path, std::string text);
  SourceFile(const SourceFile &) = delete;
  SourceFile &operator=(const SourceFile &) = delete;

  [[nodiscard]] const std::string &path() const { return path_; }
  [[nodiscard]] const std::string &text() const { return text_; }
  [[nodiscard]] const std::vector<Site> &sites() const { return sites_; }

 private:
  std::string path_;
  std::string text_;
  std::vector<Token> tokens_;
  std::vector<Site> sites_;
};

using Sources = std::map<std::string, std::shared_ptr<const SourceFile>>;  // by path

struct Mutant {
  struct Edit {
    std::size_t site = 0;  // in SourceFile::sites()
    std::string text;      // what stands there instead; empty: the statement is left out
  };
  unsigned id = 0;  // what the model is told; 0 is the unbroken RTL
  std::string file;
  unsigned line = 0;
  std::string operation;
  std::string original;  // on one line; with file and `mutated` the name of this mutant for ever
  std::string mutated;
  std::vector<Edit> edits;

  [[nodiscard]] std::string key() const { return file + "\n" + original + "\n" + mutated; }
  // What reports count it under: "translate/dmar_cache".
  [[nodiscard]] std::string module() const;
};

// Every mutant of one source, in its order; ids are not given yet.
std::vector<Mutant> mutants_of(const SourceFile &source);

// `count` of them, taken in turn from each source and there from each site, so that no module and
// no line gets many while another has none. The same for the same seed.
std::vector<Mutant> sample(std::vector<Mutant> all, std::size_t count, std::uint64_t seed);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_CATALOGUE_HPP
