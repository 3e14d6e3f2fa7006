// SPDX-License-Identifier: Apache-2.0
// Translations of one page size, keyed by domain and the page-number bits from Shift up. An entry
// has room for one page, or for those of a line of eight, each of which comes and goes alone: one
// key then serves eight frames. A lookup reads the keys in the clock in which it is taken and the
// data one clock later. Pages are compared in the second clock, domains, which are known only then,
// in the third. A way that is written in one of the first two clocks of a lookup does not hit: key
// and data would not belong together.
`default_nettype none
module dmar_page_tlb #(
  parameter int unsigned Lanes          = 2,
  parameter int unsigned Sets           = 4,
  parameter int unsigned Ways           = 2,
  parameter int unsigned Pages          = 1,    // of an entry: 1 or 8
  parameter int unsigned Shift          = 0,    // 0, 9 or 18
  parameter int unsigned GuestAddrWidth = 48,
  parameter int unsigned DomainWidth    = 16,
  parameter int unsigned DataWidth      = 37,
  parameter int unsigned SweepWidth     = 1,
  localparam int unsigned IndexWidth = (Sets > 1) ? $clog2(Sets) : 1,
  localparam int unsigned IndexBits  = $clog2(Sets)
) (
  input wire logic                       clk_i,
  // First clock of a lookup
  input wire logic [Lanes-1:0]           read_i,
  input wire logic [Lanes*52-1:0]        read_page_i,
  input wire logic [Lanes*dmar_pkg::SPREAD_WIDTH-1:0] read_spread_i,  // guessed
  // Second clock
  input wire logic [Lanes*52-1:0]        page_i,
  input wire logic [Lanes*dmar_pkg::SPREAD_WIDTH-1:0] spread_i,
  // Third clock
  input wire logic [Lanes*dmar_pkg::CACHE_TAG_WIDTH-1:0] cache_tag_i,
  input wire logic [Lanes-1:0]           touch_i,
  input wire logic [Lanes-1:0]           guessed_i,    // the guess was right
  output logic     [Lanes-1:0]           hit_o,
  output logic     [Lanes*DataWidth-1:0] data_o,
  // Fills and sweeps, first clock
  input wire logic                       fill_read_i,
  input wire dmar_pkg::page_t            fill_read_page_i,
  input wire dmar_pkg::spread_t          fill_read_spread_i,
  input wire logic                       sweep_read_i,
  input wire logic [SweepWidth-1:0]      sweep_count_i,
  input wire dmar_pkg::spread_t          sweep_spread_i,
  // Second clock
  input wire logic                       fill_i,
  input wire dmar_pkg::cache_tag_t       fill_tag_i,
  input wire dmar_pkg::page_t            fill_page_i,
  input wire logic [DataWidth-1:0]       data_i,
  input wire logic                       sweep_i,
  input wire logic                       clear_i,
  input wire dmar_pkg::flush_t           flush_i      // what a sweep looks for
);

  localparam int unsigned PartBits  = $clog2(Pages);
  localparam int unsigned LineShift = Shift + PartBits;
  localparam int unsigned PageWidth = GuestAddrWidth - 12 - LineShift - IndexBits;
  localparam int unsigned DataSets  = Sets * Pages;
  localparam int unsigned DataIndexWidth = (DataSets > 1) ? $clog2(DataSets) : 1;
  localparam int unsigned KeyWidth  = PageWidth + DomainWidth;
  localparam int unsigned T = dmar_pkg::CACHE_TAG_WIDTH;
  localparam int unsigned S = dmar_pkg::SPREAD_WIDTH;

  logic [IndexWidth-1:0]       keep_index, sweep_index, write_index, swept;
  logic [KeyWidth-1:0]         key, mask;
  logic [Ways-1:0]             write_way, victim;
  logic [Ways*Pages-1:0]       write_parts;
  logic [Pages-1:0]            parts;
  logic [DataIndexWidth-1:0]   write_place;   // of the page that a fill brings
  logic [Lanes*IndexWidth-1:0] index2;
  logic [Lanes*Ways-1:0]       hit_way;

  // The set of a page in a domain: the bits of the page number above the line, and what the domain
  // adds from the top bit on.
  function automatic logic [IndexWidth-1:0] set_of(
      input logic [51:0] page, input logic [dmar_pkg::SPREAD_WIDTH-1:0] spread);
    set_of = IndexWidth'(page >> LineShift)
        ^ IndexWidth'(({{IndexWidth{1'b0}}, spread} << IndexWidth) >> dmar_pkg::SPREAD_WIDTH);
  endfunction

  // A sweep for pages visits only the sets in which they can be.
  assign swept       = flush_i.by_page ? IndexWidth'(flush_i.page_mask >> LineShift) : '0;
  assign sweep_index = (set_of(flush_i.page, sweep_spread_i) & swept)
      | (IndexWidth'(sweep_count_i) & ~swept);
  assign keep_index  = (Sets == 1) ? '0 : sweep_read_i ? sweep_index
      : set_of(fill_read_page_i, fill_read_spread_i);

  logic [DomainWidth-1:0] domain_mask;
  logic [PageWidth-1:0]   page_mask;
  assign domain_mask = flush_i.by_domain ? '1 : '0;
  assign page_mask   = flush_i.by_page
      ? PageWidth'(flush_i.page_mask >> (LineShift + IndexBits)) : '0;

  always_comb begin
    key  = {DomainWidth'(fill_tag_i.domain), PageWidth'(fill_page_i >> (LineShift + IndexBits))};
    mask = '1;
    if (sweep_i) begin
      // A page overlaps the range when they agree in all bits above both sizes.
      key  = {DomainWidth'(flush_i.cache_tag.domain),
              PageWidth'(flush_i.page >> (LineShift + IndexBits))};
      mask = {domain_mask, page_mask};
    end
  end

  // Of the line that a fill or a sweep looks for
  if (Pages == 1) begin : gen_fill_page
    assign parts       = 1'b1;
    assign write_place = write_index;
  end else begin : gen_fill_line
    logic [PartBits-1:0] part, named, compared;
    assign part        = PartBits'(fill_page_i >> Shift);
    assign named       = PartBits'(flush_i.page >> Shift);
    assign compared    = flush_i.by_page ? PartBits'(flush_i.page_mask >> Shift) : '0;
    for (genvar i = 0; i < Pages; i++) begin : gen_part
      localparam logic [PartBits-1:0] This = PartBits'(i);
      assign parts[i] = sweep_i ? (((This ^ named) & compared) == '0) : (part == This);
    end
    assign write_place = (Sets > 1) ? DataIndexWidth'({write_index, part}) : DataIndexWidth'(part);
  end

  dmar_cache_keeper #(
    .Sets(Sets), .Ways(Ways), .KeyWidth(KeyWidth), .Parts(Pages)
  ) u_keeper (
    .clk_i, .read_i(fill_read_i || sweep_read_i), .index_i(keep_index), .key_i(key),
    .mask_i(mask), .parts_i(parts), .fill_i, .sweep_i, .clear_i, .victim_i(victim),
    .index_o(write_index), .write_way_o(write_way), .write_parts_o(write_parts)
  );

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [IndexWidth-1:0]     index0, index1;
    logic [DataIndexWidth-1:0] place1;
    logic [Pages-1:0]          sought1;       // the part of the entry
    logic [PageWidth-1:0]      page1;
    logic [Ways-1:0]           torn1, torn2, match2, pick;
    logic [Ways*DataWidth-1:0] data;

    assign index0 = (Sets > 1) ? set_of(read_page_i[l*52 +: 52], read_spread_i[l*S +: S]) : '0;
    assign index1 = (Sets > 1) ? set_of(page_i[l*52 +: 52], spread_i[l*S +: S]) : '0;
    assign page1  = PageWidth'(page_i[l*52 +: 52] >> (LineShift + IndexBits));
    if (Pages == 1) begin : gen_page
      assign sought1 = 1'b1;
      assign place1  = index1;
    end else begin : gen_line
      logic [PartBits-1:0] part1;
      assign part1   = PartBits'(page_i[l*52 +: 52] >> Shift);
      assign sought1 = Pages'(1) << part1;
      assign place1  = (Sets > 1) ? DataIndexWidth'({index1, part1}) : DataIndexWidth'(part1);
    end

    always_ff @(posedge clk_i) begin
      torn1 <= (write_index == index0) ? write_way : '0;
      torn2 <= torn1 | ((write_index == index1) ? write_way : '0);
      index2[l*IndexWidth +: IndexWidth] <= index1;
    end

    for (genvar w = 0; w < Ways; w++) begin : gen_way
      logic                   page_match2;
      logic [Pages-1:0]       parts1;
      logic [PageWidth-1:0]   stored_page1;
      logic [DomainWidth-1:0] stored_domain1, stored_domain2;

      dmar_ram #(.Depth(Sets), .Width(Pages + KeyWidth)) u_keys (
        .clk_i,
        .write_i     (write_way[w]),
        .write_addr_i(write_index),
        .write_data_i({write_parts[w*Pages +: Pages], key}),
        .read_i      (read_i[l]),
        .read_addr_i (index0),
        .read_data_o ({parts1, stored_domain1, stored_page1})
      );
      dmar_ram #(.Depth(DataSets), .Width(DataWidth)) u_data (
        .clk_i,
        .write_i     (write_way[w] && fill_i),
        .write_addr_i(write_place),
        .write_data_i(data_i),
        .read_i      (1'b1),
        .read_addr_i (place1),
        .read_data_o (data[w*DataWidth +: DataWidth])
      );
      always_ff @(posedge clk_i) begin
        page_match2    <= ((parts1 & sought1) != '0) && (stored_page1 == page1);
        stored_domain2 <= stored_domain1;
      end
      assign match2[w] = page_match2 && !torn2[w] && guessed_i[l]
          && (stored_domain2 == DomainWidth'(dmar_pkg::tag_domain(cache_tag_i[l*T +: T])));
    end

    // Two walks may have brought the same page: the first counts.
    assign pick     = match2 & (~match2 + 1'b1);
    assign hit_o[l] = (match2 != '0);
    assign hit_way[l*Ways +: Ways] = pick;

    dmar_onehot_mux #(.Inputs(Ways), .Width(DataWidth)) u_mux (
      .select_i(pick), .data_i(data), .data_o(data_o[l*DataWidth +: DataWidth])
    );
  end

  dmar_touch #(.Ports(Lanes), .Sets(Sets), .Ways(Ways)) u_touch (
    .clk_i, .touch_i(touch_i & hit_o), .index_i(index2), .way_i(hit_way), .fill_i,
    .fill_index_i(write_index), .fill_way_i(write_way), .clear_i, .victim_o(victim)
  );

endmodule
`default_nettype wire
