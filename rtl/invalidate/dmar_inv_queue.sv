// SPDX-License-Identifier: Apache-2.0
// The invalidation queue: carries descriptors out strictly in order, one at a time, but for the
// answers of devices (VT-d 6.5.2).
//   ring -> fetch -> buffer -> decode -> issue -> scoreboard
// While one is carried out, those after it are fetched a line of 64 bytes at a time, as far as the
// tail allows; they are judged when their turn comes, and dropped by all that makes software look
// at them anew.
`default_nettype none
module dmar_inv_queue #(
  parameter int unsigned HostAddrWidth = 46,
  parameter int unsigned MaxAddrMask   = 18,
  parameter bit          PageSelective = 1'b1,
  parameter bit          InterruptRemapping = 1'b1,
  parameter bit          AbortMode     = 1'b0,
  parameter bit          DeviceTlb     = 1'b0,
  parameter int unsigned Ahead         = 8     // descriptors fetched ahead: 0 or a power of two
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  input wire logic                  enable_i,       // GCMD.QIE
  output logic                      enabled_o,      // GSTS.QIES
  input wire logic [1:0]            ttm_i,          // latched table mode
  input wire logic                  stopped_i,      // FSTS.IQE or ITE
  output logic                      error_o,        // sets FSTS.IQE
  output logic     [3:0]            cause_o,        // IQERCD.IQEI
  // Descriptor fetch
  output logic                      mem_valid_o,
  input wire logic                  mem_ready_i,
  output logic     [63:0]           mem_addr_o,
  output logic     [1:0]            mem_len_o,      // beats of 16 bytes, less one
  input wire logic                  rsp_valid_i,
  input wire logic [127:0]          rsp_data_i,
  input wire logic                  rsp_last_i,
  input wire logic                  rsp_error_i,
  // Execution; a descriptor is carried out from the clock after its load on
  output logic                      load_o,
  output logic     [127:0]          descriptor_o,
  output logic     [2:0]            kind_o,         // dmar_pkg::INV_*
  output logic                      flush_valid_o,
  input wire logic                  flush_done_i,
  output logic                      message_valid_o,  // to a device
  input wire logic                  message_done_i,
  input wire logic                  awaited_i,      // a device owes an answer
  input wire logic                  timed_out_i,    // one did not answer: FSTS.ITE
  input wire logic                  wants_status_i, // of the wait descriptor: SW
  input wire logic                  wants_event_i,  //   IF
  output logic                      status_valid_o,
  input wire logic                  status_done_i,  // visible in memory
  output logic                      completion_o    // a wait descriptor with IF completes
);

  // Where there are 256-bit descriptors, one has to be kept while its upper half is on the way.
  localparam int unsigned Depth = (Ahead == 0 && AbortMode) ? 1 : Ahead;
  localparam int unsigned Burst = (Depth >= 4) ? 4 : (Depth == 0) ? 1 : Depth;  // descriptors
  localparam int unsigned CountWidth = (Depth == 0) ? 1 : $clog2(Depth + 1);

  logic        base_write, wide, outside, empty, refused, off, take, drop, idle, finished;
  logic        beyond_haw, asking, fetching, accepted, received, room;
  logic        next_valid, next_error, next_upper, next_invalid;
  logic [14:0] fetch, tail;
  logic [51:0] base;
  logic [3:0]  refused_cause, invalid_cause;
  logic [CountWidth-1:0] count;

  dmar_inv_ring #(.AbortMode(AbortMode), .CountWidth(CountWidth)) u_ring (
    .clk_i, .rst_ni, .access_i, .rdata_o, .ttm_i, .off_i(off), .advance_i(take),
    .count_i(count), .fetch_o(fetch), .tail_o(tail), .base_o(base), .base_write_o(base_write),
    .wide_o(wide), .outside_o(outside), .empty_o(empty), .refused_o(refused),
    .refused_cause_o(refused_cause)
  );

  // Whatever software may have changed is fetched again.
  assign drop = error_o || timed_out_i || !enable_i || base_write || empty;

  dmar_inv_fetch #(.HostAddrWidth(HostAddrWidth), .Burst(Burst)) u_fetch (
    .clk_i, .rst_ni, .allowed_i(enabled_o && enable_i && !stopped_i && !refused && room),
    .drop_i(drop), .fetch_i(fetch), .tail_i(tail), .base_i(base), .wide_i(wide),
    .outside_i(outside), .beyond_haw_o(beyond_haw), .asking_o(asking), .fetching_o(fetching),
    .accepted_o(accepted), .received_o(received), .mem_valid_o, .mem_ready_i, .mem_addr_o,
    .mem_len_o, .rsp_valid_i, .rsp_last_i
  );

  dmar_inv_buffer #(.Depth(Depth), .Burst(Burst)) u_buffer (
    .clk_i, .rst_ni, .wide_i(wide), .idle_i(idle), .drop_i(drop), .room_o(room), .count_o(count),
    .begins_i(accepted), .received_i(received), .rsp_valid_i, .rsp_data_i, .rsp_error_i,
    .valid_o(next_valid), .descriptor_o, .upper_half_o(next_upper), .error_o(next_error),
    .take_i(take)
  );

  dmar_inv_decode #(
    .MaxAddrMask(MaxAddrMask), .PageSelective(PageSelective),
    .InterruptRemapping(InterruptRemapping), .DeviceTlb(DeviceTlb)
  ) u_decode (
    .descriptor_i(descriptor_o), .upper_half_i(next_upper), .error_o(next_invalid),
    .cause_o(invalid_cause), .kind_o
  );

  dmar_inv_issue u_issue (
    .clk_i, .rst_ni, .enable_i, .enabled_o, .off_o(off), .stopped_i, .empty_i(empty),
    .refused_i(refused), .refused_cause_i(refused_cause), .asking_i(asking),
    .fetching_i(fetching), .beyond_haw_i(beyond_haw), .valid_i(next_valid),
    .fetch_error_i(next_error), .invalid_i(next_invalid), .invalid_cause_i(invalid_cause),
    .idle_i(idle), .finished_i(finished), .load_o, .take_o(take), .error_o, .cause_o
  );

  dmar_inv_scoreboard #(.DeviceTlb(DeviceTlb)) u_scoreboard (
    .clk_i, .rst_ni, .start_i(take), .kind_i(kind_o), .idle_o(idle), .finished_o(finished),
    .flush_valid_o, .flush_done_i, .message_valid_o, .message_done_i, .awaited_i, .timed_out_i,
    .wants_status_i, .wants_event_i, .status_valid_o, .status_done_i, .completion_o
  );

endmodule
`default_nettype wire
