// SPDX-License-Identifier: Apache-2.0
// See gzip.hpp.
#include "guest/gzip.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <array>
#include <memory>

#include "guest/guest.hpp"

namespace dmar::guest {

namespace {

constexpr int kGzip = 16 + MAX_WBITS;  // a gzip header instead of zlib's own
// The guest decompresses under emulation, so size matters little and time here neither.
constexpr int kLevel = 6;

}  // namespace

std::vector<std::uint8_t> gzip(std::span<const std::uint8_t> bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw GuestError("zlib cannot start to compress");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream *)> end(&stream, deflateEnd);
  std::vector<std::uint8_t> out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef *>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw GuestError("zlib cannot compress");
  out.resize(stream.total_out);
  return out;
}

std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> bytes, const std::string &file) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw GuestError("zlib cannot start to decompress");
  const std::unique_ptr<z_stream, int (*)(z_stream *)> end(&stream, inflateEnd);
  std::vector<std::uint8_t> out;
  std::array<std::uint8_t, 1U << 16> buffer;
  stream.next_in = const_cast<Bytef *>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = buffer.data();
    stream.avail_out = buffer.size();
    status = inflate(&stream, Z_NO_FLUSH);
    out.insert(out.end(), buffer.begin(), buffer.end() - stream.avail_out);
  }
  if (status != Z_STREAM_END) {
    throw GuestError(fmt::format("{}: the gzip data is damaged or ends early", file));
  }
  return out;
}

}  // namespace dmar::guest
