// SPDX-License-Identifier: Apache-2.0
// See vfio.hpp.
#include "vfio.hpp"

#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "modules.hpp"
#include "report.hpp"
#include "settings.hpp"

namespace dmar::agent {

namespace {

constexpr const char *kDriver = "/sys/bus/pci/drivers/vfio-pci";
constexpr const char *kProbe = "/sys/bus/pci/drivers_probe";
constexpr const char *kUnsafe = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";

// vfio_irq_set, behind it one event descriptor.
using InterruptSet = std::array<std::uint8_t, sizeof(vfio_irq_set) + sizeof(std::int32_t)>;

}  // namespace

bool Vfio::failed(const std::string &what) {
  error_ = what + ": " + system_error();
  return false;
}

bool Vfio::bind() {
  if (access("/dev/vfio/vfio", F_OK) != 0) {
    if (const std::string file = load_modules("/modules/vfio"); !file.empty()) {
      return failed("loading " + file);
    }
  }
  // Without remapping a device could forge interrupts; the kernel wants to hear that this is known.
  if (!setting("interrupt_remapping") && !write_text(kUnsafe, "Y")) return failed(kUnsafe);
  if (!write_text(device_.folder() + "/driver_override", "vfio-pci")) {
    return failed("driver_override");
  }
  bound_ = true;
  if (!device_.driver().empty() &&
      !write_text(device_.folder() + "/driver/unbind", device_.address)) {
    return failed("unbind from " + device_.driver());
  }
  if (!write_text(kProbe, device_.address)) return failed(kProbe);
  if (device_.driver() != "vfio-pci") {
    errno = ENODEV;
    return failed("binding to vfio-pci");
  }
  return true;
}

bool Vfio::claim() {
  const std::string number = link_name(device_.folder() + "/iommu_group");
  const std::string path = "/dev/vfio/" + number;
  wait_until([&path] { return access(path.c_str(), F_OK) == 0; }, 60);
  container_ = Descriptor(::open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
  if (!container_.valid()) return failed("/dev/vfio/vfio");
  group_ = Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!group_.valid()) return failed(path);

  vfio_group_status status = {};
  status.argsz = sizeof status;
  if (ioctl(group_.get(), VFIO_GROUP_GET_STATUS, &status) != 0) return failed("group status");
  if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
    errno = EBUSY;
    return failed("group " + number + " has devices of other drivers");
  }
  int container = container_.get();
  if (ioctl(group_.get(), VFIO_GROUP_SET_CONTAINER, &container) != 0) {
    return failed("container of group " + number);
  }
  return true;
}

bool Vfio::open() {
  if (ioctl(container_.get(), VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
    return failed("translation (type1)");
  }
  file_ = Descriptor(ioctl(group_.get(), VFIO_GROUP_GET_DEVICE_FD, device_.address.c_str()));
  return file_.valid() || failed("device of the group");
}

bool Vfio::enable() {
  vfio_region_info info = {};
  info.argsz = sizeof info;
  info.index = VFIO_PCI_CONFIG_REGION_INDEX;
  std::uint16_t command = 0;
  if (ioctl(file_.get(), VFIO_DEVICE_GET_REGION_INFO, &info) != 0) return failed("config region");
  const auto at = static_cast<off_t>(info.offset + kPciCommand);
  if (pread(file_.get(), &command, sizeof command, at) != sizeof command) {
    return failed("config read");
  }
  command |= kPciMemory | kPciBusMaster;
  return pwrite(file_.get(), &command, sizeof command, at) == sizeof command ||
         failed("config write");
}

bool Vfio::reset() { return ioctl(file_.get(), VFIO_DEVICE_RESET) == 0 || failed("reset"); }

void Vfio::close() {
  file_.reset();
  if (group_.valid()) ioctl(group_.get(), VFIO_GROUP_UNSET_CONTAINER);
  group_.reset();
  container_.reset();
}

bool Vfio::release() {
  close();
  if (!bound_) return true;
  bound_ = false;
  const bool unbound = device_.driver() != "vfio-pci" ||
                       write_text(std::string(kDriver) + "/unbind", device_.address);
  return (write_text(device_.folder() + "/driver_override", "\n") && unbound) ||
         failed("unbind from vfio-pci");
}

bool Vfio::map(std::uint64_t iova, const void *memory, std::size_t bytes, Access access) {
  static_assert(VFIO_DMA_MAP_FLAG_READ == 1 && VFIO_DMA_MAP_FLAG_WRITE == 2);
  vfio_iommu_type1_dma_map map = {};
  map.argsz = sizeof map;
  map.flags = static_cast<std::uint32_t>(access);
  map.vaddr = reinterpret_cast<std::uintptr_t>(memory);
  map.iova = iova;
  map.size = bytes;
  return ioctl(container_.get(), VFIO_IOMMU_MAP_DMA, &map) == 0 ||
         failed(text("map %zu bytes at %llx", bytes, static_cast<unsigned long long>(iova)));
}

bool Vfio::unmap(std::uint64_t iova, std::size_t bytes) {
  vfio_iommu_type1_dma_unmap unmap = {};
  unmap.argsz = sizeof unmap;
  unmap.iova = iova;
  unmap.size = bytes;
  return (ioctl(container_.get(), VFIO_IOMMU_UNMAP_DMA, &unmap) == 0 && unmap.size == bytes) ||
         failed(text("unmap %zu bytes at %llx", bytes, static_cast<unsigned long long>(iova)));
}

Mapping Vfio::bar(unsigned index) {
  vfio_region_info info = {};
  info.argsz = sizeof info;
  info.index = VFIO_PCI_BAR0_REGION_INDEX + index;
  if (ioctl(file_.get(), VFIO_DEVICE_GET_REGION_INFO, &info) != 0) return {};
  return {file_.get(), info.offset, static_cast<std::size_t>(info.size)};
}

bool Vfio::deliver(unsigned kind, int event) {
  vfio_irq_set head = {};
  head.argsz = sizeof(InterruptSet);
  head.flags = VFIO_IRQ_SET_ACTION_TRIGGER |
               (event < 0 ? VFIO_IRQ_SET_DATA_NONE : VFIO_IRQ_SET_DATA_EVENTFD);
  head.index = kind;
  head.count = event < 0 ? 0 : 1;
  alignas(vfio_irq_set) InterruptSet set;
  std::memcpy(set.data(), &head, sizeof head);
  std::memcpy(set.data() + sizeof head, &event, sizeof event);
  return ioctl(file_.get(), VFIO_DEVICE_SET_IRQS, set.data()) == 0 ||
         failed(text("interrupts of kind %u", kind));
}

bool Vfio::unmask(unsigned kind) {
  vfio_irq_set set = {};
  set.argsz = sizeof set;
  set.flags = VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_DATA_NONE;
  set.index = kind;
  set.count = 1;
  return ioctl(file_.get(), VFIO_DEVICE_SET_IRQS, &set) == 0 ||
         failed(text("unmask interrupts of kind %u", kind));
}

}  // namespace dmar::agent
