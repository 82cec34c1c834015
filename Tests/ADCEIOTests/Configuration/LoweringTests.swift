import ADCEKernel
import Testing

@testable import ADCEIO

struct LoweringTests {
  private func inventory(_ text: String, _ change: (inout Project) -> Void = { _ in }) throws
    -> LoadedConfiguration
  {
    var project = Project(inventory: text)
    change(&project)
    let outcome = project.load()
    #expect(outcome.errors == [])
    return try #require(outcome.configuration)
  }

  @Test func `an inventory alone has the documented defaults`() throws {
    let configuration = try inventory("expected_coverage: {s: {data_types: {t: {}}}}")
    var expected = Configuration()
    expected.loop.cycleRetry.maxAttempts = 4
    expected.loop.cycleRetry.baseDelayMilliseconds = Span.minute
    expected.loop.cycleRetry.maxDelayMilliseconds = Span.hour
    var kernel = configuration.kernel
    #expect(kernel.desired.sources[0].dataTypes == [Desired.DataType(name: "t")])
    kernel.desired = Desired()
    #expect(kernel == expected)
    #expect(configuration.lake.url == nil)
    #expect(configuration.health.port == 8080)
    #expect(configuration.outputs.queueFile == "inventory/gaps.json")
  }

  @Test func `an override leaves what should be a mapping and is not to be told`() {
    var project = Project(autonomous: "logging: [loud]\ndry_run: 5\n")
    project.overrides.dryRun = true
    project.overrides.environment["ADCE_LOG_LEVEL"] = "DEBUG"
    #expect(
      project.load().told(.error) == [
        "autonomous_config.yaml:1:10 autonomous_config.logging: expected a mapping, found a list",
        "autonomous_config.yaml:2:10 autonomous_config.dry_run: expected a mapping, "
          + "found a whole number (5)",
      ])
    project.autonomous = "logging:\ndry_run: ~\n"
    let outcome = project.load()
    #expect(outcome.errors == [])
    #expect(outcome.configuration?.loop.isDryRun == true)
  }

  @Test func `a catalog that is not on this machine is refused with its line`() {
    let outcome = Project(
      inventory: "catalogs:\n  games: {file: \"s3://bucket/games.csv\", season: season}\n"
    ).load()
    #expect(
      outcome.told(.error) == [
        "data_inventory.yaml:2:17 data_inventory.catalogs.games.file: a catalog in a bucket or "
          + "behind a URL is not read yet; copy it to this machine (`aws s3 cp`, say from a timer) "
          + "and write that path"
      ])
  }

  @Test func `a season name is never a number or a date`() throws {
    let configuration = try inventory(
      "expected_coverage: {s: {seasons: [2024-25, 2000-01, 1999-00, 2010-11, 2024, '2006-2007']}}")
    #expect(
      configuration.kernel.desired.sources[0].seasons
        == .list([
          .named(startYear: 2024), .named(startYear: 2000), .named(startYear: 1999),
          .named(startYear: 2010), .year(2024), .year(2006), .year(2007),
        ]))
  }

  @Test func `values stay text as written`() throws {
    let configuration = try inventory(
      """
      catalogs: {p: {file: players.csv}}
      dimensions:
        id: {values: [1610612737, 02, 0x1F, "0042", 1e3, true, '', ~]}
        slug: {catalog: p, column: slug, format: UPPER, where: {logged: 01, note: ''}}
      """)
    #expect(
      configuration.kernel.desired.dimensions == [
        Desired.Dimension(
          name: "id",
          values: .list(["1610612737", "02", "0x1F", "0042", "1e3", "true", "", "~"])),
        Desired.Dimension(
          name: "slug",
          values: .column(
            catalog: 0, column: "slug", format: .upper,
            conditions: [
              Desired.Condition(column: "logged", value: "01"),
              Desired.Condition(column: "note", value: ""),
            ])),
      ])
    #expect(configuration.catalogFiles == ["/p/config/players.csv"])
  }

  @Test func `a source's specific entry overrides the types that it lists`() throws {
    let text = """
      expected_coverage:
        s:
          data_types:
            play_by_play_data: {freshness_days: 9, completeness_threshold: 0.5}
            play_by_play: {}
            shots_a: {}
            shotsb: {}
      quality_requirements: {max_file_age_days: 2, min_file_size_bytes: 7}
      """
    let configuration = try inventory(text) {
      $0.reconciliation = """
        gap_detection:
          s_specific:
            required_data_types: [play_by_play, shots]
            freshness_threshold_hours: 5
            completeness_target_pct: 99.5
            critical_gap_days: 14
        """
    }
    let types = configuration.kernel.desired.sources[0].dataTypes
    #expect(types.map(\.required) == [false, true, true, false])
    #expect(
      types.map(\.freshnessMilliseconds) == [
        9 * Span.day, 5 * Span.hour, 5 * Span.hour, 2 * Span.day,
      ])
    #expect(types.map(\.completenessTargetMicro) == [500_000, 995_000, 995_000, nil])
    #expect(types.map(\.criticalDays) == [nil, 14, 14, nil])
    #expect(types.map(\.minBytes) == [7, 7, 7, 7])
  }

  @Test func `a disabled specific entry does nothing`() throws {
    let configuration = try inventory("expected_coverage: {s: {data_types: {t: {}}}}") {
      $0.reconciliation =
        "gap_detection: {s_specific: {enabled: false, required_data_types: [t]}}"
    }
    #expect(configuration.kernel.desired.sources[0].dataTypes[0].required == false)
  }

  @Test func `autonomous wins over reconciliation, and that over the inventory's own`() throws {
    var project = Project()
    project.inventory = """
      reconciliation_config:
        task_queue: {max_tasks_per_run: 1, task_ttl_days: 1}
        reconciliation_loop: {interval_hours: 1}
        gap_detection: {critical_threshold_days: 1, high_priority_seasons: [2020-21]}
      """
    project.reconciliation = """
      task_queue: {max_tasks_per_run: 2}
      reconciliation_loop: {interval_hours: 2}
      gap_detection: {critical_threshold_days: 2, high_priority_seasons: []}
      """
    project.autonomous = "task_processing: {max_tasks_per_run: 3}\n"
    let outcome = project.load()
    let kernel = try #require(outcome.configuration).kernel
    #expect(kernel.queue.maxLive == 3)
    #expect(kernel.queue.ttlMilliseconds == Span.day)
    #expect(kernel.loop.intervalMilliseconds == 2 * Span.hour)
    #expect(kernel.gaps.criticalDays == 2)
    #expect(kernel.gaps.highSeasons == ["2020-21"])
    func origin(_ path: String) -> String? {
      outcome.settings.first { $0.path == path }?.origin.description
    }
    #expect(
      origin("autonomous_config.task_processing.max_tasks_per_run")
        == "/p/config/autonomous_config.yaml:1")
    #expect(
      origin("autonomous_config.reconciliation_interval_minutes")
        == "/p/config/reconciliation_config.yaml:2")
    #expect(
      origin("reconciliation_config.task_queue.task_ttl_days")
        == "/p/config/data_inventory.yaml:2")
    #expect(origin("autonomous_config.min_tasks_to_trigger") == "default")
  }

  @Test func `the command line wins over the environment, and that over the files`() throws {
    var project = Project(reconciliation: "lake: s3://file\n")
    #expect(project.load().configuration?.lake.url == "s3://file")
    project.overrides.environment["ADCE_LAKE"] = "s3://variable"
    #expect(project.load().configuration?.lake.url == "s3://variable")
    project.overrides.lake = "file:///option"
    let outcome = project.load()
    #expect(outcome.configuration?.lake.url == "file:///option")
    let setting = outcome.settings.first { $0.path == "reconciliation_config.lake" }
    #expect(setting?.origin == .override("--lake"))
    project.overrides.lake = "gs://x"
    #expect(
      project.load().errors.map(\.text) == [
        "--lake: error: reconciliation_config.lake: \"gs://x\" is no lake: expected "
          + "file:///path or s3://bucket[/prefix]"
      ])
  }

  @Test func `inventory reconciliation_config is not checked, but what cannot be read is told`() {
    let outcome = Project(
      inventory: "reconciliation_config: {typo: 1, gap_detection: {critical_threshold_days: x}}"
    ).load()
    #expect(outcome.errors == [])
    #expect(
      outcome.told(.warning) == [
        "data_inventory.yaml:1:75 reconciliation_config.gap_detection.critical_threshold_days: "
          + "expected a whole number of days, found the text \"x\"; not used"
      ])
  }

  @Test(arguments: [
    ("version: 1", "version: 1", true, true, true),
    ("test_mode: {enabled: true}", "version: 1", false, true, true),
    ("test_mode: {enabled: true, allow_execution: true}", "version: 1", true, true, true),
    ("test_mode: {enabled: false, skip_reconciliation: true}", "version: 1", true, true, true),
    (
      "test_mode: {enabled: true, allow_execution: true, skip_reconciliation: true}", "version: 1",
      true,
      false, true
    ),
    ("dry_run: {enabled: true}", "version: 1", false, true, true),
    ("version: 1", "dry_run: {enabled: true, skip_task_generation: true}", false, true, false),
    (
      "dry_run: {enabled: false}", "dry_run: {enabled: true, skip_task_generation: true}", true,
      true, true
    ),
    ("version: 1", "reconciliation_loop: {enabled: false}", true, false, true),
  ])
  func `test mode and dry run say what the loop does`(
    _ autonomous: String, _ reconciliation: String, _ executes: Bool, _ reconciles: Bool,
    _ makesTasks: Bool
  ) throws {
    let outcome = Project(reconciliation: reconciliation, autonomous: autonomous).load()
    let loop = try #require(outcome.configuration).kernel.loop
    #expect(loop.executes == executes)
    #expect(loop.reconciles == reconciles)
    #expect(loop.makesTasks == makesTasks)
  }

  @Test func `limits and scores reach the kernel in its units`() throws {
    let configuration = try inventory("version: 1\n") {
      $0.autonomous = """
        rate_limiting:
          global_limits: {requests_per_minute: 100, requests_per_hour: 0}
          source_limits:
            z: {requests_per_minute: 20, burst_size: 3, min_delay_seconds: 0.25}
            a: {requests_per_hour: 7}
          backoff: {enabled: true, threshold_percent: 75}
        task_processing:
          priority_weighting:
            base_scores: {Critical: 5, LOW: 0.5}
            source_multipliers: {z: 2, default: 0.5, a: 3}
        """
    }
    let kernel = configuration.kernel
    #expect(kernel.globalLimits.windows == .init(perMinute: 100, perHour: nil))
    #expect(kernel.sources.map(\.name) == ["a", "z"])
    #expect(kernel.sources[1].burst == 3)
    #expect(kernel.sources[1].minDelayMilliseconds == 250)
    #expect(kernel.queue.scoring.baseMicro == [5_000_000, 100_000_000, 10_000_000, 500_000])
    #expect(
      kernel.queue.scoring.multipliersMicro == [
        .init(source: "a", micro: 3_000_000), .init(source: "z", micro: 2_000_000),
      ])
    #expect(kernel.queue.scoring.defaultMultiplierMicro == 500_000)
    #expect(configuration.loop.nearLimitBackoff?.thresholdPercentMicro == 75_000_000)
  }
}
