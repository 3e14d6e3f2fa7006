// SPDX-License-Identifier: Apache-2.0
// Fetches the lines that a sequential stream will seek next, so far ahead that they are cached when
// the device comes to them. Of each stream it remembers how many lines beyond the last one sought
// have been fetched (the window), and how many there shall be (the depth). A miss begins a stream
// of a small depth. When the stream enters a line of its window, be it by a miss or by a hit in a
// lane, lines are fetched up to the depth; when that line was still on its way, the depth grows by
// one. So it settles at what the latency of memory needs, and a stream that only hits what others
// have brought fetches nothing.
// dmar_seek keeps the request for it, moves its page by as many lines as asked here, and begins a
// walk that nobody owns for each line. Behind the end of a table the paging-structure caches are
// read once more; a line whose own table is not known yet is the last one for now.
// Where the request that comes next is of the same line, none is kept: those that follow join the
// walk of their line, and the walk of a line ahead of the same table begins beside one of them.
`default_nettype none
module dmar_prefetch #(
  parameter bit          LeafLines = 1'b1,
  parameter int unsigned Lines     = 8,      // the largest depth
  localparam int unsigned CountWidth = $clog2(Lines + 2)
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire dmar_pkg::source_id_t source_id_i,
  input wire dmar_pkg::page_t      page_i,
  input wire logic                 sought_i,       // a miss of this page joins or begins a walk
  input wire logic                 hit_i,          // a hit of this page
  input wire logic                 begins_i,       // a line ahead is being fetched
  input wire logic                 goes_on_i,      // lines ahead follow
  input wire logic                 leaves_i,       // the request makes room for the next one
  input wire logic                 next_same_i,    // ... which is of the same line
  input wire logic                 asks_i,         // lines ahead are to begin beside those next
  input wire logic                 begins_beside_i,
  input wire logic                 alone_i,        // the request has no walk to join
  output logic                     sequential_o,   // the page continues a stream
  output logic                     forward_o,      // ... and is in its next line
  output logic                     away_o,         // the request is done with
  output logic                     ahead_o,        // what stands there is a line ahead
  output logic                     move_o,         // the page moves
  output logic [CountWidth-1:0]    lines_o,        // ... by so many lines
  output logic                     read_o,         // the caches are read for the new page
  output logic                     more_o,         // another line is wanted
  output logic                     beside_o,       // one may begin beside this request
  output logic               [5:0] beside_line_o,  // ... this one of the same table
  output logic                     crosses_o,      // it is of another table
  output logic                     owes_o          // some are still to begin beside requests
);

  if (LeafLines && Lines != 0) begin : gen_ahead
    localparam logic [CountWidth-1:0] Most  = CountWidth'(Lines);
    localparam logic [CountWidth-1:0] First = CountWidth'((Lines < 2) ? Lines : 2);

    typedef enum logic [1:0] {StRequest, StMove, StRead, StAhead} state_e;
    state_e                state_q, state_d;
    logic [3:0]            place, place_q;
    logic                  sequential, near, forward, backward, note, late, bypass;
    logic                  write_q, crosses;
    logic [CountWidth-1:0] stored_window, stored_depth, window, depth, window_q, depth_q;
    logic [CountWidth-1:0] window_d, depth_d;
    logic [6:0]            moved, moved_beside;
    logic                  beside_q, ready_q, crosses_q, wanted;
    logic [5:0]            line_q;

    dmar_streams u_streams (
      .clk_i, .rst_ni, .source_id_i, .page_i, .note_i(note), .place_o(place),
      .sequential_o(sequential), .near_o(near), .forward_o(forward), .backward_o(backward)
    );
    assign sequential_o = sequential;
    assign forward_o    = forward;

    dmar_lut_ram #(.Depth(16), .Width(2 * CountWidth)) u_windows (
      .clk_i, .write_i(write_q), .write_addr_i(place_q), .write_data_i({window_q, depth_q}),
      .read_addr_i(place), .read_data_o({stored_window, stored_depth})
    );
    // What is written in this clock counts.
    assign bypass = write_q && (place_q == place);
    assign window = bypass ? window_q : stored_window;
    assign depth  = bypass ? depth_q : stored_depth;

    assign note = (state_q == StRequest) && (sought_i || (hit_i && forward && window != '0));
    assign late = sought_i && forward && (window != '0);

    always_comb begin
      window_d = window;
      depth_d  = (late && depth != Most) ? depth + 1'b1 : depth;
      if (forward && window != '0)     window_d = window - 1'b1;
      if (backward && window < Most)   window_d = window + 1'b1;
      if (sought_i && !near) begin
        window_d = '0;
        depth_d  = First;
      end
      if (begins_beside_i) window_d = window + 1'b1;
      if (state_q != StRequest) begin
        window_d = window_q + 1'b1;
        depth_d  = depth_q;
      end
    end

    always_ff @(posedge clk_i) begin
      write_q <= note || begins_i;
      if (note || begins_i) begin
        window_q <= window_d;
        depth_q  <= depth_d;
      end
      if (state_q == StRequest) place_q <= place;
    end

    assign away_o  = (state_q != StRequest);
    assign ahead_o = (state_q == StAhead);
    assign read_o  = (state_q == StRead);
    assign lines_o = (state_q == StMove) ? window_q + 1'b1 : CountWidth'(1);
    assign moved   = {1'b0, page_i[8:3]} + 7'(lines_o);
    assign crosses = moved[6];

    assign move_o  = away_o && goes_on_i && !read_o;

    always_comb begin
      case (state_q)
        // A hit outside of a window has noted nothing.
        StMove:  more_o = (window_q < depth_q) && write_q;
        StRead:  more_o = 1'b1;
        StAhead: more_o = (window_q + 1'b1 < depth_q);
        default: more_o = 1'b0;
      endcase
      state_d = StRequest;
      if (goes_on_i) begin
        state_d = (state_q == StRequest) ? StMove : (move_o && crosses) ? StRead : StAhead;
      end
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) state_q <= StRequest;
      else         state_q <= state_d;
    end

    // Beside a request of the line that lines ahead follow. Which one that is takes a clock of its
    // own. What was noted last was of this stream.
    assign wanted       = (window_q < depth_q);
    assign moved_beside = {1'b0, page_i[8:3]} + 7'(window_q) + 7'd1;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) beside_q <= 1'b0;
      else if (leaves_i) beside_q <= next_same_i && (asks_i || (beside_q && wanted));
      else if (alone_i || goes_on_i) beside_q <= 1'b0;
      ready_q   <= beside_q && wanted && !begins_beside_i && !asks_i;
      line_q    <= moved_beside[5:0];
      crosses_q <= moved_beside[6];
    end

    assign beside_o      = beside_q && ready_q && !crosses_q;
    assign crosses_o     = beside_q && ready_q && crosses_q;
    assign beside_line_o = line_q;
    assign owes_o        = beside_q && wanted;
  end else begin : gen_not_ahead
    if (LeafLines) begin : gen_streams
      logic unused_streams;
      logic [3:0] place;
      logic near, forward, backward;
      dmar_streams u_streams (
        .clk_i, .rst_ni, .source_id_i, .page_i, .note_i(sought_i), .place_o(place),
        .sequential_o, .near_o(near), .forward_o(forward), .backward_o(backward)
      );
      assign unused_streams = ^{place, near, forward, backward};
    end else begin : gen_no_streams
      assign sequential_o = 1'b0;
    end
    assign {forward_o, away_o, ahead_o, move_o, read_o, more_o, beside_o, crosses_o, owes_o} = '0;
    assign lines_o       = '0;
    assign beside_line_o = '0;
    logic unused;
    assign unused = ^{clk_i, rst_ni, source_id_i, page_i, sought_i, hit_i, begins_i, goes_on_i,
                      leaves_i, next_same_i, asks_i, begins_beside_i, alone_i};
  end

endmodule
`default_nettype wire
