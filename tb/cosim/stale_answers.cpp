// SPDX-License-Identifier: Apache-2.0
// See stale_answers.hpp.
#include "cosim/stale_answers.hpp"

#include <algorithm>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kPage = ~std::uint64_t{0xFFF};
constexpr std::uint64_t kInterruptKind = std::uint64_t{1} << 63;  // beside the data of the message

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

bool is_interrupt(const Request &request) {
  return request.kind == AccessKind::kWrite && request.bytes == 4 &&
         (request.address.raw() >> 20) == 0xFEE;
}

bool covers(const golden::ContextInvalidation &invalidation, std::uint16_t source,
            const golden::Translation &translation) {
  if (invalidation.granularity == granularity::kGlobal || !translation.domain) return true;
  if (invalidation.domain != *translation.domain) return false;
  if (invalidation.granularity == granularity::kDomain) return true;
  static constexpr std::uint16_t kIgnored[] = {0, 4, 6, 7};
  const std::uint16_t ignored = kIgnored[invalidation.function_mask & 3];
  return ((source ^ invalidation.source_id.raw()) & ~ignored & 0xFFFF) == 0;
}

bool covers(const golden::IotlbInvalidation &invalidation, std::uint64_t page,
            const golden::Translation &translation) {
  if (invalidation.granularity == granularity::kGlobal || !translation.domain) return true;
  if (invalidation.domain != *translation.domain) return false;
  if (invalidation.granularity == granularity::kDomain) return true;
  const std::uint64_t size = std::max(page_bytes(translation.page_size),
                                      page_bytes(PageSize::k4K) << invalidation.address_mask);
  return (page ^ invalidation.address.raw()) / size == 0;
}

bool covers(const golden::InterruptInvalidation &invalidation, std::uint64_t address,
            std::uint32_t data) {
  if (invalidation.all) return true;
  const unsigned index = interrupt_request::index(address, data);
  return invalidation.index_mask >= 16 ||
         ((index ^ invalidation.index) >> invalidation.index_mask) == 0;
}

}  // namespace

StaleAnswers::Key StaleAnswers::key_of(const Request &request) {
  const std::uint64_t address = request.address.raw();
  if (is_interrupt(request)) {
    return {request.source_id.raw(), address, kInterruptKind | request.message_data};
  }
  return {request.source_id.raw(), address & kPage, static_cast<std::uint64_t>(request.kind)};
}

void StaleAnswers::note(const Request &request, const golden::Verdict &verdict) {
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  const auto *interrupt = std::get_if<golden::Interrupt>(&verdict);
  if (translation == nullptr && (interrupt == nullptr || !interrupt->remapped)) return;
  answers_.insert_or_assign(key_of(request), verdict);
}

std::optional<golden::Verdict> StaleAnswers::find(const Request &request) const {
  const auto found = answers_.find(key_of(request));
  if (found == answers_.end()) return std::nullopt;
  golden::Verdict verdict = found->second;
  // The answer was for another byte of the page.
  if (auto *translation = std::get_if<golden::Translation>(&verdict)) {
    translation->address =
        HostAddr((translation->address.raw() & kPage) | (request.address.raw() & ~kPage));
  }
  return verdict;
}

bool StaleAnswers::covers(const golden::Invalidation &invalidation, const Key &key,
                          const golden::Verdict &verdict) {
  const auto [source, address, kind] = key;
  if (const auto *interrupts = std::get_if<golden::InterruptInvalidation>(&invalidation)) {
    return std::holds_alternative<golden::Interrupt>(verdict) &&
           cosim::covers(*interrupts, address, static_cast<std::uint32_t>(kind));
  }
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  if (translation == nullptr) return false;
  return std::visit(Overloaded{
                        [&](const golden::ContextInvalidation &context) {
                          return cosim::covers(context, source, *translation);
                        },
                        [&](const golden::IotlbInvalidation &pages) {
                          return cosim::covers(pages, address, *translation);
                        },
                        [](const golden::InterruptInvalidation &) { return false; },
                    },
                    invalidation);
}

void StaleAnswers::invalidate(const golden::Invalidation &invalidation) {
  std::erase_if(answers_, [&](const auto &answer) {
    return covers(invalidation, answer.first, answer.second);
  });
}

}  // namespace dmar::cosim
