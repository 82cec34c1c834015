import Foundation
import Testing

/// What the commands print of a lake with holes that was reconciled.
@Suite(.waitsForProcesses) struct CommandOutputTests {
  private func reconciledLake() throws -> DemoLake {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    return lake
  }

  @Test func `reconcile says what is there, what is missing and what it made of it`() throws {
    let lake = try DemoLake()
    let outcome = try lake.adce("reconcile", "--output", "json")
    #expect(outcome.code == 0)
    let answer = try outcome.json()
    #expect(Shapes.coverage.faults(in: answer) == [])
    #expect(Shapes.reconcile.faults(in: answer) == [])
    #expect(answer["expected"].integer == lake.objects.count)
    #expect(answer["missing"].integer == lake.holes.count)
    #expect(answer["present"].integer == lake.objects.count - lake.holes.count)
    #expect(answer["have"]["objects"].integer == lake.objects.count - lake.holes.count)
    #expect(answer["have"]["source"].text == "directory")
    #expect(answer["cycle"].integer == 1)
    let bySource = answer["by_source"].map
    #expect(bySource.keys.sorted() == ["origin", "standings"])
    #expect(bySource.values.reduce(0) { $0 + ($1["missing"].integer ?? 0) } == lake.holes.count)
    for source in bySource.values {
      for total in ["expected", "present", "missing"] {
        let sum = source["data_types"].map.values.reduce(0) { $0 + ($1[total].integer ?? 0) }
        #expect(sum == source[total].integer)
      }
    }
    let priorities = answer["gaps_by_priority"].map.values.compactMap(\.integer)
    #expect(priorities.reduce(0, +) == lake.holes.count)
    let created = try #require(answer["tasks"]["created"].integer)
    #expect(created > 0)
    #expect(answer["tasks"]["open"].integer == created)

    let again = try lake.adce("reconcile", "--output", "json").json()
    #expect(again["cycle"].integer == 2)
    #expect(again["tasks"]["created"].integer == 0)
    #expect(again["tasks"]["open"].integer == created)
  }

  @Test func `init takes the global options before and behind it`() throws {
    let folder = try TemporaryFolder()
    let json = try Program.adce.run(["--output", "json", "init", folder.path("a")])
    #expect(json.code == 0, "\(json)")
    let written = try json.json()["written"].list.compactMap(\.text)
    #expect(written.contains { $0.hasSuffix("config/scraper_config.yaml") })
    for path in written {
      #expect(Files.exist(path) || Files.exist(folder.path("a/" + path)), "\(path)")
    }
    let quiet = try Program.adce.run(
      ["init", "b", "--quiet", "--config-dir", "x"], in: folder.path)
    #expect(quiet.code == 0, "\(quiet)")
    #expect(quiet.output == "" && quiet.errors == "")
    #expect(Files.below(folder.path("a")) == Files.below(folder.path("b")))
    #expect(try Program.adce.run(["init", "b", "-v"], in: folder.path).code != 0)
  }

