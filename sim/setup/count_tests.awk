# SPDX-License-Identifier: Apache-2.0
# How many tests ran and how many of them failed, from the LastTest.log of CTest: one each, and in a
# shard of a GoogleTest program those that it says. A shard that died before it could say, or that
# had no test, is one that failed.
function close_test() {
  if (name == "") return
  ran = counted > 0 ? counted : 1
  bad = counted > 0 ? counted - good : 0
  if (bad <= 0 && (!passed || (shard && counted == 0))) bad = 1
  tested += ran
  broken += bad
  name = ""
}

/^[0-9]+\/[0-9]+ Testing: / {
  close_test()
  name = $3
  shard = name ~ /\.shard_[0-9]+$/
  counted = good = passed = 0
}
shard && /^\[==========\] [0-9]+ tests? from .* ran\./ { counted = $2 }
shard && /^\[  PASSED  \] [0-9]+ test/ { good += $4 }
shard && /^\[  SKIPPED \] [0-9]+ test/ { good += $4 }
/^Test (Passed|Pass Reason:)/ { passed = 1 }
END {
  close_test()
  print tested + 0, broken + 0
}
