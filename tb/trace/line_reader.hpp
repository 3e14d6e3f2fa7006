// SPDX-License-Identifier: Apache-2.0
// Reads a text file, plain or gzip, line by line. Every failure is a TraceError that names the
// file.
#ifndef DMAR_TRACE_LINE_READER_HPP
#define DMAR_TRACE_LINE_READER_HPP

#include <zlib.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace dmar::trace {

// What is wrong with a trace file: "FILE: ..." or "FILE:LINE: ...".
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class LineReader {
 public:
  // Throws TraceError when `path` is not a readable regular file (or pipe). "-" is standard input.
  explicit LineReader(const std::filesystem::path &path);

  // The next line without its end ("\n" or "\r\n"); false at the end of the file.
  // Throws TraceError on corrupt or truncated gzip data, or if the last line has no end.
  bool next(std::string &line);

  [[nodiscard]] unsigned line_number() const { return line_number_; }  // of the last line read
  [[nodiscard]] const std::string &file() const { return file_; }

 private:
  bool refill();
  [[noreturn]] void fail_in_line(const std::string &what) const;

  std::string file_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> handle_;
  std::string buffer_;
  std::size_t position_ = 0;
  unsigned line_number_ = 0;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_LINE_READER_HPP
