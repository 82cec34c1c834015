internal import ADCEKernel

extension Lowering {
  var scraperEntries: [(entry: YAMLEntry, setting: Setting)] {
    settings.root(.scrapers)["scrapers"].entries
  }

  mutating func lowerScrapers(disk: some ConfigurationDisk) {
    let entries = scraperEntries
    let sources = SourceRule(
      names: sourceNames,
      scrapers: entries.map { entry, setting in
        (entry.key, setting["source"].text, setting["base_url"].text ?? "")
      })
    var programless: [String] = []
    var refused: [String] = []
    for (index, (entry, setting)) in entries.enumerated() {
      let kind: Configuration.Scraper.Kind = setting["kind"].word == "http" ? .http : .command
      var scraper = ScraperSettings(
        id: entry.key, source: sources.found[index], kind: kind)
      lowerRequests(setting, &scraper)
      lowerOutput(setting, &scraper)
      if kind == .http {
        lowerRefusal(&scraper)
        if scraper.refusal != nil { refused.append(entry.key) }
      }
      if kind == .command {
        lowerCommand(setting, &scraper, disk: disk)
        if scraper.cannotRun != nil, !setting["command"].isWritten { programless.append(entry.key) }
      }
      result.scrapers.append(scraper)
      result.kernel.scrapers.append(kernelScraper(setting, scraper))
    }
    if !refused.isEmpty {
      problems.warn(
        settings.root(.scrapers)["scrapers"].mark, "scraper_config.scrapers",
        "\(Wording.counted(refused.count, "http scraper")) with `robots: obey`, the default, for "
          + "another machine than this (robots.txt is not read yet, so that none of their requests "
          + "is made and their tasks are parked; `robots: ignore` is yours to set where you have "
          + "the permission): \(Wording.listed(refused))")
    }
    if !programless.isEmpty {
      problems.warn(
        settings.root(.scrapers)["scrapers"].mark, "scraper_config.scrapers",
        "\(Wording.counted(programless.count, "scraper")) without a program (no `command`, and no "
          + "scripts/etl/ID.py or the like): \(Wording.listed(programless))")
    }
  }

  /// Known here where no placeholder is in the host's name.
  private func lowerRefusal(_ scraper: inout ScraperSettings) {
    let url = HTTPScraper.joined(scraper.baseURL, scraper.urlPattern ?? "")
    guard scraper.obeysRobots, let start = url.index(afterASCII: "://") else { return }
    let host = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !host.contains("{"), let origin = URLOrigin(url: String(url[..<start] + host)),
      !origin.isLoopback
    else { return }
    scraper.refusal = HTTPScraperSettings.robotsRefusal(of: origin.host)
  }

  private mutating func lowerRequests(_ setting: Setting, _ scraper: inout ScraperSettings) {
    scraper.baseURL = setting["base_url"].text ?? ""
    scraper.urlPattern = setting["url_pattern"].text
    scraper.userAgent = setting["user_agent"].text
    scraper.headers = setting["headers"].entries.map { entry, setting in
      let text = setting.text ?? ""
      return ScraperSettings.Header(
        name: entry.key,
        value: CredentialReference(text).map { .reference($0) } ?? .text(text))
    }
    scraper.obeysRobots = setting["robots"].word == "obey"
    let validate = setting["validate"]
    scraper.validation.contentType = validate["content_type"].text
    scraper.validation.minBytes = Int64(validate["min_bytes"].intIfKnown ?? 0)
    scraper.validation.jsonFields = validate["json_fields"].texts ?? []
    scraper.validates =
      settings.root(.scrapers)["global.data_quality.validation_enabled"].bool
    scraper.timeoutMilliseconds = timeout(setting, scraper.kind)
    for pattern in setting["error_patterns"].items {
      guard let match = pattern["match"].text, let word = pattern["class"].wordIfKnown,
        let failure = ScraperSettings.ErrorPattern.Class(rawValue: word)
      else {
        problems.error(pattern.mark, pattern.path, "\(pattern.path): needs `match` and `class`")
        continue
      }
      do {
        // Only to see whether it is one: a compiled one is nobody else's.
        _ = try Regex(match)
        scraper.errorPatterns.append(
          ScraperSettings.ErrorPattern(match: match, failure: failure))
      } catch {
        problems.error(
          pattern["match"].mark, "\(pattern.path).match",
          "\(pattern.path).match: \(Wording.quoted(match)) is not a regular expression")
      }
    }
  }

