# SPDX-License-Identifier: Apache-2.0
# What the checks share. A step prints one line; `failed` is 1 at the end if any failed.
failed=0

step() {  # step NAME COMMAND...: passes when the command succeeds and says nothing
  local name=$1 out
  shift
  if out=$("$@" 2>&1) && [ -z "$out" ]; then
    printf 'ok    %s\n' "$name"
  else
    printf 'FAIL  %s\n%s\n' "$name" "$(head -n 40 <<<"$out" | sed 's/^/      /')"
    failed=1
  fi
}

# A release of Verilator that reports its own times even when it finds nothing knows how not to.
quiet=$(verilator --lint-only --quiet rtl/dmar_pkg.sv >/dev/null 2>&1 && echo --quiet)

sources=$(grep -v '^//' rtl/files.f | tr '\n' ' ')

model_parameters() {  # model_parameters NAME: PARAMETER=VALUE... of tb/bench/models.txt
  sed -n "s/^$1  *//p" tb/bench/models.txt
}
