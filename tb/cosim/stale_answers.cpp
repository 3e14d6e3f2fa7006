// SPDX-License-Identifier: Apache-2.0
// See stale_answers.hpp.
#include "cosim/stale_answers.hpp"

#include <algorithm>
#include <iterator>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"

namespace dmar::cosim {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

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

// Adds `answer` as the newest of its list.
template <class Answer>
void add(std::vector<Answer> &answers, const Answer &answer) {
  std::erase(answers, answer);
  answers.push_back(answer);
}

template <class Map, class Covers>
void drop(Map &map, Covers covers) {
  for (auto entry = map.begin(); entry != map.end();) {
    std::erase_if(entry->second, [&](const auto &answer) { return covers(entry->first, answer); });
    entry = entry->second.empty() ? map.erase(entry) : std::next(entry);
  }
}

}  // namespace

StaleAnswers::PageKey StaleAnswers::page_key(const Request &request, PageSize size) {
  return {request.source_id.raw(), request.address.raw() & ~(page_bytes(size) - 1), size};
}

StaleAnswers::MessageKey StaleAnswers::message_key(const Request &request) {
  return {request.source_id.raw(), request.address.raw(), request.message_data};
}

void StaleAnswers::note(const Request &request, const golden::Verdict &verdict) {
  if (const auto *page = std::get_if<golden::Translation>(&verdict)) {
    golden::Translation whole = *page;  // of its first byte
    const std::uint64_t offset = request.address.raw() & (page_bytes(page->page_size) - 1);
    whole.address = HostAddr(page->address.raw() - offset);
    add(pages_[page_key(request, page->page_size)], whole);
  }
  const auto *message = std::get_if<golden::Interrupt>(&verdict);
  if (message != nullptr && message->remapped) add(messages_[message_key(request)], *message);
}

std::vector<golden::Verdict> StaleAnswers::find(const Request &request) const {
  std::vector<golden::Verdict> answers;
  const bool reads = request.kind == AccessKind::kRead || request.kind == AccessKind::kAtomic;
  const bool writes = request.kind == AccessKind::kWrite || request.kind == AccessKind::kAtomic;
  for (const PageSize size : {PageSize::k4K, PageSize::k2M, PageSize::k1G}) {
    const auto found = pages_.find(page_key(request, size));
    if (found == pages_.end()) continue;
    for (golden::Translation page : found->second) {
      if ((reads && !page.read) || (writes && !page.write)) continue;
      page.address =
          HostAddr(page.address.raw() + (request.address.raw() & (page_bytes(size) - 1)));
      answers.emplace_back(page);
    }
  }
  const auto found = messages_.find(message_key(request));
  if (found != messages_.end()) {
    answers.insert(answers.end(), found->second.begin(), found->second.end());
  }
  return answers;
}

void StaleAnswers::invalidate(const golden::Invalidation &invalidation) {
  std::visit(Overloaded{
                 [&](const golden::ContextInvalidation &contexts) {
                   drop(pages_, [&](const PageKey &key, const golden::Translation &page) {
                     return covers(contexts, std::get<0>(key), page);
                   });
                 },
                 [&](const golden::IotlbInvalidation &iotlb) {
                   drop(pages_, [&](const PageKey &key, const golden::Translation &page) {
                     return covers(iotlb, std::get<1>(key), page);
                   });
                 },
                 [&](const golden::InterruptInvalidation &entries) {
                   drop(messages_, [&](const MessageKey &key, const golden::Interrupt &) {
                     return covers(entries, std::get<1>(key), std::get<2>(key));
                   });
                 },
             },
             invalidation);
}

void StaleAnswers::clear() {
  pages_.clear();
  messages_.clear();
}

std::size_t StaleAnswers::size() const {
  std::size_t count = 0;
  for (const auto &[key, answers] : pages_) count += answers.size();
  for (const auto &[key, answers] : messages_) count += answers.size();
  return count;
}

}  // namespace dmar::cosim
