internal import ADCEKernel

/// `/metrics`: what the loop published, then what is measured while it is written.
///
/// Labels are bounded by the configuration and by the bounds of `Figures` and `Tally`; nothing that
/// a client sends becomes one. Counters without another word begin with this process; those of
/// tasks, attempts made, runs and cycles completed are kept in the state.
struct MetricsDocument {
  private var out = PrometheusText()

  static func text(_ bulletin: Bulletin, _ watch: HealthWatch) -> String {
    var document = MetricsDocument()
    document.append(bulletin.status)
    if let figures = bulletin.figures {
      document.appendCoverage(figures)
      document.appendWork(figures)
      document.appendAttempts(figures)
      document.appendLimits(figures)
      document.appendCycles(figures)
      document.appendStore(figures)
    }
    document.append(watch)
    document.append(ProcessFigures.now())
    return document.out.text
  }

  private mutating func append(_ status: StatusReport) {
    out.begin("adce_build_info", .gauge, "Which program this is.")
    out.sample(1, ["version": Build.version])
    out.one(
      "adce_healthy", .gauge, "1 if every component is well.", status.health == .ok ? 1 : 0)
    out.begin("adce_component_status", .gauge, "1 for the condition that a component is in.")
    for component in status.components {
      for condition in StatusReport.Condition.allCases {
        out.sample(
          component.condition == condition ? 1 : 0,
          ["component": component.name, "status": condition.rawValue])
      }
    }
    out.one("adce_paused", .gauge, "1 while an operator has paused all.", status.isPaused ? 1 : 0)
    out.one("adce_draining", .gauge, "1 while it is stopping.", status.isDraining ? 1 : 0)
  }

  // MARK: Coverage

  private mutating func appendCoverage(_ figures: Figures) {
    typed("expected_objects", "Objects that should be there by now.", figures) {
      $0.numbers.expected
    }
    typed("present_objects", "Of those, objects that are there.", figures) { $0.numbers.present }
    typed("missing_objects", "Of those, objects that are not.", figures) { $0.numbers.missing }
    typed("stale_objects", "Objects that are there and out of date.", figures) { $0.numbers.stale }
    typed("undersized_objects", "Objects that are there and too small.", figures) {
      $0.numbers.undersized
    }
    typed("attainable_objects", "Expected but for what is waived or known absent.", figures) {
      $0.numbers.attainable
    }
    typed("surplus_objects", "Objects found beyond what is expected.", figures) { $0.surplus }
    typed("size_bytes", "Size of the objects of a data type.", figures) { Int($0.bytes) }
    out.one(
      "adce_coverage_types_left_out", .gauge, "Data types beyond the bound of these figures.",
      figures.typesLeftOut)
    out.one(
      "adce_completeness_ratio", .gauge, "Present of expected, of all keys.",
      text: PrometheusText.ratio(micro: figures.total.completenessMicro))
    out.one(
      "adce_attainable_ratio", .gauge, "Present of attainable, of all keys.",
      text: PrometheusText.ratio(micro: figures.total.attainableMicro))
    out.begin("adce_gaps", .gauge, "Objects missing, stale or too small, by priority.")
    for priority in Priority.allCases {
      out.sample(figures.gapsByPriority[Int(priority.rawValue)], ["priority": priority.name])
    }
    out.one(
      "adce_counted_gaps", .gauge, "Objects missing of what is only counted.",
      figures.counted.missing)
    guard let snapshot = figures.snapshot else { return }
    out.begin("adce_lake_objects", .gauge, "Objects seen in the lake.")
    out.sample(snapshot.record.objects)
    out.one("adce_lake_size_bytes", .gauge, "Their size.", snapshot.record.bytes)
    out.one(
      "adce_lake_unmatched_objects", .gauge, "Of those, objects of no data type.",
      snapshot.record.unmatched)
    out.begin(
      "adce_lake_snapshot_timestamp_seconds", .gauge, "When the last look at the lake began.")
    out.sample(
      PrometheusText.seconds(snapshot.record.began.milliseconds),
      ["source": snapshot.source.name])
    out.one(
      "adce_lake_doubted", .gauge, "1 while much of the lake seems to have vanished.",
      snapshot.record.isDoubted ? 1 : 0)
  }

