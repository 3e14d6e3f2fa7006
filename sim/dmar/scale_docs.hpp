// SPDX-License-Identifier: Apache-2.0
// The tables of docs/scale.md.
#ifndef DMAR_SIM_SCALE_DOCS_HPP
#define DMAR_SIM_SCALE_DOCS_HPP

#include "scale_options.hpp"

namespace dmar::sim {

// Measures and writes them into `options.document`, which takes minutes: hit rates and cost when
// `options` name their sources, the agreement when the program has the RTL. Throws UsageError, at
// once, for a document without a place for one of them.
void update_scale_document(const ScaleOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_DOCS_HPP
