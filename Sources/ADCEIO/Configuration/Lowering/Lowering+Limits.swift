internal import ADCEKernel

extension Lowering {
  /// Windows, bursts, breakers: what no source may be asked beyond.
  mutating func lowerLimits() {
    let limits = settings.root(.autonomous)["rate_limiting"]
    result.kernel.globalLimits.enabled = limits["enabled"].bool
    result.kernel.globalLimits.windows = windows(limits["global_limits"])
    result.kernel.globalLimits.maxConcurrent = max(
      1, settings.root(.autonomous)["max_concurrent_scrapers"].int)
    result.kernel.globalLimits.retryAfterMaxMilliseconds =
      limits["retry_after_max_seconds"].milliseconds
    for (entry, setting) in limits["source_limits"].entries {
      var source = Configuration.SourceLimits(name: entry.key)
      source.windows = windows(setting)
      source.burst = some(setting["burst_size"].intIfKnown)
      source.minDelayMilliseconds = setting["min_delay_seconds"].milliseconds
      result.kernel.sources.append(source)
    }
    result.kernel.sources.sort { $0.name < $1.name }
    let backoff = limits["backoff"]
    result.loop.nearLimitBackoff =
      backoff["enabled"].bool
      ? NearLimitBackoff(
        thresholdPercentMicro: backoff["threshold_percent"].micro,
        initialMilliseconds: backoff["initial_delay_seconds"].milliseconds,
        maxMilliseconds: backoff["max_delay_seconds"].milliseconds,
        factorMicro: backoff["exponential_factor"].micro) : nil
    let breaker = limits["breaker"]
    result.kernel.breaker.consecutiveFailures = max(1, breaker["consecutive_failures"].int)
    result.kernel.breaker.errorRateMicro = breaker["error_rate"].micro
    result.kernel.breaker.openMilliseconds = breaker["open_seconds"].milliseconds
    result.kernel.breaker.openMillisecondsMax = max(
      breaker["open_seconds_max"].milliseconds, result.kernel.breaker.openMilliseconds)
  }

  private func windows(_ setting: Setting) -> Configuration.Windows {
    Configuration.Windows(
      perMinute: some(setting["requests_per_minute"].intIfKnown),
      perHour: some(setting["requests_per_hour"].intIfKnown))
  }

  /// 0 = none.
  private func some(_ count: Int?) -> Int? { count == 0 ? nil : count }
}
