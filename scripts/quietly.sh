#!/usr/bin/env bash
# Runs a build command with its progress on a terminal, and without a word elsewhere; what it said
# is shown if it fails, and its exit code kept.
set -euo pipefail

if [ -t 1 ] && [ -t 2 ]; then
  exec "$@"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$@" >"$log" 2>&1 </dev/null || status=$?
[ "$status" -eq 0 ] || cat "$log" >&2
exit "$status"
