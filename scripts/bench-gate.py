#!/usr/bin/env python3
"""What `adce-sim bench` cannot see from inside one process, of the release build.

  scripts/bench-gate.py

- The memory of `adce reconcile` at its peak, the whole process: a world of 172,754 objects in an
  inventory report within 80 MB.
- One seed comes to one digest in two processes, and in the debug build if it is there.

Exit 1 if a bound is missed. Wants: swift build -c release.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("ADCE_BIN", ROOT + "/.build/release")
DEBUG = ROOT + "/.build/debug/adce-sim"
MEGABYTES = 80


class Verdicts:
    def __init__(self):
        self.missed = False

    def say(self, name, value, isKept, bound):
        self.missed |= not isKept
        print(f"{name:44} {value:>12}   ({bound}: {'kept' if isKept else 'MISSED'})", flush=True)


def output(words):
    return subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout


def peak(folder):
    """Megabytes, the least of three: what the allocator keeps depends on the moment."""
    world = folder + "/world"
    output([BIN + "/adce-sim", "world", world])
    peaks = []
    for number in range(3):
        answer = output(
            [BIN + "/adce", "--config-dir", world + "/config", "--quiet", "--output", "json",
             "--state-dir", f"{folder}/state-{number}", "reconcile",
             "--now", "2025-01-15T00:00:00Z", "--inventory-report", world + "/reports"])
        peaks.append(json.loads(answer)["peak_rss_bytes"])
    return min(peaks) / 1e6


def main():
    verdicts = Verdicts()
    folder = tempfile.mkdtemp(prefix="adce-bench-")
    try:
        megabytes = peak(folder)
        verdicts.say("a reconciliation's peak resident memory, MB", f"{megabytes:.1f}",
                     megabytes <= MEGABYTES, f"at most {MEGABYTES}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    run = ["run", "--seed", "1", "--duration", "2h", "--json"]
    programs = [BIN + "/adce-sim"] * 2 + [DEBUG] * os.path.exists(DEBUG)
    digests = {json.loads(output([program] + run))["digest"] for program in programs}
    where = "release twice and debug" if os.path.exists(DEBUG) else "release twice"
    verdicts.say("digests of one seed", len(digests), len(digests) == 1, where)
    return 1 if verdicts.missed else 0


sys.exit(main())
