// SPDX-License-Identifier: Apache-2.0
// See option_cases.hpp.
#include "option_cases.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace dmar::sim {

namespace {

std::string shell_quoted(const std::string &text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Texts of which every command makes something of its own.
const std::map<std::string, std::string> kTexts{{"--config", "default"},
                                                {"--model", "default"},
                                                {"--cpu", "max"},
                                                {"--attach", "proxy"},
                                                {"--aw", "48"},
                                                {"--wave-from", "0"},
                                                {"--time", "1s"},
                                                {"--only", "roots"},
                                                {"--without", "roots"},
                                                {"--sriov", "edu"},
                                                {"--sid", "0028"},
                                                {"--iova", "1000"},
                                                {"--data", "1"},
                                                {"--unit", "FED90000"},
                                                {"--ioapic", "0@ff:00.0"},
                                                {"--hpet", "00:1f.6"},
                                                {"--rmrr", "1000-1FFF@00:02.0"},
                                                {"--atsr", "all"},
                                                {"--rhsa", "FED90000=0"},
                                                {"--andd", "1=\\_SB_.DEV"},
                                                {"--satc", "00:02.0"},
                                                {"--ioapic-address", "FEC00000"}};

}  // namespace

bool OptionCase::takes_file() const {
  return kind.find("file") != std::string::npos || kind == "disk image";
}

bool OptionCase::is_input() const { return kind.starts_with("input file") || kind == "disk image"; }

EveryOption::EveryOption() {
  (void)trace("dma r 0028 2000 16 ok 2000");
  std::ofstream(in("kernel")) << "not a Linux kernel";
  std::ofstream(in("initrd")) << "nor its files";
  std::ofstream(in("disk.img")) << std::string(1 << 20, '\0');
  std::ofstream(in("doc.md")) << "a document\n";
  dmar("acpi --out " + in("table.aml"));
}

std::vector<OptionCase> EveryOption::options() {
  std::vector<OptionCase> out;
  const auto list = nlohmann::json::parse(dmar("options").output);
  for (const auto &command : list) {
    for (const auto &option : command.at("options")) {
      out.push_back({.command = command.at("name"),
                     .name = option.at("name"),
                     .kind = option.at("kind"),
                     .default_value = option.at("default"),
                     .positional = option.at("positional"),
                     .needs = option.at("needs")});
    }
  }
  return out;
}

std::string EveryOption::good_value(const OptionCase &option) const {
  const auto text = kTexts.find(option.name);
  if (option.kind == "number") {
    if (option.name == "--width") return "46";
    if (option.name == "--units") return "2";
    if (option.name == "--wave-to" || option.name == "--at") return "4";
    return option.default_value.empty() ? "3" : option.default_value;
  }
  if (option.command == "vm" && option.name == "--initrd") return "";  // boots a Linux
  if (option.name == "--kernel") return in("kernel");
  if (option.kind == "program") return DMAR_FAKE_QEMU;
  if (option.kind == "disk image") return in("disk.img");
  if (option.name == "TRACE") return in("t.trace");
  if (option.name == "--read") return in("table.aml");
  if (option.kind.starts_with("output file") || option.kind == "wave file") return in("new");
  if (option.command == "scale") return option.name == "--workload" ? "hits" : "";
  if (option.command == "bench") return option.name == "--model" ? "default" : "";
  if (option.kind == "output folder") return in("folder");
  if (text != kTexts.end()) return text->second;
  if (option.name == "--qemu-arg") return "-nothing";
  if (option.kind == "any text") return "TEXT";
  return "";
}

EveryOption::Words EveryOption::context(const OptionCase &option) const {
  Words words;
  const auto &[command, name] = std::pair(option.command, option.name);
  if (command == "run" || command == "explain") words.push_back({"TRACE", in("t.trace")});
  if (command == "explain" && name != "--event") words.push_back({"--at", "4"});
  if (command == "vm") {
    words.push_back({"--qemu", DMAR_FAKE_QEMU});
    words.push_back({"--kernel", in("kernel")});
    words.push_back({"--disk", in("disk.img")});
    words.push_back({"--qemu-arg", "-fake"});
    words.push_back({"--qemu-arg", "exit"});
  }
  if (command == "vms") {  // what is accepted by mistake ends soon
    words.push_back({"--qemu", DMAR_FAKE_QEMU});
    words.push_back({"--qemu-arg", "-fake"});
    words.push_back({"--qemu-arg", "exit"});
  }
  if (command == "vm" && name.starts_with("--wave")) words.push_back({"--wave-from", "0"});
  if (command == "fuzz") {
    words.push_back({"--runs", "1"});
    words.push_back({"--cycles", "500"});
    words.push_back({"--out", in("out")});
  }
  if (command == "scale") {
    if (name != "--ports") words.push_back({"--ports", "1"});
    if (name != "--workload") words.push_back({"--workload", "hits"});
  }
  if (command == "bench") words.push_back({"--quick", ""});
  const bool madt = name == "--cpus" || name.starts_with("--ioapic-");
  if (command == "acpi" && madt) words.push_back({"--madt", ""});
  if (command == "acpi" && name == "--x2apic-opt-out") words.push_back({"--ioapic", "00:1f.7"});
  if (command == "acpi" && name == "--rhsa") words.push_back({"--unit", "FED90000"});
  for (const std::string &need : option.needs) {
    if (need == "--wave") words.push_back({need, in("w.fst")});
    if (need == "--sid") words.push_back({need, "0028"});
    if (need == "--sid" || need == "--iova") words.push_back({"--iova", "1000"});
  }
  return words;
}

Result EveryOption::run(const OptionCase &option, const Words &given) const {
  std::string arguments = option.command;
  const auto add = [&arguments](const std::string &name, const std::string &value) {
    if (name == "TRACE") {
      arguments += " " + shell_quoted(value);
    } else if (value.empty()) {
      arguments += " " + name;
    } else {
      arguments += " " + name + " " + shell_quoted(value);
    }
  };
  for (const auto &[name, value] : context(option)) {
    const bool replaced = std::ranges::any_of(given, [&name = name](const auto &one) {
      const bool longer = one.first == "--update-docs" || one.first == "--plots";
      return (one.first == name && name != "--qemu-arg") || (name == "--quick" && longer);
    });
    if (!replaced) add(name, value);
  }
  for (const auto &[name, value] : given) {
    arguments +=
        name == "TRACE" ? " " + shell_quoted(value) : " " + name + " " + shell_quoted(value);
  }
  return shell(fmt::format("cd '{}' && timeout 60 '{}' {} </dev/null", directory_.string(),
                           DMAR_PROGRAM, arguments));
}

}  // namespace dmar::sim