  private mutating func typed(
    _ name: String, _ help: String, _ figures: Figures, _ value: (Figures.TypeLine) -> Int
  ) {
    guard !figures.types.isEmpty else { return }
    out.begin("adce_coverage_\(name)", .gauge, help)
    for type in figures.types {
      out.sample(
        value(type),
        ["source": type.source, "data_type": type.dataType, "basis": type.basis.name])
    }
  }

  // MARK: Work

  private mutating func appendWork(_ figures: Figures) {
    out.begin("adce_tasks", .gauge, "Tasks that are remembered, by state.")
    for state in figures.byState { out.sample(state.count, ["state": state.name]) }
    out.begin("adce_open_tasks", .gauge, "Live tasks that are not parked, by priority.")
    for priority in Priority.allCases {
      out.sample(figures.openByPriority[Int(priority.rawValue)], ["priority": priority.name])
    }
    out.one("adce_tasks_made_total", .counter, "Tasks made, ever.", figures.tasksMade)
    out.one("adce_attempts_made_total", .counter, "Attempts made, ever.", figures.attemptsMade)
    out.one("adce_runs_total", .counter, "Runs begun, ever.", figures.runs)
    if figures.success.finished > 0 {
      let (finished, succeeded) = (Int64(figures.success.finished), figures.success.succeeded)
      out.one(
        "adce_success_ratio", .gauge, "Attempts of seven days that succeeded.",
        text: PrometheusText.ratio(micro: Int64(succeeded) * 1_000_000 / finished))
    }
  }

  private mutating func appendAttempts(_ figures: Figures) {
    let tallies = figures.tally.attempts.sorted { $0.key < $1.key }
    if !tallies.isEmpty {
      out.begin("adce_attempts_total", .counter, "Attempts that ended, by outcome.")
      for (scraper, tally) in tallies {
        for (index, count) in tally.byOutcome.enumerated() {
          guard let outcome = Tally.Outcome.name(index) else { continue }
          out.sample(count, ["scraper": scraper, "outcome": outcome])
        }
      }
      out.begin("adce_attempt_duration_seconds", .summary, "How long attempts took.")
      for (scraper, tally) in tallies {
        out.sample(
          PrometheusText.seconds(tally.milliseconds), ["scraper": scraper], suffix: "_sum")
        out.sample(tally.timed, ["scraper": scraper], suffix: "_count")
      }
    }
    if !figures.scrapers.isEmpty {
      out.begin("adce_attempts_running", .gauge, "Attempts under way.")
      for scraper in figures.scrapers { out.sample(scraper.running, ["scraper": scraper.id]) }
    }
    out.one(
      "adce_objects_stored_total", .counter, "Objects that attempts have stored.",
      figures.tally.objectsStored)
    out.one(
      "adce_stored_bytes_total", .counter, "Their size.", figures.tally.bytesStored)
  }

  private mutating func appendLimits(_ figures: Figures) {
    let windows = figures.windows.prefix(2 * Figures.typesMax)
    if !windows.isEmpty {
      out.begin("adce_limit_requests", .gauge, "Requests that a window allows.")
      for gauge in windows { sample(gauge, gauge.limit) }
      out.begin("adce_limit_used_requests", .gauge, "Requests that count in a window now.")
      for gauge in windows { sample(gauge, gauge.used) }
    }
    out.one(
      "adce_sources_paused", .gauge, "Sources that an operator has paused.",
      figures.pausedSources.count)
  }

  private mutating func sample(_ gauge: WindowGauge, _ value: Int) {
    out.sample(
      value,
      [
        "scope": gauge.source == nil ? "global" : "source", "source": gauge.source ?? "",
        "window": gauge.window == .minute ? "minute" : "hour",
      ])
  }

  // MARK: Cycles

