// SPDX-License-Identifier: Apache-2.0
// What an AHCI host adapter and its driver share (Serial ATA AHCI 1.3.1, 3 and 4; Serial ATA 3,
// 10): registers, structures in memory, frames between host and disk.
#ifndef DMAR_DEVICES_AHCI_FORMAT_HPP
#define DMAR_DEVICES_AHCI_FORMAT_HPP

#include <cstdint>

namespace dmar::devices::ahci {

// Registers of the adapter.
inline constexpr std::uint32_t kCapabilities = 0x00;
inline constexpr std::uint32_t kControl = 0x04;
inline constexpr std::uint32_t kInterruptStatus = 0x08;
inline constexpr std::uint32_t kPortsImplemented = 0x0C;
inline constexpr std::uint32_t kVersion = 0x10;
inline constexpr std::uint32_t kFirstPort = 0x100;
inline constexpr std::uint32_t kPortBytes = 0x80;

inline constexpr std::uint32_t kControlReset = 1U << 0;
inline constexpr std::uint32_t kControlInterrupts = 1U << 1;
inline constexpr std::uint32_t kControlAhci = 1U << 31;

// Registers of a port.
namespace port {
inline constexpr std::uint32_t kCommandList = 0x00;
inline constexpr std::uint32_t kFisBase = 0x08;
inline constexpr std::uint32_t kInterruptStatus = 0x10;
inline constexpr std::uint32_t kInterruptEnable = 0x14;
inline constexpr std::uint32_t kCommand = 0x18;
inline constexpr std::uint32_t kTaskFile = 0x20;
inline constexpr std::uint32_t kSignature = 0x24;
inline constexpr std::uint32_t kSataStatus = 0x28;
inline constexpr std::uint32_t kSataControl = 0x2C;
inline constexpr std::uint32_t kSataError = 0x30;
inline constexpr std::uint32_t kCommandIssue = 0x38;
}  // namespace port

// Interrupts of a port.
namespace interrupt {
inline constexpr std::uint32_t kRegisterFis = 1U << 0;
inline constexpr std::uint32_t kPioSetupFis = 1U << 1;
inline constexpr std::uint32_t kDescriptor = 1U << 5;
inline constexpr std::uint32_t kConnectChange = 1U << 6;
inline constexpr std::uint32_t kOverflow = 1U << 24;
inline constexpr std::uint32_t kInterfaceFatal = 1U << 27;
inline constexpr std::uint32_t kBusFatal = 1U << 29;
inline constexpr std::uint32_t kTaskFileError = 1U << 30;
// Those that a port here can raise; the change of the connection is a view of the SATA errors.
inline constexpr std::uint32_t kKept = kRegisterFis | kPioSetupFis | kDescriptor | kOverflow |
                                       kInterfaceFatal | kBusFatal | kTaskFileError;
inline constexpr std::uint32_t kAll = kKept | kConnectChange;
}  // namespace interrupt

// Command and status of a port.
inline constexpr std::uint32_t kStart = 1U << 0;
inline constexpr std::uint32_t kSpinUp = 1U << 1;
inline constexpr std::uint32_t kPowerOn = 1U << 2;
inline constexpr std::uint32_t kFisReceive = 1U << 4;
inline constexpr std::uint32_t kFisRunning = 1U << 14;
inline constexpr std::uint32_t kListRunning = 1U << 15;

inline constexpr std::uint32_t kExchanged = 1U << 26;  // SATA error: COMINIT was seen

// Structures in memory.
inline constexpr unsigned kSlots = 32;
inline constexpr std::uint32_t kHeaderBytes = 32;
inline constexpr std::uint32_t kTableDescriptors = 0x80;  // behind the command FIS
inline constexpr std::uint32_t kDescriptorBytes = 16;
inline constexpr std::uint32_t kPioSetupPlace = 0x20;  // of received FISes
inline constexpr std::uint32_t kRegisterPlace = 0x40;

// Frames.
inline constexpr std::uint8_t kHostToDevice = 0x27;
inline constexpr std::uint8_t kDeviceToHost = 0x34;
inline constexpr std::uint8_t kPioSetup = 0x5F;
inline constexpr std::uint32_t kFisBytes = 20;

}  // namespace dmar::devices::ahci

#endif  // DMAR_DEVICES_AHCI_FORMAT_HPP
