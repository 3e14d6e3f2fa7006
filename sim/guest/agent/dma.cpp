// SPDX-License-Identifier: Apache-2.0
// DMA of a device to which the kernel has given no memory.
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "buffer.hpp"
#include "commands.hpp"
#include "edu.hpp"
#include "files.hpp"
#include "kernel_log.hpp"
#include "locked_page.hpp"
#include "report.hpp"
#include "settings.hpp"

namespace dmar::agent {

namespace {

// Seconds until a fault event has come through and its handler has printed.
constexpr double kFaultPatience = 30;
constexpr std::uint8_t kOwn = 0x5A;  // contents of the victim's page
constexpr unsigned kBytes = 64;

// The device tries it; the kernel reports exactly this fault.
void expect_fault(FoundEdu &found, Edu::Direction direction, std::uint64_t address,
                  const char *what) {
  KernelLog log;
  const std::string unit = found.device.unit();
  const unsigned long events = interrupt_count(unit);
  const bool write = direction == Edu::Direction::kToMemory;
  const std::string name = text("%s is blocked", what);
  const Edu::End end = found.edu.dma(direction, address, kBytes);
  if (found.edu.hostile()) {
    check(end == Edu::End::kBlocked, text("%s ends as blocked", what), name_of(end));
  }
  const std::string where =
      text("fault addr 0x%llx ", static_cast<unsigned long long>(address & ~0xFFFULL));
  const bool reported =
      log.wait_for({"[" + found.device.place() + "]", where, write ? "DMA Write" : "DMA Read",
                    write ? "fault reason 0x05" : "fault reason 0x06"},
                   kFaultPatience)
          .has_value();
  check(reported, name, "no such fault from the kernel; its last: " + log.last("DMAR"));
  check(interrupt_count(unit) > events, text("%s raises a fault event", what),
        "the count of " + unit + " in /proc/interrupts stays");
}

void test_blocked(FoundEdu &found) {
  expect_fault(found, Edu::Direction::kToMemory, 0xDEADB000, "a write to 0xdeadb000");
  expect_fault(found, Edu::Direction::kFromMemory, 0xCAFE2000, "a read from 0xcafe2000");
  std::optional<LockedPage> page = LockedPage::make(kOwn);
  if (!page) {
    check(false, "a page has a physical address", system_error());
    return;
  }
  expect_fault(found, Edu::Direction::kToMemory, page->physical(),
               "a write to memory of a program");
  const unsigned changed = page->changed_from(kOwn);
  check(changed == 0, "memory of a program is unchanged", text("%u bytes differ", changed));
}

// Without translation the device reaches everything; only memory of this program is safe to use.
void test_passed_through(FoundEdu &found) {
  std::optional<LockedPage> page = LockedPage::make(kOwn);
  std::optional<LockedPage> target = LockedPage::make(0);
  if (!page || !target) {
    check(false, "a page has a physical address", system_error());
    return;
  }
  found.edu.dma(Edu::Direction::kFromMemory, page->physical() + 128, 256);
  const Edu::End end = found.edu.dma(Edu::Direction::kToMemory, target->physical() + 64, 256);
  check(std::memcmp(page->bytes() + 128, target->bytes() + 64, 256) == 0 &&
            target->changed_from(0) == 256,
        "DMA passes through to physical addresses",
        text("%u of 256 bytes arrived; %s", target->changed_from(0), name_of(end)));
}

}  // namespace

void test_dma() {
  std::optional<FoundEdu> found = open_edu();
  if (!found) return;
  const std::string type = found->device.domain_type();
  info("edu " + found->device.address + " has a domain of type " + (type.empty() ? "none" : type));
  const bool expected = setting("translation");
  const bool translated = type.rfind("DMA", 0) == 0;
  check(translated == expected,
        expected ? "edu has a translated domain" : "edu has an untranslated domain",
        "its type is " + type);
  if (translated) {
    test_blocked(*found);
  } else {
    test_passed_through(*found);
  }
}

// Firmware keeps memory for the device: it reaches that, and nothing beside it.
void test_reserved() {
  std::optional<FoundEdu> found = open_edu();
  if (!found) return;
  const std::string regions =
      read_text(found->device.folder() + "/iommu_group/reserved_regions").value_or("");
  unsigned long long base = 0;
  unsigned long long limit = 0;
  const std::size_t direct = regions.find(" direct");
  const std::size_t line = direct == std::string::npos ? 0 : regions.rfind('\n', direct) + 1;
  if (!check(direct != std::string::npos &&
                 std::sscanf(regions.c_str() + line, "%llx %llx", &base, &limit) == 2,
             "the kernel knows the reserved memory of edu", regions)) {
    return;
  }
  for (const unsigned long long address : {base, limit + 1 - kBytes}) {
    const Edu::End end = found->edu.dma(Edu::Direction::kFromMemory, address, kBytes);
    check(end == Edu::End::kOkay, text("a read of reserved memory at 0x%llx arrives", address),
          name_of(end));
  }
  if (!setting("translation")) return;
  expect_fault(*found, Edu::Direction::kFromMemory, base - kSmallPage,
               "a read below reserved memory");
  expect_fault(*found, Edu::Direction::kToMemory, limit + 1, "a write above reserved memory");
}

bool dma_command(Arguments arguments) {
  unsigned long long address = 0;
  unsigned long long count = 0;
  if (arguments.size() != 3 || !parse_number(arguments[1], address) ||
      !parse_number(arguments[2], count) || count == 0 || count > kEduBuffer) {
    return false;
  }
  const std::string way = arguments[0];
  if (way != "read" && way != "write") return false;
  std::optional<FoundEdu> found = open_edu();
  if (!found) return true;
  const Edu::End end =
      found->edu.dma(way == "read" ? Edu::Direction::kFromMemory : Edu::Direction::kToMemory,
                     address, static_cast<unsigned>(count));
  info(text("transfer: %s", name_of(end)));
  return true;
}

}  // namespace dmar::agent
