// SPDX-License-Identifier: Apache-2.0
// See stale_answers.hpp.
#include "cosim/stale_answers.hpp"

#include <algorithm>

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
            DomainId domain) {
  if (invalidation.granularity == granularity::kGlobal) return true;
  if (invalidation.domain != domain) return false;
  if (invalidation.granularity == granularity::kDomain) return true;
  static constexpr std::uint16_t kIgnored[] = {0, 4, 6, 7};
  const std::uint16_t ignored = kIgnored[invalidation.function_mask & 3];
  return ((source ^ invalidation.source_id.raw()) & ~ignored & 0xFFFF) == 0;
}

bool covers(const golden::IotlbInvalidation &invalidation, DomainId domain, std::uint64_t page,
            PageSize page_size) {
  if (invalidation.granularity == granularity::kGlobal) return true;
  if (invalidation.domain != domain) return false;
  if (invalidation.granularity == granularity::kDomain) return true;
  const std::uint64_t size =
      std::max(page_bytes(page_size), page_bytes(PageSize::k4K) << invalidation.address_mask);
  return (page ^ invalidation.address.raw()) / size == 0;
}

bool covers(const golden::InterruptInvalidation &invalidation, std::uint64_t address,
            std::uint32_t data) {
  if (invalidation.all) return true;
  const unsigned index = interrupt_request::index(address, data);
  return invalidation.index_mask >= 16 ||
         ((index ^ invalidation.index) >> invalidation.index_mask) == 0;
}

std::optional<DomainId> domain_of(const golden::Verdict &verdict) {
  if (const auto *page = std::get_if<golden::Translation>(&verdict)) return page->domain;
  const auto *completion = std::get_if<golden::TranslationCompletion>(&verdict);
  return completion == nullptr ? std::nullopt : completion->domain;
}

// Adds `answer` as the newest of its list.
template <class Answer>
void add(std::vector<Answer> &answers, const Answer &answer) {
  std::erase(answers, answer);
  answers.push_back(answer);
}

}  // namespace

StaleAnswers::PageKey StaleAnswers::page_key(DomainId domain, const Request &request,
                                             PageSize size) {
  return {domain, request.address.raw() & ~(page_bytes(size) - 1), size};
}

StaleAnswers::MessageKey StaleAnswers::message_key(const Request &request) {
  return {request.source_id.raw(), request.address.raw(), request.message_data};
}

void StaleAnswers::note(const Request &request, const golden::Verdict &verdict) {
  const auto *page = std::get_if<golden::Translation>(&verdict);
  if (page != nullptr && page->domain) {
    contexts_.emplace(request.source_id.raw(), *page->domain);
    golden::Translation whole = *page;  // of its first byte
    const std::uint64_t offset = request.address.raw() & (page_bytes(page->page_size) - 1);
    whole.address = HostAddr(page->address.raw() - offset);
    add(pages_[page_key(*page->domain, request, page->page_size)], whole);
  }
  const auto *message = std::get_if<golden::Interrupt>(&verdict);
  if ((message != nullptr && message->remapped) ||
      std::holds_alternative<golden::Posting>(verdict)) {
    add(messages_[message_key(request)], verdict);
  }
}

// What a cache of pages holds for this domain.
void StaleAnswers::find_pages(DomainId domain, const Request &request,
                              std::vector<golden::Verdict> &answers) const {
  if (request.at == AddressType::kTranslationRequest) {
    find_completions(domain, request, answers);
    return;
  }
  const bool reads = request.kind == AccessKind::kRead || request.kind == AccessKind::kAtomic;
  const bool writes = request.kind == AccessKind::kWrite || request.kind == AccessKind::kAtomic;
  for (const PageSize size : {PageSize::k4K, PageSize::k2M, PageSize::k1G}) {
    const auto found = pages_.find(page_key(domain, request, size));
    if (found == pages_.end()) continue;
    for (golden::Translation page : found->second) {
      if ((reads && !page.read) || (writes && !page.write)) continue;
      page.address =
          HostAddr(page.address.raw() + (request.address.raw() & (page_bytes(size) - 1)));
      answers.emplace_back(page);
    }
  }
}

// A cached page without a permission that is asked for is looked up in memory. Whether accesses of
// the page have to snoop, and whether the unit knows NW, is not noted: either is possible.
void StaleAnswers::find_completions(DomainId domain, const Request &request,
                                    std::vector<golden::Verdict> &answers) const {
  for (const PageSize size : {PageSize::k4K, PageSize::k2M, PageSize::k1G}) {
    const auto found = pages_.find(page_key(domain, request, size));
    if (found == pages_.end()) continue;
    for (const golden::Translation &page : found->second) {
      if (page.identity || !page.read || (!page.write && !request.no_write)) continue;
      const std::uint64_t read =
          size_code::encode(page.address.raw(), page_bytes(size)) | TranslationEntry::kRead;
      for (const std::uint64_t write : {std::uint64_t{0}, TranslationEntry::kWrite}) {
        if (write != 0 ? !page.write : !request.no_write) continue;
        for (const std::uint64_t snoop : {std::uint64_t{0}, TranslationEntry::kNoSnoop}) {
          answers.emplace_back(
              golden::TranslationCompletion{.entry = {read | write | snoop}, .domain = domain});
        }
      }
    }
  }
}

std::vector<golden::Verdict> StaleAnswers::find(const Request &request,
                                                const golden::Verdict &now) const {
  std::vector<golden::Verdict> answers;
  const std::uint16_t source = request.source_id.raw();
  const std::optional<DomainId> domain = domain_of(now);
  if (domain && !contexts_.contains({source, *domain})) find_pages(*domain, request, answers);
  for (auto context = contexts_.lower_bound({source, DomainId(0)});
       context != contexts_.end() && context->first == source; ++context) {
    find_pages(context->second, request, answers);
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
                   std::erase_if(contexts_, [&](const ContextKey &context) {
                     return covers(contexts, context.first, context.second);
                   });
                 },
                 [&](const golden::IotlbInvalidation &iotlb) {
                   std::erase_if(pages_, [&](const auto &entry) {
                     const auto &[domain, page, size] = entry.first;
                     return covers(iotlb, domain, page, size);
                   });
                 },
                 [&](const golden::InterruptInvalidation &entries) {
                   std::erase_if(messages_, [&](const auto &entry) {
                     return covers(entries, std::get<1>(entry.first), std::get<2>(entry.first));
                   });
                 },
             },
             invalidation);
}

void StaleAnswers::clear_pages() {
  contexts_.clear();
  pages_.clear();
}

std::size_t StaleAnswers::size() const {
  std::size_t count = 0;
  for (const auto &[key, answers] : pages_) count += answers.size();
  for (const auto &[key, answers] : messages_) count += answers.size();
  return count;
}

}  // namespace dmar::cosim
