// SPDX-License-Identifier: Apache-2.0
// See unpack.hpp.
#include "guest/unpack.hpp"

#include <fmt/core.h>

#include <string>

#include "guest/file.hpp"
#include "guest/guest.hpp"
#include "guest/gzip.hpp"
#include "guest/process.hpp"

namespace dmar::guest {

namespace {

std::vector<std::uint8_t> by_program(const std::filesystem::path &file, const std::string &program,
                                     const std::string &package) {
  const ProcessResult result = run_program(find_program(program, package), {"-dc", file.string()});
  if (result.status != 0) {
    throw GuestError(
        fmt::format("{}: {} cannot decompress it: {}", file.string(), program, result.output));
  }
  return {result.output.begin(), result.output.end()};
}

}  // namespace

std::vector<std::uint8_t> unpack(const std::filesystem::path &file, Packing packing) {
  switch (packing) {
    case Packing::kXz:
      return by_program(file, "xz", "xz-utils");
    case Packing::kZstd:
      return by_program(file, "zstd", "zstd");
    case Packing::kGzip:
      break;
  }
  return gunzip(read_file(file), file.string());
}

}  // namespace dmar::guest