  @Test func `times are told by the wall clock, whatever the steady one says`() throws {
    let lake = try DemoLake()
    let time = "2025-02-03T04:05:06Z"
    #expect(try lake.adce("reconcile", "--quiet", "--now", time).code == 0)
    let task = try #require(try lake.adce("tasks", "--output", "json").jsonLines().first)
    #expect(task["created_at"].text == time)
    let shown = try lake.adce("tasks", "show", try #require(task["id"].text)).output
    #expect(shown.contains("created    \(time)"), "\(shown)")
  }

  @Test func `gaps names every hole and nothing else, and its filters divide them`() throws {
    let lake = try reconciledLake()
    let gaps = try lake.adce("gaps", "--output", "json").jsonLines()
    #expect(gaps.flatMap { Shapes.gap.faults(in: $0) } == [])
    #expect(gaps.compactMap { $0["key"].text }.sorted() == lake.holes.map(\.key))
    for gap in gaps where gap["data_type"].text == "box_score" {
      let season = try #require(gap["season"].text)
      let id = try #require(gap["params"]["game_id"].text)
      #expect(gap["key"].text == "origin/box_score/\(season)/\(id).json")
      #expect(gap["scraper"].text == "origin_box_score")
    }
    let filters = [
      ("--priority", ["critical", "high", "medium", "low"]), ("--source", ["origin", "standings"]),
      ("--data-type", ["play_by_play", "box_score", "player_log", "by_team"]),
      ("--season", ["2023-24", "2024-25"]),
    ]
    for (option, values) in filters {
      let counts = try values.map {
        try lake.adce("gaps", option, $0, "--output", "json").lines.count
      }
      #expect(counts.reduce(0, +) == gaps.count, "\(option): \(counts)")
    }
    #expect(try lake.adce("gaps", "--limit", "7", "--output", "json").lines.count == 7)
  }

  @Test func `tasks hold each hole once, and its filters divide them`() throws {
    let lake = try reconciledLake()
    let tasks = try lake.adce("tasks", "list", "--output", "json").jsonLines()
    #expect(tasks.flatMap { Shapes.task.faults(in: $0) } == [])
    #expect(tasks.allSatisfy { $0["state"].text == "pending" && $0["attempts"].integer == 0 })
    var keys: [String] = []
    for task in tasks {
      let id = try #require(task["id"].text)
      let shown = try lake.adce("tasks", "show", id, "--output", "json").json()
      #expect(Shapes.task.faults(in: shown) == [])
      keys += shown["keys"].list.compactMap { $0["key"].text }
    }
    #expect(keys.sorted() == lake.holes.map(\.key))
    for (option, values) in [
      ("--priority", ["critical", "high", "medium", "low"]), ("--source", ["origin", "standings"]),
      ("--state", ["pending", "parked", "done"]),
    ] {
      let counts = try values.map {
        try lake.adce("tasks", option, $0, "--output", "json").lines.count
      }
      #expect(counts.reduce(0, +) == tasks.count, "\(option): \(counts)")
    }
    #expect(try lake.adce("tasks", "--limit", "2", "--output", "json").lines.count == 2)
    let absent = try lake.adce("tasks", "show", "999999")
    #expect(absent.code == 1)
    #expect(absent.errors.contains("999999"))
  }

  @Test func `coverage and status have the members of the contract`() throws {
    let lake = try reconciledLake()
    let coverage = try lake.adce("coverage", "--output", "json")
    #expect(coverage.code == 0)
    #expect(Shapes.coverage.faults(in: try coverage.json()) == [])
    let status = try lake.adce("status", "--output", "json")
    #expect(status.code == 3)
    let answer = try status.json()
    #expect(Shapes.status.faults(in: answer) == [])
    #expect(answer["running"] == .bool(false))
    #expect(answer["pid"] == .null)
    #expect(answer["cycles"]["completed"].integer == 1)
    #expect(answer["inventory"]["objects"].integer == lake.objects.count - lake.holes.count)
    let tasks = try lake.adce("tasks", "--output", "json").lines.count
    #expect(answer["tasks"]["total"].integer == tasks)
  }

  @Test func `status before anything was done is that nothing runs, not that data is bad`() throws {
    let lake = try DemoLake()
    let table = try lake.adce("status")
    #expect(table.code == 3, "\(table)")
    #expect(table.output.contains("not running"))
    let json = try lake.adce("status", "--output", "json")
    #expect(json.code == 3)
    #expect(Shapes.status.faults(in: try json.json()) == [])
    #expect(!Files.exist(lake.folder.path("state")))
  }

  @Test func `status of a loop that runs names its process`() throws {
    let lake = try DemoLake(latencyMilliseconds: 300)
    let loop = try lake.start("run")
    let hasBegun = try wait(20) { try !lake.origin.requests().isEmpty }
    try #require(hasBegun, "\(loop.errorsSoFar)")
    let status = try lake.adce("status", "--output", "json")
    #expect(status.code == 0, "\(status)")
    let answer = try status.json()
    #expect(Shapes.status.faults(in: answer) == [])
    #expect(answer["running"] == .bool(true))
    #expect(answer["pid"].integer == Int(loop.pid))
    #expect(answer["cycles"]["next_at"].text != nil)
    #expect(try lake.adce("status").output.contains("pid \(loop.pid)"))
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
  }

  @Test func `scrapers lists, shows and checks`() throws {
    let lake = try DemoLake()
    let lines = try lake.adce("scrapers", "--output", "json").jsonLines()
    #expect(lines.flatMap { Shapes.scraper.faults(in: $0) } == [])
    #expect(
      lines.compactMap { $0["id"].text } == [
        "origin_play_by_play", "origin_box_score", "origin_player_log", "standings",
      ])
    #expect(try lake.adce("scrapers", "list", "--source", "origin").lines.count == 4)
    let shown = try lake.adce("scrapers", "show", "standings", "--output", "json").json()
    #expect(Shapes.scraper.faults(in: shown) == [])
    #expect(shown["kind"].text == "command")
    #expect(shown["command"] == .list([.text("/bin/sh"), .text("scripts/standings.sh")]))
    let members: Set = ["data_type", "accepted_parameters", "storage", "timeout_seconds"]
    #expect(members.isSubset(of: shown.map.keys))
    #expect(shown["data_type"].text == "by_team")
    let table = try lake.adce("scrapers", "show", "standings").output
    #expect(table.contains(/data_type +by_team\n/), "\(table)")
    #expect(table.contains(/command +\/bin\/sh scripts\/standings.sh\n/), "\(table)")
    #expect(!table.contains("null") && !table.contains("["), "\(table)")
    #expect(try lake.adce("scrapers", "show", "nobody").code == 1)
    #expect(try lake.adce("scrapers", "check").code == 0)
    let choices = try lake.adce("scrapers", "check", "--output", "json").jsonLines()
    #expect(choices.compactMap { $0["data_type"].text }.count == 4)
  }

