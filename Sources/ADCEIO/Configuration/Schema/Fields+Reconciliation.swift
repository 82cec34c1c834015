extension FieldTable {
  /// CONFIG.md §2.
  static func reconciliationFile() -> [ConfigurationField] {
    var t = FieldTable(.reconciliation)
    t.addTop()
    t.addLake()
    t.addGapDetection()
    t.addQueue()
    t.addLoop()
    t.addOutputs()
    return t.fields
  }

  private mutating func addLake() {
    add(
      "lake", .text, "file:///path or s3://bucket[/prefix]; default s3:// and s3.bucket.",
      ours: true)
    add("s3", .section, "The lake's bucket, and how it is read.")
    add("s3.bucket", .text, "The lake's bucket.")
    add("s3.prefixes", .texts, "Listed beside the literal beginnings of all path patterns.")
    add(
      "s3.sample_rate", .number, "Accepted.", in: Bound.share,
      use: .unused(why: "a sample cannot name a gap; a full listing is used"))
    add(
      "s3.cache_ttl_hours", .hours, "A snapshot older than this is not used for gaps.", is: "24")
    add("s3.parallel_workers", .integer, "Parallel listings.", is: "4", in: 1...1000)
    add("s3.use_aws_inventory", .bool, "Uses reports while a usable one is there.", is: "false")
    add("s3.inventory_bucket", .text, "Where the reports are; default the bucket.")
    add("s3.inventory_prefix", .text, "Under it the newest complete report is taken.")
    add(
      "s3.fallback_to_sample", .bool,
      "Without a usable report: true = a full listing, false = the cycle fails.", is: "true")
  }

  private mutating func addGapDetection() {
    add("gap_detection", .section, "What a gap is worth.")
    add(
      "gap_detection.critical_threshold_days", .wholeDays,
      "A required object with a date at most so many days ago is CRITICAL.", is: "7")
    add("gap_detection.high_priority_seasons", .texts, "Seasons whose gaps are HIGH.")
    add("gap_detection.medium_priority_seasons", .texts, "Seasons whose gaps are MEDIUM.")
    add(
      "gap_detection.completeness_thresholds", .byPriority,
      "By completeness: priorities of gaps with neither date nor season.",
      is: "{critical: 0.5, high: 0.8, medium: 0.95, low: 0.99}")
    add("gap_detection.completeness_thresholds.*", .number, "A fraction.", in: Bound.share)
    let p = "gap_detection.*_specific"
    add(p, .section, "For one source: overrides for the types that it lists.")
    add("\(p).enabled", .bool, "False: the entry does nothing.", is: "true")
    add("\(p).required_data_types", .texts, "These are required.")
    add("\(p).freshness_threshold_hours", .hours, "Replaces freshness_days for them.")
    add(
      "\(p).completeness_target_pct", .number,
      "Below it: an alert, and /health says degraded; replaces completeness_threshold.",
      in: Bound.percent)
    add("\(p).critical_gap_days", .wholeDays, "Replaces critical_threshold_days for them.")
    add("\(p).scraper_name", .text, "The scraper that fills them.")
    add("\(p).scraper_args", .texts, "Appended where a task has no season and no ids of its own.")
  }

  private mutating func addQueue() {
    add("task_queue", .section, "Bounds of the queue.")
    add(
      "task_queue.max_tasks_per_run", .integer, "Tasks alive, neither parked nor done.",
      is: "1000", in: 1...1e6)
    add(
      "task_queue.max_tasks_per_priority", .byPriority, "The same by priority.",
      is: "{critical: 100, high: 300, medium: 400, low: 200}")
    add("task_queue.max_tasks_per_priority.*", .integer, "Tasks alive.", in: 0...1e6)
    add("task_queue.task_ttl_days", .days, "A task not begun in that time is dropped.", is: "30")
    add(
      "task_queue.output_file", .text, "The queue as a view, under the project folder.",
      is: "inventory/gaps.json")
  }

  private mutating func addLoop() {
    let p = "reconciliation_loop"
    add(p, .section, "The cycle.")
    add("\(p).enabled", .bool, "Cycles run by themselves.", is: "true")
    add(
      "\(p).daemon_mode", .bool, "Accepted.",
      use: .unused(why: "`adce start` is the daemon, `adce run` the foreground"))
    add("\(p).interval_hours", .hours, "Between two cycles.", is: "1", in: 0.0001...87_600)
    add("\(p).max_retries", .integer, "Of a failed cycle.", is: "3", in: 0...1000)
    add("\(p).alert_on_failure", .bool, "A failed cycle alerts.", is: "true")
    add("\(p).alert_channels", .texts, "email, slack.", use: .planned)
    add(
      "\(p).health_check_port", .integer, "Accepted.", in: Bound.port,
      use: .unused(why: "health_check.port of autonomous_config.yaml serves"))
    add(
      "performance", .section, "Budgets: overrunning one is an alert and a metric.", use: .planned)
    add("performance.s3_scan_max_minutes", .minutes, "Of a scan.")
    add("performance.coverage_analysis_max_seconds", .seconds, "Of an analysis.")
    add("performance.gap_detection_max_seconds", .seconds, "Of gap detection.")
    add("performance.task_generation_max_seconds", .seconds, "Of task making.")
    add("performance.full_cycle_max_minutes", .minutes, "Of a whole cycle.")
  }

  private mutating func addOutputs() {
    add("integration", .section, "Other systems.")
    add("integration.dims", .section, "The metrics file of DIMS.")
    add("integration.dims.enabled", .bool, "It is written.", is: "false")
    add("integration.dims.update_on_complete", .bool, "After each cycle.", is: "true")
    add("integration.dims.event_triggers", .texts, "reconciliation_complete, gaps_detected.")
    add("integration.existing_tools", .section, "Accepted.")
    let tools = "the views in inventory/ are what other tools read"
    add("integration.existing_tools.enabled", .bool, "Accepted.", use: .unused(why: tools))
    add("integration.existing_tools.scripts", .anything, "Accepted.", use: .unused(why: tools))
    add("dry_run", .section, "Reconcile and write views, run nothing.")
    add("dry_run.enabled", .bool, "On.", is: "false")
    add("dry_run.save_results", .bool, "Views are written all the same.", is: "true")
    add("dry_run.skip_task_generation", .bool, "No tasks are made.", is: "false")
    add("logging", .section, "The log.")
    add(
      "logging.level", .choice(["DEBUG", "INFO", "WARNING", "ERROR"]), "What it keeps.",
      is: "INFO")
    add(
      "logging.format", .text, "Accepted.",
      use: .unused(why: "adce writes its own line; `logging.style` chooses human or json"))
    add("logging.output_dir", .text, "Its folder, under the project folder.")
    add("logging.max_file_size_mb", .number, "A log file is rotated beyond it.", in: 0.001...1e6)
    add("logging.backup_count", .integer, "Rotated files that are kept.", in: 0...10_000)
    add("notifications", .section, "Alerts by e-mail and Slack.", use: .planned)
    add("notifications.enabled", .bool, "On.", is: "false")
    add(
      "notifications.critical_gaps_threshold", .integer, "CRITICAL gaps from which to tell.",
      in: Bound.count)
    add("notifications.email", .section, "By e-mail.")
    add("notifications.email.to", .texts, "Addresses.")
    add("notifications.email.subject_prefix", .text, "Begins each subject.")
    add("notifications.slack", .section, "By Slack.")
    add("notifications.slack.webhook_url", .secret, "The webhook.")
    add("notifications.slack.channel", .text, "The channel.")
  }
}
