// SPDX-License-Identifier: Apache-2.0
// For tests: runs the built program in a directory of its own and keeps what it said.
#ifndef DMAR_SIM_PROGRAM_HPP
#define DMAR_SIM_PROGRAM_HPP

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace dmar::sim {

struct Result {
  int status = -1;
  std::string output;  // standard output and standard error
};

inline Result shell(const std::string &command) {
  FILE *pipe = popen(fmt::format("{} 2>&1", command).c_str(), "r");
  Result result;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) {
    result.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

inline Result dmar(const std::string &arguments) {
  return shell(fmt::format("'{}' {}", DMAR_PROGRAM, arguments));
}

class Program : public ::testing::Test {
 protected:
  Program() {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 fmt::format("dmar_{}_{}", info->test_suite_name(), info->name());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~Program() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string in(const std::string &name) const {
    return (directory_ / name).string();
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory_),
                                                  std::filesystem::directory_iterator{}));
  }
  // A small trace: translation off, two requests.
  [[nodiscard]] std::string trace(const std::string &last_line) const {
    std::ofstream(in("t.trace")) << "unit ver 10 cap d2078c606f0606 ecap f05043\n"
                                    "read 0 4 10\n"
                                    "dma w 0028 15a00 512 ok 15a00\n"
                                 << last_line << "\n";
    return in("t.trace");
  }

  std::filesystem::path directory_;
};

inline const std::string kLazy = DMAR_TRACE_DIR "/linux61-blk-lazy.trace.gz";
inline const std::string kRemapping = DMAR_TRACE_DIR "/linux61-blk-strict-ir.trace.gz";

// Whether the program was built with this configuration; a build may be limited to some.
inline bool has_config(const std::string &name) {
  const std::string configs = fmt::format("\n{}", dmar("configs").output);
  return configs.find(fmt::format("\n{}\n", name)) != std::string::npos;
}

}  // namespace dmar::sim

#endif  // DMAR_SIM_PROGRAM_HPP
