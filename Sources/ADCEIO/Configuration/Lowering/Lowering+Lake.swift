internal import ADCEKernel

extension Lowering {
  mutating func lowerLake() {
    let s3 = settings.root(.reconciliation)["s3"]
    let written = settings.root(.reconciliation)["lake"]
    let bucket = s3["bucket"].text
    if let url = written.text {
      if url.hasPrefix("file:///") || (url.hasPrefix("s3://") && url.utf8.count > 5) {
        result.lake.url = url
      } else {
        problems.error(
          written.mark, written.path,
          "\(written.path): \(Wording.quoted(url)) is no lake: expected file:///path or "
            + "s3://bucket[/prefix]")
      }
    } else {
      result.lake.url = bucket.map { "s3://\($0)" }
    }
    let aws = settings.root(.scrapers)["global.aws"]
    result.lake.region = aws["region"].text
    result.lake.accessKeyID = aws["access_key_id"].node?.scalar.flatMap {
      CredentialReference($0.text)
    }
    result.lake.secretAccessKey = aws["secret_access_key"].node?.scalar.flatMap {
      CredentialReference($0.text)
    }
    result.lake.prefixes = s3["prefixes"].texts ?? []
    result.lake.snapshotMaxMilliseconds = s3["cache_ttl_hours"].milliseconds
    result.lake.parallelListings = s3["parallel_workers"].int
    result.lake.usesInventory = settings.effective(.autonomous, "use_aws_inventory").bool
    result.lake.inventoryBucket = s3["inventory_bucket"].text ?? bucket
    result.lake.inventoryPrefix = s3["inventory_prefix"].text
    result.lake.fallsBackToListing = settings.effective(.autonomous, "fallback_to_sample").bool
  }

  /// Budgets and bounds of the host.
  mutating func lowerLoop() {
    let budgets = settings.root(.reconciliation)["performance"]
    result.loop.scanBudget = budgets["s3_scan_max_minutes"].millisecondsIfKnown
    result.loop.analysisBudget = budgets["coverage_analysis_max_seconds"].millisecondsIfKnown
    result.loop.gapDetectionBudget = budgets["gap_detection_max_seconds"].millisecondsIfKnown
    result.loop.taskGenerationBudget = budgets["task_generation_max_seconds"].millisecondsIfKnown
    result.loop.cycleBudget =
      settings.effective(.autonomous, "performance.reconciliation_max_minutes").millisecondsIfKnown
    let autonomous = settings.root(.autonomous)
    result.loop.runBudget =
      autonomous["performance.orchestrator_max_minutes"].millisecondsIfKnown
    result.loop.taskCompletionTarget =
      autonomous["performance.task_completion_rate_target"].numberIfKnown
    let bounds = autonomous["resource_limits"]
    result.loop.memoryMegabytesMax = bounds["max_memory_mb"].numberIfKnown
    result.loop.cpuPercentMax = bounds["max_cpu_percent"].numberIfKnown
    result.loop.diskFreeGigabytesMin = bounds["disk_space_threshold_gb"].numberIfKnown
  }

  mutating func lowerOutputs() {
    let autonomous = settings.root(.autonomous)
    let reconciliation = settings.root(.reconciliation)
    var outputs = OutputSettings()
    outputs.logLevel =
      ScraperSettings.LogLevel(rawValue: settings.effective(.autonomous, "logging.level").word)
      ?? .info
    outputs.logFile = settings.effective(.autonomous, "logging.file").text
    outputs.logDirectory = reconciliation["logging.output_dir"].text
    let megabytes = settings.effective(.autonomous, "logging.max_size_mb").numberIfKnown ?? 100
    outputs.logBytesMax = Int64(megabytes * 1_048_576)
    outputs.logBackups = settings.effective(.autonomous, "logging.backup_count").int
    outputs.logsJSON = autonomous["logging.style"].wordIfKnown.map { $0 == "json" }
    outputs.queueFile = settings.effective(.autonomous, "task_queue_file").text ?? ""
    outputs.writesDIMS = settings.effective(.autonomous, "integration.dims.enabled").bool
    outputs.updatesDIMSAfterCycle =
      settings.effective(.autonomous, "integration.dims.update_on_cycle_complete").bool
    outputs.dimsTriggers = reconciliation["integration.dims.event_triggers"].texts ?? []
    outputs.dimsMetrics = autonomous["integration.dims.metrics_to_track"].texts ?? []
    result.outputs = outputs
  }
}
