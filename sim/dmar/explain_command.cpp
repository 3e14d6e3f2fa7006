// SPDX-License-Identifier: Apache-2.0
// `dmar explain`: every table read and every decision for one request at a moment of a trace.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "backend.hpp"
#include "command.hpp"
#include "golden/explanation.hpp"
#include "option_kinds.hpp"
#include "source_id_text.hpp"
#include "standard_streams.hpp"
#include "trace/event_text.hpp"
#include "trace/feature_check.hpp"
#include "trace/parser.hpp"
#include "trace/reference.hpp"

namespace dmar::sim {

namespace {

struct ExplainOptions {
  std::string trace;
  std::string config = "default";
  std::optional<unsigned> line;
  std::optional<std::size_t> event;
  std::string source_id;
  std::string iova;
  std::string data;
  bool write = false;
  bool translation_request = false;
  bool translated = false;
  bool no_write = false;
  std::optional<unsigned> bytes;
};

// Index of the event in whose moment the request is made; one past the last for "at the end".
std::size_t moment(const trace::Trace &trace, const ExplainOptions &options) {
  const auto &entries = trace.entries;
  if (options.event) {
    if (*options.event == 0 || *options.event > entries.size()) {
      throw UsageError(fmt::format("--event {}: {} has events 1 to {}", *options.event, trace.file,
                                   entries.size()));
    }
    return *options.event - 1;
  }
  if (!options.line) return entries.size();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const trace::Entry &entry) {
    return entry.line >= *options.line;
  });
  if (found == entries.end()) {
    throw UsageError(
        fmt::format("--at {}: {} has no event at or after that line", *options.line, trace.file));
  }
  return static_cast<std::size_t>(found - entries.begin());
}

// The DWORD that makes a write an interrupt message.
std::uint32_t data_from(const ExplainOptions &options) {
  if (options.data.empty()) return 0;
  const auto data = parse_hex(options.data);
  if (!data || *data > 0xFFFF'FFFF) {
    throw UsageError(fmt::format("--data {}: not a hexadecimal number of 32 bits", options.data));
  }
  return static_cast<std::uint32_t>(*data);
}

Request request_from(const ExplainOptions &options) {
  const auto source_id = parse_source_id(options.source_id);
  if (!source_id) {
    throw UsageError(
        fmt::format("--sid {}: not a source id such as 00:05.0 or 0028", options.source_id));
  }
  const auto iova = parse_hex(options.iova);
  if (!iova) {
    throw UsageError(fmt::format("--iova {}: not a hexadecimal address", options.iova));
  }
  constexpr std::uint64_t kPage = 4096;
  const unsigned bytes = options.bytes.value_or(options.translation_request ? 8 : 1);
  if (*iova % kPage + bytes > kPage) {
    throw UsageError(fmt::format("--bytes {}: {} bytes at {:x} cross a page", bytes, bytes, *iova));
  }
  return {.source_id = *source_id,
          .address = Iova(*iova),
          .kind = options.write ? AccessKind::kWrite : AccessKind::kRead,
          .bytes = bytes,
          .at = options.translation_request ? AddressType::kTranslationRequest
                : options.translated        ? AddressType::kTranslated
                                            : AddressType::kUntranslated,
          .no_write = options.no_write,
          .message_data = data_from(options)};
}

// The request of the event itself, and what the recording says became of it.
struct RecordedRequest {
  Request request;
  trace::Outcome outcome;
};

RecordedRequest request_at(const trace::Trace &trace, std::size_t index) {
  if (index < trace.entries.size()) {
    const trace::Entry &entry = trace.entries[index];
    if (const auto *dma = std::get_if<trace::DmaEvent>(&entry.event)) {
      return {trace::request_of(*dma), trace::outcome_of(*dma)};
    }
    if (const auto *message = std::get_if<trace::InterruptEvent>(&entry.event)) {
      return {trace::request_of(*message), trace::outcome_of(*message)};
    }
    if (const auto *ask = std::get_if<trace::AskEvent>(&entry.event)) {
      return {trace::request_of(*ask), trace::outcome_of(*ask)};
    }
    throw UsageError(fmt::format("{}:{}: '{}' is not a request: give --sid and --iova", trace.file,
                                 entry.line, trace::to_string(entry.event)));
  }
  throw UsageError("nothing to explain: give --at or --event of a request, or --sid and --iova");
}

