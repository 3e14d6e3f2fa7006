// SPDX-License-Identifier: Apache-2.0
// The place of a wave file. The library that writes FST files looks at no error and maps files of
// its own into memory; on a full disk the wave would be cut off in silence, or the program killed.
#ifndef DMAR_BENCH_WAVE_FILE_HPP
#define DMAR_BENCH_WAVE_FILE_HPP

#include <csignal>
#include <string>

#include "files/pending_file.hpp"

namespace dmar::bench {

class WaveFile {
 public:
  // Throws std::runtime_error when `path` is or cannot become a regular file, or there is next to
  // no space. From here on a mapped file that the disk cannot hold ends the program with status 2
  // and a message, and leaves no files.
  explicit WaveFile(const std::string &path);
  ~WaveFile();  // removes what was not finished
  WaveFile(const WaveFile &) = delete;
  WaveFile &operator=(const WaveFile &) = delete;

  // The file that is to be written.
  [[nodiscard]] std::string place() const { return file_.place().string(); }

  // The writer has closed it. Throws std::runtime_error when it is not whole.
  void finish();

 private:
  std::string path_;
  files::PendingFile file_;
  struct sigaction before_ {};
};

// Whether the blocks of this FST file fill it exactly, the table of signal names among them.
bool is_whole_wave(const std::string &path);

}  // namespace dmar::bench

#endif  // DMAR_BENCH_WAVE_FILE_HPP
