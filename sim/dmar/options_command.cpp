// SPDX-License-Identifier: Apache-2.0
// `dmar options`: every command with every option, as JSON, out of the program itself.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "command.hpp"
#include "option_kinds.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

using Json = nlohmann::ordered_json;

Json names_of(const std::set<CLI::Option *> &options) {
  std::set<std::string> names;  // in an order that stays
  for (const CLI::Option *option : options) names.insert(option->get_name());
  return names;
}

Json option_json(CLI::Option &option) {
  return {{"name", option.get_name()},
          {"kind", name_of(kind_of(option))},
          {"group", option.get_group()},
          {"positional", option.get_positional()},
          {"required", option.get_required()},
          {"default", option.get_default_str()},
          {"needs", names_of(option.get_needs())},
          {"excludes", names_of(option.get_excludes())},
          {"help", option.get_description()}};
}

Json list(CLI::App &app) {
  Json commands = Json::array();
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; })) {
    Json options = Json::array();
    for (CLI::Option *option : command->get_options()) {
      const bool hidden = option->get_group().empty();
      if (!hidden && option != command->get_help_ptr()) options.push_back(option_json(*option));
    }
    commands.push_back({{"name", command->get_name()},
                        {"help", command->get_description()},
                        {"options", options}});
  }
  return commands;
}

}  // namespace

void add_options(CLI::App &app, int &status) {
  CLI::App *command =
      app.add_subcommand("options", "List every command with its options, as JSON for programs");
  command->callback([&app, &status] {
    put_output(list(app).dump(2) + "\n");
    status = kSuccess;
  });
}

}  // namespace dmar::sim
