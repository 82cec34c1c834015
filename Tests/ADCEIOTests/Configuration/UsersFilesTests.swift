import ADCEKernel
import Testing

@testable import ADCEIO

/// What existing users' files hold: all of it loads, with warnings only.
struct UsersFilesTests {
  static let scrapers = """
    version: 1.0
    last_updated: 2025-11-01
    metadata: {owner: us, notes: "anything: at all"}
    scrapers:
      kaggle_loader:
        base_url: ''
        rate_limit: {requests_per_second: 0, burst_size: 1, adaptive: false}
        monitoring: {enable_telemetry: true, track_progress: true, log_file: null, metrics_port: 9090}
        storage: {s3_bucket: lake, s3_prefix: kaggle/, upload_to_s3: true, compression: true}
        timeout: 300
      basketball_reference_box_score_scraper:
        base_url: https://www.basketball-reference.com
        url_pattern: /boxscores/{player1}_{player2}/{TEAM}.html
        rate_limit: {requests_per_second: 0.083, burst_size: 1, adaptive: true, retry_after_header: true}
        retry: {max_attempts: 5, base_delay: 1.0, max_delay: 60.0, exponential_backoff: true, jitter: true, retry_on_429_multiplier: 2.0}
        accepted_parameters: []
        custom_settings: {execution_timeout: 1800, token_bucket: true, nested: [1, two, null]}
        endpoints: {box: /boxscores, pbp: /pbp}
    global:
      performance: {batch_size: 100, cache_ttl: 3600}
      alerts: {email_alerts: false, slack_webhook: null}
      aws: {region: us-east-1, access_key_id: null, secret_access_key: ''}
    """

  static let inventory = """
    version: "2.1"
    expected_coverage:
      basketball_reference:
        seasons: {nba: "1946-2025", wnba: "1997-", gleague: "2001-2025"}
        data_types:
          box_score:
            required: true
            priority: EXECUTE
            tier: 1
            freshness_days: 7
            description: |
              Box scores: one file a game: home, away: both.
              Source: https://example.org/x: see "notes": there
            path_patterns:
              - "basketball_reference/nba/box/{season}/{game_id}.html"
          head_to_head:
            priority: execute
            path_patterns: ["h2h/{player1}_{player2}/{TEAM}/{team}.json"]
          nothing_yet: {}
          unmade:
      nba_api:
        seasons: ["2006-2024", 2025]
        data_types:
          shot_chart:
            priority: Critical
            description: "Shots (1996-2025): all"
            path_patterns: ["shots/{year}/{team}.json"]
            scraper: no_such_scraper
    dimensions:
      team: {values: [ATL, BOS]}
    quality_requirements: {required_fields: {box_score: [game_id], gone: [x]}}
    priority_rules: {critical: {description: "now", conditions: ["season == current: yes"]}}
    reconciliation_config: {whatever: {deep: 1}, gap_detection: {critical_threshold_days: 3}}
    """

  static let autonomous = """
    enabled: true
    reconciliation_interval_hours: 2
    scheduled_tasks:
      enabled: true
      nightly: {enabled: true, schedule: "0 2 * * *", script: scripts/autonomous/gone.py, priority: Critical}
    maintenance: {enabled: true, windows: []}
    task_processing:
      priority_order: [CRITICAL, high, Medium, LOW]
      priority_weighting: {source_multipliers: {nba_api: 1.5, default: 1.0}}
    alerts: {channels: {slack: {enabled: true, webhook_url: "https://hooks.slack.example/T/B/xyz"}}}
    """

  private func load() -> ConfigurationOutcome {
    Project(
      scrapers: Self.scrapers,
      reconciliation: """
        s3: {bucket: lake, sample_rate: 0.1}
        gap_detection:
          hoopr_specific: {required_data_types: [pbp], critical_gap_days: 3}
        """,
      autonomous: Self.autonomous, inventory: Self.inventory
    ).load()
  }

