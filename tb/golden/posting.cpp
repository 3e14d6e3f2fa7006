// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/posting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "dmar/fault_names.hpp"
#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"

namespace dmar::golden {

namespace {

namespace pid = posted_descriptor;

constexpr std::size_t kBytes = pid::kBytes;

Message notification(std::uint64_t control, bool extended) {
  constexpr std::uint32_t kAsserted = 1U << 14;
  const std::uint64_t destination = pid::destination(control, extended);
  return {.address = (destination >> 8) << 40 | 0xFEE0'0000ULL | (destination & 0xFF) << 12,
          .data = kAsserted | pid::notification_vector(control)};
}

}  // namespace

bool posted_descriptor_reserved(const PostedDescriptorWords &words, bool extended) {
  return (words[pid::kControlWord] & pid::reserved(extended)) != 0 ||
         std::ranges::any_of(std::span(words).subspan(pid::kControlWord + 1),
                             [](std::uint64_t word) { return word != 0; });
}

std::optional<Message> post_into(PostedDescriptorWords &words, const Posting &posting) {
  words[posting.vector / 64] |= bit(posting.vector % 64);
  std::uint64_t &control = words[pid::kControlWord];
  const bool suppressed = (control & pid::kSuppress) != 0 && !posting.urgent;
  if ((control & pid::kOutstanding) != 0 || suppressed) return std::nullopt;
  control |= pid::kOutstanding;
  return notification(control, posting.extended);
}

std::optional<PostedDescriptorWords> read_posted_descriptor(MemoryBus &memory, HostAddr address) {
  std::array<std::uint8_t, kBytes> bytes{};
  if (!memory.read(address, bytes)) return std::nullopt;
  PostedDescriptorWords words{};
  for (std::size_t n = 0; n < words.size(); ++n) {
    words[n] =
        from_little_endian<std::uint64_t>(std::span<const std::uint8_t>(bytes).subspan(8 * n, 8));
  }
  return words;
}

// Only the bytes that change are written, so that nothing beside them can be lost.
Posted post(MemoryBus &memory, const Posting &posting) {
  auto words = read_posted_descriptor(memory, posting.descriptor);
  if (!words) return {.fault = FaultReason::kPostedDescriptorAccess};
  if (posted_descriptor_reserved(*words, posting.extended)) {
    return {.fault = FaultReason::kPostedDescriptorReserved};
  }
  const auto message = post_into(*words, posting);
  const auto write_byte = [&](unsigned offset) {
    const std::array<std::uint8_t, 1> byte{
        static_cast<std::uint8_t>((*words)[offset / 8] >> (8 * (offset % 8)))};
    return memory.write(HostAddr(posting.descriptor.raw() + offset), byte);
  };
  const bool written =
      write_byte(posting.vector / 8) && (!message || write_byte(8 * pid::kControlWord));
  if (!written) return {.fault = FaultReason::kPostedDescriptorAccess};
  return {.notification = message};
}

namespace {

std::vector<Step::Field> posted_descriptor_fields(const PostedDescriptorWords &words,
                                                  bool extended) {
  const std::uint64_t control = words[pid::kControlWord];
  std::uint64_t more = 0;
  for (const std::uint64_t word : std::span(words).subspan(pid::kControlWord + 1)) more |= word;
  return {{"PIR 63:0", words[0], ""},
          {"PIR 127:64", words[1], ""},
          {"PIR 191:128", words[2], ""},
          {"PIR 255:192", words[3], ""},
          {"ON", field(control, 0, 0), "a notification is outstanding"},
          {"SN", field(control, 1, 1), "notifications are suppressed"},
          {"NV", pid::notification_vector(control), "vector of the notification"},
          {"NDST", pid::destination(control, extended),
           extended ? "APIC id of 32 bits" : "APIC id of 8 bits"},
          {"reserved", control & pid::reserved(extended), ""},
          {"reserved (q5 to q7)", more, "ORed"}};
}

std::string effect_on(PostedDescriptorWords words, const Posting &posting) {
  const std::uint64_t control = words[pid::kControlWord];
  const auto message = post_into(words, posting);
  const std::string set = fmt::format("bit {:#x} of PIR is set", posting.vector);
  if (message) {
    return fmt::format("{}, ON too, and {:#x} is sent to {:#x}", set, message->data,
                       message->address);
  }
  return set + ((control & pid::kOutstanding) != 0 ? "; a notification is outstanding already"
                                                   : "; SN suppresses the notification");
}

}  // namespace

Step posted_descriptor_step(MemoryBus &memory, const Posting &posting) {
  Step step{.title = "posted descriptor", .address = posting.descriptor};
  const auto words = read_posted_descriptor(memory, posting.descriptor);
  std::optional<FaultReason> reason;
  if (!words) {
    reason = FaultReason::kPostedDescriptorAccess;
  } else {
    step.words = {words->begin(), words->end()};
    step.fields = posted_descriptor_fields(*words, posting.extended);
    if (posted_descriptor_reserved(*words, posting.extended)) {
      reason = FaultReason::kPostedDescriptorReserved;
    } else {
      step.conclusion = effect_on(*words, posting);
    }
  }
  if (reason) {
    step.conclusion = fmt::format("fault {:02X}h: {}{}", static_cast<unsigned>(*reason),
                                  fault_name(*reason).description,
                                  posting.fault_processing_disable ? "; not recorded" : "");
  }
  return step;
}

}  // namespace dmar::golden
