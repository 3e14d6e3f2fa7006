// SPDX-License-Identifier: Apache-2.0
// See modules.hpp.
#include "modules.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "files.hpp"

namespace dmar::agent {

std::string load_modules(const std::string &folder) {
  DIR *list = opendir(folder.c_str());
  if (list == nullptr) return folder;
  std::vector<std::string> files;
  while (const dirent *entry = readdir(list)) {
    if (entry->d_name[0] != '.') files.push_back(folder + "/" + entry->d_name);
  }
  closedir(list);
  std::sort(files.begin(), files.end());
  for (const std::string &file : files) {
    const Descriptor module(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!module.valid()) return file;
    if (syscall(SYS_finit_module, module.get(), "", 0) != 0 && errno != EEXIST) return file;
  }
  return "";
}

}  // namespace dmar::agent
