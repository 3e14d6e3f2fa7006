// SPDX-License-Identifier: Apache-2.0
// See port_words.hpp.
#include "perf/port_words.hpp"

#include <algorithm>
#include <stdexcept>

namespace dmar::perf {

namespace {

struct Place {
  unsigned low;  // bit
  unsigned width;
};

consteval Place place(std::span<const Field> fields, std::string_view name) {
  unsigned low = 0;
  for (std::size_t i = fields.size(); i-- > 0; low += fields[i].width) {
    if (fields[i].name == name) return {low, fields[i].width};
  }
  throw std::logic_error("no such field");
}

template <class Words>
void put(Words &words, Place at, std::uint64_t value) {
  for (unsigned done = 0; done < at.width;) {
    const unsigned bit = at.low + done;
    words[bit / 32] |= static_cast<std::uint32_t>(value >> done) << (bit % 32);
    done += 32 - bit % 32;
  }
}

template <class Words>
std::uint64_t get(const Words &words, Place at) {
  std::uint64_t value = 0;
  for (unsigned done = 0; done < at.width;) {
    const unsigned bit = at.low + done;
    value |= std::uint64_t{words[bit / 32] >> (bit % 32)} << done;
    done += 32 - bit % 32;
  }
  return at.width == 64 ? value : value & ((std::uint64_t{1} << at.width) - 1);
}

}  // namespace

RequestWords pack(const Request &request) {
  constexpr std::span<const Field> kFields(kRequestFields);
  RequestWords words{};
  put(words, place(kFields, "source_id"), request.source_id.raw());
  if (request.pasid) {
    put(words, place(kFields, "pasid_valid"), 1);
    put(words, place(kFields, "pasid"), request.pasid->raw() & 0xF'FFFF);
  }
  put(words, place(kFields, "at"), static_cast<unsigned>(request.at));
  put(words, place(kFields, "privileged"), request.privileged);
  put(words, place(kFields, "execute"), request.execute);
  put(words, place(kFields, "kind"), static_cast<unsigned>(request.kind));
  put(words, place(kFields, "dword"), request.kind == AccessKind::kWrite && request.bytes == 4);
  put(words, place(kFields, "in_page"), 1);
  put(words, place(kFields, "no_snoop"), request.no_snoop);
  put(words, place(kFields, "no_write"), request.no_write);
  put(words, place(kFields, "address"), request.address.raw());
  put(words, place(kFields, "data"), request.message_data);
  return words;
}

Answer unpack(const AnswerWords &words) {
  constexpr std::span<const Field> kFields(kAnswerFields);
  return {.verdict = static_cast<Verdict>(get(words, place(kFields, "verdict"))),
          .reason = static_cast<FaultReason>(get(words, place(kFields, "reason"))),
          .snoop = get(words, place(kFields, "snoop")) != 0,
          .host_page = get(words, place(kFields, "host_page")),
          .epoch = get(words, place(kFields, "epoch")) != 0};
}

}  // namespace dmar::perf
