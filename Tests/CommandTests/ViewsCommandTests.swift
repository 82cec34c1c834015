import Foundation
import Testing

/// The files that users' tools read.
@Suite(.waitsForProcesses) struct ViewsCommandTests {
  private static let names = [
    "inventory/cache/coverage_analysis.json", "inventory/cache/current_inventory.json",
    "inventory/cache/detected_gaps.json", "inventory/gaps.json",
  ]

  private static func views(_ lake: DemoLake) -> [String] {
    Files.below(lake.folder.path("inventory")).map { "inventory/" + $0 }
      .filter { $0 != "inventory/data_inventory.yaml" }
  }

  private static func view(_ lake: DemoLake, _ name: String) throws -> JSON {
    try JSON(try lake.folder.text(of: name))
  }

  private static let byPriority = Shape.object([
    "critical": .count, "high": .count, "medium": .count, "low": .count,
  ])

  private static let queue = Shape.object([
    "generated_at": .time, "total_tasks": .count, "by_priority": byPriority,
    "by_source": .map(.count), "by_scraper": .map(.count), "estimated_total_minutes": .number,
    "truncated": .bool,
    "tasks": .list(
      .object([
        "id": .text, "priority": .oneOf(["critical", "high", "medium", "low"]),
        "gap_type": .oneOf(["missing", "undersized", "stale"]), "source": .text,
        "season": .nullable(.text), "data_type": .text, "scraper": .text,
        "missing_files": .count, "game_ids": .list(.text), "estimated_time_minutes": .number,
        "reason": .text, "created_at": .time, "status": .text, "files": .list(.text),
        "files_total": .count, "truncated": .bool,
      ])),
  ])

  private static let files: [String: Shape] = [
    "expected_files": .count, "actual_files": .count, "missing_files": .count,
    "stale_files": .count, "completeness_pct": .percent,
  ]

  private static let coverage = Shape.object([
    "timestamp": .time,
    "summary": .object([
      "total_sources": .count, "sources_complete": .count, "sources_incomplete": .count,
      "critical_gaps": .count, "total_missing_files": .count, "total_stale_files": .count,
      "overall_completeness_pct": .percent,
    ]),
    "by_source": .map(
      .object(
        files.merging([
          "by_season": .map(.object(files)), "by_type": .map(.object(files)),
        ]) { $1 })),
  ])

  private static let gaps = Shape.object([
    "timestamp": .time, "current_season": .nullable(.text),
    "summary": .object(["total_gaps": .count, "by_priority": byPriority]),
    "gaps": .map(
      .list(
        .object([
          "gap_type": .text, "priority": .text, "source": .text, "season": .nullable(.text),
          "missing_files": .count, "stale_files": .count, "completeness_pct": .percent,
          "reason": .text, "detected_at": .time,
        ]))),
  ])

  private static let holding = Shape.map(
    .object(["count": .count, "total_size": .nullable(.bytes)]))

  private static let inventory = Shape.object([
    "metadata": .object([
      "scan_timestamp": .time, "bucket": .text, "scan_mode": .text,
      "total_objects_scanned": .count, "total_objects_kept": .count, "total_size_bytes": .bytes,
      "scan_duration_seconds": .number,
    ]),
    "by_source": holding, "by_season": holding, "by_type": holding,
  ])

  @Test func `a list of more than a hundred keys is cut, says so, and counts them all`() throws {
    let project = try CommandProject(
      CommandProject.good, itemsPerTask: 120, names: (0..<150).map { "n\($0)" })
    #expect(try project.adce("reconcile").code == 0)
    let gaps = try JSON(project.folder.text(of: "inventory/cache/detected_gaps.json"))
    let entries = ["critical", "high", "medium", "low"].flatMap { gaps["gaps"][$0].list }
    #expect(entries.count == 1)
    let entry = try #require(entries.first)
    #expect(entry["files"].list.count == 100)
    #expect(entry["files_total"].integer == 150)
    #expect(entry["truncated"].bool == true)
    let queue = try JSON(project.folder.text(of: "inventory/gaps.json"))
    let tasks = queue["tasks"].list.sorted {
      ($0["files_total"].integer ?? 0) > ($1["files_total"].integer ?? 0)
    }
    #expect(tasks.map { $0["files_total"].integer } == [120, 30])
    #expect(tasks.map { $0["files"].list.count } == [100, 30])
    #expect(tasks.map { $0["truncated"].bool } == [true, false])
    #expect(tasks.map { $0["missing_files"].integer } == [120, 30])
    // Nothing is cut of the list of tasks itself.
    #expect(queue["truncated"].bool == false)
  }

