// SPDX-License-Identifier: Apache-2.0
// What a program of a virtual machine tries with a device of its own: DMA and interrupts that reach
// beyond the machine.
#include <cstring>
#include <optional>
#include <string>

#include "commands.hpp"
#include "edu.hpp"
#include "files.hpp"
#include "locked_page.hpp"
#include "report.hpp"

namespace dmar::agent {

namespace {

constexpr unsigned kBytes = 64;
constexpr std::uint32_t kForEver = 0xFFFF'FFFF;
constexpr unsigned kLongestPause = 1'000'000;      // microseconds
constexpr unsigned kEnough = 20;                   // stray writes that are looked at
constexpr double kPatience = 30;                   // seconds for them
constexpr std::uint8_t kAttack = 0xD5;             // what the device writes where it may not
constexpr std::uint64_t kMessages = 0xFEE0'0000;   // interrupt messages are writes to FEEx_xxxxh
constexpr std::uint32_t kCompatibleVector = 0x99;  // data of a message in compatibility format

// Address of a remappable request (VT-d 5.1.2.2) without subhandle.
std::uint64_t remappable(unsigned index) {
  return kMessages | (index & 0x7FFFULL) << 5 | 1ULL << 4 | (index >> 15 & 1ULL) << 2;
}

// The buffer of the device holds kAttack from now on, fetched from memory of this program.
bool load(Edu &edu) {
  std::optional<LockedPage> page = LockedPage::make(kAttack);
  return page && edu.dma(Edu::Direction::kFromMemory, page->physical(), kBytes) == Edu::End::kOkay;
}

void attack(Edu &edu, bool write, std::uint64_t address, const char *name) {
  if (write && !load(edu)) {
    check(false, text("%s is tried", name), "the device cannot read memory of its own program");
    return;
  }
  const Edu::End end =
      edu.dma(write ? Edu::Direction::kToMemory : Edu::Direction::kFromMemory, address, kBytes);
  check(end == Edu::End::kBlocked, text("%s ends as blocked", name), name_of(end));
}

// Both counts at one moment, although writes go on.
struct StrayCounts {
  unsigned ended = 0;
  unsigned blocked = 0;
};
StrayCounts stray_counts(const Edu &edu) {
  for (;;) {
    const StrayCounts counts{edu.stray_ended(), edu.stray_blocked()};
    if (edu.stray_ended() == counts.ended) return counts;
  }
}

}  // namespace

// read|write ADDRESS NAME: DMA that has to be blocked.
bool attack_command(Arguments arguments) {
  unsigned long long address = 0;
  if (arguments.size() != 3 || !parse_number(arguments[1], address)) return false;
  const bool write = std::strcmp(arguments[0], "write") == 0;
  if (!write && std::strcmp(arguments[0], "read") != 0) return false;
  if (auto found = open_edu()) attack(found->edu, write, address, arguments[2]);
  return true;
}

// FIRST COUNT NAME: interrupt messages with these indices; every one has to be blocked.
bool attack_interrupts_command(Arguments arguments) {
  unsigned long long first = 0;
  unsigned long long count = 0;
  if (arguments.size() != 3 || !parse_number(arguments[0], first) ||
      !parse_number(arguments[1], count)) {
    return false;
  }
  auto found = open_edu();
  if (!found) return true;
  unsigned blocked = 0;
  for (unsigned long long index = first; index < first + count; ++index) {
    const Edu::End end = found->edu.send(remappable(static_cast<unsigned>(index)), 0);
    blocked += end == Edu::End::kBlocked ? 1 : 0;
  }
  check(blocked == count, text("%s end as blocked", arguments[2]),
        text("%u of %llu", blocked, count));
  return true;
}

// NAME: a message in compatibility format, which has to be blocked.
bool attack_compatible_command(Arguments arguments) {
  if (arguments.size() != 1) return false;
  if (auto found = open_edu()) {
    const Edu::End end = found->edu.send(kMessages, kCompatibleVector);
    check(end == Edu::End::kBlocked, text("%s ends as blocked", arguments[0]), name_of(end));
  }
  return true;
}

// NAME: the same kind of DMA to memory of this program arrives.
bool attack_control_command(Arguments arguments) {
  if (arguments.size() != 1) return false;
  auto found = open_edu();
  if (!found) return true;
  std::optional<LockedPage> page = LockedPage::make(0);
  if (!page || !load(found->edu)) {
    check(false, text("%s arrives", arguments[0]), "nothing to write, or nowhere");
    return true;
  }
  const Edu::End end = found->edu.dma(Edu::Direction::kToMemory, page->physical(), kBytes);
  const unsigned changed = page->changed_from(0);
  check(end == Edu::End::kOkay && changed == kBytes && page->bytes()[kBytes - 1] == kAttack,
        text("%s arrives", arguments[0]), text("%u bytes arrived; %s", changed, name_of(end)));
  return true;
}

// ADDRESS PAUSE: writes as a broken device does them, from now on until somebody stops them, with
// so many microseconds between two.
bool stray_command(Arguments arguments) {
  unsigned long long address = 0;
  unsigned long long pause = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], address) ||
      !parse_number(arguments[1], pause) || pause > kLongestPause) {
    return false;
  }
  auto found = open_edu();
  if (!found) return true;
  if (!load(found->edu)) {
    check(false, "stray writes begin", "the device cannot read memory of its own program");
    return true;
  }
  found->edu.stray(address, kForEver, static_cast<std::uint32_t>(pause));
  return true;
}

// ADDRESS PAUSE: the same without data of its own, for a program whose memory the device does not
// reach.
bool flood_command(Arguments arguments) {
  unsigned long long address = 0;
  unsigned long long pause = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], address) ||
      !parse_number(arguments[1], pause) || pause > kLongestPause) {
    return false;
  }
  if (auto found = open_edu()) {
    found->edu.stray(address, kForEver, static_cast<std::uint32_t>(pause));
  }
  return true;
}

// blocked|arrived NAME: the stray writes that end from now on, or so far if they go on no more, and
// stops them.
bool stray_end_command(Arguments arguments) {
  if (arguments.size() != 2) return false;
  const bool wanted = std::strcmp(arguments[0], "blocked") == 0;
  if (!wanted && std::strcmp(arguments[0], "arrived") != 0) return false;
  auto found = open_edu();
  if (!found) return true;
  const StrayCounts before = stray_counts(found->edu);
  wait_until([&] { return found->edu.stray_ended() >= before.ended + kEnough; }, kPatience);
  const StrayCounts after = stray_counts(found->edu);
  const unsigned more = after.ended - before.ended;
  const unsigned more_blocked = after.blocked - before.blocked;
  found->edu.stop_stray();
  check(more >= kEnough && more_blocked == (wanted ? more : 0),
        text("%s %s", arguments[1], wanted ? "end as blocked" : "arrive"),
        text("%u of %u were blocked", more_blocked, more));
  return true;
}

// ADDRESS NAME: a read by DMA that arrives.
bool reach_command(Arguments arguments) {
  unsigned long long address = 0;
  if (arguments.size() != 2 || !parse_number(arguments[0], address)) return false;
  if (auto found = open_edu()) {
    const Edu::End end = found->edu.dma(Edu::Direction::kFromMemory, address, kBytes);
    check(end == Edu::End::kOkay, text("%s arrives", arguments[1]), name_of(end));
  }
  return true;
}

}  // namespace dmar::agent
