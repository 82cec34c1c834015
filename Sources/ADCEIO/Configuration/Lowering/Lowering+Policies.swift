internal import ADCEKernel

extension Lowering {
  /// Gaps, queue, scores and the loop, as the kernel decides by them.
  mutating func lowerPolicies() {
    lowerGaps()
    lowerQueue()
    lowerScoring()
    lowerLoopPolicy()
  }

  private mutating func lowerGaps() {
    let gaps = settings.root(.reconciliation)["gap_detection"]
    result.kernel.gaps.criticalDays = gaps["critical_threshold_days"].int
    result.kernel.gaps.highSeasons = gaps["high_priority_seasons"].texts ?? []
    result.kernel.gaps.mediumSeasons = gaps["medium_priority_seasons"].texts ?? []
    let thresholds = gaps["completeness_thresholds"]
    result.kernel.gaps.criticalBelowMicro = thresholds.byPriority("critical").micro
    result.kernel.gaps.highBelowMicro = thresholds.byPriority("high").micro
    result.kernel.gaps.mediumBelowMicro = thresholds.byPriority("medium").micro
    for (_, setting) in specifics where setting["critical_gap_days"].isWritten {
      problems.warnOnce(
        "critical_gap_days", setting["critical_gap_days"].mark, setting["critical_gap_days"].path,
        "critical_gap_days is read as \"within so many days\": it replaces "
          + "critical_threshold_days for the types that its entry lists")
    }
  }

  private mutating func lowerQueue() {
    let queue = settings.root(.reconciliation)["task_queue"]
    let processing = settings.root(.autonomous)["task_processing"]
    result.kernel.queue.maxLive =
      settings.effective(.autonomous, "task_processing.max_tasks_per_run").int
    result.kernel.queue.maxLiveByPriority = Priority.allCases.map {
      queue["max_tasks_per_priority"].byPriority($0.name).int
    }
    result.kernel.queue.ttlMilliseconds = queue["task_ttl_days"].milliseconds
    result.kernel.queue.itemsPerTask = processing["items_per_task"].int
    result.kernel.queue.parkedCooldownMilliseconds =
      processing["parked_cooldown_hours"].milliseconds
    result.kernel.queue.parkedCooldownMillisecondsMax = max(
      processing["parked_cooldown_max_days"].milliseconds,
      result.kernel.queue.parkedCooldownMilliseconds)
  }

  private mutating func lowerScoring() {
    let weighting = settings.root(.autonomous)["task_processing.priority_weighting"]
    var scoring = Configuration.Scoring()
    scoring.enabled = weighting["enabled"].bool
    scoring.baseMicro = Priority.allCases.map {
      weighting["base_scores"].byPriority($0.name).micro
    }
    scoring.ageMicroPerHour = weighting["age_weight"].micro
    scoring.gapSizeMicro = weighting["gap_size_weight"].micro
    scoring.penaltyMicroMax = weighting["max_gap_size_penalty"].micro
    scoring.successMicro = weighting["success_rate_weight"].micro
    for (entry, setting) in weighting["source_multipliers"].entries {
      guard let micro = setting.microIfKnown else { continue }
      if entry.key == "default" {
        scoring.defaultMultiplierMicro = micro
      } else {
        scoring.multipliersMicro.append(
          Configuration.SourceMultiplier(source: entry.key, micro: micro))
      }
    }
    scoring.multipliersMicro.sort { $0.source < $1.source }
    result.kernel.queue.scoring = scoring
  }

  private mutating func lowerLoopPolicy() {
    let autonomous = settings.root(.autonomous)
    var loop = Configuration.LoopPolicy()
    loop.intervalMilliseconds =
      settings.effective(.autonomous, "reconciliation_interval_minutes").milliseconds
    loop.taskCheckMilliseconds = autonomous["task_check_interval_seconds"].milliseconds
    loop.minTasksToTrigger = autonomous["min_tasks_to_trigger"].int
    loop.maxRunMilliseconds = autonomous["max_orchestrator_runtime_minutes"].milliseconds
    // The files count retries, the kernel attempts.
    loop.cycleRetry.maxAttempts = settings.effective(.autonomous, "max_retries").int + 1
    loop.cycleRetry.baseDelayMilliseconds = autonomous["retry_delay_seconds"].milliseconds
    loop.cycleRetry.maxDelayMilliseconds = max(Span.hour, loop.cycleRetry.baseDelayMilliseconds)
    loop.cycleRetry.exponential = autonomous["exponential_backoff"].bool
    let test = autonomous["test_mode"]
    let isTest = test["enabled"].bool
    let isDry = settings.effective(.autonomous, "dry_run.enabled").bool
    let dry = settings.root(.reconciliation)["dry_run"]
    loop.executes = !isDry && (!isTest || test["allow_execution"].bool)
    if isTest, test["skip_task_queue_check"].bool { loop.executes = false }
    loop.reconciles =
      settings.root(.reconciliation)["reconciliation_loop.enabled"].bool
      && !(isTest && test["skip_reconciliation"].bool)
    loop.makesTasks = !(isDry && dry["skip_task_generation"].bool)
    result.kernel.loop = loop
    result.loop.isEnabled = autonomous["enabled"].bool
    result.loop.isTestMode = isTest
    result.loop.clearsQueueOnStart = isTest && test["clear_queue_on_start"].bool
    result.loop.isDryRun = isDry
    result.loop.savesResults = dry["save_results"].bool
    result.loop.savesResultsWritten = dry["save_results"].boolIfWritten
  }
}
