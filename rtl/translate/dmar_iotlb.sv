// SPDX-License-Identifier: Apache-2.0
// Final translations: one array for each page size, looked up in parallel by every lane (see
// dmar_page_tlb for the clocks). The smallest page wins where tables changed under a cached larger
// one.
`default_nettype none
module dmar_iotlb #(
  parameter int unsigned Lanes          = 2,
  parameter int unsigned HostAddrWidth  = 46,
  parameter int unsigned GuestAddrWidth = 48,
  parameter int unsigned DomainWidth    = 16,
  parameter logic [1:0]  SuperPages     = 2'b11,
  parameter int unsigned Sets4k = 128, parameter int unsigned Ways4k = 4,
  parameter int unsigned Pages4k = 1,
  parameter int unsigned Sets2m = 16,  parameter int unsigned Ways2m = 4,
  parameter int unsigned Pages2m = 1,
  parameter int unsigned Sets1g = 4,   parameter int unsigned Ways1g = 4,
  parameter int unsigned DomainGuesses = 256,
  parameter int unsigned SweepWidth = 1
) (
  input wire logic                  clk_i,
  input wire logic [Lanes-1:0]      read_i,
  input wire logic [Lanes*52-1:0]   read_page_i,
  input wire logic [Lanes*16-1:0]   read_source_id_i,
  input wire logic [Lanes*52-1:0]   page1_i,
  input wire logic [Lanes*52-1:0]   page2_i,
  input wire logic [Lanes*dmar_pkg::CACHE_TAG_WIDTH-1:0] cache_tag2_i,
  input wire logic [Lanes-1:0]      known_i,            // cache_tag2_i is of a context-entry
  input wire logic [Lanes*16-1:0]   source_id2_i,
  input wire logic [Lanes-1:0]      touch_i,
  output logic     [Lanes-1:0]      hit_o,
  output logic     [Lanes*52-1:0]   host_page_o,
  output logic     [Lanes-1:0]      readable_o,
  output logic     [Lanes-1:0]      writable_o,
  output logic     [Lanes-1:0]      snoop_o,
  output logic     [Lanes-1:0]      interrupt_range_o,  // host_page_o is for interrupts
  output logic     [Lanes*2-1:0]    size_o,             // as in leaf_t
  output logic     [Lanes-1:0]      reaches_o,          // some part of that size is for interrupts
  // Fills and sweeps
  input wire logic                  fill_read_i,
  input wire dmar_pkg::page_t       fill_read_page_i,
  input wire dmar_pkg::cache_tag_t  fill_read_tag_i,
  input wire logic                  sweep_read_i,
  input wire logic [SweepWidth-1:0] sweep_count_i,
  input wire logic                  fill_context_i,     // of fill_source_id_i and fill_tag_i
  input wire dmar_pkg::source_id_t  fill_source_id_i,
  input wire logic                  fill_i,
  input wire dmar_pkg::cache_tag_t  fill_tag_i,
  input wire dmar_pkg::page_t       fill_page_i,
  input wire dmar_pkg::leaf_t       leaf_i,
  input wire logic                  sweep_i,
  input wire logic                  clear_i,
  input wire dmar_pkg::flush_t      flush_i
);

  localparam int unsigned FrameWidth = HostAddrWidth - 12;
  localparam int unsigned Width4k    = FrameWidth + 4;   // frame, interrupt range, r, w, snoop
  localparam int unsigned Width2m    = FrameWidth - 9 + 4;
  localparam int unsigned Width1g    = FrameWidth - 18 + 4;

  logic [Lanes*Width4k-1:0] data_4k;
  logic [Lanes*Width2m-1:0] data_2m;
  logic [Lanes*Width1g-1:0] data_1g;
  logic [Lanes-1:0]         hit_4k, hit_2m, hit_1g;
  logic [2:0]               rights;
  logic                     range_4k, range_2m, range_1g;

  // FEE0_0000h to FEEF_FFFFh: the frame's share of the comparison is made once, at the fill.
  assign rights   = {leaf_i.read, leaf_i.write, leaf_i.snoop};
  assign range_4k = dmar_pkg::reaches_interrupt_range(leaf_i.frame, 2'd0);
  assign range_2m = dmar_pkg::reaches_interrupt_range(leaf_i.frame, 2'd1);
  assign range_1g = dmar_pkg::reaches_interrupt_range(leaf_i.frame, 2'd2);

  // What the domain adds to a set index is guessed in the first clock, and known in the third //

  localparam int unsigned S = dmar_pkg::SPREAD_WIDTH;
  localparam int unsigned T = dmar_pkg::CACHE_TAG_WIDTH;

  logic [Lanes*S-1:0] spread0, spread1;
  logic [Lanes-1:0]   guessed2;
  dmar_pkg::spread_t  fill_spread, sweep_spread;

  if (DomainGuesses > 0) begin : gen_spread
    logic [Lanes*S-1:0] spread2, found2;
    logic [Lanes-1:0]   wrong2;

    function automatic logic [S-1:0] spread_of(input logic [DomainWidth-1:0] domain);
      spread_of = dmar_pkg::tag_spread(16'(domain));
    endfunction

    assign fill_spread  = spread_of(DomainWidth'(dmar_pkg::tag_domain(fill_read_tag_i)));
    assign sweep_spread = spread_of(DomainWidth'(dmar_pkg::tag_domain(flush_i.cache_tag)));

    dmar_domain_guess #(.Lanes(Lanes), .Places(DomainGuesses)) u_guess (
      .clk_i, .source_id_i(read_source_id_i), .guess_o(spread0), .fill_i(fill_context_i),
      .fill_source_id_i,
      .fill_spread_i(spread_of(DomainWidth'(dmar_pkg::tag_domain(fill_tag_i)))),
      .wrong_i(wrong2), .wrong_source_id_i(source_id2_i), .wrong_spread_i(found2)
    );

    for (genvar l = 0; l < Lanes; l++) begin : gen_guessed
      assign found2[l*S +: S] =
          spread_of(DomainWidth'(dmar_pkg::tag_domain(cache_tag2_i[l*T +: T])));
      assign guessed2[l]      = (spread2[l*S +: S] == found2[l*S +: S]);
      assign wrong2[l]        = known_i[l] && !guessed2[l];
    end
    always_ff @(posedge clk_i) begin
      spread1 <= spread0;
      spread2 <= spread1;
    end
  end else begin : gen_pages_alone
    assign spread0      = '0;
    assign spread1      = '0;
    assign guessed2     = '1;
    assign fill_spread  = '0;
    assign sweep_spread = '0;
    logic unused;
    assign unused = ^{read_source_id_i, known_i, source_id2_i, fill_read_tag_i, fill_context_i,
                      fill_source_id_i};
  end

  dmar_page_tlb #(
    .Lanes(Lanes), .Sets(Sets4k), .Ways(Ways4k), .Pages(Pages4k), .Shift(0),
    .GuestAddrWidth(GuestAddrWidth), .DomainWidth(DomainWidth), .DataWidth(Width4k),
    .SweepWidth(SweepWidth)
  ) u_4k (
    .clk_i, .read_i, .read_page_i, .read_spread_i(spread0), .page_i(page1_i), .spread_i(spread1),
    .cache_tag_i(cache_tag2_i), .touch_i, .guessed_i(guessed2),
    .hit_o(hit_4k), .data_o(data_4k), .fill_read_i, .fill_read_page_i,
    .fill_read_spread_i(fill_spread), .sweep_read_i, .sweep_count_i,
    .sweep_spread_i(sweep_spread), .fill_i(fill_i && leaf_i.size == 2'd0), .fill_tag_i,
    .fill_page_i,
    .data_i({leaf_i.frame[FrameWidth-1:0], range_4k, rights}), .sweep_i, .clear_i, .flush_i
  );

  if (SuperPages[0]) begin : gen_2m
    dmar_page_tlb #(
      .Lanes(Lanes), .Sets(Sets2m), .Ways(Ways2m), .Pages(Pages2m), .Shift(9),
      .GuestAddrWidth(GuestAddrWidth), .DomainWidth(DomainWidth), .DataWidth(Width2m),
      .SweepWidth(SweepWidth)
    ) u_2m (
      .clk_i, .read_i, .read_page_i, .read_spread_i(spread0), .page_i(page1_i), .spread_i(spread1),
      .cache_tag_i(cache_tag2_i), .touch_i, .guessed_i(guessed2),
      .hit_o(hit_2m), .data_o(data_2m), .fill_read_i, .fill_read_page_i,
      .fill_read_spread_i(fill_spread), .sweep_read_i, .sweep_count_i,
      .sweep_spread_i(sweep_spread), .fill_i(fill_i && leaf_i.size == 2'd1), .fill_tag_i,
      .fill_page_i,
      .data_i({leaf_i.frame[FrameWidth-1:9], range_2m, rights}), .sweep_i, .clear_i, .flush_i
    );
  end else begin : gen_no_2m
    logic unused;
    assign unused  = range_2m;
    assign hit_2m  = '0;
    assign data_2m = '0;
  end

  if (SuperPages[1]) begin : gen_1g
    dmar_page_tlb #(
      .Lanes(Lanes), .Sets(Sets1g), .Ways(Ways1g), .Shift(18), .GuestAddrWidth(GuestAddrWidth),
      .DomainWidth(DomainWidth), .DataWidth(Width1g), .SweepWidth(SweepWidth)
    ) u_1g (
      .clk_i, .read_i, .read_page_i, .read_spread_i(spread0), .page_i(page1_i), .spread_i(spread1),
      .cache_tag_i(cache_tag2_i), .touch_i, .guessed_i(guessed2),
      .hit_o(hit_1g), .data_o(data_1g), .fill_read_i, .fill_read_page_i,
      .fill_read_spread_i(fill_spread), .sweep_read_i, .sweep_count_i,
      .sweep_spread_i(sweep_spread), .fill_i(fill_i && leaf_i.size == 2'd2), .fill_tag_i,
      .fill_page_i,
      .data_i({leaf_i.frame[FrameWidth-1:18], range_1g, rights}), .sweep_i, .clear_i, .flush_i
    );
  end else begin : gen_no_1g
    logic unused;
    assign unused  = range_1g;
    assign hit_1g  = '0;
    assign data_1g = '0;
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [Width4k-1:0] word_4k;
    logic [Width2m-1:0] word_2m;
    logic [Width1g-1:0] word_1g;
    dmar_pkg::page_t    page;
    logic [FrameWidth-1:0] frame;
    logic [3:0]         flags;
    logic [1:0]         size;
    logic               reaches;

    assign word_4k  = data_4k[l*Width4k +: Width4k];
    assign word_2m = data_2m[l*Width2m +: Width2m];
    assign word_1g  = data_1g[l*Width1g +: Width1g];
    assign page   = page2_i[l*52 +: 52];

    always_comb begin
      if (hit_4k[l]) begin
        frame = word_4k[Width4k-1:4];
        flags = word_4k[3:0];
        size  = 2'd0;
        reaches = word_4k[3];
      end else if (hit_2m[l]) begin
        frame = {word_2m[Width2m-1:4], page[8:0]};
        flags = {word_2m[3] && !page[8], word_2m[2:0]};
        size  = 2'd1;
        reaches = word_2m[3];
      end else begin
        frame = {word_1g[Width1g-1:4], page[17:0]};
        flags = {word_1g[3] && (page[17:8] == 10'h3EE), word_1g[2:0]};
        size  = 2'd2;
        reaches = word_1g[3];
      end
    end

    assign hit_o[l] = hit_4k[l] || hit_2m[l] || hit_1g[l];
    assign host_page_o[l*52 +: 52] = 52'(frame);
    assign {interrupt_range_o[l], readable_o[l], writable_o[l], snoop_o[l]} = flags;
    assign size_o[l*2 +: 2] = size;
    assign reaches_o[l]     = reaches;
  end

endmodule
`default_nettype wire
