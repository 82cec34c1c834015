#!/usr/bin/env bash
# Kills the daemon at random moments of a run of six thousand tasks, a hundred times (or as often as
# the first argument says, with sixty tasks a kill), and checks that nothing was lost, repeated or
# overdone. The second argument is a seed for the moments. ./test does it ten times.
set -euo pipefail
cd "$(dirname "$0")/.."
export ADCE_KILLS=${1:-100}
export ADCE_SEED=${2:-$RANDOM}
echo "kill-test: $ADCE_KILLS kills; again with: scripts/kill-test.sh $ADCE_KILLS $ADCE_SEED"
exec swift test --filter DaemonKillTests
