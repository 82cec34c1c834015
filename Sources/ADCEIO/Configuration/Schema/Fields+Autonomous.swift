extension FieldTable {
  /// CONFIG.md §3.
  static func autonomousFile() -> [ConfigurationField] {
    var t = FieldTable(.autonomous)
    t.addTop()
    t.addLoopOfRuns()
    t.addRateLimiting()
    t.addTaskProcessing()
    t.addHealth()
    t.addAlerts()
    t.addSchedules()
    t.addHost()
    return t.fields
  }

  private mutating func addLoopOfRuns() {
    add("enabled", .bool, "False: `run` says so and exits 0.", is: "true")
    add("test_mode", .section, "For trying out.")
    add("test_mode.enabled", .bool, "The other four count only then.", is: "false")
    add("test_mode.skip_reconciliation", .bool, "No cycle starts by itself.", is: "false")
    add("test_mode.skip_task_queue_check", .bool, "No run starts by itself.", is: "false")
    add("test_mode.clear_queue_on_start", .bool, "Live tasks are cancelled.", is: "false")
    add("test_mode.allow_execution", .bool, "Attempts are made.", is: "false")
    let interval = 0.01...5_259_600.0
    add(
      "reconciliation_interval_minutes", .minutes, "Between two cycles.", is: "60", in: interval)
    add("reconciliation_interval_hours", .hours, "The older form.", in: 0.0001...87_660)
    add(
      "task_check_interval_seconds", .seconds, "Between two looks at the queue.", is: "30",
      in: 0.1...86_400, ours: true)
    add("use_aws_inventory", .bool, "Uses reports while a usable one is there.", is: "false")
    add("fallback_to_sample", .bool, "Without a usable report: list.", is: "true")
    add(
      "min_tasks_to_trigger", .integer, "Ready tasks that start a run.", is: "1", in: 1...1e6)
    add(
      "max_orchestrator_runtime_minutes", .minutes, "A run admits nothing new after that.",
      is: "60", in: 0.01...5_259_600)
    add(
      "max_concurrent_scrapers", .integer, "Attempts at the same time.", is: "5", in: 0...10_000)
    add("task_queue_file", .text, "The queue as a view.", is: "inventory/gaps.json")
    add("max_retries", .integer, "Of a failed cycle.", is: "3", in: 0...1000)
    add("retry_delay_seconds", .seconds, "Before a failed cycle is tried again.", is: "60")
    add("exponential_backoff", .bool, "Doubles that delay each time.", is: "true")
    add("dry_run", .section, "Reconcile and write views, run nothing.")
    add("dry_run.enabled", .bool, "On.", is: "false")
  }

  private mutating func addRateLimiting() {
    let p = "rate_limiting"
    add(p, .section, "Limits of sources and of all.")
    add("\(p).enabled", .bool, "They count.", is: "true")
    add("\(p).global_limits", .section, "Of all sources together.")
    add("\(p).source_limits", .entries, "By source.")
    add("\(p).source_limits.*", .section, "Of one source.")
    for limits in ["\(p).global_limits", "\(p).source_limits.*"] {
      add("\(limits).requests_per_minute", .integer, "Requests.", in: Bound.limit)
      add("\(limits).requests_per_hour", .integer, "Requests.", in: Bound.limit)
    }
    add(
      "\(p).source_limits.*.burst_size", .integer, "Requests back to back.", in: Bound.limit)
    add(
      "\(p).source_limits.*.min_delay_seconds", .seconds, "Between two requests.", is: "0")
    add("\(p).backoff", .section, "Extra delay when a limit comes near.", use: .planned)
    add("\(p).backoff.enabled", .bool, "On.", is: "false")
    add("\(p).backoff.threshold_percent", .number, "Of a limit.", is: "80", in: Bound.percent)
    add("\(p).backoff.initial_delay_seconds", .seconds, "The first delay.", is: "1")
    add("\(p).backoff.max_delay_seconds", .seconds, "The longest.", is: "60")
    add(
      "\(p).backoff.exponential_factor", .number, "Multiplies it each time.", is: "2",
      in: 1...1000)
    add("\(p).breaker", .section, "When a source is left alone.", ours: true, use: .planned)
    add(
      "\(p).breaker.consecutive_failures", .integer, "In a row.", is: "5", in: Bound.limit,
      ours: true)
    add("\(p).breaker.error_rate", .number, "Share.", is: "0.5", in: Bound.share, ours: true)
    add("\(p).breaker.open_seconds", .seconds, "For how long.", is: "60", ours: true)
    add("\(p).breaker.open_seconds_max", .seconds, "At most.", is: "3600", ours: true)
    add(
      "\(p).retry_after_max_seconds", .seconds, "Cap of what a Retry-After may ask.", is: "3600",
      ours: true)
  }

  private mutating func addTaskProcessing() {
    let p = "task_processing"
    add(p, .section, "Order and bounds of tasks.")
    add(
      "\(p).priority_order", .gapPriorities, "Accepted in this order only.",
      is: "[CRITICAL, HIGH, MEDIUM, LOW]",
      use: .unused(why: "the order of tasks is their score: set base_scores"))
    add(
      "\(p).max_tasks_per_run", .integer, "Tasks alive, neither parked nor done.", is: "1000",
      in: 1...1e6)
    let w = "\(p).priority_weighting"
    add(w, .section, "A task's score.")
    add("\(w).enabled", .bool, "False: base scores alone.", is: "true")
    add(
      "\(w).base_scores", .byPriority, "Points by priority.",
      is: "{critical: 1000, high: 100, medium: 10, low: 1}")
    add("\(w).base_scores.*", .number, "Points.", in: Bound.weight)
    add("\(w).age_weight", .number, "Points an hour.", is: "0.5", in: Bound.weight)
    add("\(w).source_multipliers", .entries, "By source; `default` for the others.")
    add("\(w).source_multipliers.*", .number, "A factor.", in: Bound.factor)
    add(
      "\(w).gap_size_weight", .number, "Points a missing object.", is: "-0.1", in: Bound.weight)
    add("\(w).max_gap_size_penalty", .number, "At most.", is: "10", in: 0...1e9)
    add(
      "\(w).success_rate_weight", .number, "Times the scraper's success rate.", is: "20",
      in: Bound.weight)
    add("\(p).parked_cooldown_hours", .hours, "Doubles each time.", is: "6", ours: true)
    add("\(p).parked_cooldown_max_days", .days, "At most.", is: "7", ours: true)
    add("\(p).items_per_task", .integer, "Objects a task.", is: "10", in: 1...1_000, ours: true)
  }

  private mutating func addHealth() {
    let p = "health_check"
    add(p, .section, "The HTTP face.")
    add("\(p).enabled", .bool, "It listens.", is: "true")
    add("\(p).port", .integer, "Its port.", is: "8080", in: Bound.port)
    add("\(p).listen", .text, "Its address.", is: "127.0.0.1", ours: true)
    add("\(p).check_interval_seconds", .seconds, "Between two checks.", is: "60", in: 0.1...86_400)
    add("\(p).alert_thresholds", .section, "When to alert.")
    let t = "\(p).alert_thresholds"
    add("\(t).reconciliation_daemon_down_minutes", .minutes, "No cycle for so long.")
    add("\(t).orchestrator_timeout_minutes", .minutes, "A run that long.")
    add("\(t).task_queue_stale_hours", .hours, "Tasks untouched for so long.")
    add("\(t).error_rate_threshold", .number, "Share of failed attempts.", in: Bound.share)
    add("\(p).tls", .section, "HTTPS.", ours: true)
    add("\(p).tls.certificate", .text, "A PEM file.", ours: true)
    add("\(p).tls.key", .text, "A PEM file.", ours: true)
    add("\(p).tokens", .items, "Who may do what.", ours: true)
    add("\(p).tokens.[]", .section, "One token.", ours: true)
    add("\(p).tokens.[].name", .text, "Whose.", ours: true)
    add(
      "\(p).tokens.[].role", .choice(["viewer", "operator", "admin"]), "May do what.",
      is: "viewer", ours: true)
    add("\(p).tokens.[].ref", .reference, "The token.", ours: true)
  }

  private mutating func addAlerts() {
    add("alerts", .section, "Who is told.", use: .planned)
    add("alerts.enabled", .bool, "On.", is: "true")
    add("alerts.channels", .section, "How.")
    let e = "alerts.channels.email"
    add(e, .section, "By e-mail.")
    add("\(e).enabled", .bool, "On.", is: "false")
    add("\(e).sns_topic_arn", .text, "An SNS topic.")
    add("\(e).subject_prefix", .text, "Begins each subject.")
    add("\(e).smtp", .section, "A mail server.", ours: true)
    add("\(e).smtp.host", .text, "Its host.", ours: true)
    add("\(e).smtp.port", .integer, "Its port.", is: "587", in: Bound.port, ours: true)
    add("\(e).smtp.from", .text, "Sender.", ours: true)
    add("\(e).smtp.to", .anything, "An address, or a list of them.", ours: true)
    add("\(e).smtp.user", .text, "User.", ours: true)
    add("\(e).smtp.ref", .reference, "Password.", ours: true)
    let s = "alerts.channels.slack"
    add(s, .section, "By Slack.")
    add("\(s).enabled", .bool, "On.", is: "false")
    add("\(s).webhook_url", .secret, "The webhook.")
    add("\(s).channel", .text, "The channel.")
    let w = "alerts.channels.webhook"
    add(w, .section, "By a webhook.")
    add("\(w).enabled", .bool, "On.", is: "false")
    add("\(w).url", .secret, "The webhook.")
    add("\(w).ref", .reference, "Sent as a bearer token.", ours: true)
    add("alerts.heartbeat", .section, "A call that says all is well.", ours: true)
    add("alerts.heartbeat.url", .text, "Called.", ours: true)
    add("alerts.heartbeat.minutes", .minutes, "So often.", is: "5", ours: true)
    add("alerts.alert_on", .texts, "What alerts.")
  }

  private mutating func addSchedules() {
    add("scheduled_tasks", .entries, "Programs by the clock.", use: .planned)
    add("scheduled_tasks.enabled", .bool, "On.", is: "true")
    add("scheduled_tasks.timezone", .text, "Of the schedules.", is: "UTC", ours: true)
    let p = "scheduled_tasks.*"
    add(p, .section, "One program.")
    add("\(p).enabled", .bool, "On.", is: "true")
    add("\(p).schedule", .cron, "When.")
    add("\(p).script", .text, "The program.")
    add("\(p).args", .texts, "Its arguments.")
    add("\(p).priority", .gapPriority, "Its priority.", is: "medium")
    add("\(p).timeout_minutes", .minutes, "Then it is killed.", is: "60")
    add("\(p).retry_on_failure", .bool, "Tried again.", is: "false")
    add("\(p).max_retries", .integer, "So often.", is: "3", in: 0...1000)
    add("\(p).description", .anything, "Shown.", use: .described)
    add("\(p).source", .text, "Whose limits it shares.", ours: true)
    add("\(p).timezone", .text, "Of its schedule.", ours: true)
    add("\(p).post_execution", .section, "What follows.")
    add("\(p).post_execution.trigger_dims_update", .bool, "The metrics file.", is: "false")
    add("\(p).post_execution.trigger_reconciliation", .bool, "A cycle.", is: "false")
    add("\(p).post_execution.metric_category", .text, "Names its source.")
  }

  private mutating func addHost() {
    add("logging", .section, "The log.")
    add(
      "logging.level", .choice(["DEBUG", "INFO", "WARNING", "ERROR"]), "What it keeps.",
      is: "INFO")
    add("logging.file", .text, "Its file, under the project folder.")
    add(
      "logging.max_size_mb", .number, "A log file is rotated beyond it.", is: "100",
      in: 0.001...1e6)
    add(
      "logging.backup_count", .integer, "Rotated files that are kept.", is: "5", in: 0...10_000)
    add(
      "logging.format", .text, "Accepted.",
      use: .unused(why: "adce writes its own line; `logging.style` chooses human or json"))
    add("logging.style", .choice(["human", "json"]), "How it is written.", ours: true)
    add("resource_limits", .section, "No attempt is admitted beyond them.")
    add("resource_limits.max_memory_mb", .number, "Memory.", in: Bound.count)
    add("resource_limits.max_cpu_percent", .number, "CPU, of one core.", in: 0...100_000)
    add("resource_limits.disk_space_threshold_gb", .number, "Free disk.", in: Bound.count)
    add("performance", .section, "Budgets: overrunning one is an alert and a metric.")
    add("performance.reconciliation_max_minutes", .minutes, "Of a cycle.", use: .planned)
    add("performance.orchestrator_max_minutes", .minutes, "Of a run.")
    add(
      "performance.task_completion_rate_target", .number, "Share.", in: Bound.percent, use: .planned
    )
    add("integration", .section, "Other systems and files.")
    add("integration.dims", .section, "The metrics file of DIMS.")
    add("integration.dims.enabled", .bool, "It is written.", is: "false")
    add("integration.dims.update_on_cycle_complete", .bool, "After each cycle.", is: "true")
    add("integration.dims.metrics_to_track", .texts, "Which.")
    for file in ["scraper_config", "reconciliation_config"] {
      add("integration.\(file)", .section, "Where that file is.")
      add("integration.\(file).file", .text, "Under the project folder.")
    }
    add("maintenance", .section, "When nothing is admitted.", use: .planned)
    add("maintenance.enabled", .bool, "On.", is: "false")
    add("maintenance.windows", .items, "The windows.")
    add("maintenance.windows.[]", .section, "One window.")
    add(
      "maintenance.windows.[].day",
      .choice([
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
      ]), "Absent: every day.")
    add("maintenance.windows.[].start_time", .clock, "Begins.")
    add("maintenance.windows.[].end_time", .clock, "Ends; may cross midnight.")
    add("maintenance.windows.[].timezone", .text, "Of both.", is: "UTC")
  }
}
