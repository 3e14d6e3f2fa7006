// SPDX-License-Identifier: Apache-2.0
#include "killers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

#include "fingerprint.hpp"
#include "text_file.hpp"

namespace dmar::mutation {

namespace {

// A mutant that needs this much longer than the unbroken RTL does not end.
constexpr double kPatience = 4;
constexpr double kGrace = 5;
constexpr double kWallForProcessor = 20;  // the machine may be busy with other things

void fill_in(std::string &command, const std::string &place, const std::string &with) {
  for (std::size_t at = 0; (at = command.find(place, at)) != std::string::npos;) {
    command.replace(at, place.size(), with);
    at += with.size();
  }
}

Outcome attempt(const Killer &killer, unsigned mutant, const std::string &recent,
                const std::filesystem::path &log) {
  const double limit = killer.usual_seconds > 0 ? killer.usual_seconds * kPatience + kGrace : 0;
  std::string command = killer.command;
  fill_in(command, "{recent}", recent);
  return run({.command = command,
              .environment = {fmt::format("DMAR_PLUSARGS=+dmar_mutant={}", mutant)},
              .log = log,
              .processor_limit = limit,
              .wall_limit = limit * kWallForProcessor});
}

std::string after_last(const std::string &text, const std::string &mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size();
  return text.substr(begin, text.find_first_of(" ,\n", begin) - begin);
}

std::string first_line(const std::string &text) {
  return text.substr(0, std::min(text.find('\n'), std::size_t{120}));
}

}  // namespace

std::vector<Killer> read_killers(const std::filesystem::path &list,
                                 const std::filesystem::path &build,
                                 const std::vector<std::string> &names) {
  std::vector<Killer> killers;
  std::istringstream lines(read_text(list));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) {
      throw std::runtime_error(fmt::format("{}: '{}' has no command", list.string(), line));
    }
    Killer killer;
    killer.name = line.substr(0, space);
    killer.command = line.substr(line.find_first_not_of(' ', space));
    fill_in(killer.command, "{build}", build.string());
    killers.push_back(std::move(killer));
  }
  for (const std::string &name : names) {
    if (std::ranges::find(killers, name, &Killer::name) == killers.end()) {
      throw std::runtime_error(fmt::format("{}: there is no killer '{}'", list.string(), name));
    }
  }
  if (!names.empty()) {
    std::erase_if(killers, [&](const Killer &killer) {
      return std::ranges::find(names, killer.name) == names.end();
    });
  }
  return killers;
}

std::string fingerprint(const std::vector<Killer> &killers) {
  std::string all;
  for (const Killer &killer : killers) {
    all += killer.command + "\n";
    std::istringstream words(killer.command);
    for (std::string word; words >> word;) {
      if (std::filesystem::is_regular_file(word)) all += fingerprint_of(read_text(word)) + "\n";
    }
  }
  return fingerprint_of(all);
}

std::optional<std::string> notice(const Killer &killer, unsigned mutant, const std::string &recent,
                                  const std::filesystem::path &scratch) {
  const std::filesystem::path log = scratch / "log";
  const Outcome outcome = attempt(killer, mutant, recent, log);
  if (outcome.passed()) return std::nullopt;
  return fmt::format("{}: {}", killer.name, failure_in(read_text(log), outcome));
}

std::string test_in(const std::string &noticed) {
  const std::size_t colon = noticed.find(": ");
  if (colon == std::string::npos) return {};
  std::string name = noticed.substr(colon + 2, noticed.find(' ', colon + 2) - colon - 2);
  // It goes into a command line; a message that is no name of a test has no business there.
  const bool plain = std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/';
  });
  return plain ? name : std::string();
}

void measure(std::vector<Killer> &killers, const std::filesystem::path &scratch) {
  for (Killer &killer : killers) {
    const std::filesystem::path log = scratch / "log";
    killer.usual_seconds = 0;
    const Outcome outcome = attempt(killer, 0, "", log);
    if (!outcome.passed()) {
      throw std::runtime_error(fmt::format("the unbroken RTL already fails: {}: {}", killer.name,
                                           failure_in(read_text(log), outcome)));
    }
    killer.usual_seconds = std::max(outcome.processor_seconds, 0.01);
  }
}

std::string failure_in(const std::string &log, const Outcome &outcome) {
  const std::string running = after_last(log, "[ RUN      ] ");
  if (outcome.late) return running.empty() ? "no end" : running + " (no end)";
  if (outcome.signal != 0) {
    return fmt::format("{} (signal {})", running.empty() ? first_line(log) : running,
                       outcome.signal);
  }
  const std::string mark = "[  FAILED  ] ";
  const std::size_t at = log.find(mark);
  if (at == std::string::npos) return first_line(log);
  const std::size_t begin = at + mark.size();
  return log.substr(begin, log.find_first_of(" ,\n", begin) - begin);
}

}  // namespace dmar::mutation