  @Test func `a comparison writes the queue, the coverage, the gaps and the inventory`() throws {
    let lake = try DemoLake()
    let outcome = try lake.adce("reconcile")
    #expect(outcome.code == 0, "\(outcome)")
    #expect(Self.views(lake) == Self.names)

    let queue = try Self.view(lake, "inventory/gaps.json")
    #expect(Self.queue.faults(in: queue) == [])
    let named = queue["tasks"].list.flatMap { $0["files"].list.compactMap(\.text) }
    #expect(Set(named) == Set(lake.holes.map(\.key)))
    #expect(named.count == lake.holes.count)
    #expect(queue["total_tasks"].integer == queue["tasks"].list.count)
    let counted = queue["by_priority"].map.values.compactMap(\.integer).reduce(0, +)
    #expect(counted == queue["tasks"].list.count)

    let coverage = try Self.view(lake, "inventory/cache/coverage_analysis.json")
    #expect(Self.coverage.faults(in: coverage) == [])
    #expect(coverage["summary"]["total_missing_files"].integer == lake.holes.count)
    let expected = coverage["by_source"].map.values.compactMap { $0["expected_files"].integer }
    #expect(expected.reduce(0, +) == lake.objects.count)

    let gaps = try Self.view(lake, "inventory/cache/detected_gaps.json")
    #expect(Self.gaps.faults(in: gaps) == [])
    let listed = gaps["gaps"].map.values.flatMap(\.list)
    #expect(listed.compactMap { $0["missing_files"].integer }.reduce(0, +) == lake.holes.count)
    #expect(gaps["summary"]["total_gaps"].integer == listed.count)

    let inventory = try Self.view(lake, "inventory/cache/current_inventory.json")
    #expect(Self.inventory.faults(in: inventory) == [])
    let have = lake.objects.count - lake.holes.count
    #expect(inventory["metadata"]["total_objects_scanned"].integer == have)
    #expect(inventory["metadata"]["scan_mode"].text == "directory")
    let sources = inventory["by_source"].map.values.compactMap { $0["count"].integer }
    #expect(sources.reduce(0, +) == have)
  }

