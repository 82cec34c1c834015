#!/usr/bin/env bash
# Reads the output of `swift test`, repeats what failed, and ends with one plain line:
# "N passed, N failed[, N skipped]".
# usage: count-tests.sh STATUS LOG     STATUS = exit code of `swift test`
# A run that failed without naming a failed test (a crash, for example) counts as one failed.
set -euo pipefail

status=$1
log=$2

# Swift Testing ends with "Test run with N tests in M suites passed|failed after …" and says of
# each test that failed or was skipped so by name; the mark before it depends on the terminal.
awk -v status="$status" '
  { sub(/\r$/, "") }
  /Test run with [0-9]+ tests? / {
    for (i = 1; i < NF; i++) if ($i == "with") { total += $(i + 1); break }
    next
  }
  /^[^ ]+ +(Suite|Test case) / { next }
  /^[^ ]+ +Test .* recorded an issue / { issues[++issue] = $0 }
  /^[^ ]+ +Test .* failed after [0-9.]+ seconds/ { failed++ }
  /^[^ ]+ +Test .* skipped/ { skipped++ }
  END {
    if (issue) print "\nwhat failed:"
    for (i = 1; i <= issue && i <= 50; i++) print issues[i]
    if (issue > 50) printf "… and %d more\n", issue - 50
    if (status != 0 && failed == 0) { failed = 1; total = total > 0 ? total : 1 }
    passed = total - failed - skipped
    if (passed < 0) passed = 0
    printf "%d passed, %d failed", passed, failed
    if (skipped) printf ", %d skipped", skipped
    printf "\n"
  }' "$log"
