// SPDX-License-Identifier: Apache-2.0
// See attach.hpp.
#include "cosim/attach.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "cosim/error.hpp"
#include "cosim/qemu_process.hpp"

namespace dmar::cosim {

namespace {

constexpr std::array<std::pair<Attach, const char *>, 2> kNames{
    {{Attach::kProxy, "proxy"}, {Attach::kVfioUser, "vfio-user"}}};

constexpr std::chrono::milliseconds kPatience{10'000};
constexpr const char *kVfioUserDevice = "vfio-user-pci";

constexpr const char *kWayOut =
    "QEMU 7.2 (Debian 12) can be used, and 10.1 and later; Debian 13 has one in backports: "
    "apt-get install -t trixie-backports qemu-system-x86. --qemu PROGRAM takes another one";

struct Answer {
  bool good = false;
  std::string text = {};
};

Answer ask(const std::string &qemu, const std::vector<std::string> &question) {
  QemuProcess process(qemu, question, {}, false);
  pollfd watched{.fd = process.descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&watched, 1, static_cast<int>(kPatience.count()));
  const std::optional<ProcessEnd> end = process.poll();
  return {.good = end && end->status == 0, .text = process.messages()};
}

}  // namespace

const char *name_of(Attach attach) { return kNames[static_cast<std::size_t>(attach)].second; }

std::optional<Attach> attach_named(std::string_view name) {
  for (const auto &[attach, known] : kNames) {
    if (name == known) return attach;
  }
  return std::nullopt;
}

std::optional<QemuVersion> qemu_version_in(std::string_view text) {
  constexpr std::string_view kWord = "QEMU emulator version ";
  const std::size_t found = text.find(kWord);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + kWord.size());
  const char *const end = text.data() + text.size();
  QemuVersion version;
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc()) return std::nullopt;
  return version;
}

Attach choose_attach(const std::string &qemu) {
  const auto version = qemu_version_in(ask(qemu, {"-version"}).text);
  if (!version || version->major < 10) return Attach::kProxy;
  const std::string name = fmt::format("{}: QEMU {}.{}", qemu, version->major, version->minor);
  if (version->major == 10 && version->minor == 0) {
    throw CosimError(fmt::format(
        "{} cannot take devices of another process: it dies when it creates an x-pci-proxy-dev "
        "while it emulates the CPU, and {} came with 10.1. {}",
        name, kVfioUserDevice, kWayOut));
  }
  if (ask(qemu, {"-device", fmt::format("{},help", kVfioUserDevice)}).good) {
    return Attach::kVfioUser;
  }
  throw CosimError(
      fmt::format("{} was built without {}, by which it takes devices of another process. {}", name,
                  kVfioUserDevice, kWayOut));
}

}  // namespace dmar::cosim