  @Test func `after a run that filled everything the queue is empty`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let queue = try Self.view(lake, "inventory/gaps.json")
    #expect(Self.queue.faults(in: queue) == [])
    #expect(queue["total_tasks"].integer == 0)
    #expect(queue["estimated_total_minutes"].double == 0)
    let coverage = try Self.view(lake, "inventory/cache/coverage_analysis.json")
    #expect(coverage["summary"]["overall_completeness_pct"].double == 100)
    #expect(coverage["summary"]["sources_incomplete"].integer == 0)
  }

  @Test func `a dry run writes views only where the files say so`() throws {
    let quiet = try DemoLake()
    #expect(try quiet.adce("reconcile", "--dry-run").code == 0)
    #expect(try quiet.adce("run", "--once", "--dry-run").code == 0)
    #expect(Self.views(quiet) == [])

    let saving = try DemoLake { file, text in
      file == "config/reconciliation_config.yaml"
        ? text + "\ndry_run: {enabled: false, save_results: true}\n" : text
    }
    #expect(try saving.adce("reconcile", "--dry-run").code == 0)
    #expect(Self.views(saving) == Self.names)
    #expect(!Files.exist(saving.folder.path("state")))

    let silent = try DemoLake { file, text in
      file == "config/reconciliation_config.yaml"
        ? text + "\ndry_run: {enabled: true, save_results: false}\n" : text
    }
    #expect(try silent.adce("reconcile").code == 0)
    #expect(Self.views(silent) == [])
  }

  @Test func `a place that cannot be written is one message, and no failure`() throws {
    let lake = try DemoLake()
    try lake.folder.write("", to: "inventory/cache")
    let outcome = try lake.adce("reconcile")
    #expect(outcome.code == 0, "\(outcome)")
    let said = outcome.errors.split(separator: "\n").filter { $0.contains("view") }
    #expect(said.count == 1, "\(outcome.errors)")
    #expect(said.first?.contains("inventory/cache") == true)
    // The queue lies elsewhere, and is written.
    #expect(Files.exist(lake.folder.path("inventory/gaps.json")))
  }

  @Test func `files that still hold are not written again`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text.replacing(
          "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.01")
        : text
    }
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let loop = try lake.start("run")
    func inode(_ name: String) throws -> Int {
      let found = try FileManager.default.attributesOfItem(atPath: lake.folder.path(name))
      return try #require(found[.systemFileNumber] as? Int)
    }
    let scanned = { try Self.view(lake, "inventory/cache/current_inventory.json")["metadata"] }
    // A first cycle of this process, and a second, in which nothing has changed.
    var seen: Set<JSON> = []
    let hasCycled = try wait(20) { try (seen.insert(scanned()), seen.count >= 3).1 }
    try #require(hasCycled, "\(loop.errorsSoFar)")
    let before = try [Self.names[0], Self.names[2], Self.names[3]].map { try inode($0) }
    seen = []
    #expect(try wait(20) { try (seen.insert(scanned()), seen.count >= 4).1 })
    #expect(try [Self.names[0], Self.names[2], Self.names[3]].map { try inode($0) } == before)
    // Somebody deletes one: it comes again.
    try FileManager.default.removeItem(atPath: lake.folder.path("inventory/gaps.json"))
    #expect(wait(20) { Files.exist(lake.folder.path("inventory/gaps.json")) })
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
  }

  @Test func `metrics stand among those of others, and a check compares them`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text + """

          integration:
            dims: {enabled: true, metrics_to_track: [cycles_completed, missing_files, no_such]}

          """ : text
    }
    let theirs = "metadata:\n  version: 1.0.0\ns3_storage:\n  total_objects:\n    value: 1\n"
    try lake.folder.write(theirs, to: "inventory/metrics.yaml")
    let first = try lake.adce("reconcile")
    #expect(first.code == 0, "\(first)")
    #expect(first.errors.contains("there is no metric no_such"))
    let text = try lake.folder.text(of: "inventory/metrics.yaml")
    #expect(text.hasPrefix(theirs + "adce:\n  cycles_completed:\n    value: 1\n"))
    #expect(text.contains("  missing_files:\n    value: \(lake.holes.count)\n"))
    #expect(try lake.adce("export", "metrics", "--check").code == 0)

    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    #expect(try lake.adce("export", "metrics", "--check").code == 0)
    // Somebody restores an old one.
    try lake.folder.write(text, to: "inventory/metrics.yaml")
    let check = try lake.adce("export", "metrics", "--check", "--output", "json")
    #expect(check.code == 1)
    #expect(try check.json()["up_to_date"].bool == false)
    #expect(
      try check.json()["outdated"].list.compactMap { $0["name"].text } == [
        "cycles_completed", "missing_files",
      ])
    #expect(try lake.folder.text(of: "inventory/metrics.yaml") == text)
    #expect(try lake.adce("export", "metrics").code == 0)
    #expect(try lake.adce("export", "metrics", "--check").code == 0)
  }

  @Test func `views are exported on demand, to another folder too`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("export").code == 65)
    #expect(try lake.adce("reconcile", "-q").code == 0)
    for name in Self.names { try FileManager.default.removeItem(atPath: lake.folder.path(name)) }
    let outcome = try lake.adce("export", lake.folder.path("other"), "--output", "json")
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try outcome.json()["files"].list.count == 4)
    #expect(Files.below(lake.folder.path("other")) == Self.names)
    #expect(Self.views(lake) == [])
    #expect(try lake.adce("export").code == 0)
    #expect(Self.views(lake) == Self.names)
  }
}
