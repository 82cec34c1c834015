extension FieldTable {
  /// CONFIG.md §1.
  static func scraperFile() -> [ConfigurationField] {
    var t = FieldTable(.scrapers)
    t.addTop()
    t.add("scrapers", .entries, "Scraper definitions by id.")
    t.add("scrapers.*", .section, "One scraper.")
    t.addRequests("scrapers.*")
    t.addStorage("scrapers.*")
    t.addMonitoring("scrapers.*")
    t.addDescription("scrapers.*")
    t.addOurs("scrapers.*")
    t.addGlobal()
    return t.fields
  }

  private mutating func addRequests(_ p: String) {
    add("\(p).base_url", .text, "Where it fetches from; '' for one that fetches nothing.")
    add("\(p).url_pattern", .text, "Appended to base_url for `kind: http`; `{name}` is filled in.")
    add("\(p).rate_limit", .section, "Its own pace.")
    add(
      "\(p).rate_limit.requests_per_second", .number, "0 or absent: no limit of its own.",
      is: "0", in: Bound.rate)
    add(
      "\(p).rate_limit.burst_size", .integer, "Requests that may leave back to back.", is: "1",
      in: 0...1e6)
    add(
      "\(p).rate_limit.adaptive", .bool,
      "Slows down on 429, 503 and timeouts, and speeds up again when healthy.", is: "false",
      use: .planned)
    add("\(p).rate_limit.retry_after_header", .bool, "Honours Retry-After.", is: "true")
    add("\(p).retry", .section, "How failed attempts are tried again.")
    add(
      "\(p).retry.max_attempts", .integer, "Attempts in total, the first one included.", is: "3",
      in: 1...1000)
    add("\(p).retry.base_delay", .seconds, "Delay before the second attempt.", is: "1")
    add("\(p).retry.max_delay", .seconds, "Cap of the delay.", is: "60")
    add("\(p).retry.exponential_backoff", .bool, "Doubles the delay each time.", is: "true")
    add("\(p).retry.jitter", .bool, "Spreads the delay at random.", is: "true")
    add(
      "\(p).retry.retry_on_429_multiplier", .number, "Multiplies the delay after a 429.", is: "1",
      in: Bound.factor)
    add("\(p).timeout", .seconds, "Of one request; of one whole process for a command scraper.")
    add("\(p).user_agent", .text, "Sent with each request.")
    add(
      "\(p).max_concurrent", .integer, "Its attempts at the same time.", is: "1", in: 0...10_000)
  }

  private mutating func addStorage(_ p: String) {
    add("\(p).storage", .section, "Where results go.")
    add("\(p).storage.s3_bucket", .text, "Bucket of a scraper that uploads by itself.")
    add("\(p).storage.s3_prefix", .text, "Prefix of a scraper that uploads by itself.")
    add("\(p).storage.local_output_dir", .text, "Given to the scraper as ADCE_LOCAL_OUTPUT_DIR.")
    add("\(p).storage.upload_to_s3", .bool, "It uploads by itself.", is: "false")
    add(
      "\(p).storage.compression", .bool, "Objects are stored gzipped, with Content-Encoding.",
      is: "false")
    add(
      "\(p).storage.deduplication", .bool,
      "A body whose hash equals the stored one is not written again.", is: "false")
  }

  private mutating func addMonitoring(_ p: String) {
    add("\(p).monitoring", .section, "Its log and its alerts.")
    let always = "every attempt is measured, always"
    add(
      "\(p).monitoring.enable_telemetry", .bool, "Accepted.",
      use: .unused(why: always))
    add("\(p).monitoring.track_progress", .bool, "Accepted.", use: .unused(why: always))
    add(
      "\(p).monitoring.log_level", .choice(["DEBUG", "INFO", "WARNING", "ERROR"]),
      "What its log keeps.", is: "INFO")
    add(
      "\(p).monitoring.log_file", .text, "Its own log, under the project folder.", use: .planned)
    add(
      "\(p).monitoring.metrics_port", .integer, "Accepted.", in: Bound.port,
      use: .unused(why: "one endpoint serves all scrapers: health_check.port"))
    add(
      "\(p).monitoring.health_check_interval", .seconds, "Accepted.",
      use: .unused(why: "a scraper's health is what its attempts show"))
    addThresholds("\(p).monitoring.alert_thresholds", use: .planned)
  }

  private mutating func addThresholds(
    _ p: String, use: ConfigurationField.Use = .used
  ) {
    add(p, .section, "When to alert.", use: use)
    add("\(p).error_rate", .number, "Share of failed attempts.", in: Bound.share)
    add("\(p).response_time", .seconds, "Mean time of a request.")
    add("\(p).consecutive_failures", .integer, "Failures in a row.", in: Bound.count)
  }

  private mutating func addDescription(_ p: String) {
    add(
      "\(p).accepted_parameters", .texts, "Arguments that it takes.",
      is: "[season, game_ids, start_date, end_date, dry_run]")
    add(
      "\(p).data_type", .text,
      "Shown, given to commands; with its source it can choose the scraper of a data type.")
    for name in [
      "tier", "priority", "table_id", "endpoints", "start_year", "end_year", "test_mode",
      "metadata", "description",
    ] {
      add("\(p).\(name)", .anything, "Shown, and given to commands.", use: .described)
    }
    add("\(p).custom_settings", .anything, "Given to commands in ADCE_TASK.", use: .described)
  }

  private mutating func addOurs(_ p: String) {
    add("\(p).source", .text, "The source whose limits it shares.", ours: true)
    add(
      "\(p).kind", .choice(["command", "http"]), "How it runs.", is: "command", ours: true)
    add("\(p).command", .texts, "Program and arguments.", ours: true)
    add("\(p).interpreter", .entries, "Interpreters by a script's suffix.", ours: true)
    add("\(p).interpreter.*", .texts, "Program and arguments.", ours: true)
    add(
      "\(p).upload", .choice(["self", "adce"]), "Who writes to the lake: itself or adce.",
      ours: true)
    add(
      "\(p).requests_per_task", .integer, "Requests of one run, for the limits.", is: "1",
      in: 1...1e6, ours: true)
    add(
      "\(p).max_memory_mb", .integer, "Address space of each process of a command, in MiB.",
      in: Bound.limit, ours: true)
    add("\(p).credentials", .references, "Given to this scraper alone.", ours: true)
    add("\(p).headers", .entries, "Sent with each request.", ours: true)
    add("\(p).headers.*", .textOrReference, "A header's value.", ours: true)
    add("\(p).error_patterns", .items, "What failures are called.", ours: true)
    add("\(p).error_patterns.[]", .section, "One pattern.", ours: true)
    add(
      "\(p).error_patterns.[].match", .text, "A regular expression, on stderr or body.",
      ours: true)
    add(
      "\(p).error_patterns.[].class",
      .choice(["transient", "throttled", "permanent", "source", "invalid"]), "The failure class.",
      ours: true)
    add(
      "\(p).robots", .choice(["obey", "ignore"]), "Whether robots.txt counts.", is: "obey",
      ours: true)
    add("\(p).validate", .section, "What a body must be.", ours: true)
    add("\(p).validate.content_type", .text, "Content type that it must have.", ours: true)
    add(
      "\(p).validate.min_bytes", .integer, "Bytes that it must have.", in: Bound.count, ours: true)
    add("\(p).validate.json_fields", .texts, "Fields that its JSON must have.", ours: true)
  }

  private mutating func addGlobal() {
    add("global", .section, "For all scrapers.")
    add("global.logging", .section, "Their log.")
    add(
      "global.logging.level", .choice(["DEBUG", "INFO", "WARNING", "ERROR"]), "What it keeps.",
      is: "INFO")
    add("global.logging.file", .text, "Its file, under the project folder.")
    add(
      "global.logging.format", .text, "Accepted.",
      use: .unused(why: "adce writes its own line; `logging.style` chooses human or json"))
    add(
      "global.performance", .anything, "Accepted.",
      use: .unused(why: "batches, caches and compression are each scraper's and each task's"))
    add(
      "global.alerts", .section, "When to alert, for scrapers without thresholds of their own.",
      use: .planned)
    add("global.alerts.email_alerts", .bool, "Alerts by e-mail.", is: "false")
    add("global.alerts.slack_webhook", .secret, "Alerts to Slack.")
    addThresholds("global.alerts.alert_thresholds")
    add("global.aws", .section, "AWS settings.")
    add("global.aws.region", .text, "Region of the lake's bucket.")
    add("global.aws.access_key_id", .credential, "A reference; a literal key is refused.")
    add("global.aws.secret_access_key", .credential, "A reference; a literal key is refused.")
    add("global.data_quality", .section, "Validation.")
    add("global.data_quality.validation_enabled", .bool, "Bodies are validated.", is: "true")
    for name in ["completeness_check", "schema_validation", "cross_source_validation"] {
      add(
        "global.data_quality.\(name)", .bool, "Accepted.",
        use: .unused(why: "coverage tells completeness; bodies are checked by `validate`"))
    }
    add("global.interpreter", .entries, "Interpreters by a script's suffix.", ours: true)
    add("global.interpreter.*", .texts, "Program and arguments.", ours: true)
  }
}
