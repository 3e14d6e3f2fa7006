# SPDX-License-Identifier: Apache-2.0
"""slang_lint.py ARGUMENTS: runs slang, through pyslang, with every warning as an error.

Left out are, each with its reason:"""
import sys

from pyslang import driver

LEFT_OUT = {
    # `W'(i)` of a genvar is as wide as what it is compared with, but signed like the genvar.
    "sign-compare", "sign-conversion", "arith-op-mismatch",
    # A state machine with a `default` leaves no state, not even an impossible one, without a value.
    "case-redundant-default", "case-enum-explicit",
    # A cast that one set of parameters needs and another does not.
    "useless-cast",
    # `unused` takes what a build does not look at, which Verilator wants named.
    "unused-but-set-variable",
    # The package lists whole encodings and serves every build.
    "unused-package-parameter", "unused-package-subroutine", "unused-package-typedef",
}


def main():
    slang = driver.Driver()
    slang.addStandardArgs()
    warnings = ["-Weverything", "-Werror"] + ["-Wno-" + name for name in sorted(LEFT_OUT)]
    arguments = ["slang"] + warnings + [a.replace("'", "\\'") for a in sys.argv[1:]]
    good = slang.parseCommandLine(" ".join(arguments), driver.CommandLineOptions())
    good = good and slang.processOptions() and slang.parseAllSources()
    return 0 if good and slang.runFullCompilation(True) else 1


sys.exit(main())
