#!/usr/bin/env bash
# A lake of 172,754 objects on a real S3 server on loopback (JuiceFS's gateway): what a full listing
# and an inventory report say of it, how fast the listing is beside a bare client's, and what a cycle
# costs that finds nothing changed.
#
#   scripts/s3-full-size.sh [FOLDER]      (default: a temporary one, removed afterwards)
#
# Wants: .build/release/adce and adce-sim (swift build -c release), scripts/test-environment.sh.
# Exit 1 if the two disagree, or a figure is missed.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
bin=${ADCE_BIN:-$root/.build/release}
python=$root/.build/test-environment/bin/python
juicefs=$root/.build/test-environment/bin/juicefs
[ -x "$juicefs" ] || { echo "no test environment: run scripts/test-environment.sh" >&2; exit 69; }
if [ $# -gt 0 ]; then
  folder=$1
  mkdir -p "$folder"
else
  folder=$(mktemp -d)
fi
gateway=
finish() {
  [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
  [ $# -gt 0 ] || case $folder in /tmp/*) rm -rf "$folder" ;; esac
}
trap 'finish "$@"' EXIT

say() { printf '%s\n' "$*" >&2; }
tool() { "$python" "$root/scripts/s3_full_size.py" "$@"; }

say "making the world and the server's metadata …"
"$bin/adce-sim" world "$folder/world" --parts 4 >/dev/null
tool objects "$folder" >/dev/null
"$juicefs" format --storage file --bucket "$folder/data/" --trash-days 0 \
  "sqlite3://$folder/empty.db" lake 2>/dev/null
"$juicefs" dump "sqlite3://$folder/empty.db" "$folder/empty.json" 2>/dev/null
"$python" scripts/juicefs-fill.py lake "$folder/objects.tsv" \
  <"$folder/empty.json" >"$folder/filled.json"
"$juicefs" load "sqlite3://$folder/full.db" "$folder/filled.json" 2>/dev/null

port=$(tool port)
export MINIO_ROOT_USER=adce-test MINIO_ROOT_PASSWORD=adce-test-secret
"$juicefs" gateway --multi-buckets --keep-etag --no-banner --no-usage-report --cache-dir memory \
  --cache-size 64 --metrics "127.0.0.1:$(tool port)" --log "$folder/gateway.log" \
  "sqlite3://$folder/full.db" "127.0.0.1:$port" >"$folder/output.log" 2>&1 &
gateway=$!
export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=$MINIO_ROOT_USER AWS_SECRET_ACCESS_KEY=$MINIO_ROOT_PASSWORD
tool wait

say "uploading the report …"
tool upload "$folder"

adce() {
  local state=$1
  shift
  "$bin/adce" --config-dir "$folder/world/config" --lake s3://lake --state-dir "$folder/$state" \
    --quiet --output json "$@"
}
now=(--now 2025-01-15T00:00:00Z)
# Each alternately, so that both meet the same machine.
for round in 1 2; do
  say "listing, round $round: a bare client, then adce …"
  tool list >"$folder/bare-$round.json"
  adce "listing-$round" reconcile "${now[@]}" >"$folder/listing-$round.json"
done
say "the report …"
adce report reconcile "${now[@]}" --inventory-report s3://reports/inv/ >"$folder/report.json"
adce listing-2 gaps >"$folder/gaps-listing.jsonl"
adce report gaps >"$folder/gaps-report.jsonl"
missed=0
tool compare "$folder" || missed=1
say "cycles that find nothing changed …"
tool unchanged "$folder" "$bin/adce" || missed=1
exit "$missed"
