import Testing

@testable import ADCEIO

/// Fields that are accepted and do nothing yet: whoever rests on one is told.
struct PlannedFieldTests {
  private func told(_ outcome: ConfigurationOutcome) -> [String] {
    outcome.warnings.map(\.message).filter { $0.hasPrefix("accepted, not used yet") }
  }

  @Test func `each that is switched on is named once`() {
    let outcome = Project(
      scrapers: """
        scrapers:
          a: {rate_limit: {adaptive: true}, monitoring: {alert_thresholds: {error_rate: 0.5}}}
          b: {rate_limit: {adaptive: true}}
        """,
      reconciliation: """
        performance: {full_cycle_max_minutes: 5}
        notifications: {enabled: true, email: {to: [a@example.org]}}
        """,
      autonomous: """
        rate_limiting: {backoff: {enabled: true, threshold_percent: 70}, breaker: {error_rate: 0.1}}
        alerts: {channels: {email: {enabled: true, sns_topic_arn: arn}}, heartbeat: {url: http://x}}
        scheduled_tasks: {nightly: {schedule: "0 2 * * *", script: x.sh}}
        maintenance: {enabled: true, windows: [{start_time: "01:00", end_time: "02:00"}]}
        performance: {reconciliation_max_minutes: 5, orchestrator_max_minutes: 5}
        """
    ).load()
    #expect(outcome.errors == [])
    #expect(
      told(outcome)
        == [
          "scraper_config.scrapers.a.rate_limit.adaptive",
          "scraper_config.scrapers.a.monitoring.alert_thresholds",
          "reconciliation_config.performance", "reconciliation_config.notifications",
          "autonomous_config.rate_limiting.backoff", "autonomous_config.rate_limiting.breaker",
          "autonomous_config.alerts", "autonomous_config.scheduled_tasks",
          "autonomous_config.maintenance",
          "autonomous_config.performance.reconciliation_max_minutes",
        ].map { "accepted, not used yet: \($0)" })
  }

  @Test func `what is switched off is not`() {
    let outcome = Project(
      scrapers: "scrapers: {a: {rate_limit: {adaptive: false}, monitoring: {log_file: null}}}\n",
      reconciliation: "notifications: {enabled: false, email: {to: [a@example.org]}}\n",
      autonomous: """
        rate_limiting: {backoff: {enabled: false, threshold_percent: 70}}
        alerts: {enabled: true, channels: {slack: {enabled: false, channel: ops}}}
        scheduled_tasks: {enabled: true, nightly: {enabled: false, schedule: "0 2 * * *"}}
        maintenance: {enabled: true, windows: []}
        """
    ).load()
    #expect(outcome.errors == [])
    #expect(told(outcome) == [])
  }
}
