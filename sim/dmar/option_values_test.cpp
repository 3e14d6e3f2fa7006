// SPDX-License-Identifier: Apache-2.0
// Every option of every command with wrong values of its kind. The list of options is the program's
// own, so a new one is tried as soon as it is there.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "option_cases.hpp"

namespace dmar::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// Values that look wrong and are accepted.
struct Accepted {
  const char *option;  // command and name, or the kind
  const char *value;   // empty: any; ?: any but empty
  const char *reason;
};
constexpr std::array kAccepted{
    Accepted{"any text", "", "goes to the guest, to QEMU or into the table as it is"},
    Accepted{"vm --cpu", "?", "QEMU knows its models, and refuses others itself"},
    Accepted{"vm --kernel", "/dev/null", "what is no Linux goes to QEMU as a bare-metal kernel"},
};

bool accepted(const OptionCase &option, const std::string &value) {
  return std::ranges::any_of(kAccepted, [&](const Accepted &one) {
    return (option.kind == one.option || option.title() == one.option) &&
           (*one.value == '\0' || value == one.value || (*one.value == '?' && !value.empty()));
  });
}

std::vector<std::string> wrong_values(const OptionCase &option, const std::string &folder) {
  const std::string &kind = option.kind;
  if (kind == "number") {
    return {"",   " ",  "-1", "+1",  "abc", "1.5",
            "1x", " 1", "0x", "0xg", "1e3", "99999999999999999999999999"};
  }
  if (kind == "text") return {"", "-1", "no such thing!", std::string(5000, 'x')};
  if (kind == "program") return {"", "/nonexistent/program", folder, "no such program"};
  if (kind == "disk image") return {"", ",ro", ",ahci", "/nonexistent/file", folder, "/dev/full"};
  if (kind == "input folder") return {"", "/nonexistent/folder", "/dev/null", "/dev/full"};
  if (kind == "output folder") return {"", "/dev/full", "/dev/null/folder"};
  if (kind == "wave file") {
    return {"", folder, "/nonexistent/folder/file", "/dev/full", "/dev/null"};
  }
  if (kind == "updated file") return {"", folder, "/nonexistent/file", "/dev/full", "/dev/null"};
  if (kind.starts_with("output file")) {
    return {"", folder, "/nonexistent/folder/file", "/dev/full"};
  }
  if (kind.starts_with("input file")) return {"", folder, "/nonexistent/file", "/dev/null"};
  return {};
}

const std::array kKinds{"flag",         "text",         "any text",         "number",
                        "input file",   "program",      "input file or -",  "disk image",
                        "output file",  "wave file",    "output file or -", "updated file",
                        "input folder", "output folder"};

// Refused for what it is: with the status of a wrong command line, the name or the value in the
// message, and no file made or changed.
void expect_refusal(const OptionCase &option, const std::string &value, const Result &result) {
  const std::string what = option.title() + " '" + value.substr(0, 60) + "'";
  EXPECT_NE(result.status, 0) << what << " was accepted:\n" << result.output;
  EXPECT_LE(result.status, 2) << what << ":\n" << result.output;
  EXPECT_GE(result.status, 1) << what << ":\n" << result.output;
  EXPECT_THAT(result.output, AnyOf(HasSubstr(option.name), HasSubstr(value.substr(0, 60)))) << what;
}

TEST_F(EveryOption, HasAKnownKindAndAGoodValueWorks) {
  const auto all = options();
  EXPECT_GT(all.size(), 80U);
  for (const OptionCase &option : all) {
    EXPECT_THAT(kKinds, ::testing::Contains(option.kind)) << option.title();
    if (option.kind == "flag" || option.boots_linux()) continue;
    const std::string value = good_value(option);
    if (value.empty()) continue;
    const Result result = run(option, value);
    EXPECT_EQ(result.status, 0) << option.title() << " " << value << ":\n" << result.output;
    for (const char *made : {"new", "w.fst", "folder", "out"}) fs::remove_all(in(made));
  }
}

TEST_F(EveryOption, TextsHaveAGoodValue) {
  for (const OptionCase &option : options()) {
    if (option.kind != "text") continue;
    EXPECT_NE(good_value(option), "") << option.title() << ": give one in option_cases.cpp";
  }
}

TEST_F(EveryOption, RefusesWrongValues) {
  const std::size_t before = files();
  std::size_t tried = 0;
  for (const OptionCase &option : options()) {
    for (const std::string &value : wrong_values(option, directory_.string())) {
      if (accepted(option, value)) continue;
      expect_refusal(option, value, run(option, value));
      EXPECT_EQ(files(), before) << option.title() << " " << value << " left a file";
      fs::remove_all(in("w.fst"));
      ++tried;
    }
  }
  EXPECT_GT(tried, 300U);
}

TEST_F(EveryOption, FlagsTakeNoValue) {
  for (const OptionCase &option : options()) {
    if (option.kind != "flag") continue;
    for (const char *value : {"perhaps", "-1", "0", "false"}) {
      OptionCase one = option;
      const Result result = shell(fmt::format(
          "'{}' {} {}{}={}", DMAR_PROGRAM, option.command,
          option.command == "run" || option.command == "explain" ? in("t.trace") + " " : "",
          option.name, value));
      EXPECT_EQ(result.status, 2) << option.title() << "=" << value << ":\n" << result.output;
      EXPECT_THAT(result.output, HasSubstr(option.name)) << option.title();
    }
  }
}

// What stands in the table above is accepted indeed.
TEST_F(EveryOption, AcceptsWhatTheTableSays) {
  for (const Accepted &one : kAccepted) {
    EXPECT_GT(std::string(one.reason).size(), 10U);
    for (const OptionCase &option : options()) {
      if (option.title() != one.option) continue;
      const Result result = run(option, one.value);
      EXPECT_EQ(result.status, 0) << one.option << " " << one.value << ":\n" << result.output;
    }
  }
}

}  // namespace
}  // namespace dmar::sim
