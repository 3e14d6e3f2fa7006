// SPDX-License-Identifier: Apache-2.0
// GCMD, GSTS and PMEN: commands that change the control state (VT-d 11.4.4, 11.4.5, 11.4.9). Each
// runs as a flush that takes over the new state, so that every request sees the old or the new
// state as a whole; its status changes when older DMA and interrupts have drained. Set-pointer and
// enable commands empty the caches they concern, whatever CAP.ESRTPS and ESIRTPS let software rely
// on. Order of commands given in one write: set root pointer, set interrupt-table pointer, write
// buffer flush, queue enable, compatibility-format, interrupt-remapping and translation enable.
`default_nettype none
`include "dmar_assert.svh"

module dmar_global_command #(
  parameter bit HasProtected          = 1'b0,
  parameter bit InterruptRemapping    = 1'b1,
  parameter bit ExtendedInterruptMode = 1'b1,
  parameter bit WriteBufferFlush      = 1'b0
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,
  output logic                      queue_enable_o,   // what GCMD.QIE asks for
  input wire logic                  queue_enabled_i,  // GSTS.QIES
  input wire dmar_pkg::control_t    control_i,        // in force
  output dmar_pkg::control_t        control_next_o,
  output logic                      flush_valid_o,
  output dmar_pkg::flush_t          flush_o,
  input wire logic                  flush_done_i,
  output logic                      remapping_o       // GSTS.TES or IRES, or about to be set
);

  localparam logic [9:0] GCMD_WORD   = 10'h006;
  localparam logic [9:0] GSTS_WORD   = 10'h007;
  localparam logic [9:0] RTADDR_WORD = 10'h008;
  localparam logic [9:0] PMEN_WORD   = 10'h019;
  localparam logic [9:0] IRTA_WORD   = 10'h02E;

  typedef enum logic [2:0] {
    StIdle, StRootPointer, StInterruptPointer, StWriteBuffer, StCompatibility, StInterrupts,
    StTranslation, StProtection
  } state_e;
  state_e state_d, state_q;

  logic        write, command, begins, one_shot_busy;
  logic        root_requested, root_set, irt_requested, irt_set, write_buffer_q;
  logic        translation_wanted_q, interrupts_wanted_q, compatibility_wanted_q, queue_q;
  logic        translation_q, interrupts_q, compatibility_q;
  logic        protection_wanted_q, protection_q;
  logic [63:0] root_captured, irt_captured;
  logic [31:0] root_rdata, irt_rdata;

  assign write   = access_i.valid && access_i.write;
  assign command = write && (access_i.word == GCMD_WORD);

  // Pointers //

  dmar_table_pointer #(
    .FirstWord(RTADDR_WORD), .Writable(64'hFFFF_FFFF_FFFF_FC00), .CommandBit(30)
  ) u_root_pointer (
    .clk_i, .rst_ni, .access_i, .rdata_o(root_rdata), .requested_o(root_requested),
    .captured_o(root_captured), .taken_i(begins && state_d == StRootPointer),
    .done_i(state_q == StRootPointer && flush_done_i), .status_o(root_set)
  );

  if (InterruptRemapping) begin : gen_interrupt_pointer
    dmar_table_pointer #(
      .FirstWord(IRTA_WORD), .Writable({52'hF_FFFF_FFFF_FFFF, ExtendedInterruptMode, 7'h0, 4'hF}),
      .CommandBit(24)
    ) u_interrupt_pointer (
      .clk_i, .rst_ni, .access_i, .rdata_o(irt_rdata), .requested_o(irt_requested),
      .captured_o(irt_captured), .taken_i(begins && state_d == StInterruptPointer),
      .done_i(state_q == StInterruptPointer && flush_done_i), .status_o(irt_set)
    );
  end else begin : gen_no_interrupt_pointer
    assign irt_rdata     = '0;
    assign irt_requested = 1'b0;
    assign irt_captured  = '0;
    assign irt_set       = 1'b0;
  end

  // Which command runs //

  assign begins        = (state_q == StIdle);
  assign one_shot_busy = root_requested || irt_requested || write_buffer_q
      || (state_q == StRootPointer) || (state_q == StInterruptPointer)
      || (state_q == StWriteBuffer);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle: begin
        if (root_requested) state_d = StRootPointer;
        else if (irt_requested) state_d = StInterruptPointer;
        else if (write_buffer_q) state_d = StWriteBuffer;
        else if (queue_q != queue_enabled_i) state_d = StIdle;
        else if (compatibility_wanted_q != compatibility_q) state_d = StCompatibility;
        else if (interrupts_wanted_q != interrupts_q) state_d = StInterrupts;
        else if (translation_wanted_q != translation_q) state_d = StTranslation;
        else if (protection_wanted_q != protection_q) state_d = StProtection;
      end
      default: if (flush_done_i) state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= state_d;
  end

  // What software wants //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      translation_wanted_q   <= 1'b0;
      interrupts_wanted_q    <= 1'b0;
      compatibility_wanted_q <= 1'b0;
      queue_q                <= 1'b0;
      protection_wanted_q    <= 1'b0;
    end else begin
      if (command) begin
        translation_wanted_q   <= access_i.data[31];
        queue_q                <= access_i.data[26];
        interrupts_wanted_q    <= InterruptRemapping && access_i.data[25];
        compatibility_wanted_q <= InterruptRemapping && access_i.data[23];
      end
      if (write && access_i.word == PMEN_WORD && HasProtected) begin
        protection_wanted_q <= access_i.data[31];
      end
    end
  end

  // What is in force, as the status registers tell it once older traffic has drained //

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      translation_q   <= 1'b0;
      interrupts_q    <= 1'b0;
      compatibility_q <= 1'b0;
      protection_q    <= 1'b0;
      write_buffer_q  <= 1'b0;
    end else begin
      if (flush_done_i) begin
        case (state_q)
          StTranslation:   translation_q   <= control_i.translation_enabled;
          StInterrupts:    interrupts_q    <= control_i.interrupt_enabled;
          StCompatibility: compatibility_q <= control_i.compatibility_allowed;
          StProtection:    protection_q    <= control_i.protection_enabled;
          default: ;
        endcase
      end
      if (command && access_i.data[27] && WriteBufferFlush) write_buffer_q <= 1'b1;
      else if (begins && state_d == StWriteBuffer)          write_buffer_q <= 1'b0;
    end
  end

  always_comb begin
    control_next_o = control_i;
    case (state_q)
      StRootPointer: begin
        control_next_o.ttm       = root_captured[11:10];
        control_next_o.root_page = root_captured[63:12];
      end
      StInterruptPointer: begin
        control_next_o.irt_page     = irt_captured[63:12];
        control_next_o.irt_extended = irt_captured[11];
        control_next_o.irt_size     = irt_captured[3:0];
      end
      StCompatibility: control_next_o.compatibility_allowed = compatibility_wanted_q;
      StInterrupts:    control_next_o.interrupt_enabled     = interrupts_wanted_q;
      StTranslation:   control_next_o.translation_enabled   = translation_wanted_q;
      StProtection:    control_next_o.protection_enabled    = protection_wanted_q;
      default:         control_next_o = control_i;
    endcase
  end

  // A write buffer flush empties no cache; it only drains.
  logic is_interrupt_command;
  assign is_interrupt_command = (state_q == StInterruptPointer) || (state_q == StInterrupts)
      || (state_q == StCompatibility);

  always_comb begin
    flush_o           = '0;
    flush_o.drain     = 1'b1;
    flush_o.apply     = 1'b1;
    flush_o.all       = 1'b1;
    flush_o.irte      = is_interrupt_command;
    flush_o.ctx       = !is_interrupt_command && (state_q != StWriteBuffer);
    flush_o.iotlb     = flush_o.ctx;
    flush_o.paging    = flush_o.ctx;
  end
  assign flush_valid_o = (state_q != StIdle);

  always_comb begin
    case (access_i.word)
      GSTS_WORD: rdata_o = {translation_q, root_set, 2'b00,
                            write_buffer_q || (state_q == StWriteBuffer), queue_enabled_i,
                            interrupts_q, irt_set, compatibility_q, 23'h0};
      PMEN_WORD: rdata_o = {protection_wanted_q, 30'h0, protection_q};
      default:   rdata_o = root_rdata | irt_rdata;
    endcase
  end

  // Switching the queue waits for the one-shot commands of the same write.
  assign queue_enable_o = one_shot_busy ? queue_enabled_i : queue_q;
  assign remapping_o    = translation_q || control_i.translation_enabled || interrupts_q
      || control_i.interrupt_enabled;

endmodule
`default_nettype wire
