import Testing

@testable import ADCEIO

/// A text that is wrong in one way, and what is said about it.
struct Wrong: Sendable, CustomTestStringConvertible {
  var file: ConfigurationFile
  var text: String
  /// `line:column message`, in full.
  var told: String
  var testDescription: String { told }

  init(_ file: ConfigurationFile, _ text: String, _ told: String) {
    self.file = file
    self.text = text
    self.told = told
  }

  func load(strict: Bool = false) -> ConfigurationOutcome {
    var project = Project()
    project.overrides.isStrict = strict
    switch file {
    case .scrapers: project.scrapers = text
    case .reconciliation: project.reconciliation = text
    case .autonomous: project.autonomous = text
    case .inventory: project.inventory = text
    }
    return project.load()
  }
}

struct ConfigurationErrorTests {
  @Test(arguments: [
    Wrong(
      .scrapers, "scrapers:\n  a:\n    timeout: soon\n",
      "3:14 scraper_config.scrapers.a.timeout: expected a number of seconds, found the text \"soon\""
    ),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    rate_limit: fast\n",
      "3:17 scraper_config.scrapers.a.rate_limit: expected a mapping, found the text \"fast\""),
    Wrong(
      .scrapers, "scrapers: [a, b]\n",
      "1:11 scraper_config.scrapers: expected a mapping, found a list"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    storage: {upload_to_s3: yes}\n",
      "3:29 scraper_config.scrapers.a.storage.upload_to_s3: expected true or false, "
        + "found the text \"yes\""),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    max_concurrent: 1.5\n",
      "3:21 scraper_config.scrapers.a.max_concurrent: expected a whole number, "
        + "found a number (1.5)"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    accepted_parameters: [season, {x: 1}]\n",
      "3:35 scraper_config.scrapers.a.accepted_parameters: expected text in this list, "
        + "found a mapping"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    user_agent: [x]\n",
      "3:17 scraper_config.scrapers.a.user_agent: expected text, found a list"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    kind: ftp\n",
      "3:11 scraper_config.scrapers.a.kind: \"ftp\" is not one of command, http; "
        + "did you mean `http`?"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    retry: {base_delay: -1}\n",
      "3:25 scraper_config.scrapers.a.retry.base_delay: -1 seconds is negative"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    timeout: .nan\n",
      "3:14 scraper_config.scrapers.a.timeout: expected a number of seconds, found a number (.nan)"
    ),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    error_patterns: [{match: '(', class: permanent}]\n",
      "3:30 scraper_config.scrapers.a.error_patterns[0].match: \"(\" is not a regular expression"),
    Wrong(
      .scrapers, "global:\n  aws:\n    access_key_id: AKIAABCDEFGHIJKLMNOP\n",
      "3:20 scraper_config.global.aws.access_key_id: expected a reference (env:NAME, file:PATH, "
        + "profile:NAME or exec:PATH); a literal secret is refused"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    credentials: [env:A, hunter2]\n",
      "3:26 scraper_config.scrapers.a.credentials: expected a reference (env:NAME, file:PATH, "
        + "profile:NAME or exec:PATH); a literal secret is refused"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    custom_settings:\n      api_key: 9f86d081884c7d659a2f\n",
      "4:16 scraper_config.scrapers.a.custom_settings.api_key: a literal secret is refused; "
        + "write a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    headers:\n      Authorization: Bearer 9f86d081884c7d\n",
      "4:22 scraper_config.scrapers.a.headers.Authorization: a literal secret is refused; "
        + "write a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    base_url: https://me:pw@h.example.org/\n",
      "3:15 scraper_config.scrapers.a.base_url: a literal secret is refused; "
        + "write a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    kind: http\n    url_pattern: \"/x/{season\"\n",
      "4:22 scraper_config.scrapers.a.url_pattern: unclosed placeholder `{` in \"/x/{season\""),
    Wrong(
      .scrapers, "scrapers:\n  a:\n    kind: http\n    url_pattern: /x/{season|ending}\n",
      "4:28 scraper_config.scrapers.a.url_pattern: unknown form `ending`: expected one of "
        + "start_year, end_year, first, lower, upper, yyyymmdd"),
    Wrong(
      .reconciliation, "gap_detection:\n  critical_threshold_days: -1\n",
      "2:28 reconciliation_config.gap_detection.critical_threshold_days: -1 days is negative"),
    Wrong(
      .reconciliation, "task_queue: {task_ttl_days: 999999}\n",
      "1:29 reconciliation_config.task_queue.task_ttl_days: 999999 days is absurd: at most 36525"),
    Wrong(
      .reconciliation, "task_queue:\n  max_tasks_per_priority: {urgent: 3}\n",
      "2:28 reconciliation_config.task_queue.max_tasks_per_priority: unknown gap priority "
        + "\"urgent\": expected one of critical, high, medium, low"),
    Wrong(
      .reconciliation, "task_queue:\n  max_tasks_per_priority: {high: 3, HIGH: 4}\n",
      "2:37 duplicate key `HIGH`: priorities are the same in any case"),
    Wrong(
      .reconciliation, "lake: gs://bucket\n",
      "1:7 reconciliation_config.lake: \"gs://bucket\" is no lake: expected file:///path or "
        + "s3://bucket[/prefix]"),
    Wrong(.reconciliation, "s3:\n  bucket: a\n  bucket: b\n", "3:3 duplicate key `bucket`"),
    Wrong(.reconciliation, "- a\n", "1:1 expected a mapping of fields, found a list"),
    Wrong(.reconciliation, "", "1:1 the file is empty"),
    Wrong(
      .autonomous, "task_processing:\n  priority_order: [HIGH, hihg]\n",
      "2:26 autonomous_config.task_processing.priority_order: unknown gap priority \"hihg\": "
        + "expected one of critical, high, medium, low; did you mean `high`?"),
    Wrong(
      .autonomous, "scheduled_tasks:\n  n:\n    schedule: 0 2 * *\n",
      "3:15 autonomous_config.scheduled_tasks.n.schedule: \"0 2 * *\" is not a schedule of five "
        + "fields (minute hour day month weekday)"),
    Wrong(
      .autonomous, "scheduled_tasks:\n  n:\n    schedule: 0 25 * * *\n",
      "3:15 autonomous_config.scheduled_tasks.n.schedule: \"25\" is no hour in the schedule "
        + "\"0 25 * * *\""),
    Wrong(
      .autonomous, "scheduled_tasks:\n  n:\n    priority: Urgent\n",
      "3:15 autonomous_config.scheduled_tasks.n.priority: unknown gap priority \"Urgent\": "
        + "expected one of critical, high, medium, low"),
    Wrong(
      .autonomous, "maintenance:\n  windows:\n    - {start_time: 25:00, end_time: 04:00}\n",
      "3:20 autonomous_config.maintenance.windows[0].start_time: \"25:00\" is not a time of day "
        + "(HH:MM)"),
    Wrong(
      .autonomous, "maintenance:\n  windows:\n    - {start_time: 02:00}\n",
      "3:7 autonomous_config.maintenance.windows[0]: needs `start_time` and `end_time`"),
    Wrong(
      .autonomous, "health_check:\n  tokens: [{name: me, role: admin, ref: hunter2}]\n",
      "2:41 autonomous_config.health_check.tokens[0].ref: expected a reference (env:NAME, "
        + "file:PATH, profile:NAME or exec:PATH); a literal secret is refused"),
    Wrong(
      .autonomous, "health_check: {port: 70000}\n",
      "1:22 autonomous_config.health_check.port: 70000 is out of bounds: from 0 to 65535"),
  ])
  func `a wrong value is told with its exact place`(_ wrong: Wrong) {
    let outcome = wrong.load()
    #expect(outcome.told(.error).contains("\(wrong.file.fileName):\(wrong.told)"))
    #expect(outcome.configuration == nil)
  }

  @Test(arguments: [
    (
      "seasons: 2024",
      "3:14 data_inventory.expected_coverage.s.seasons: expected a list "
        + "of seasons, or a mapping of leagues to years, found a scalar"
    ),
    (
      "seasons: [2024-2006]",
      "3:15 data_inventory.expected_coverage.s.seasons: \"2024-2006\" runs "
        + "backwards"
    ),
    (
      "seasons: ['1800-1999']",
      "3:15 data_inventory.expected_coverage.s.seasons: \"1800-1999\" "
        + "spans over 150 years"
    ),
    (
      "seasons: [2024-26]",
      "3:15 data_inventory.expected_coverage.s.seasons: \"2024-26\" is no "
        + "season: 2024-… ends in the year after"
    ),
    (
      "seasons: [soon]",
      "3:15 data_inventory.expected_coverage.s.seasons: \"soon\" is not a season: "
        + "expected 2024-25, a year, or 2006-2024"
    ),
    (
      "seasons: {nba: '2025-1946'}",
      "3:20 data_inventory.expected_coverage.s.seasons: "
        + "\"2025-1946\" runs backwards"
    ),
    (
      "seasons: {nba: '2025-2025'}",
      "3:20 data_inventory.expected_coverage.s.seasons: "
        + "\"2025-2025\" runs backwards"
    ),
    (
      "seasons: {nba: [2024-25]}",
      "3:20 data_inventory.expected_coverage.s.seasons: expected a "
        + "span of years (1946-2025, or 1946-), found a list"
    ),
    (
      "data_types: {t: {path_patterns: ['a/{b', c]}}",
      "3:41 data_inventory.expected_coverage.s.data_types.t.path_patterns: unclosed placeholder `{` "
        + "in \"a/{b\""
    ),
    (
      "data_types: {t: {path_patterns: ['é/{a{b}']}}",
      "3:41 data_inventory.expected_coverage.s.data_types.t.path_patterns: unclosed placeholder `{` "
        + "in \"é/{a{b}\""
    ),
    (
      "data_types: {t: {path_patterns: a/b}}",
      "3:37 data_inventory.expected_coverage.s.data_types.t.path_patterns: expected a list of "
        + "texts, found the text \"a/b\""
    ),
    (
      "data_types: {t: {expected_per_season: {2024: x}}}",
      "3:50 data_inventory.expected_coverage.s.data_types.t.expected_per_season: expected a whole "
        + "number, found the text \"x\""
    ),
    (
      "data_types: {t: {settle_hours: 1.5}}",
      "3:36 data_inventory.expected_coverage.s.data_types.t.settle_hours: expected a whole number "
        + "of hours, found a number (1.5)"
    ),
    (
      "dimensions: {x: {column: a}}",
      "3:18 data_inventory.expected_coverage.s.dimensions.x: needs `values`, or `catalog` and "
        + "`column`"
    ),
    (
      "dimensions: {x: {catalog: g, column: a, format: iso}}",
      "3:53 data_inventory.expected_coverage.s.dimensions.x.format: \"iso\" is not one of "
        + "yyyymmdd, yyyy-mm-dd, start_year, end_year, first, lower, upper"
    ),
  ])
  func `a wrong source is told with its exact place`(_ field: String, _ told: String) {
    let wrong = Wrong(.inventory, "expected_coverage:\n  s:\n    \(field)\n", told)
    #expect(wrong.load().told(.error).contains("data_inventory.yaml:\(told)"))
  }

  @Test(arguments: [
    ("waivers: [{reason: x}]", "1:11 data_inventory.waivers[0]: needs either `key` or `pattern`"),
    (
      "waivers: [{key: a, until: 2025-02-30}]",
      "1:27 data_inventory.waivers[0].until: \"2025-02-30\" is not a date (YYYY-MM-DD)"
    ),
    (
      "waivers: [{pattern: 'a/{x'}]",
      "1:24 data_inventory.waivers[0].pattern: unclosed placeholder `{` in \"a/{x\""
    ),
    (
      "season_start: {nba: 02-29}",
      "1:21 data_inventory.season_start.nba: \"02-29\" is not a month and day that every year has "
        + "(MM-DD)"
    ),
    ("catalogs: {games: {date: d}}", "1:12 data_inventory.catalogs.games: needs a `file`"),
  ])
  func `a wrong inventory is told with its exact place`(_ text: String, _ told: String) {
    #expect(
      Wrong(.inventory, text, told).load().told(.error).contains("data_inventory.yaml:\(told)"))
  }

  @Test func `all errors of all files are told together, in their order`() {
    var project = Project()
    project.scrapers = "scrapers:\n  a: {timeout: x}\n  b: {timeout: -1}\n"
    project.autonomous = "max_retries: many\n"
    project.inventory = "waivers: 3\n"
    let places = project.load().errors.map { "\($0.file):\($0.line)" }
    #expect(
      places == [
        "/p/config/scraper_config.yaml:2", "/p/config/scraper_config.yaml:3",
        "/p/config/autonomous_config.yaml:1", "/p/config/data_inventory.yaml:1",
      ])
  }

  @Test func `a missing inventory is an error, other missing files are not`() {
    var project = Project()
    #expect(project.load().errors == [])
    project.inventory = nil
    #expect(project.load().errors.count == 1)
  }

  @Test func `an unknown field is a warning with the nearest name, and an error when strict`() {
    let wrong = Wrong(
      .scrapers, "scrapers:\n  a:\n    time_out: 3\n    <<: {x: 1}\n    whatever: 1\n", "")
    let told = [
      "scraper_config.yaml:3:5 unknown field `time_out` in scraper_config.scrapers.a; "
        + "did you mean `timeout`?",
      "scraper_config.yaml:4:5 `<<` merges nothing here; write the fields out",
      "scraper_config.yaml:5:5 unknown field `whatever` in scraper_config.scrapers.a",
    ]
    let lenient = wrong.load()
    #expect(lenient.errors == [])
    #expect(told.allSatisfy(lenient.told(.warning).contains))
    #expect(wrong.load(strict: true).told(.error) == told)
  }

  @Test func `a refused secret is not repeated in what is said`() {
    let secret = "AKIAABCDEFGHIJKLMNOP"
    let outcome = Wrong(
      .scrapers,
      "global: {aws: {access_key_id: \(secret)}}\nscrapers: {a: {user_agent: \(secret)}}\n", ""
    ).load()
    #expect(outcome.errors.count == 2)
    #expect(!outcome.problems.contains { $0.message.contains(secret) })
    #expect(!ConfigurationReport.json(outcome.settings).json.contains(secret))
  }
}
