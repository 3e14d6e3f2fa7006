// SPDX-License-Identifier: Apache-2.0
// See qmp.hpp.
#include "cosim/qmp.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cosim/error.hpp"

namespace dmar::cosim {

Qmp::Qmp(FileDescriptor socket) : lines_(std::move(socket)) { execute("qmp_capabilities"); }

void Qmp::execute(const std::string &command, std::function<void()> done) {
  sent_.push_back([done = std::move(done)](const std::string &) {
    if (done) done();
  });
  lines_.send(nlohmann::json{{"execute", command}}.dump());
}

void Qmp::monitor(const std::string &line, std::function<void(const std::string &)> answer) {
  sent_.push_back(std::move(answer));
  lines_.send(
      nlohmann::json{{"execute", "human-monitor-command"}, {"arguments", {{"command-line", line}}}}
          .dump());
}

void Qmp::take(const std::string &line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) throw CosimError(fmt::format("QMP: '{}' is no JSON object", line));
  if (json.contains("error")) {
    throw CosimError(
        fmt::format("QMP: a command was refused: {}", json["error"].value("desc", line)));
  }
  if (json.contains("return")) {
    if (sent_.empty()) throw CosimError(fmt::format("QMP: '{}' answers nothing", line));
    const auto done = std::move(sent_.front());
    sent_.pop_front();
    const auto &value = json["return"];
    done(value.is_string() ? value.get<std::string>() : "");
  }
  if (json.value("event", "") == "SHUTDOWN" && json.contains("data")) {
    shutdown_reason_ = json["data"].value("reason", "unknown");
  }
  const nlohmann::json::json_pointer version("/QMP/version/qemu");
  if (json.contains(version)) {
    const auto &qemu = json.at(version);
    version_ = fmt::format("{}.{}.{}", qemu.value("major", 0), qemu.value("minor", 0),
                           qemu.value("micro", 0));
  }
}

void Qmp::receive() {
  for (const std::string &line : lines_.receive()) {
    try {
      take(line);
    } catch (const nlohmann::json::exception &) {  // a member of another type
      throw CosimError(fmt::format("QMP: '{}' makes no sense", line));
    }
  }
}

}  // namespace dmar::cosim
