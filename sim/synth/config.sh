# SPDX-License-Identifier: Apache-2.0
# What the synthesis scripts share: the sources, and the smallest legal build.
sources=$(grep -v '^//' rtl/files.f | tr '\n' ' ')
small=$(sed -n 's/^small  *//p' tb/bench/models.txt)
chparam=""
for parameter in $small; do chparam+=" -chparam ${parameter%=*} ${parameter#*=}"; done
read="read_verilog -sv -Irtl $sources; hierarchy -check -top dmar_top $chparam; rename -top dmar_top"
# Nothing may be inferred that the source does not mean: no latch, no loop, no undriven net.
no_latch="select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$_DLATCH_* t:\$_DLATCHSR_*"