  @Test func `a data type that no scraper fills makes scrapers check end with 1`() throws {
    let lake = try DemoLake { file, text in
      file == "inventory/data_inventory.yaml"
        ? text.replacing(
          "      player_log:",
          with:
            "      orphan: {path_patterns: [\"orphan/{season}/{team}.json\"]}\n      player_log:"
        ) : text
    }
    let check = try lake.adce("scrapers", "check")
    #expect(check.code == 1)
    #expect(check.output.contains("none"))
  }

  @Test func `config check, show and suggest print tables and one JSON document each`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("config", "check").code == 0)
    _ = try lake.adce("config", "check", "--output", "json").json()
    let show = try lake.adce("config", "show")
    #expect(show.code == 0)
    #expect(show.output.contains("scrapers.origin_play_by_play.rate_limit.burst_size"))
    #expect(show.output.contains("config/scraper_config.yaml:12"))
    let settings = try lake.adce("config", "show", "--output", "json").json()
    #expect(settings != .null)
    #expect(try lake.adce("config", "suggest").code == 0)
    _ = try lake.adce("config", "suggest", "--output", "json").json()
  }

  @Test func `the state is verified and exported`() throws {
    let lake = try reconciledLake()
    let verify = try lake.adce("state", "verify", "--output", "json")
    #expect(verify.code == 0)
    let answer = try verify.json()
    #expect(answer["sound"] == .bool(true))
    #expect(answer["digest"].text == answer["found_digest"].text)
    let export = try lake.adce("state", "export").jsonLines()
    #expect(export.first?["meta"]["digest"].text == answer["digest"].text)
    #expect(export.count - 1 == answer["records"].integer)
    #expect(export.dropFirst().allSatisfy { $0["table"].text != nil && $0["key"].text != nil })
  }

  @Test func `init writes a lake's URL as it has to be written, whatever the folder's name`() throws
  {
    let folder = try TemporaryFolder()
    let name = "a #1: 100% \"näme\""
    #expect(try Program.adce.run(["init", name], in: folder.path).code == 0)
    let project = folder.path(name)
    let check = try Program.adce.run(["config", "check"], in: project)
    #expect(check.code == 0, "\(check)")
    let reconcile = try Program.adce.run(["reconcile", "--output", "json"], in: project)
    #expect(reconcile.code == 0, "\(reconcile)")
    let shown = try Program.adce.run(["config", "show"], in: project)
    #expect(shown.output.contains("/a%20%231%3A%20100%25%20%22n%C3%A4me%22/lake"), "\(shown)")
  }

  @Test func `init writes a project that loads and reconciles, and never overwrites one`() throws {
    let folder = try TemporaryFolder()
    let first = try Program.adce.run(["init", "my-lake"], in: folder.path)
    #expect(first.code == 0, "\(first)")
    let written = Files.below(folder.path("my-lake"))
    #expect(written.count >= 4)
    let project = folder.path("my-lake")
    let check = try Program.adce.run(["config", "check", "--strict"], in: project)
    #expect(check.code == 0, "\(check)")
    #expect(check.output.contains("0 errors"))
    let reconcile = try Program.adce.run(["reconcile", "--output", "json"], in: project)
    #expect(reconcile.code == 0, "\(reconcile)")
    #expect((try reconcile.json()["expected"].integer ?? 0) > 0)
    #expect(Files.exist(folder.path("my-lake/state/data.mdb")))

    let second = try Program.adce.run(["init", "my-lake"], in: folder.path)
    #expect(second.code == 73)
    #expect(second.errors.contains("my-lake"))
  }

  // MARK: How it looks

  @Test func `no table cuts anything where no terminal shows it`() throws {
    let lake = try DemoLake { file, text in
      // Names as long as users have them.
      text.replacing("play_by_play:", with: "play_by_play_with_lineups_and_possessions_extended:")
        .replacing(
          "data_type: play_by_play\n",
          with: "data_type: play_by_play_with_lineups_and_possessions_extended\n")
    }
    #expect(try lake.adce("reconcile").code == 0)
    for command in [
      ["reconcile"], ["coverage"], ["coverage", "--by", "season"], ["coverage", "--by", "source"],
      ["gaps"], ["tasks"], ["tasks", "show", "1"], ["status"], ["scrapers"],
      ["scrapers", "check"], ["state", "verify"],
    ] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(!outcome.lines.isEmpty)
      #expect(!outcome.output.contains("…"), "\(command): \(outcome.output)")
      #expect(!outcome.output.contains("\u{1B}"), "\(command): colour where there is no terminal")
    }
  }

  @Test func `the options are taken before and after the command`() throws {
    let lake = try DemoLake()
    #expect(try Program.adce.run(["reconcile"] + lake.options).code == 0)
    let before = try Program.adce.run(lake.options + ["--output", "json", "coverage"])
    let after = try Program.adce.run(["coverage", "--output=json"] + lake.options)
    #expect(before.code == 0)
    #expect(before.output == after.output)
    _ = try before.json()
    let nested = try Program.adce.run(
      ["-q", "--output=json"] + lake.options + ["tasks", "show", "1"])
    #expect(try nested.json()["id"].text == "1")
    let mixed = try Program.adce.run(
      Array(lake.options.prefix(2)) + ["tasks", "list", "--limit", "1", "--output", "json"]
        + Array(lake.options.dropFirst(2)))
    #expect(try mixed.jsonLines().count == 1)
    let between = try Program.adce.run(
      ["tasks", "--output", "json", "-q", "list", "--limit", "1"] + lake.options)
    #expect(try between.jsonLines().count == 1, "\(between)")
  }

  @Test func `the environment says where things are, and options win over it`() throws {
    let lake = try DemoLake()
    let environment = [
      "ADCE_CONFIG_DIR": lake.folder.path("config"), "ADCE_STATE_DIR": lake.folder.path("state"),
      "ADCE_LAKE": "file://" + lake.folder.path("lake"),
    ]
    let named = try Program.adce.run(["reconcile"], environment: environment)
    #expect(named.code == 0, "\(named)")
    #expect(Files.exist(lake.folder.path("state/data.mdb")))
    let other = try Program.adce.run(
      ["reconcile", "--state-dir", lake.folder.path("other"), "--output", "json"],
      environment: environment)
    #expect(try other.json()["cycle"].integer == 1)
    #expect(Files.exist(lake.folder.path("other/data.mdb")))
  }

  @Test func `with JSON nothing else is on stdout, and what is worth saying is on stderr`() throws {
    let lake = try DemoLake()
    let run = try lake.adce("run", "--once", "--wait", "5", "--output", "json", "--verbose")
    #expect(run.code == 0)
    #expect(Shapes.coverage.faults(in: try run.json()) == [])
    #expect(run.errors.contains("cycle 1:"))
    #expect(run.errors.contains("attempt "))
    let quiet = try lake.adce("reconcile", "--output", "json", "--quiet")
    #expect(quiet.errors == "")
    _ = try quiet.json()
  }

  @Test func `warnings go to stderr and leave JSON alone`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml" ? text + "\nmax_concurent_scrapers: 3\n" : text
    }
    let outcome = try lake.adce("reconcile", "--output", "json")
    #expect(outcome.code == 0)
    _ = try outcome.json()
    #expect(outcome.errors.contains("max_concurrent_scrapers"))
    let strict = try lake.adce("reconcile", "--strict")
    #expect(strict.code == 78)
    #expect(strict.errors.contains("autonomous_config.yaml:"))
  }
}
