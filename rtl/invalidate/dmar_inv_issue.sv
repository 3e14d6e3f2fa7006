// SPDX-License-Identifier: Apache-2.0
// Takes the next descriptor when the scoreboard has room for it, or stops the queue at one that
// cannot be carried out (IQERCD.IQEI). Turns the queue on and off between descriptors, so that what
// has begun is finished.
`default_nettype none
module dmar_inv_issue (
  input wire logic       clk_i,
  input wire logic       rst_ni,
  input wire logic       enable_i,         // GCMD.QIE
  output logic           enabled_o,        // GSTS.QIES
  output logic           off_o,            // ... is 0 in the next clock
  input wire logic       stopped_i,        // an error that software has not cleared
  // The ring
  input wire logic       empty_i,
  input wire logic       refused_i,
  input wire logic [3:0] refused_cause_i,
  // The fetch: nothing more comes from memory, and what cannot be asked for
  input wire logic       asking_i,
  input wire logic       fetching_i,
  input wire logic       beyond_haw_i,
  // The next descriptor, and what dmar_inv_decode says of it
  input wire logic       valid_i,
  input wire logic       fetch_error_i,
  input wire logic       invalid_i,
  input wire logic [3:0] invalid_cause_i,
  // The scoreboard
  input wire logic       idle_i,           // nothing is carried out
  input wire logic       finished_i,       // what is carried out is finished in this clock
  output logic           load_o,           // the operands may be taken over ...
  output logic           take_o,           // ... and are carried out
  output logic           error_o,          // sets FSTS.IQE
  output logic     [3:0] cause_o           // IQERCD.IQEI
);

  logic       enabled_q, idle, work, bad;
  logic [3:0] cause_q;

  assign idle = enabled_q && idle_i;
  assign work = !empty_i && !stopped_i;

  // A descriptor that memory has answered waits in front; without one, what cannot be asked for.
  assign bad     = valid_i ? (fetch_error_i || invalid_i) : (beyond_haw_i && !fetching_i);
  assign load_o  = valid_i && (idle || finished_i);
  assign take_o  = load_o && enable_i && work && !refused_i && !bad;
  assign error_o = idle && enable_i && work && (refused_i || bad);

  assign off_o = enabled_q ? (idle && !enable_i && !asking_i && !fetching_i) : !enable_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      enabled_q <= 1'b0;
      cause_q   <= '0;
    end else begin
      enabled_q <= !off_o;
      if (error_o) begin
        cause_q <= refused_i                   ? refused_cause_i
                 : (!valid_i || fetch_error_i) ? dmar_pkg::IQEI_FETCH : invalid_cause_i;
      end
    end
  end

  assign enabled_o = enabled_q;
  assign cause_o   = cause_q;

endmodule
`default_nettype wire
