// SPDX-License-Identifier: Apache-2.0
// See acpi_json.hpp.
#include "acpi_json.hpp"

#include <cctype>
#include <nlohmann/json.hpp>

namespace dmar::sim {

namespace {

using Json = nlohmann::ordered_json;

std::string key_of(const std::string &name) {
  std::string key;
  for (const char one : name) {
    key += one == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(one)));
  }
  return key;
}

Json json_of(const acpi::Section &section) {
  Json fields = Json::object();
  for (const acpi::Field &field : section.fields) {
    Json &out = fields[key_of(field.name)];
    out = {{"offset", field.offset}, {"bytes", field.bytes}};
    std::visit([&out](const auto &value) { out["value"] = value; }, field.value);
    if (!field.meaning.empty()) out["meaning"] = field.meaning;
  }
  return {{"title", section.title},
          {"offset", section.offset},
          {"bytes", section.bytes},
          {"fields", fields}};
}

Json json_of(const std::vector<acpi::Finding> &findings) {
  Json out = Json::array();
  for (const acpi::Finding &one : findings) {
    out.push_back({{"offset", one.offset}, {"text", one.text}});
  }
  return out;
}

}  // namespace

std::string to_json(const acpi::Reading &reading) {
  Json structures = Json::array();
  for (const acpi::Section &section : reading.sections) {
    if (section.depth == 0) {
      structures.push_back(json_of(section));
    } else {
      structures.back()["parts"].push_back(json_of(section));
    }
  }
  const Json out = {{"signature", reading.signature},
                    {"structures", structures},
                    {"problems", json_of(reading.problems)},
                    {"notes", json_of(reading.notes)}};
  return out.dump(2) + "\n";
}

}  // namespace dmar::sim
