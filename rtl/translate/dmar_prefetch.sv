// SPDX-License-Identifier: Apache-2.0
// Behind a walk of a sequential stream the lines that come next are fetched ahead: once for each
// line, while the table they are in is known and does not end. For each of them dmar_seek keeps the
// request a clock longer, eight pages on, and begins a walk that nobody owns.
`default_nettype none
module dmar_prefetch #(
  parameter bit          LeafLines = 1'b1,
  parameter int unsigned Lines     = 2
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire logic                 load_i,         // another request comes in
  input wire dmar_pkg::source_id_t source_id_i,
  input wire dmar_pkg::page_t      page_i,
  input wire logic                 note_i,         // a device seeks this page
  input wire logic                 begins_i,       // it is joined to a walk, or one starts
  input wire logic                 starts_i,
  input wire logic                 last_table_i,   // its last table is known
  input wire logic                 tables_valid_i, // ... and not dropped since
  output logic                     sequential_o,
  output logic                     ahead_o,        // the request is done: this is a line ahead
  output logic                     more_o          // another line follows
);

  localparam int unsigned CountWidth = $clog2(Lines + 2);

  logic                  table_ends, continues;
  logic [CountWidth-1:0] ahead_q;   // lines to fetch ahead; not 0: the request itself is parked

  if (LeafLines) begin : gen_streams
    dmar_streams u_streams (
      .clk_i, .rst_ni, .source_id_i, .page_i, .note_i, .sequential_o
    );
  end else begin : gen_no_streams
    assign sequential_o = 1'b0;
    logic unused;
    assign unused = ^{source_id_i, note_i};
  end

  assign table_ends = (page_i[8:3] == 6'h3F);
  assign continues  = (Lines != 0) && sequential_o && (starts_i || page_i[2:0] == 3'd0)
      && last_table_i && !table_ends;
  assign ahead_o    = (ahead_q != '0);
  assign more_o     = begins_i && (ahead_o
      ? ((ahead_q != CountWidth'(1)) && !table_ends && tables_valid_i) : continues);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || load_i) ahead_q <= '0;
    else if (ahead_o) ahead_q <= ahead_q - 1'b1;
    else if (begins_i && continues) ahead_q <= CountWidth'(Lines);
  end

endmodule
`default_nettype wire