  @Test func `the odd things in users' files load with warnings only`() throws {
    let outcome = load()
    #expect(outcome.errors == [])
    let configuration = try #require(outcome.configuration)
    let source = configuration.kernel.desired.sources[0]
    #expect(
      source.seasons
        == .leagues([
          .init(league: "nba", firstStartYear: 1946, lastEndYear: 2025),
          .init(league: "wnba", firstStartYear: 1997, lastEndYear: nil),
          .init(league: "gleague", firstStartYear: 2001, lastEndYear: 2025),
        ]))
    // `{}` is there, with defaults; what is null is not.
    #expect(source.dataTypes.map(\.name) == ["box_score", "head_to_head", "nothing_yet"])
    #expect(source.dataTypes.map(\.ownerOrder) == [4, 4, 2])
    #expect(
      configuration.kernel.desired.sources[1].seasons
        == .list((2006...2025).map { .year($0) }))
    #expect(configuration.maintenance == [])
    #expect(configuration.scrapers.map(\.source) == ["kaggle_loader", "basketball_reference"])
    #expect(configuration.scrapers[0].upload == .itself)
    #expect(configuration.scrapers[1].timeoutMilliseconds == 1_800_000)
    #expect(configuration.kernel.scrapers[1].requestsPerSecondMicro == 83_000)
    #expect(configuration.kernel.gaps.criticalDays == 3)
    #expect(configuration.kernel.loop.intervalMilliseconds == 2 * Span.hour)
    #expect(configuration.lake.url == "s3://lake")
  }

  @Test(arguments: [
    "accepted, not used: scraper_config.scrapers.kaggle_loader.monitoring.metrics_port "
      + "(/p/config/scraper_config.yaml:8): one endpoint serves all scrapers: health_check.port",
    "accepted, not used: reconciliation_config.s3.sample_rate "
      + "(/p/config/reconciliation_config.yaml:1): a sample cannot name a gap; a full listing is used",
    "accepted, not used: scraper_config.global.performance (/p/config/scraper_config.yaml:20): "
      + "batches, caches and compression are each scraper's and each task's",
    "critical_gap_days is read as \"within so many days\": it replaces critical_threshold_days for "
      + "the types that its entry lists",
    "autonomous_config.alerts.channels.slack.webhook_url: a webhook's URL is a secret; better write "
      + "a reference (env:NAME, file:PATH or exec:PATH)",
    "autonomous_config.scheduled_tasks.nightly.script: scripts/autonomous/gone.py is not there",
    "reconciliation_config.gap_detection.hoopr_specific: there is no source `hoopr` in "
      + "expected_coverage",
    "data_inventory.expected_coverage.nba_api.data_types.shot_chart.scraper: there is no scraper "
      + "`no_such_scraper`",
    "data_inventory.expected_coverage.nba_api.data_types.shot_chart.priority: \"Critical\" is not one "
      + "of IMMEDIATE, HIGH, MEDIUM, LOW, EXECUTE; it ranks as MEDIUM",
    "data_inventory.quality_requirements.required_fields.gone: no source has a data type `gone`",
    "2 scrapers without a program (no `command`, and no scripts/etl/ID.py or the like): "
      + "kaggle_loader, basketball_reference_box_score_scraper",
    "4 data types that no scraper can fill (gaps are named, but make no task): "
      + "basketball_reference.box_score, basketball_reference.head_to_head, "
      + "basketball_reference.nothing_yet, nba_api.shot_chart",
    "3 unbounded data types (neither keys nor a count, so never a gap; `adce config suggest` tells "
      + "what would change that): basketball_reference.box_score (unknown {game_id}), "
      + "basketball_reference.head_to_head (unknown {player1}, {player2}, {TEAM}), "
      + "basketball_reference.nothing_yet (no path_patterns)",
  ])
  func `what a user might believe in is told`(_ message: String) {
    #expect(load().warnings.map(\.message).contains(message))
  }

  @Test func `what is accepted without effect is named once, however often it is written`() {
    let monitoring = "{monitoring: {metrics_port: 9090}}"
    let outcome = Project(
      scrapers: "scrapers:\n"
        + (1...75).map { "  s\($0): \(monitoring)\n" }.joined()
    ).load()
    #expect(outcome.warnings.count { $0.message.hasPrefix("accepted, not used") } == 1)
  }

  @Test func `suggestions tell what would make more of it exact`() throws {
    let configuration = try #require(load().configuration)
    var lake = ObservedLake()
    lake.counts = [
      .init(source: "basketball_reference", dataType: "box_score", objects: 900)
    ]
    lake.unmatched = [.init(prefix: "old stuff/2019/", objects: 41)]
    let suggestions = configuration.suggestions(lake)
    let games = suggestions.first { $0.topic == .catalog && $0.title.contains("`games`") }
    #expect(
      games?.yaml == """
        # data_inventory.yaml; the file starts with the header row: season,date,game_id
        catalogs:
          games: {file: catalogs/games.csv, season: season, date: date}
        dimensions:
          game_id: {catalog: games, column: game_id}
        """)
    #expect(games?.objects == 900)
    let respelled = suggestions.first { $0.topic == .dimension }
    #expect(respelled?.yaml.hasSuffix("TEAM: {values: [\"ATL\",\"BOS\"]}") == true)
    let seasons = suggestions.first { $0.topic == .seasons }
    #expect(
      seasons?.title
        == "the description of nba_api.shot_chart says 1996-2025, its seasons say 2006-2025")
    #expect(seasons?.yaml.hasSuffix("seasons: [\"1996-2025\"]") == true)
    #expect(suggestions.contains { $0.topic == .scraper && $0.title.contains("nba_api") })
    let source = suggestions.first { $0.topic == .source }
    #expect(source?.objects == 41)
    #expect(source?.yaml.contains("old_stuff:") == true)
    #expect(source?.yaml.contains("[\"old stuff/2019/{file}\"]") == true)
  }

  @Test func `every suggestion is YAML that the loader knows`() throws {
    let configuration = try #require(load().configuration)
    var lake = ObservedLake()
    lake.unmatched = [.init(prefix: "a: b/\"c\"/", objects: 1)]
    for suggestion in configuration.suggestions(lake) where suggestion.topic != .seasons {
      let outcome =
        suggestion.yaml.contains("# scraper_config")
        ? Project(scrapers: suggestion.yaml).load()
        : Project(inventory: suggestion.yaml).load()
      #expect(outcome.errors == [], "\(suggestion.yaml)")
      #expect(!outcome.warnings.contains { $0.message.hasPrefix("unknown field") })
    }
  }
}
