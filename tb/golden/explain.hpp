// SPDX-License-Identifier: Apache-2.0
// Words for people: verdicts, the steps of a translation, and fault records as Linux prints them.
#ifndef DMAR_GOLDEN_EXPLAIN_HPP
#define DMAR_GOLDEN_EXPLAIN_HPP

#include <span>
#include <string>

#include "golden/fault_record.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

// "00:1f.2": bus, device, function.
std::string device_name(SourceId source_id);

// One sentence, no full stop: "permitted, goes to 0x1234567abc (4 KiB page, read and write)".
std::string describe(const Verdict &verdict);

// "0x0000000123456003: RW, 4 KiB at 0x123456000", with a letter for each of R, W, U and N.
std::string describe(const TranslationEntry &entry);

// "write of 4 bytes at 0xfee01000 by 00:1f.2".
std::string describe(const Request &request);

// All steps, numbered, one entry and its fields under the other; ends in a newline.
std::string render(std::span<const Step> steps);

// The line of the Linux 6.1 fault handler, without its time stamp:
// "DMAR: [DMA Write NO_PASID] Request device [00:06.0] fault addr 0x... [fault reason 0x05] ...",
// or "DMAR: [INTR-REMAP] Request device [00:06.0] fault index 0x... [fault reason 0x26] ...".
std::string dmesg_line(const FaultRecord &record);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_EXPLAIN_HPP
