#!/usr/bin/env bash
# Figures of a daemon with its HTTP face, in a release build, on a demo lake of its own: start to
# healthy, idle CPU and memory, requests a second (wrk, 50 connections), and how long /health takes
# while a thousand clients dribble a byte a second. Fails if one of the budgets is missed.
#
#   scripts/face-bench.sh [--idle SECONDS]        (default 30)
#
# Needs wrk, python3 and curl; what is missing is named, and its figure left out.
set -euo pipefail
cd "$(dirname "$0")/.."

idle=30
[ "${1:-}" = "--idle" ] && idle=$2

adce=${ADCE_BIN:-$PWD/.build/release}/adce
[ -n "${ADCE_BIN:-}" ] || scripts/quietly.sh swift build -c release --product adce

work=$(mktemp -d)
daemon=
finish() {
  if [ -n "$daemon" ]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

missed=0
verdict() { # name, value, budget, whether it is kept (awk condition)
  local word=kept
  awk "BEGIN { exit !($2 $4 $3) }" || { word=MISSED; missed=1; }
  printf '%-34s %10s   (%s %s: %s)\n' "$1" "$2" "$4" "$3" "$word"
}

# The demo's definition, and a lake that is complete: an idle daemon has nothing to fetch.
cp -r fixtures/demo/. "$work"
mkdir -p "$work/lake"
python3 - "$work" <<'PY'
import csv, os, sys
work = sys.argv[1]
def put(key):
    path = os.path.join(work, "lake", key)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write('{"rows": "' + "." * 400 + '"}')
for row in csv.reader(open(work + "/catalogs/games.csv")):
    for kind in ("play_by_play", "box_score"):
        put(f"origin/{kind}/{row[0]}/{row[3]}.json")
for row in csv.reader(open(work + "/catalogs/players.csv")):
    put(f"origin/player_log/{row[0]}/{row[1]}.json")
for season in ("2023-24", "2024-25"):
    for team in "ATL BOS CHI DEN GSW LAL MIA NYK PHI SAS".split():
        put(f"standings/{season}/{team}.json")
PY
sed -i.bak 's/health_check: {enabled: false}/health_check: {enabled: true, port: 0}/' \
  "$work/config/autonomous_config.yaml"

url() { sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$work/log" | head -n 1; }
now() { date +%s%N; }
start() {
  : >"$work/log"
  "$adce" --config-dir "$work/config" --state-dir "$work/state" --lake "file://$work/lake" run \
    2>"$work/log" >/dev/null &
  daemon=$!
}

# Start to healthy, five times: the first makes the state, the others recover it. The median.
times=()
for _ in 1 2 3 4 5; do
  begun=$(now)
  start
  until address=$(url) && [ -n "$address" ] && curl -fs -o /dev/null "$address/health"; do
    kill -0 "$daemon" || { cat "$work/log"; exit 1; }
    sleep 0.005
  done
  times+=($((($(now) - begun) / 1000000)))
  [ "${#times[@]}" -eq 5 ] || { kill "$daemon"; wait "$daemon" || true; }
done
median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 3p)
verdict "start to healthy, ms" "$median" 500 "<="

ticks() { awk '{print $14 + $15}' "/proc/$daemon/stat"; }
kilobytes() { awk -v field="$1:" '$1 == field {print $2}' "/proc/$daemon/status"; }
if [ -r "/proc/$daemon/stat" ]; then
  sleep 2
  before=$(ticks)
  sleep "$idle"
  used=$(($(ticks) - before))
  verdict "idle CPU, % of a core" \
    "$(awk "BEGIN { printf \"%.3f\", $used * 100 / $(getconf CLK_TCK) / $idle }")" 0.2 "<="
  verdict "idle anonymous memory, MB" \
    "$(awk "BEGIN { printf \"%.1f\", $(kilobytes RssAnon) / 1000 }")" 40 "<="
  printf '%-34s %10s\n' "idle resident memory, MB" \
    "$(awk "BEGIN { printf \"%.1f\", $(kilobytes VmRSS) / 1000 }")"
  printf '%-34s %10s\n' "threads" "$(kilobytes Threads)"
else
  echo "idle CPU and memory: no /proc here, left out"
fi

if command -v wrk >/dev/null 2>&1; then
  rate=$(wrk -c50 -t1 -d5s "$address/health" | awk '/Requests\/sec/ {printf "%d", $2}')
  verdict "/health a second, 50 connections" "$rate" 10000 ">="
  rate=$(wrk -c50 -t1 -d5s "$address/metrics" | awk '/Requests\/sec/ {printf "%d", $2}')
  printf '%-34s %10s\n' "/metrics a second" "$rate"
else
  echo "requests a second: wrk is not installed, left out"
fi

worst=$(python3 - "$address" <<'PY'
import http.client, socket, sys, time, urllib.parse
host, port = urllib.parse.urlsplit(sys.argv[1]).netloc.split(":")
slow = []
for _ in range(1000):
    connection = socket.create_connection((host, int(port)))
    connection.sendall(b"GET /health HTTP/1.1\r\nX: ")
    slow.append(connection)
worst = 0.0
for second in range(8):
    for connection in slow:
        connection.sendall(b"a")
    for _ in range(10):
        begun = time.perf_counter()
        client = http.client.HTTPConnection(host, int(port), timeout=5)
        client.request("GET", "/health")
        assert client.getresponse().status == 200
        client.close()
        worst = max(worst, time.perf_counter() - begun)
        time.sleep(0.1)
print(round(worst * 1000, 1))
PY
)
verdict "worst /health with 1,000 slow, ms" "$worst" 100 "<="

exit "$missed"
