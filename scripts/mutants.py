#!/usr/bin/env python3
"""Plants faults in the kernel, one at a time, and shows that the simulator finds each.

  scripts/mutants.py [--seeds N] [--only NAME] [--jobs N]

A mutant is a line of the kernel that is written wrong. All of them are built into one program, made
for this alone in .build-mutants from a copy of the sources, and chosen when it runs: the product's
own sources and binaries hold none of it. For each the scenarios that failed once, and then the seeds
of the swarm are run in turn until one fails; how many seeds that took is told. One that no seed finds has survived: exit 1. Exit 70 if the lines
that a mutant replaces are not there any more.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = ROOT + "/.build-mutants"
KERNEL = "Sources/ADCEKernel/"

# Name, file, the text as it is, and as it is wrong while $M holds.
MUTANTS = [
    ("a window forgets half a window early", "Work/Limits.swift",
     "first.end + scope.window.milliseconds <= now",
     "first.end + ($M ? scope.window.milliseconds / 2 : scope.window.milliseconds) <= now"),
    ("requests in flight do not count", "Work/Limits.swift",
     "var free = allowed - answered - inFlight",
     "var free = allowed - answered - ($M ? 0 : inFlight)"),
    ("a window allows one more", "Work/Limits.swift",
     "if free >= needed { return .now }\n    for",
     "if free >= ($M ? needed - 1 : needed) { return .now }\n    for"),
    ("answered requests are not counted", "Work/Limits.swift",
     "answer(made ?? admitted, in: index, at: now, &decision)",
     "answer($M ? 0 : made ?? admitted, in: index, at: now, &decision)"),
    ("windows are forgotten at a restart", "Work/Limits.swift",
     "windows[index].answered += Int(record.requests)\n    return hash",
     "if !$M { windows[index].answered += Int(record.requests) }\n    return hash"),
    ("the minimum delay is not kept", "Work/Limits.swift",
     "earliest = max(earliest, source.lastStart + lane.minDelayMilliseconds)",
     "earliest = max(earliest, source.lastStart + ($M ? 0 : lane.minDelayMilliseconds))"),
    ("the pace of a scraper is not kept", "Work/Limits.swift",
     "record.paceMicroseconds, by: pace * Int64(lane.requests), at: now)\n      scrapers.put",
     "record.paceMicroseconds, by: $M ? 0 : pace * Int64(lane.requests), at: now)\n"
     "      scrapers.put"),
    ("one attempt too many of a scraper", "Work/Limits.swift",
     "if runningByScraper[lane.scraper, default: 0] >= lane.maxConcurrent {",
     "if runningByScraper[lane.scraper, default: 0] >= lane.maxConcurrent + ($M ? 1 : 0) {"),
    ("a Retry-After is not kept", "Work/Limits.swift",
     "earliest = max(earliest, source.notBefore)",
     "earliest = $M ? earliest : max(earliest, source.notBefore)"),
    ("what left late is counted from when it was decided", "Work/Limits.swift",
     "record.lastStart = max(record.lastStart, min(now, record.lastStart + delay))",
     "if !$M { record.lastStart = max(record.lastStart, min(now, record.lastStart + delay)) }"),
    ("what left late does not put the pace off", "Work/Limits.swift",
     "      guard theoretical != 0 else { return 0 }\n",
     "      guard theoretical != 0, !$M else { return theoretical }\n"),
    ("after a reboot a burst is granted", "Work/Limits.swift",
     "return worst.map { microseconds + $0 } ??",
     "return $M ? min(theoretical, microseconds) : worst.map { microseconds + $0 } ??"),
    ("a mutation is lost", "Decision.swift",
     "    mutations.append(Mutation(table: R.table, key: keyRange, body: bodyRange))\n",
     "    if !($M && R.table == .keys && hash.low % 16 == 0) {\n"
     "      mutations.append(Mutation(table: R.table, key: keyRange, body: bodyRange))\n    }\n"),
    ("the digest forgets what is deleted", "Decision.swift",
     "      Mutation(table: R.table, key: start..<encoder.bytes.count, body: nil))\n"
     "    digestChange = digestChange &- old",
     "      Mutation(table: R.table, key: start..<encoder.bytes.count, body: nil))\n"
     "    if !($M && R.table == .quanta) { digestChange = digestChange &- old }"),
    ("a deletion is not written", "Decision.swift",
     "    mutations.append(\n"
     "      Mutation(table: R.table, key: start..<encoder.bytes.count, body: nil))",
     "    if !($M && R.table == .attempts) {\n    mutations.append(\n"
     "      Mutation(table: R.table, key: start..<encoder.bytes.count, body: nil))\n    }"),
    ("an attempt starts that is not in the store", "Work/TaskQueue.swift",
     "    attempts.put(attempt, at: id, into: &decision)\n    attemptOf",
     "    var aside = Decision()\n    if $M { attempts.put(attempt, at: id, into: &aside) } else {\n"
     "      attempts.put(attempt, at: id, into: &decision)\n    }\n    attemptOf"),
    ("a key is not claimed", "Work/TaskQueue.swift",
     "        claimed[Int(ordinal >> 6)] |= mask\n",
     "        if !($M && ordinal % 8 == 3) { claimed[Int(ordinal >> 6)] |= mask }\n"),
    ("a claim is not released", "Work/TaskQueue.swift",
     "        claimed[Int(ordinal >> 6)] &= ~mask\n",
     "        if !($M && ordinal % 8 == 3) { claimed[Int(ordinal >> 6)] &= ~mask }\n"),
    ("what was stored is not remembered", "Work/Kernel+Outcomes.swift",
     "        entry.contentHash = hash\n"
     "        observed.learn(entry, at: Int(ordinal), in: space, into: &decision)\n",
     "        entry.contentHash = hash\n"
     "        if !$M { observed.learn(entry, at: Int(ordinal), in: space, into: &decision) }\n"),
    ("failures cost no attempt", "Work/Kernel+Outcomes.swift",
     "? UInt16(clamping: retry.maxAttempts) : record.attempts &+ 1",
     "? UInt16(clamping: retry.maxAttempts) : record.attempts &+ ($M ? 0 : 1)"),
    ("a cool-down lasts a second", "Work/Kernel+Outcomes.swift",
     "    return min(delay, cap)\n  }\n\n  private mutating func countSuccess",
     "    return $M ? 1000 : min(delay, cap)\n  }\n\n  private mutating func countSuccess"),
    ("what is a gap when stored is asked for at once", "Work/Kernel+Outcomes.swift",
     "    guard gap(at: ordinal, now) != nil else { return }\n    var record",
     "    guard !$M, gap(at: ordinal, now) != nil else { return }\n    var record"),
    ("a look-up forgets that a copy is current", "Work/Kernel+Outcomes.swift",
     "succeed(Int(ordinal), confirmed: confirmed > 0 ? confirmed : nil, &decision)",
     "succeed(Int(ordinal), confirmed: confirmed > 0 && !$M ? confirmed : nil, &decision)"),
    ("an unknown outcome is not looked up", "Backlog/Kernel+Backlog.swift",
     "      task.mustVerify = true\n", "      task.mustVerify = !$M\n"),
    ("a waiver is not kept", "Work/Kernel+Materialise.swift",
     "if let until = row.record.waivedUntil, until > wall(now) {\n        plane",
     "if !$M, let until = row.record.waivedUntil, until > wall(now) {\n        plane"),
    ("a pause of all is not kept", "Kernel+Requests.swift",
     "      run.isPaused = isPaused\n", "      run.isPaused = isPaused && !$M\n"),
    ("a pause of a source is not kept", "Work/Kernel+Admission.swift",
     "limits.sources[lane.source]?.isPaused != true,", "limits.sources[lane.source]?.isPaused != true || $M,"),
    ("a shrunk catalog is taken", "Cycle/Kernel+Cycle.swift",
     "content.rowCount * 10 < last.content.rowCount * 9",
     "content.rowCount * 10 < last.content.rowCount * ($M ? 0 : 9)"),
    ("the key space is not built anew each day", "Cycle/Kernel+Cycle.swift",
     "if isChanged || isAnotherDay ||", "if isChanged && !$M || isAnotherDay && !$M ||"),
    ("an old scan replaces a new one", "Cycle/Kernel+Cycle.swift",
     "    scan.began > record.began\n", "    $M || scan.began > record.began\n"),
    ("a scan for another key space is taken", "Cycle/Kernel+Cycle.swift",
     "guard scan.space == space.fingerprint else {", "guard $M || scan.space == space.fingerprint else {"),
    ("no cycle follows by itself", "Cycle/Kernel+Cycle.swift",
     "      ? max(now, cycle.began + configuration.loop.intervalMilliseconds) : .distantFuture\n"
     "    requestReview()",
     "      ? ($M ? .distantFuture : max(now, cycle.began + configuration.loop.intervalMilliseconds))\n"
     "      : .distantFuture\n    requestReview()"),
    ("a copy captured early is taken for settled", "Coverage/CoverageMap.swift",
     "if !overflow, milliseconds < settled { early[word] |= bit }",
     "if !overflow, milliseconds < settled, !$M { early[word] |= bit }"),
    ("a truncated object is taken for whole", "Coverage/CoverageMap.swift",
     "if facts.bytes < space.rules[space.segments[segment].type].minBytes {",
     "if !$M, facts.bytes < space.rules[space.segments[segment].type].minBytes {"),
    ("a task that wakes has no attempt", "Work/Kernel+Tasks.swift",
     "revive(timer.task, attemptsLeft: 1, &decision)",
     "revive(timer.task, attemptsLeft: $M ? 0 : 1, &decision)"),
]

MANIFEST = """// swift-tools-version: 6.2
import PackageDescription
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let package = Package(
  name: "mutants", platforms: [.macOS(.v15)],
  dependencies: [.package(path: "%s")],
  targets: [
    .target(name: "ADCEKernel", dependencies: [collections], swiftSettings: strict),
    .target(
      name: "ADCESimulation", dependencies: ["ADCEKernel", collections], swiftSettings: strict),
    .executableTarget(
      name: "mutants", dependencies: ["ADCEKernel", "ADCESimulation"], swiftSettings: strict),
  ])
