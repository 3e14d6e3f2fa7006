// SPDX-License-Identifier: Apache-2.0
// A table pointer register (RTADDR or IRTA) and its set-pointer command (VT-d 11.4.4, 11.4.5,
// 11.4.10). Software writes the register at leisure; the command bit of GCMD captures it, and the
// status reads 0 from then on until the captured value is in force.
`default_nettype none
module dmar_table_pointer #(
  parameter logic [9:0]  FirstWord  = 10'h008,  // offset / 4 of the register
  parameter logic [63:0] Writable   = '1,
  parameter int unsigned CommandBit = 30        // of GCMD
) (
  input wire logic                  clk_i,
  input wire logic                  rst_ni,
  input wire dmar_pkg::reg_access_t access_i,
  output logic     [31:0]           rdata_o,      // 0 for other registers
  output logic                      requested_o,  // a captured value waits for its turn
  output logic     [63:0]           captured_o,
  input wire logic                  taken_i,      // its turn begins
  input wire logic                  done_i,       // it is in force
  output logic                      status_o      // RTPS or IRTPS
);

  localparam logic [9:0] GCMD_WORD = 10'h006;

  logic        write, command;
  logic [63:0] value_q;

  assign write   = access_i.valid && access_i.write;
  assign command = write && (access_i.word == GCMD_WORD) && access_i.data[CommandBit];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      value_q    <= '0;
      captured_o <= '0;
    end else begin
      if (write && access_i.word == FirstWord) value_q[31:0] <= access_i.data & Writable[31:0];
      if (write && access_i.word == FirstWord + 10'd1) begin
        value_q[63:32] <= access_i.data & Writable[63:32];
      end
      if (command) captured_o <= value_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      requested_o <= 1'b0;
      status_o    <= 1'b0;
    end else if (command) begin
      requested_o <= 1'b1;
      status_o    <= 1'b0;
    end else begin
      if (taken_i) requested_o <= 1'b0;
      // A command given while one runs gets a turn of its own, with flush and drain.
      if (done_i && !requested_o) status_o <= 1'b1;
    end
  end

  assign rdata_o = (access_i.word == FirstWord)         ? value_q[31:0]
                 : (access_i.word == FirstWord + 10'd1) ? value_q[63:32] : '0;

endmodule
`default_nettype wire
