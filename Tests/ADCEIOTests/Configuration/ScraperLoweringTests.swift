import ADCEKernel
import Testing

@testable import ADCEIO

struct ScraperLoweringTests {
  @Test func `a scraper's source is found by id, beginning, host, or is its id`() {
    let rule = SourceRule(
      names: ["nba", "nba_api", "espn"],
      scrapers: [
        ("nba_api", nil, "https://stats.example.org"),
        ("nba_api_shots", nil, ""), ("nba_x", nil, ""), ("nbaer", nil, ""),
        ("loader", nil, "https://Stats.example.org:443/v2"),
        ("plain", nil, "http://stats.example.org"), ("espn_a", "mine", "https://e.example.org"),
        ("espns", nil, "https://e.example.org"), ("two", nil, "https://t.example.org"),
        ("nba_t", nil, "https://t.example.org"), ("espn_t", nil, "https://t.example.org"),
      ])
    #expect(
      rule.found == [
        "nba_api", "nba_api", "nba", "nbaer", "nba_api", "plain", "mine", "espns", "two", "nba",
        "espn",
      ])
  }

  @Test func `a scraper whose host may not be asked yet is told of, and says so itself`() throws {
    let outcome = Project(
      scrapers: """
        scrapers:
          far: {kind: http, base_url: "https://example.org", url_pattern: "/{game_id}"}
          near: {kind: http, base_url: "http://127.0.0.1:8000/?q=", url_pattern: "{game_id}"}
          free: {kind: http, base_url: "https://example.org", url_pattern: /x, robots: ignore}
          open: {kind: http, url_pattern: "https://{team}.example.org/x"}
        """
    ).load()
    let configuration = try #require(outcome.configuration)
    let why =
      "robots.txt is not read yet, so with robots: obey only this machine is asked, not example.org"
    #expect(configuration.scrapers.map(\.refusal) == [why, nil, nil, nil])
    let report = ScraperReport(configuration, history: [])
    #expect(report.lines.map(\.cannotRun) == [why, nil, nil, nil])
    #expect(
      outcome.warnings.count { $0.message.hasPrefix("1 http scraper with `robots: obey`") } == 1)
  }

  @Test func `a command's memory is bounded where that is written, in MiB`() throws {
    let outcome = Project(
      scrapers: """
        scrapers:
          bounded: {command: [tool], max_memory_mb: 64}
          unbounded: {command: [tool], max_memory_mb: 0}
          silent: {command: [tool]}
        """, others: ["/bin/tool"]
    ).load()
    let configuration = try #require(outcome.configuration)
    #expect(configuration.scrapers.map(\.memoryBytesMax) == [64 << 20, nil, nil])
    let ready = RunnableScraper.all(of: configuration).map { scraper in
      if case .command(let settings) = scraper { settings.memoryBytesMax } else { Int64(-1) }
    }
    #expect(ready == [64 << 20, nil, nil])
  }

  @Test func `a command is what is written, else the first program that the id finds`() throws {
    let outcome = Project(
      scrapers: """
        global: {interpreter: {sh: [dash, -e]}}
        scrapers:
          written: {command: [scripts/x.py, --all]}
          wrapped: {command: [python3, -u, scripts/x.py, other.sh]}
          plain: {command: [tool, -v]}
          gone: {command: [scripts/gone.py]}
          unknown: {command: [nothing]}
          second: {}
          shell: {interpreter: {py: [pypy]}}
          lost: {}
        """,
      others: [
        "scripts/x.py", "/bin/tool", "scripts/scrapers/second.py", "scripts/second.py",
        "scripts/autonomous/shell.sh",
      ]
    ).load()
    let scrapers = try #require(outcome.configuration).scrapers
    #expect(
      scrapers.map(\.command) == [
        ["python3", "scripts/x.py", "--all"], ["python3", "-u", "scripts/x.py", "other.sh"],
        ["tool", "-v"], ["python3", "scripts/gone.py"], ["nothing"],
        ["python3", "scripts/scrapers/second.py"], ["dash", "-e", "scripts/autonomous/shell.sh"],
        [],
      ])
    #expect(
      scrapers.map { $0.cannotRun == nil } == [
        true, true, true, false, false, true, true, false,
      ])
    let told = outcome.told(.warning)
    for warning in [
      "3:3 1 scraper without a program (no `command`, and no scripts/etl/ID.py or the like): lost",
      "6:19 scraper `gone` cannot run: scripts/gone.py is not there",
      "7:22 scraper `unknown` cannot run: nothing is not on PATH",
    ] {
      #expect(told.contains("scraper_config.yaml:" + warning))
    }
  }

  @Test func `the choice says which rule gave it, and what it passed over`() throws {
    let outcome = Project(
      scrapers: """
        scrapers:
          s: {kind: http, base_url: 'https://a.example.org'}
          s_t: {data_type: t}
        """,
      inventory: "expected_coverage: {s: {data_types: {t: {scraper: gone}}}}"
    ).load()
    let choice = try #require(outcome.configuration).dataTypes[0][0].choice
    #expect(choice.scraper == 0)
    #expect(choice.rule == .sourceName)
    #expect(choice.passed.map(\.scraper) == ["gone", "s_t"])
    #expect(choice.passed[0].reason == "there is no such scraper")
  }

  @Test func `a url_pattern may name what its tasks have, and nothing else`() {
    func load(_ pattern: String, catalog: String? = nil, isThere: Bool = true)
      -> ConfigurationOutcome
    {
      var project = Project(
        scrapers: "scrapers:\n  s:\n    kind: http\n    url_pattern: \(pattern)\n",
        inventory: """
          catalogs: {g: {file: g.csv, season: season}}
          dimensions:
            id: \(catalog == nil ? "{values: [a]}" : "{catalog: g, column: id}")
          expected_coverage: {s: {seasons: [2024-25], data_types: {t: {path_patterns: ["{season}/{id}"]}}}}
          """)
      if isThere { project.catalogs["g.csv"] = catalog }
      return project.load()
    }
    #expect(load("/{season|end_year}/{id|upper}/{key}").errors == [])
    func unknown(_ pattern: String) -> [String] {
      [
        "scraper_config.yaml:4:28 scraper_config.scrapers.s.url_pattern: unknown name "
          + "`\(pattern)`: neither a placeholder of the data types of `s`, nor a column of their "
          + "catalogs; did you mean `id`?"
      ]
    }
    #expect(load("/{season}/{idd}").told(.error) == unknown("idd"))
    // The columns of a catalog count too, by its header.
    let games = "season,id,home\n2024-25,1,ATL\n"
    #expect(load("/{season}/{home}", catalog: games).errors == [])
    #expect(load("/{season}/{idd}", catalog: games).told(.error) == unknown("idd"))
    // Of a catalog that is not there nobody can say.
    #expect(load("/{season}/{idd}", catalog: games, isThere: false).errors == [])
  }
}
