// SPDX-License-Identifier: Apache-2.0
// GCMD, GSTS, RTADDR and PMEN: commands that change the control state (VT-d 11.4.4, 11.4.5,
// 11.4.9). Each runs as a flush of all DMA caches that takes over the new state, so that every
// request sees the old or the new state as a whole; its status changes when older DMA has drained.
// Order of commands given in one write: set root pointer, queue enable, translation enable.
`include "dmar_assert.svh"

module dmar_global_command #(
  parameter bit HasProtected = 1'b0
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  dmar_pkg::reg_access_t access_i,
  output logic [31:0]           rdata_o,
  output logic                  queue_enable_o,   // what GCMD.QIE asks for
  input  logic                  queue_enabled_i,  // GSTS.QIES
  input  dmar_pkg::control_t    control_i,        // in force
  output dmar_pkg::control_t    control_next_o,
  output logic                  flush_valid_o,
  output dmar_pkg::flush_t      flush_o,
  input  logic                  flush_done_i,
  output logic                  translation_status_o  // GSTS.TES
);

  localparam logic [9:0] GCMD_WORD      = 10'h006;
  localparam logic [9:0] GSTS_WORD      = 10'h007;
  localparam logic [9:0] RTADDR_LO_WORD = 10'h008;
  localparam logic [9:0] RTADDR_HI_WORD = 10'h009;
  localparam logic [9:0] PMEN_WORD      = 10'h019;

  typedef enum logic [1:0] {StIdle, StRootPointer, StTranslation, StProtection} state_e;
  state_e state_d, state_q;

  logic        write;
  logic [53:0] rtaddr_q, root_pending_q;    // bits 63:10
  logic        root_requested_q, root_set_q, translation_q, queue_q, protection_q;
  logic        translation_wanted_q, protection_wanted_q;

  assign write = access_i.valid && access_i.write;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: begin
        if (root_requested_q) state_d = StRootPointer;
        else if (queue_q != queue_enabled_i) state_d = StIdle;
        else if (translation_wanted_q != translation_q) state_d = StTranslation;
        else if (protection_wanted_q != protection_q) state_d = StProtection;
      end
      StRootPointer: if (flush_done_i) state_d = StIdle;
      StTranslation: if (flush_done_i) state_d = StIdle;
      StProtection:  if (flush_done_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
  end

  // Registers as software writes them //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rtaddr_q             <= '0;
      translation_wanted_q <= 1'b0;
      queue_q              <= 1'b0;
      protection_wanted_q  <= 1'b0;
    end else if (write) begin
      if (access_i.word == GCMD_WORD) begin
        translation_wanted_q <= access_i.data[31];
        queue_q              <= access_i.data[26];
      end
      if (access_i.word == RTADDR_LO_WORD) rtaddr_q[21:0]  <= access_i.data[31:10];
      if (access_i.word == RTADDR_HI_WORD) rtaddr_q[53:22] <= access_i.data;
      if (access_i.word == PMEN_WORD && HasProtected) protection_wanted_q <= access_i.data[31];
    end
  end

  // Commands in progress and their status //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      root_requested_q <= 1'b0;
      root_set_q       <= 1'b0;
      translation_q    <= 1'b0;
      protection_q     <= 1'b0;
    end else begin
      // Done, unless software asked for yet another pointer meanwhile.
      if (state_q == StRootPointer && flush_done_i
          && root_pending_q == {control_i.root_page, control_i.ttm}) begin
        root_requested_q <= 1'b0;
        root_set_q       <= 1'b1;
      end
      if (state_q == StTranslation && flush_done_i) translation_q <= control_i.translation_enabled;
      if (state_q == StProtection && flush_done_i)  protection_q  <= control_i.protection_enabled;
      // Set the pointer (again): the status reads 0 until the new pointer is in force.
      if (write && access_i.word == GCMD_WORD && access_i.data[30]) begin
        root_requested_q <= 1'b1;
        root_set_q       <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) root_pending_q <= '0;
    else if (write && access_i.word == GCMD_WORD && access_i.data[30]) root_pending_q <= rtaddr_q;
  end

  always_comb begin
    control_next_o = control_i;
    case (state_q)
      StRootPointer: begin
        control_next_o.ttm       = root_pending_q[1:0];
        control_next_o.root_page = root_pending_q[53:2];
      end
      StTranslation: control_next_o.translation_enabled = translation_wanted_q;
      StProtection:  control_next_o.protection_enabled = protection_wanted_q;
      default:       control_next_o = control_i;
    endcase
  end

  always_comb begin
    flush_o        = '0;
    flush_o.apply  = 1'b1;
    flush_o.all    = 1'b1;
    flush_o.ctx    = 1'b1;
    flush_o.iotlb  = 1'b1;
    flush_o.paging = 1'b1;
  end
  assign flush_valid_o = (state_q != StIdle);

  always_comb begin
    case (access_i.word)
      GSTS_WORD:      rdata_o = {translation_q, root_set_q, 3'b000, queue_enabled_i, 26'h0};
      RTADDR_LO_WORD: rdata_o = {rtaddr_q[21:0], 10'h0};
      RTADDR_HI_WORD: rdata_o = rtaddr_q[53:22];
      PMEN_WORD:      rdata_o = {protection_wanted_q, 30'h0, protection_q};
      default:        rdata_o = '0;
    endcase
  end

  // A queue enabled by the same write waits for the root pointer; one that runs goes on.
  assign queue_enable_o       = queue_q && (queue_enabled_i || !root_requested_q);
  assign translation_status_o = translation_q;

endmodule
