// SPDX-License-Identifier: Apache-2.0
// What the user writes behind --disk: FILE; FILE,ro; FILE,ahci.
#ifndef DMAR_SIM_DISK_TEXT_HPP
#define DMAR_SIM_DISK_TEXT_HPP

#include <string>
#include <string_view>

namespace dmar::sim {

struct DiskText {
  std::string file = {};
  bool read_only = false;
  bool ahci = false;
};

inline DiskText parse_disk_text(const std::string &text) {
  DiskText disk{.file = text};
  const auto take = [&disk](std::string_view ending) {
    const bool found = disk.file.ends_with(ending);
    if (found) disk.file.resize(disk.file.size() - ending.size());
    return found;
  };
  disk.read_only = take(",ro");
  disk.ahci = take(",ahci");
  if (!disk.read_only) disk.read_only = disk.ahci && take(",ro");
  return disk;
}

}  // namespace dmar::sim

#endif  // DMAR_SIM_DISK_TEXT_HPP
