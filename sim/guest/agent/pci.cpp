// SPDX-License-Identifier: Apache-2.0
// See pci.hpp.
#include "pci.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "files.hpp"

namespace dmar::agent {

namespace {

constexpr const char *kDevices = "/sys/bus/pci/devices";

bool has_number(const std::string &file, unsigned long number) {
  const std::optional<std::string> contents = read_text(file);
  return contents && std::strtoul(contents->c_str(), nullptr, 16) == number;
}

}  // namespace

std::string PciDevice::domain_type() const {
  return read_text(folder() + "/iommu_group/type").value_or("");
}

std::string PciDevice::unit() const {
  const std::string name = link_name(folder() + "/iommu");
  return name.empty() ? "dmar" : name;
}

std::string PciDevice::driver() const { return link_name(folder() + "/driver"); }

bool PciDevice::config_read(unsigned offset, void *to, std::size_t bytes) const {
  const Descriptor file(open((folder() + "/config").c_str(), O_RDONLY | O_CLOEXEC));
  return file.valid() && pread(file.get(), to, bytes, offset) == static_cast<ssize_t>(bytes);
}

bool PciDevice::config_write(unsigned offset, const void *from, std::size_t bytes) const {
  const Descriptor file(open((folder() + "/config").c_str(), O_WRONLY | O_CLOEXEC));
  return file.valid() && pwrite(file.get(), from, bytes, offset) == static_cast<ssize_t>(bytes);
}

bool PciDevice::enable() const {
  write_text(folder() + "/power/control", "on");  // a kernel without power states has no such file
  std::uint16_t command = 0;
  if (!config_read(kPciCommand, &command, sizeof command)) return false;
  command |= kPciMemory | kPciBusMaster;
  return config_write(kPciCommand, &command, sizeof command);
}

std::vector<PciDevice> find_pci(std::uint16_t vendor, std::uint16_t device) {
  std::vector<PciDevice> found;
  DIR *folder = opendir(kDevices);
  if (folder == nullptr) return found;
  while (const dirent *entry = readdir(folder)) {
    const PciDevice candidate{entry->d_name};
    if (entry->d_name[0] != '.' && has_number(candidate.folder() + "/vendor", vendor) &&
        has_number(candidate.folder() + "/device", device)) {
      found.push_back(candidate);
    }
  }
  closedir(folder);
  std::sort(found.begin(), found.end(), [](const PciDevice &left, const PciDevice &right) {
    return left.address < right.address;
  });
  return found;
}

Mapping::Mapping(int descriptor, std::uint64_t offset, std::size_t bytes, bool writable)
    : bytes_(bytes) {
  void *memory = mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                      descriptor, static_cast<off_t>(offset));
  if (memory != MAP_FAILED) base_ = static_cast<std::uint8_t *>(memory);
}

Mapping::Mapping(Mapping &&other) noexcept
    : base_(std::exchange(other.base_, nullptr)), bytes_(other.bytes_) {}

Mapping &Mapping::operator=(Mapping &&other) noexcept {
  if (this != &other) {
    reset();
    base_ = std::exchange(other.base_, nullptr);
    bytes_ = other.bytes_;
  }
  return *this;
}

void Mapping::reset() {
  if (base_ != nullptr) munmap(base_, bytes_);
  base_ = nullptr;
}

Mapping map_bar(const PciDevice &device, unsigned bar, bool writable) {
  const std::string path = device.folder() + "/resource" + std::to_string(bar);
  const Descriptor file(open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC));
  struct stat status = {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return {};
  return {file.get(), 0, static_cast<std::size_t>(status.st_size), writable};
}

}  // namespace dmar::agent
