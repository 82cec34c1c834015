#!/usr/bin/env python3
"""Hours of cycles in quick motion: whether a daemon stays as small as it began.

  scripts/soak.py [CYCLES]        default: 960, eight hours of one every thirty seconds

A release `adce run` on the demo's lake, with a cycle every 0.6 s. Each second three objects are
lost, which it finds and fetches again. Memory, descriptors, threads and the sizes of its files are
sampled each second; the last third of the samples is held against the second (the first warms up).
Exit 1 if something grew that should not, or the lake is not whole in the end.

Wants: swift build -c release (adce and adce-sim). Linux only: it reads /proc.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("ADCE_BIN", ROOT + "/.build/release")


def edit(path, *changes):
    with open(path) as file:
        text = file.read()
    for old, new in changes:
        assert old in text, f"{path}: no {old!r}"
        text = text.replace(old, new)
    with open(path, "w") as file:
        file.write(text)


def project(folder, port):
    shutil.copytree(ROOT + "/fixtures/demo", folder, dirs_exist_ok=True)
    os.makedirs(folder + "/lake")
    edit(
        folder + "/config/autonomous_config.yaml",
        ("reconciliation_interval_minutes: 1\n", "reconciliation_interval_minutes: 0.01\n"),
        ("task_check_interval_seconds: 5", "task_check_interval_seconds: 0.3"),
        ("requests_per_minute: 1200, requests_per_hour: 72000, burst_size: 10",
         "requests_per_minute: 60000, requests_per_hour: 3600000, burst_size: 100"),
        ("health_check: {enabled: false}", "health_check: {enabled: true, port: 0}"),
        ("logging: {level: INFO, style: human}",
         "logging: {level: INFO, style: human, file: log.txt, max_size_mb: 0.2, backup_count: 2}"),
    )
    edit(
        folder + "/config/scraper_config.yaml",
        ("127.0.0.1:18080", f"127.0.0.1:{port}"),
        ("requests_per_second: 20, burst_size: 10", "requests_per_second: 1000, burst_size: 100"),
    )


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def files_below(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(place, name)


def size(path):
    """What a file takes on disk: the state's map is sparse."""
    try:
        return os.stat(path).st_blocks * 512
    except FileNotFoundError:
        return 0


class Sampler:
    def __init__(self, pid, folder):
        self.pid, self.folder, self.rows = pid, folder, []

    def sample(self):
        with open(f"/proc/{self.pid}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        state = {os.path.relpath(p, self.folder): size(p)
                 for p in files_below(self.folder) if "/lake/" not in p}
        audit = sum(n for p, n in state.items() if "audit" in p)
        log = sum(n for p, n in state.items() if os.path.basename(p).startswith("log.txt"))
        self.rows.append({
            "anonymous memory, kB": int(status["RssAnon"].split()[0]),
            "threads": int(status["Threads"]),
            "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
            "state's map, bytes on disk": state.get("state/data.mdb", 0),
            "log files, bytes": log,
            "audit log, bytes": audit,
            "other files, bytes": sum(state.values()) - audit - log
            - state.get("state/data.mdb", 0),
            "files": len(state),
        })


# What the last third may have above the second: a part of it, and so much.
SLACK = {
    "anonymous memory, kB": (0.05, 512),
    "threads": (0, 1),
    "descriptors": (0, 4),
    "state's map, bytes on disk": (0.02, 64 * 1024),
    "log files, bytes": (0, 700_000),
    "other files, bytes": (0.05, 64 * 1024),
    "files": (0, 4),
}


def report(rows):
    missed = False
    third = len(rows) // 3
    print(f"{'':28} {'begin':>10} {'2nd third':>10} {'last third':>10}   (largest of each)")
    for name in rows[0]:
        second = max(row[name] for row in rows[third:2 * third])
        last = max(row[name] for row in rows[2 * third:])
        verdict = "grows with what was done, kept by age"
        if name in SLACK:
            part, more = SLACK[name]
            isFlat = last <= second * (1 + part) + more
            missed |= not isFlat
            verdict = "flat" if isFlat else "GROWS"
        print(f"{name:28} {rows[0][name]:>10} {second:>10} {last:>10}   {verdict}")
    return missed


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 960
    folder = tempfile.mkdtemp(prefix="adce-soak-")
    programs = []
    try:
        origin = subprocess.Popen(
            [BIN + "/adce-sim", "origin", "--lifetime", "3h"], stdout=subprocess.PIPE, text=True)
        programs.append(origin)
        port = int(re.search(r":(\d+)", origin.stdout.readline()).group(1))
        project(folder, port)
        said = open(folder + "/said.txt", "w")
        daemon = subprocess.Popen(
            [BIN + "/adce", "--config-dir", folder + "/config", "--state-dir", folder + "/state",
             "--lake", "file://" + folder + "/lake", "run"],
            cwd=folder, stdout=said, stderr=said)
        programs.append(daemon)
        url = None
        while url is None:
            time.sleep(0.1)
            assert daemon.poll() is None, open(folder + "/said.txt").read()
            texts = [open(p).read() for p in (folder + "/said.txt", folder + "/log.txt")
                     if os.path.exists(p)]
            found = re.search(r"listens on (http://\S+)", "".join(texts))
            url = found and found.group(1)
        sampler = Sampler(daemon.pid, folder)
        dice = random.Random(1)
        cycles, lost, began = 0, 0, time.monotonic()
        while cycles < wanted:
            time.sleep(1)
            assert daemon.poll() is None, open(folder + "/said.txt").read()[-4000:]
            status = json.loads(get(url + "/status"))
            cycles = status["cycles"]["completed"]
            if status["inventory"]["objects"] >= 400:
                held = sorted(p for p in files_below(folder + "/lake") if p.endswith(".json"))
                for path in dice.sample(held, 3):
                    os.remove(path)
                    lost += 1
                sampler.sample()
        with open(f"/proc/{daemon.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        seconds = time.monotonic() - began
        print(f"{cycles} cycles in {seconds:.0f} s, {cpu:.1f} s of CPU; {lost} objects lost and "
              f"fetched again")
        missed = report(sampler.rows)
        for _ in range(60):
            if json.loads(get(url + "/status"))["inventory"]["objects"] == 400:
                break
            time.sleep(0.5)
        else:
            print("MISSED: the lake is not whole in the end")
            missed = True
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(timeout=30)
        if code != 0:
            print(f"MISSED: it ended with {code}")
            missed = True
        return 1 if missed else 0
    finally:
        for program in programs:
            if program.poll() is None:
                program.kill()
                program.wait()
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