void print_moment(const trace::Trace &trace, std::size_t index) {
  if (index < trace.entries.size()) {
    const trace::Entry &entry = trace.entries[index];
    say("{}:{}: just before event {} of {}: {}\n", trace.file, entry.line, index + 1,
        trace.entries.size(), trace::to_string(entry.event));
  } else {
    say("{}: after all {} events\n", trace.file, trace.entries.size());
  }
}

// A note for each feature used so far that the model does not have.
void print_notes(trace::Trace trace, std::size_t index, const Config &config) {
  const std::string file = trace.file;
  trace.entries.resize(std::min(index + 1, trace.entries.size()));
  for (const auto &missing : trace::missing_features(trace, config)) {
    complain("dmar: note: {}:{}: {}: {} is unknown to this model and left out\n", file,
             missing.line, missing.event, missing.feature);
  }
}

int explain(const ExplainOptions &options) {
  const Config config = config_named(options.config);
  const trace::Trace trace = trace::load_trace(options.trace);
  const std::size_t index = moment(trace, options);
  const bool recorded = options.source_id.empty();
  std::optional<trace::Outcome> outcome;
  Request request;
  if (recorded) {
    const RecordedRequest found = request_at(trace, index);
    request = found.request;
    outcome = found.outcome;
  } else {
    request = request_from(options);
  }
  print_notes(trace, index, config);
  trace::Reference reference(config);
  for (std::size_t i = 0; i < index; ++i) reference.step(trace.entries[i].event);
  print_moment(trace, index);
  say("{}", golden::explanation(reference.unit(), request));
  if (outcome) say("Recorded: {}.\n", trace::to_string(*outcome));
  return kSuccess;
}

}  // namespace

void add_explain(CLI::App &app, int &status) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App *command = app.add_subcommand(
      "explain",
      "Explain one request at a moment of a trace: every table read, every field, the\n"
      "verdict and its reason. Without --sid and --iova: the recorded request at that moment");
  command->add_option("TRACE", options->trace, "Trace file, plain or gzip; - is standard input")
      ->required()
      ->check(is_a(OptionKind::kInputOrDash))
      ->type_name("");
  CLI::Option *at = command->add_option("--at", options->line,
                                        "Line of the trace just before which the request is made");
  at->transform(whole_number(1, kMaxUnsigned))->type_name("LINE");
  command->add_option("--event", options->event, "The same by number of the event, from 1")
      ->transform(whole_number(0, kMaxNumber))
      ->type_name("N")
      ->excludes(at);
  CLI::Option *sid =
      command->add_option("--sid", options->source_id, "Requester: 00:05.0 or 0028 (hexadecimal)");
  CLI::Option *iova =
      command->add_option("--iova", options->iova, "Address of the request (hexadecimal)");
  sid->type_name("ID")->needs(iova);
  iova->type_name("HEX")->needs(sid);
  command->add_flag("--write", options->write, "A write; without it a read")->needs(sid);
  CLI::Option *asking = command->add_flag("--translation-request", options->translation_request,
                                          "The device asks where the address leads (ATS, AT = 01)");
  asking->needs(sid);
  command->add_flag("--no-write", options->no_write, "It asks for read access only (NW)")
      ->needs(asking);
  command
      ->add_flag("--translated", options->translated,
                 "The address is one that the device was told (ATS, AT = 10)")
      ->needs(sid)
      ->excludes(asking);
  command
      ->add_option("--bytes", options->bytes,
                   "Bytes of the request, 1 to 4096 (default 1; of a translation request 8)")
      ->transform(whole_number(1, 4096))
      ->type_name("N")
      ->needs(sid);
  command
      ->add_option(
          "--data", options->data,
          "Data of a write of 4 bytes, as of an interrupt message (hexadecimal, default 0)")
      ->type_name("HEX")
      ->needs(sid);
  command->add_option("--config", options->config, "Configuration of the unit, see `dmar configs`")
      ->type_name("NAME")
      ->capture_default_str();
  command->callback([options, &status] { status = explain(*options); });
}

}  // namespace dmar::sim
