internal import ADCEKernel

extension Lowering {
  mutating func lowerHealth() {
    let setting = settings.root(.autonomous)["health_check"]
    var health = HealthSettings()
    health.isEnabled = setting["enabled"].bool
    health.port = setting["port"].int
    health.listen = setting["listen"].text ?? "127.0.0.1"
    health.checkMilliseconds = setting["check_interval_seconds"].milliseconds
    let thresholds = setting["alert_thresholds"]
    health.cycleDownMilliseconds =
      thresholds["reconciliation_daemon_down_minutes"].millisecondsIfKnown
    health.runMilliseconds = thresholds["orchestrator_timeout_minutes"].millisecondsIfKnown
    health.queueStaleMilliseconds = thresholds["task_queue_stale_hours"].millisecondsIfKnown
    health.errorRateMicro = thresholds["error_rate_threshold"].microIfKnown
    health.certificate = setting["tls.certificate"].text
    health.key = setting["tls.key"].text
    if (health.certificate == nil) != (health.key == nil) {
      problems.error(
        setting["tls"].mark, setting["tls"].path,
        "\(setting["tls"].path): needs both `certificate` and `key`")
    }
    for token in setting["tokens"].items {
      guard let reference = token["ref"].reference, let name = token["name"].text else {
        problems.error(token.mark, token.path, "\(token.path): needs `name` and `ref`")
        continue
      }
      health.tokens.append(
        HealthSettings.Token(
          name: name, role: HealthSettings.Role(rawValue: token["role"].word) ?? .viewer,
          reference: reference))
    }
    result.health = health
  }

  /// Alerts are on where either file has switched a channel on.
  mutating func lowerAlerts() {
    let autonomous = settings.root(.autonomous)["alerts"]
    let notifications = settings.root(.reconciliation)["notifications"]
    let global = settings.root(.scrapers)["global.alerts"]
    let notifies = notifications["enabled"].bool
    var alerts = AlertSettings()
    alerts.isEnabled = autonomous["enabled"].bool
    let email = autonomous["channels.email"]
    alerts.emailTo = notifications["email.to"].texts ?? []
    alerts.emailIsEnabled =
      email["enabled"].boolIfWritten
      ?? (notifies && !alerts.emailTo.isEmpty || global["email_alerts"].bool)
    alerts.emailTopic = email["sns_topic_arn"].text
    alerts.subjectPrefix =
      settings.effective(.autonomous, "alerts.channels.email.subject_prefix").text
    alerts.mail = mail(email["smtp"], else: alerts.emailTo)
    alerts.slack = settings.effective(.autonomous, "alerts.channels.slack.webhook_url").secret
    alerts.slackIsEnabled =
      autonomous["channels.slack.enabled"].boolIfWritten
      ?? (notifies && notifications["slack.webhook_url"].isWritten
        || global["slack_webhook"].isWritten)
    alerts.slackChannel = settings.effective(.autonomous, "alerts.channels.slack.channel").text
    let webhook = autonomous["channels.webhook"]
    alerts.webhookIsEnabled = webhook["enabled"].bool
    alerts.webhook = webhook["url"].secret
    alerts.webhookToken = webhook["ref"].reference
    alerts.heartbeatURL = autonomous["heartbeat.url"].text
    alerts.heartbeatMilliseconds = autonomous["heartbeat.minutes"].milliseconds
    alerts.alertOn = autonomous["alert_on"].texts ?? []
    let loop = settings.root(.reconciliation)["reconciliation_loop"]
    alerts.onFailedCycle = loop["alert_on_failure"].bool
    alerts.failedCycleChannels = loop["alert_channels"].texts ?? []
    alerts.criticalGapsThreshold = notifications["critical_gaps_threshold"].intIfKnown
    result.alerts = alerts
  }

  private mutating func mail(_ smtp: Setting, else to: [String]) -> AlertSettings.Mail? {
    guard smtp.isWritten else { return nil }
    guard let host = smtp["host"].text else {
      problems.error(smtp.mark, smtp.path, "\(smtp.path): needs a `host`")
      return nil
    }
    let written: [String] =
      switch smtp["to"].node?.content {
      case .scalar(let scalar)?: [scalar.text]
      case .list(let items)?: items.compactMap { $0.scalar?.text }
      case .map?, nil: to
      }
    return AlertSettings.Mail(
      host: host, port: smtp["port"].int, from: smtp["from"].text, to: written,
      user: smtp["user"].text, password: smtp["ref"].reference)
  }
}
