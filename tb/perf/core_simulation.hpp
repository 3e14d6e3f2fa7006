// SPDX-License-Identifier: Apache-2.0
// A Verilated dmar_core, whatever its parameters. Included by one source file per model only.
#ifndef DMAR_PERF_CORE_SIMULATION_HPP
#define DMAR_PERF_CORE_SIMULATION_HPP

#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include "perf/core_model.hpp"

namespace dmar::perf {

template <class Model>
class CoreSimulation : public CoreModel {
 public:
  explicit CoreSimulation(std::uint64_t seed) : context_(make_context(seed)) {
    model_->rst_ni = 0;
    model_->drain_busy_i = 0;   // what is permitted here is done at once
    model_->m_msg_ready_i = 1;  // to devices that never answer
    model_->s_msg_valid_i = 0;
    model_->post_valid_i = 0;  // nothing here posts what is answered with VerdictPost
    for (unsigned i = 0; i < kResetCycles; ++i) {
      settle();
      edge();
    }
    model_->rst_ni = 1;
  }
  ~CoreSimulation() override {
    Verilated::threadContextp(context_.get());  // of this model, not of one that ended before
    model_->final();
    model_.reset();
  }

  void settle() override {
    copy_inputs(pins(), *model_);
    set_clock(0);
    copy_outputs(*model_, pins());
  }
  void edge() override { set_clock(1); }
  [[nodiscard]] bool failed() const override { return context_->gotError(); }

 private:
  static constexpr unsigned kResetCycles = 8;
  static constexpr unsigned kVerdictWidth = 96;  // the hit is the lowest bit

  static std::unique_ptr<VerilatedContext> make_context(std::uint64_t seed) {
    auto context = std::make_unique<VerilatedContext>();
    context->fatalOnError(false);
    context->threads(1);
    context->randReset(2);
    context->randSeed(static_cast<int>(seed % 0x7FFF'FFFF) + 1);  // 0 would mean "the clock"
    return context;
  }

  void set_clock(int level) {
    Verilated::threadContextp(context_.get());
    model_->clk_i = static_cast<CData>(level);
    model_->eval();
    context_->timeInc(1);
  }

  template <class Words, class Wide>
  static void to_wide(const Words &words, Wide &wide) {
    for (std::size_t i = 0; i < words.size(); ++i) wide[i] = words[i];
  }
  template <class Wide, class Words>
  static void from_wide(const Wide &wide, Words &words) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = wide[i];
  }

  static void copy_inputs(const CorePins &pins, Model &model) {
    model.xlate0_req_valid_i = pins.request[0].valid;
    model.xlate0_req_tag_i = pins.request[0].tag;
    to_wide(pins.request[0].words, model.xlate0_req_i);
    model.xlate1_req_valid_i = pins.request[1].valid;
    model.xlate1_req_tag_i = pins.request[1].tag;
    to_wide(pins.request[1].words, model.xlate1_req_i);
    model.access_i = pins.access;
    const bench::AxiBus &bus = pins.table;
    model.awready_i = bus.aw.ready;
    model.wready_i = bus.w.ready;
    model.bid_i = bus.b.payload.id;
    model.bresp_i = bus.b.payload.resp;
    model.bvalid_i = bus.b.valid;
    model.arready_i = bus.ar.ready;
    model.rvalid_i = bus.r.valid;
    model.rid_i = bus.r.payload.id;
    model.rresp_i = bus.r.payload.resp;
    model.rlast_i = bus.r.payload.last;
    std::memcpy(&model.rdata_i[0], bus.r.payload.data.data(), bench::kBeatBytes);
  }

  static void copy_answer(CData valid, CData tag, bool hit, AnswerPins &pins, const auto &wide) {
    pins.valid = valid != 0;
    if (!pins.valid) return;
    pins.tag = tag;
    pins.hit = hit;
    from_wide(wide, pins.words);
  }

  static void copy_outputs(const Model &model, CorePins &pins) {
    const auto hit = [&model](unsigned channel) {
      const unsigned bit = channel * kVerdictWidth;
      return ((model.mon_verdicts_o[bit / 32] >> (bit % 32)) & 1) != 0;
    };
    pins.request[0].ready = model.xlate0_req_ready_o != 0;
    pins.request[1].ready = model.xlate1_req_ready_o != 0;
    copy_answer(model.xlate0_rsp_valid_o, model.xlate0_rsp_tag_o, hit(0), pins.answer[0],
                model.xlate0_rsp_o);
    copy_answer(model.xlate1_rsp_valid_o, model.xlate1_rsp_tag_o, hit(1), pins.answer[1],
                model.xlate1_rsp_o);
    copy_answer(model.late_rsp_valid_o, model.late_rsp_tag_o, hit(2), pins.answer[2],
                model.late_rsp_o);
    pins.access_rdata = model.access_rdata_o;
    pins.messages_busy = model.messages_busy_o != 0;
    pins.walk_started = model.mon_walk_o != 0;
    copy_table_outputs(model, pins.table);
  }

  static void copy_table_outputs(const Model &model, bench::AxiBus &bus) {
    bus.aw.valid = model.awvalid_o != 0;
    if (bus.aw.valid) {
      bus.aw.payload = {.address = model.awaddr_o,
                        .id = model.awid_o,
                        .len = model.awlen_o,
                        .size = model.awsize_o,
                        .burst = model.awburst_o};
    }
    bus.w.valid = model.wvalid_o != 0;
    if (bus.w.valid) {
      std::memcpy(bus.w.payload.data.data(), &model.wdata_o[0], bench::kBeatBytes);
      bus.w.payload.strobes = model.wstrb_o;
      bus.w.payload.last = model.wlast_o != 0;
    }
    bus.b.ready = model.bready_o != 0;
    bus.ar.valid = model.arvalid_o != 0;
    if (bus.ar.valid) {
      bus.ar.payload = {.address = model.araddr_o,
                        .id = model.arid_o,
                        .len = model.arlen_o,
                        .size = model.arsize_o,
                        .burst = model.arburst_o};
    }
    bus.r.ready = model.rready_o != 0;
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_ = std::make_unique<Model>(context_.get());
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_CORE_SIMULATION_HPP
