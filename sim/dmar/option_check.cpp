// SPDX-License-Identifier: Apache-2.0
// See option_check.hpp.
#include "option_check.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "disk_text.hpp"
#include "files/destination.hpp"
#include "option_kinds.hpp"
#include "output_file.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

namespace fs = std::filesystem;

// A file that the command was told to use.
struct Use {
  std::string who;  // "--json out.json"
  fs::path file;
  bool written = false;
  bool folder = false;
  OptionKind kind = OptionKind::kInput;
};

constexpr const char *kOurInput = "/proc/self/fd/0";
constexpr const char *kOurOutput = "/proc/self/fd/1";
constexpr const char *kOurErrors = "/proc/self/fd/2";

bool is_regular(const char *path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// Takes everything and keeps nothing, so any number of outputs may go there.
bool is_null_device(const fs::path &path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) &&
         status.st_rdev == makedev(1, 3);
}

Use use_of(const std::string &option, const std::string &text, OptionKind kind) {
  Use use{.who = fmt::format("{} {}", option, text), .file = text, .kind = kind};
  switch (kind) {
    case OptionKind::kInputOrDash:
      if (text == "-") use.file = kOurInput;
      break;
    case OptionKind::kDisk:
      use.file = parse_disk_text(text).file;
      use.written = !parse_disk_text(text).read_only;
      break;
    case OptionKind::kOutputOrDash:
      if (text == "-") use.file = kOurOutput;
      use.written = true;
      break;
    case OptionKind::kOutput:
    case OptionKind::kWave:
    case OptionKind::kUpdated:
      use.written = true;
      break;
    case OptionKind::kOutputFolder:
      use.folder = true;
      break;
    default:
      break;
  }
  return use;
}

bool is_file(OptionKind kind, const std::string &text) {
  if (kind == OptionKind::kProgram) return text.find('/') != std::string::npos;
  return kind != OptionKind::kFlag && kind != OptionKind::kText && kind != OptionKind::kAnyText &&
         kind != OptionKind::kNumber && kind != OptionKind::kInputFolder;
}

std::vector<Use> files_of(CLI::App &command) {
  std::vector<Use> uses;
  for (CLI::Option *option : command.get_options()) {
    const OptionKind kind = kind_of(*option);
    if (option->count() == 0) continue;
    for (const std::string &text : option->results()) {
      if (text.empty() && kind != OptionKind::kAnyText) {
        throw UsageError(fmt::format("{}: the value is empty", option->get_name()));
      }
      if (kind == OptionKind::kFlag && text != "true") {
        throw UsageError(fmt::format("{}: takes no value", option->get_name()));
      }
      if (is_file(kind, text)) uses.push_back(use_of(option->get_name(), text, kind));
    }
  }
  return uses;
}

// What a command writes into such a folder has one of these names.
bool may_be_overwritten(const Use &folder, const Use &file) {
  const std::string type = file.file.extension().string();
  const fs::path parent = files::destination(file.file).parent_path();
  return (type == ".fst" || type == ".txt" || type == ".svg") &&
         files::same_file(folder.file, parent.empty() ? "." : parent);
}

void refuse_pair(const Use &one, const Use &other) {
  if (one.folder || other.folder) {
    const Use &folder = one.folder ? one : other;
    const Use &file = one.folder ? other : one;
    if (file.folder || !may_be_overwritten(folder, file)) return;
    throw UsageError(fmt::format("{} is in the folder of {}, which writes such files itself",
                                 file.who, folder.who));
  }
  if (!one.written && !other.written) return;
  if (!files::same_file(one.file, other.file) || is_null_device(one.file)) return;
  if (one.file == kOurOutput && other.file == kOurOutput) {
    throw UsageError(fmt::format("{} and {} both go to standard output", one.who, other.who));
  }
  // A device or pipe that is read and written is two things.
  if (files::is_stream(one.file) && !(one.written && other.written)) return;
  throw UsageError(fmt::format("{} and {} are the same file", one.who, other.who));
}

// Redirected into files, standard output and standard error are outputs like others.
void refuse_standard_streams(const std::vector<Use> &uses) {
  const std::array streams{Use{.who = "standard output", .file = kOurOutput, .written = true},
                           Use{.who = "standard error", .file = kOurErrors, .written = true}};
  for (const Use &stream : streams) {
    if (!is_regular(stream.file.c_str())) continue;
    for (const Use &use : uses) {
      if (use.file != kOurOutput && !use.folder) refuse_pair(use, stream);
    }
  }
}

void refuse_pairs(const std::vector<Use> &uses) {
  for (std::size_t i = 0; i < uses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) refuse_pair(uses[j], uses[i]);
  }
  refuse_standard_streams(uses);
}

}  // namespace

void check_option_values(CLI::App &command) {
  const std::vector<Use> uses = files_of(command);
  refuse_pairs(uses);
  for (const Use &use : uses) {
    if (use.written && use.file != kOurOutput && use.kind != OptionKind::kDisk) {
      require_writable(use.file);
      const bool whole = use.kind == OptionKind::kWave || use.kind == OptionKind::kUpdated;
      if (whole) require_regular(use.file);
    }
  }
}

void check_made_files(CLI::App &command, const std::vector<MadeFile> &made) {
  if (made.empty()) return;
  std::vector<Use> uses = files_of(command);
  for (const MadeFile &one : made) {
    const OptionKind kind = one.regular ? OptionKind::kWave : OptionKind::kOutput;
    uses.push_back({.who = one.who, .file = one.file, .written = true, .kind = kind});
  }
  refuse_pairs(uses);
  for (const MadeFile &one : made) {
    require_writable(one.file);
    if (one.regular) require_regular(one.file);
  }
}

}  // namespace dmar::sim