  private mutating func appendCycles(_ figures: Figures) {
    out.one("adce_cycles_total", .counter, "Cycles completed, ever.", figures.cyclesCompleted)
    out.one(
      "adce_cycle_failures_total", .counter, "Cycles that failed.", figures.tally.cyclesFailed)
    out.one(
      "adce_cycle_failures_in_a_row", .gauge, "Cycles that failed since the last that did not.",
      figures.cyclesFailedInARow)
    out.one(
      "adce_cycle_under_way", .gauge, "1 while a cycle is under way.",
      figures.cycleIsUnderWay ? 1 : 0)
    out.one(
      "adce_cycle_last_timestamp_seconds", .gauge, "When the last cycle came to its end.",
      text: figures.lastCycle.map { PrometheusText.seconds($0.milliseconds) })
    out.one(
      "adce_cycle_next_timestamp_seconds", .gauge, "When the next one begins by itself.",
      text: figures.nextCycle.map { PrometheusText.seconds($0.milliseconds) })
    let timings = figures.tally.timings
    out.begin("adce_cycle_duration_seconds", .gauge, "How long the last cycle's parts took.")
    for (part, milliseconds) in [
      ("scan", timings.scan), ("analyse", timings.analyse), ("commit", timings.commit),
      ("total", timings.total),
    ] {
      out.sample(PrometheusText.seconds(milliseconds), ["part": part])
    }
    if !figures.tally.alerts.isEmpty {
      out.begin("adce_alerts_total", .counter, "Alerts raised.")
      for (kind, count) in figures.tally.alerts.sorted(by: { $0.key < $1.key }) {
        out.sample(count, ["kind": kind])
      }
    }
  }

  private mutating func appendStore(_ figures: Figures) {
    out.one(
      "adce_store_size_bytes", .gauge, "What the state takes on its disk.", figures.storeBytes)
    out.one(
      "adce_disk_free_bytes", .gauge, "Room on the disk of the state.", figures.room?.freeBytes)
    out.one("adce_disk_size_bytes", .gauge, "Size of that disk.", figures.room?.totalBytes)
    out.one(
      "adce_restarts_total", .counter, "How often the supervisor has started the loop again.",
      figures.restarts)
    out.one("adce_loop_steps_total", .counter, "Steps of the loop.", figures.tally.steps)
  }

  private mutating func append(_ watch: HealthWatch) {
    let components = watch.components.conditions
    if !components.isEmpty {
      out.begin("adce_component_up", .gauge, "1 while a part of the process beside the loop works.")
      for part in components { out.sample(part.isUp ? 1 : 0, ["component": part.name]) }
      out.begin("adce_component_restarts_total", .counter, "Parts of the process started again.")
      for part in components { out.sample(part.restarts, ["component": part.name]) }
    }
    out.one(
      "adce_loop_silence_seconds", .gauge, "How long the loop has owed a sign of life.",
      text: PrometheusText.seconds(watch.silence))
  }

  // MARK: The process

  private mutating func append(_ figures: ProcessFigures) {
    out.one(
      "process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds.",
      text: figures.cpuMilliseconds.map { PrometheusText.seconds($0) })
    out.one(
      "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.",
      figures.residentBytes)
    out.one(
      "process_anonymous_memory_bytes", .gauge, "Of that, anonymous memory.",
      figures.anonymousBytes)
    out.one(
      "process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.",
      figures.virtualBytes)
    out.one("process_threads", .gauge, "Number of threads.", figures.threads)
    out.one("process_open_fds", .gauge, "Number of open file descriptors.", figures.openFiles)
    out.one(
      "process_max_fds", .gauge, "Maximum number of open file descriptors.",
      figures.openFilesMax)
    out.one(
      "process_start_time_seconds", .gauge,
      "Start time of the process since unix epoch in seconds.", figures.startSeconds)
  }
}

extension HealthWatch {
  /// `/metrics`; nil before the loop has published anything.
  package func metricsText() -> String? {
    current.map { MetricsDocument.text($0, self) }
  }

  package static var metricsContentType: String { PrometheusText.contentType }
}
