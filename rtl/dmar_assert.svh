// SPDX-License-Identifier: Apache-2.0
// Checks that Verilator (--assert) and Yosys (read_verilog -formal) both evaluate.
// Each is sampled at posedge clk_i while rst_ni is high. Write `a implies b` as (!a || b).
`ifndef DMAR_ASSERT_SVH
`define DMAR_ASSERT_SVH
`ifdef SYNTHESIS
  `define DMAR_ASSERT(name, prop)
  `define DMAR_ASSERT_NEXT(name, prev, now)
  `define DMAR_REQUIRE(name, prop)
  `define DMAR_COVER(name, event)
  `define DMAR_WIDTH(name, type, width)
`else
  `define DMAR_ASSERT(name, prop) \
    always_ff @(posedge clk_i) begin if (rst_ni) begin name: assert (prop); end end
  // If `prev` held at the last edge, out of reset, then `now` holds at this one. The first edge is
  // one in reset.
  `define DMAR_ASSERT_NEXT(name, prev, now) \
    logic name``_armed_q; \
    always_ff @(posedge clk_i) name``_armed_q <= rst_ni && (prev); \
    `DMAR_ASSERT(name, !name``_armed_q || (now))
  // A rule for the neighbour: asserted in simulation, assumed in a proof of this module.
  `ifdef FORMAL
    `define DMAR_REQUIRE(name, prop) \
      always_ff @(posedge clk_i) begin if (rst_ni) begin name: assume (prop); end end
  `else
    `define DMAR_REQUIRE(name, prop) `DMAR_ASSERT(name, prop)
  `endif
  `define DMAR_COVER(name, event) \
    always_ff @(posedge clk_i) begin if (rst_ni) begin name: cover (event); end end
  // A width that stands beside a struct is the width of the struct: refused at elaboration.
  `define DMAR_WIDTH(name, type, width) \
    if ($bits(type) != (width)) begin : gen_wrong_``name $error("width of a struct"); end
`endif

// A producer holds an offered beat until it is taken.
`define DMAR_ASSERT_HELD(name, valid, ready, data) \
  `DMAR_ASSERT_NEXT(name, (valid) && !(ready), (valid) && $stable(data))
`endif  // DMAR_ASSERT_SVH
