// SPDX-License-Identifier: Apache-2.0
// See proxy_link.hpp.
#include "cosim/proxy_link.hpp"

#include "cosim/error.hpp"

namespace dmar::cosim {

namespace {

MemoryMap memory_map(const SyncMemory &sync, std::vector<FileDescriptor> descriptors) {
  MemoryMap map;
  for (std::size_t i = 0; i < sync.ranges.size(); ++i) {
    const SyncMemory::Range &range = sync.ranges[i];
    map.ranges.push_back({.start = range.start,
                          .bytes = range.bytes,
                          .offset = range.offset,
                          .file = std::move(descriptors[i])});
  }
  return map;
}

}  // namespace

std::optional<ProxyLink::Received> ProxyLink::receive() {
  if (!socket_.fill(kProxyHeaderBytes)) return std::nullopt;
  std::optional<Received> received;
  std::string error;
  try {
    const ProxyHeader header = decode_header(socket_.bytes().first<kProxyHeaderBytes>());
    const std::size_t whole = kProxyHeaderBytes + header.payload_bytes;
    if (!socket_.fill(whole)) return std::nullopt;
    received = {.message = decode_message(header, socket_.bytes().subspan(kProxyHeaderBytes),
                                          socket_.descriptors()),
                .descriptors = socket_.take_descriptors()};
  } catch (const CosimError &malformed) {
    if (socket_.closed()) throw;
    error = malformed.what();
  }
  if (!received) socket_.fail(error);
  socket_.next();
  return received;
}

std::optional<DeviceRequest> ProxyLink::next_request() {
  std::optional<Received> received = receive();
  if (!received) return std::nullopt;
  answer_wanted_ = wants_reply(received->message);
  if (const auto *sync = std::get_if<SyncMemory>(&received->message)) {
    return memory_map(*sync, std::move(received->descriptors));
  }
  if (const auto *config = std::get_if<ConfigAccess>(&received->message)) return *config;
  if (const auto *bar = std::get_if<BarAccess>(&received->message)) return *bar;
  if (std::holds_alternative<DeviceReset>(received->message)) return DeviceReset{};
  return NothingToDo{};
}

void ProxyLink::reply(std::uint64_t value) { socket_.send(encode_reply(value)); }

}  // namespace dmar::cosim