  /// Absent: 30 s a request, ten minutes a process; a process has at least its own
  /// `custom_settings.execution_timeout` (seconds).
  private func timeout(_ setting: Setting, _ kind: Configuration.Scraper.Kind) -> Int64 {
    let written = setting["timeout"].millisecondsIfKnown
    guard kind == .command else { return max(1, written ?? 30 * Span.second) }
    var own: Int64?
    switch setting["custom_settings"].node?["execution_timeout"]?.scalar?.meaning {
    case .integer(let seconds)? where (1...3_155_760_000).contains(seconds):
      own = seconds * Span.second
    case .number(let seconds)? where seconds > 0 && seconds < 3e9:
      own = Int64((seconds * 1000).rounded())
    default: own = nil
    }
    return max(1, written ?? own ?? 10 * Span.minute, own ?? 0)
  }

  private func lowerOutput(_ setting: Setting, _ scraper: inout ScraperSettings) {
    let storage = setting["storage"]
    scraper.bucket = storage["s3_bucket"].text
    scraper.prefix = storage["s3_prefix"].text
    scraper.localOutputDirectory = storage["local_output_dir"].text
    scraper.compresses = storage["compression"].bool
    scraper.deduplicates = storage["deduplication"].bool
    switch setting["upload"].wordIfKnown {
    case "self"?: scraper.upload = .itself
    case "adce"?: scraper.upload = .adce
    default: scraper.upload = storage["upload_to_s3"].bool ? .itself : .adce
    }
    let monitoring = setting["monitoring"]
    scraper.logLevel = ScraperSettings.LogLevel(rawValue: monitoring["log_level"].word) ?? .info
    scraper.logFile = monitoring["log_file"].text
    scraper.alertThresholds = thresholds(
      monitoring["alert_thresholds"],
      else: settings.root(.scrapers)["global.alerts.alert_thresholds"])
    scraper.dataType = setting["data_type"].text
    scraper.credentials = (setting["credentials"].texts ?? []).compactMap {
      CredentialReference($0)
    }
    scraper.customSettings = setting["custom_settings"].node.map { SettingValue($0) } ?? .null
    for entry in setting.node?.map ?? [] {
      guard let field = setting.place.child(entry.key)?.field, field.use == .described,
        entry.key != "custom_settings"
      else { continue }
      scraper.described.append(SettingValue.Member(entry.key, SettingValue(entry.value)))
    }
    for name in setting["accepted_parameters"].texts ?? [] {
      if let parameter = ScraperSettings.Parameter(rawValue: name) {
        scraper.accepted.insert(parameter)
      } else {
        scraper.acceptedOtherwise.append(name)
      }
    }
  }

  private func thresholds(
    _ own: Setting, else global: Setting
  ) -> ScraperSettings.AlertThresholds {
    var thresholds = ScraperSettings.AlertThresholds()
    thresholds.errorRateMicro =
      own["error_rate"].microIfKnown ?? global["error_rate"].microIfKnown
    thresholds.responseMilliseconds =
      own["response_time"].millisecondsIfKnown ?? global["response_time"].millisecondsIfKnown
    thresholds.consecutiveFailures =
      own["consecutive_failures"].intIfKnown ?? global["consecutive_failures"].intIfKnown
    return thresholds
  }

  private func kernelScraper(
    _ setting: Setting, _ scraper: ScraperSettings
  ) -> Configuration.Scraper {
    var kernel = Configuration.Scraper(
      id: scraper.id, source: scraper.source, kind: scraper.kind)
    kernel.canRun = scraper.cannotRun == nil
    let limit = setting["rate_limit"]
    kernel.requestsPerSecondMicro = limit["requests_per_second"].micro
    kernel.burst = max(1, limit["burst_size"].int)
    kernel.adaptive = limit["adaptive"].bool
    kernel.honoursRetryAfter = limit["retry_after_header"].bool
    let retry = setting["retry"]
    kernel.retry.maxAttempts = max(1, retry["max_attempts"].int)
    kernel.retry.baseDelayMilliseconds = retry["base_delay"].milliseconds
    kernel.retry.maxDelayMilliseconds = retry["max_delay"].milliseconds
    kernel.retry.exponential = retry["exponential_backoff"].bool
    kernel.retry.jitter = retry["jitter"].bool
    kernel.retry.throttledMultiplierMicro = retry["retry_on_429_multiplier"].micro
    kernel.timeoutMilliseconds = scraper.timeoutMilliseconds
    kernel.maxConcurrent = max(1, setting["max_concurrent"].int)
    kernel.requestsPerTask = scraper.kind == .http ? 1 : max(1, setting["requests_per_task"].int)
    return kernel
  }
}
