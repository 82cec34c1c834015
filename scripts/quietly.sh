#!/usr/bin/env bash
# Runs a build command with its progress on a terminal, and without a word elsewhere. If it fails
# there, its errors are shown once each (the compiler repeats them for every file), or, where it
# named none, its last lines; its exit code is kept.
set -euo pipefail

if [ -t 1 ] && [ -t 2 ]; then
  exec "$@"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$@" >"$log" 2>&1 </dev/null || status=$?
if [ "$status" -ne 0 ]; then
  printf 'failed (%d): %s\n' "$status" "$*" >&2
  if grep -q 'error:' "$log"; then
    awk '/error:/ && !($0 in seen) { seen[$0]; if (++shown <= 100) print }' "$log" >&2
  else
    tail -n 60 "$log" >&2
  fi
fi
exit "$status"
