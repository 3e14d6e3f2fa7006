// SPDX-License-Identifier: Apache-2.0
// Moves values between Pins and the ports of a Verilated dmar_top, whatever its parameters.
// Port names are tokens, so the three AXI4 ports share macros, which end with this file.
#ifndef DMAR_BENCH_COPY_PINS_HPP
#define DMAR_BENCH_COPY_PINS_HPP

#include <cstdint>
#include <cstring>

#include "bench/pins.hpp"

namespace dmar::bench {

// Assigns with the width of the destination, which varies with the parameters.
template <class To, class From>
void assign(To &to, From from) {
  to = static_cast<To>(from);
}

// 128-bit vectors are arrays of four 32-bit words, least significant first.
template <class Wide>
void assign_wide(Wide &to, const BeatData &from) {
  for (unsigned word = 0; word < 4; ++word) {
    std::uint32_t value = 0;
    std::memcpy(&value, from.data() + 4 * word, 4);
    to[word] = value;
  }
}

template <class Wide>
void read_wide(const Wide &from, BeatData &to) {
  for (unsigned word = 0; word < 4; ++word) {
    const std::uint32_t value = from[word];
    std::memcpy(to.data() + 4 * word, &value, 4);
  }
}

// clang-format off
#define DMAR_DRIVE_DEVICE_ADDRESS(ch) \
  assign(model.s_dma_##ch##valid_i, pins.device.ch.valid); \
  if (pins.device.ch.valid) { \
    const AddressBeat &beat = pins.device.ch.payload; \
    assign(model.s_dma_##ch##id_i, beat.id); \
    assign(model.s_dma_##ch##addr_i, beat.address); \
    assign(model.s_dma_##ch##len_i, beat.len); \
    assign(model.s_dma_##ch##size_i, beat.size); \
    assign(model.s_dma_##ch##burst_i, beat.burst); \
    assign(model.s_dma_##ch##lock_i, beat.lock); \
    assign(model.s_dma_##ch##cache_i, beat.cache); \
    assign(model.s_dma_##ch##prot_i, beat.prot); \
    assign(model.s_dma_##ch##qos_i, beat.qos); \
    assign(model.s_dma_##ch##user_i, beat.user); \
  }

#define DMAR_DRIVE_MEMORY(port, bus) \
  assign(model.port##_awready_i, bus.aw.ready); \
  assign(model.port##_wready_i, bus.w.ready); \
  assign(model.port##_arready_i, bus.ar.ready); \
  assign(model.port##_bvalid_i, bus.b.valid); \
  if (bus.b.valid) { \
    assign(model.port##_bid_i, bus.b.payload.id); \
    assign(model.port##_bresp_i, bus.b.payload.resp); \
  } \
  assign(model.port##_rvalid_i, bus.r.valid); \
  if (bus.r.valid) { \
    assign(model.port##_rid_i, bus.r.payload.id); \
    assign(model.port##_rresp_i, bus.r.payload.resp); \
    assign(model.port##_rlast_i, bus.r.payload.last); \
    assign_wide(model.port##_rdata_i, bus.r.payload.data); \
  }

#define DMAR_READ_ADDRESS(port, ch, channel) \
  channel.valid = model.port##_##ch##valid_o != 0; \
  if (channel.valid) { \
    assign(channel.payload.id, model.port##_##ch##id_o); \
    assign(channel.payload.address, model.port##_##ch##addr_o); \
    assign(channel.payload.len, model.port##_##ch##len_o); \
    assign(channel.payload.size, model.port##_##ch##size_o); \
    assign(channel.payload.burst, model.port##_##ch##burst_o); \
    assign(channel.payload.user, model.port##_##ch##user_o); \
  }

#define DMAR_READ_QUALIFIERS(port, ch, channel) \
  if (channel.valid) { \
    assign(channel.payload.lock, model.port##_##ch##lock_o); \
    assign(channel.payload.cache, model.port##_##ch##cache_o); \
    assign(channel.payload.prot, model.port##_##ch##prot_o); \
    assign(channel.payload.qos, model.port##_##ch##qos_o); \
  }

#define DMAR_READ_MANAGER(port, bus) \
  DMAR_READ_ADDRESS(port, aw, bus.aw) \
  DMAR_READ_ADDRESS(port, ar, bus.ar) \
  bus.w.valid = model.port##_wvalid_o != 0; \
  if (bus.w.valid) { \
    read_wide(model.port##_wdata_o, bus.w.payload.data); \
    assign(bus.w.payload.strobes, model.port##_wstrb_o); \
    bus.w.payload.last = model.port##_wlast_o != 0; \
  } \
  bus.b.ready = model.port##_bready_o != 0; \
  bus.r.ready = model.port##_rready_o != 0;
// clang-format on

template <class Model>
void copy_register_inputs(const Pins &pins, Model &model) {
  assign(model.s_reg_awvalid_i, pins.reg.aw.valid);
  assign(model.s_reg_awaddr_i, pins.reg.aw.payload);
  assign(model.s_reg_wvalid_i, pins.reg.w.valid);
  assign(model.s_reg_wdata_i, pins.reg.w.payload.data);
  assign(model.s_reg_wstrb_i, pins.reg.w.payload.strobes);
  assign(model.s_reg_bready_i, pins.reg.b.ready);
  assign(model.s_reg_arvalid_i, pins.reg.ar.valid);
  assign(model.s_reg_araddr_i, pins.reg.ar.payload);
  assign(model.s_reg_rready_i, pins.reg.r.ready);
}

template <class Model>
void copy_inputs(const Pins &pins, Model &model) {
  copy_register_inputs(pins, model);
  DMAR_DRIVE_DEVICE_ADDRESS(aw)
  DMAR_DRIVE_DEVICE_ADDRESS(ar)
  assign(model.s_dma_wvalid_i, pins.device.w.valid);
  if (pins.device.w.valid) {
    assign_wide(model.s_dma_wdata_i, pins.device.w.payload.data);
    assign(model.s_dma_wstrb_i, pins.device.w.payload.strobes);
    assign(model.s_dma_wlast_i, pins.device.w.payload.last);
  }
  assign(model.s_dma_bready_i, pins.device.b.ready);
  assign(model.s_dma_rready_i, pins.device.r.ready);
  assign(model.m_msg_ready_i, pins.to_device.ready);
  assign(model.s_msg_valid_i, pins.from_device.valid);
  if (pins.from_device.valid) {
    assign(model.s_msg_source_id_i, pins.from_device.payload.source_id);
    assign(model.s_msg_itags_i, pins.from_device.payload.itags);
    assign(model.s_msg_count_i, pins.from_device.payload.count);
  }
  DMAR_DRIVE_MEMORY(m_dma, pins.dma)
  DMAR_DRIVE_MEMORY(m_tbl, pins.table)
}

template <class Model>
void copy_register_outputs(const Model &model, Pins &pins) {
  pins.reg.aw.ready = model.s_reg_awready_o != 0;
  pins.reg.w.ready = model.s_reg_wready_o != 0;
  pins.reg.b.valid = model.s_reg_bvalid_o != 0;
  assign(pins.reg.b.payload, model.s_reg_bresp_o);
  pins.reg.ar.ready = model.s_reg_arready_o != 0;
  pins.reg.r.valid = model.s_reg_rvalid_o != 0;
  assign(pins.reg.r.payload.data, model.s_reg_rdata_o);
  assign(pins.reg.r.payload.resp, model.s_reg_rresp_o);
}

template <class Model>
void copy_monitor_outputs(const Model &model, Pins &pins) {
  pins.walk_started = model.mon_walk_o != 0;
  pins.flushing = model.mon_busy_o != 0;
  for (unsigned i = 0; i < kMonitorChannels; ++i) {
    MonitorPins &mon = pins.mon[i];
    mon.valid = ((model.mon_valid_o >> i) & 1) != 0;
    if (!mon.valid) continue;
    assign(mon.source_id, model.mon_source_id_o >> (16 * i));
    mon.address = model.mon_address_o[2 * i] | std::uint64_t{model.mon_address_o[2 * i + 1]} << 32;
    mon.at = static_cast<std::uint8_t>((model.mon_at_o >> (2 * i)) & 3);
    mon.kind = static_cast<std::uint8_t>((model.mon_kind_o >> (2 * i)) & 3);
    mon.verdict = static_cast<std::uint8_t>((model.mon_verdict_o >> (3 * i)) & 7);
    assign(mon.reason, model.mon_reason_o >> (8 * i));
    mon.hit = ((model.mon_hit_o >> i) & 1) != 0;
  }
}

template <class Model>
void copy_outputs(const Model &model, Pins &pins) {
  copy_register_outputs(model, pins);
  pins.device.aw.ready = model.s_dma_awready_o != 0;
  pins.device.w.ready = model.s_dma_wready_o != 0;
  pins.device.ar.ready = model.s_dma_arready_o != 0;
  pins.device.b.valid = model.s_dma_bvalid_o != 0;
  if (pins.device.b.valid) {
    assign(pins.device.b.payload.id, model.s_dma_bid_o);
    assign(pins.device.b.payload.resp, model.s_dma_bresp_o);
  }
  pins.device.r.valid = model.s_dma_rvalid_o != 0;
  if (pins.device.r.valid) {
    assign(pins.device.r.payload.id, model.s_dma_rid_o);
    assign(pins.device.r.payload.resp, model.s_dma_rresp_o);
    pins.device.r.payload.last = model.s_dma_rlast_o != 0;
    read_wide(model.s_dma_rdata_o, pins.device.r.payload.data);
  }
  pins.to_device.valid = model.m_msg_valid_o != 0;
  if (pins.to_device.valid) {
    assign(pins.to_device.payload.source_id, model.m_msg_source_id_o);
    assign(pins.to_device.payload.itag, model.m_msg_itag_o);
    assign(pins.to_device.payload.payload, model.m_msg_payload_o);
  }
  pins.from_device.ready = model.s_msg_ready_o != 0;
  DMAR_READ_MANAGER(m_dma, pins.dma)
  DMAR_READ_QUALIFIERS(m_dma, aw, pins.dma.aw)
  DMAR_READ_QUALIFIERS(m_dma, ar, pins.dma.ar)
  DMAR_READ_MANAGER(m_tbl, pins.table)
  DMAR_READ_QUALIFIERS(m_tbl, aw, pins.table.aw)
  DMAR_READ_QUALIFIERS(m_tbl, ar, pins.table.ar)
  copy_monitor_outputs(model, pins);
}

#undef DMAR_DRIVE_DEVICE_ADDRESS
#undef DMAR_DRIVE_MEMORY
#undef DMAR_READ_ADDRESS
#undef DMAR_READ_QUALIFIERS
#undef DMAR_READ_MANAGER

}  // namespace dmar::bench

#endif  // DMAR_BENCH_COPY_PINS_HPP
