// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "golden/golden_iommu.hpp"

#include <stdexcept>

#include "dmar/pattern.hpp"
#include "golden/little_endian.hpp"

namespace dmar {

namespace {

std::vector<std::uint8_t> write_data(const Request &request, std::span<const std::uint8_t> data) {
  if (data.empty()) return pattern(request);
  if (data.size() != request.bytes) throw std::invalid_argument("access: data of another length");
  return {data.begin(), data.end()};
}

bool write_enabled(Memory &memory, HostAddr address, const Request &request,
                   std::span<const std::uint8_t> data) {
  if (request.disabled == 0) return memory.write(address, data);
  bool done = true;
  for (std::size_t k = 0; k < data.size(); ++k) {
    if (k < 16 && ((request.disabled >> k) & 1) != 0) continue;
    done = memory.write(HostAddr(address.raw() + k), data.subspan(k, 1)) && done;
  }
  return done;
}

}  // namespace

Completion GoldenIommu::carry_out(const Request &request, const golden::Translation &translation,
                                  std::span<const std::uint8_t> data) {
  Completion completion{.address = translation.address, .snoop = translation.snoop};
  bool done = true;
  switch (request.kind) {
    case AccessKind::kZeroLengthRead:
      break;
    case AccessKind::kRead:
      completion.data.resize(request.bytes);
      done = memory_.read(translation.address, completion.data);
      if (!done) completion.data.clear();
      break;
    case AccessKind::kWrite:
    case AccessKind::kAtomic:
      done = write_enabled(memory_, translation.address, request, write_data(request, data));
      break;
  }
  if (!done) completion.status = Completion::Status::kMemoryError;
  return completion;
}

Completion GoldenIommu::refused(const golden::Fault &fault) {
  return {.status = fault.refusal == golden::Refusal::kCompleterAbort
                        ? Completion::Status::kAborted
                        : Completion::Status::kBlocked,
          .reason = fault.reason};
}

Completion GoldenIommu::access(const Request &asked, std::span<const std::uint8_t> data) {
  Request request = asked;
  if (request.kind == AccessKind::kWrite && request.bytes == 4) {
    request.message_data = golden::from_little_endian<std::uint32_t>(write_data(request, data));
  }
  const golden::Verdict verdict = unit_.translate(request);
  if (const auto *translation = std::get_if<golden::Translation>(&verdict)) {
    return carry_out(request, *translation, data);
  }
  if (const auto *fault = std::get_if<golden::Fault>(&verdict)) return refused(*fault);
  Completion completion;
  if (const auto *posting = std::get_if<golden::Posting>(&verdict)) {
    if (const auto fault = unit_.post(request, *posting)) return refused(*fault);
  } else if (std::holds_alternative<golden::Blocked>(verdict)) {
    completion.status = Completion::Status::kBlocked;
  } else if (const auto *interrupt = std::get_if<golden::Interrupt>(&verdict)) {
    completion.interrupt = interrupt->message;
  } else if (const auto *answer = std::get_if<golden::TranslationCompletion>(&verdict)) {
    const auto bytes = golden::to_little_endian(answer->entry.raw);
    completion.data.assign(bytes.begin(), bytes.end());
  }
  return completion;
}

std::vector<Completion> GoldenIommu::access_all(std::span<const Request> requests) {
  std::vector<Completion> completions;
  for (const Request &request : requests) completions.push_back(access(request));
  return completions;
}

}  // namespace dmar