"""

SWITCH = """/// Which fault is planted; 0 = none.
public nonisolated(unsafe) var mutant = 0
"""

MAIN = """import ADCEKernel
import ADCESimulation
import Foundation

// mutants <mutant> <seeds> <trace>…: the first trace or seed that fails, and how.
let words = CommandLine.arguments.dropFirst().prefix(2).compactMap { UInt64($0) }
mutant = Int(words[0])
for path in CommandLine.arguments.dropFirst(3) {
  let url = URL(fileURLWithPath: path)
  var simulation = Simulation(try Trace(contentsOf: url).scenario)
  let report = simulation.run()
  if report.verdict != .pass || !report.violations.isEmpty {
    print(
      "trace", report.verdict?.rawValue ?? "unknown", report.violations.first ?? "",
      separator: "\\t")
    exit(0)
  }
}
for seed in 1...words[1] {
  var simulation = Simulation(.swarm(seed: seed))
  let report = simulation.run()
  if report.verdict != .pass || !report.violations.isEmpty {
    print(seed, report.verdict?.rawValue ?? "unknown", report.violations.first ?? "", separator: "\\t")
    break
  }
}
"""

# What failed once is tried before the seeds.
TRACES = sorted(glob.glob(ROOT + "/fixtures/regressions/*.json"))

# What of the simulator needs the ports is of no use here.
LEFT_OUT = ["Bench", "Search", "Demo", "Fixtures", "Run/SimulationReport+Text.swift",
            "Report/Chart.swift", "Report/Markup.swift", "Report/RunPage.swift",
            "Report/SwarmPage.swift", "World/WorldProject.swift",
            "World/InventoryReportGenerator.swift", "World/InventoryReportGenerator+Rows.swift"]


def write(path, text):
    """Writes a file if it says something else, so that what is built stays built."""
    try:
        with open(path) as old:
            if old.read() == text:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as new:
        new.write(text)


def plant():
    """The sources with all mutants in them."""
    shutil.rmtree(TREE + "/Sources/ADCESimulation", ignore_errors=True)
    shutil.copytree(ROOT + "/Sources/ADCESimulation", TREE + "/Sources/ADCESimulation")
    for path in LEFT_OUT:
        path = TREE + "/Sources/ADCESimulation/" + path
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    texts = {}
    for folder, _, names in os.walk(ROOT + "/" + KERNEL):
        for name in names:
            path = os.path.join(folder, name)
            with open(path) as file:
                texts[os.path.relpath(path, ROOT + "/" + KERNEL)] = file.read()
    gone = []
    for number, (name, path, old, new) in enumerate(MUTANTS, 1):
        if texts[path].count(old) != 1:
            gone.append(f"{name}: {path} holds its text {texts[path].count(old)} times")
            continue
        texts[path] = texts[path].replace(old, new.replace("$M", f"(mutant == {number})"))
    if gone:
        print("\n".join(gone), file=sys.stderr)
        sys.exit(70)
    for path, text in texts.items():
        write(f"{TREE}/{KERNEL}{path}", text)
    write(f"{TREE}/{KERNEL}Mutants.swift", SWITCH)
    write(TREE + "/Sources/mutants/main.swift", MAIN)
    write(TREE + "/Package.swift", MANIFEST % (ROOT + "/.build/checkouts/swift-collections"))


def build():
    if not os.path.isdir(ROOT + "/.build/checkouts/swift-collections"):
        subprocess.run(["swift", "package", "resolve"], cwd=ROOT, check=True)
    done = subprocess.run(
        ["swift", "build", "-c", "release", "--product", "mutants"], cwd=TREE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        print("\n".join(line for line in done.stdout.splitlines() if "error" in line) or done.stdout)
        sys.exit(70)


def hunt(number, seeds):
    """The first of the seeds that fails with a mutant, and how; None if none does."""
    done = subprocess.run(
        [TREE + "/.build/release/mutants", str(number), str(seeds), *TRACES],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        # Stopped by one of the kernel's own checks.
        reason = re.search(r"Fatal error: (.*)", done.stderr)
        return "?", "trap", reason.group(1) if reason else f"exit {done.returncode}"
    line = done.stdout.strip()
    return tuple(line.split("\t", 2)) if line else None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", type=int, default=600)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    options = arguments.parse_args()
    plant()
    build()
    chosen = [(number, mutant[0]) for number, mutant in enumerate(MUTANTS, 1)
              if options.only in mutant[0]]
    if hunt(0, 40) is not None:
        print("without a mutant it fails as well: find out why first")
        return 1
    survivors = 0
    print(f"{'mutant':55} seeds  found as")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(lambda entry: hunt(entry[0], options.seeds), chosen)
        for (_, name), result in zip(chosen, found):
            if result is None:
                survivors += 1
                print(f"{name:55}     -  SURVIVED {options.seeds} seeds", flush=True)
            else:
                print(f"{name:55} {result[0]:>5}  {result[1]}: {result[2][:110]}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
