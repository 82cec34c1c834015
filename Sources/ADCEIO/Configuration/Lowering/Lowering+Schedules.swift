internal import ADCEKernel

extension Lowering {
  mutating func lowerSchedules(disk: some ConfigurationDisk) {
    let tasks = settings.root(.autonomous)["scheduled_tasks"]
    let areOn = tasks["enabled"].bool
    for (entry, setting) in tasks.entries where setting.place === tasks.place.any {
      var task = ScheduledTask(name: entry.key)
      task.isEnabled = areOn && setting["enabled"].bool
      task.schedule = setting["schedule"].text ?? ""
      task.timezone = setting["timezone"].text ?? tasks["timezone"].text ?? "UTC"
      task.script = setting["script"].text ?? ""
      task.arguments = setting["args"].texts ?? []
      if let node = setting["priority"].node, case .success(let p) = Decode.gapPriority(node) {
        task.priority = p
      }
      task.timeoutMilliseconds = setting["timeout_minutes"].milliseconds
      task.retries = setting["retry_on_failure"].bool ? setting["max_retries"].int : 0
      task.description = setting["description"].node?.scalar?.text
      let after = setting["post_execution"]
      task.updatesDIMS = after["trigger_dims_update"].bool
      task.reconciles = after["trigger_reconciliation"].bool
      task.metricCategory = after["metric_category"].text
      task.source =
        setting["source"].text
        ?? task.metricCategory.map { SourceRule.source(named: sourceNames, in: $0) ?? $0 }
      check(task, setting, disk)
      result.schedules.append(task)
    }
    lowerMaintenance()
  }

  /// A task that can never run is told, not refused: the users' files have such.
  private mutating func check(
    _ task: ScheduledTask, _ setting: Setting, _ disk: some ConfigurationDisk
  ) {
    guard task.isEnabled else { return }
    for name in ["schedule", "script"] where setting[name].text == nil {
      problems.warn(
        setting.mark, setting.path, "\(setting.path): has no `\(name)`, so it never runs")
    }
    if let script = setting["script"].text, !disk.isFile(result.projectPath(script)) {
      problems.warn(
        setting["script"].mark, setting["script"].path,
        "\(setting["script"].path): \(script) is not there")
    }
  }

  private mutating func lowerMaintenance() {
    let maintenance = settings.root(.autonomous)["maintenance"]
    for window in maintenance["windows"].items {
      guard let start = window["start_time"].node, let end = window["end_time"].node else {
        problems.error(
          window.mark, window.path, "\(window.path): needs `start_time` and `end_time`")
        continue
      }
      guard case .success(let from) = Decode.clock(start),
        case .success(let to) = Decode.clock(end),
        maintenance["enabled"].bool
      else { continue }
      var weekday: Int?
      if let word = window["day"].wordIfKnown, case .choice(let days) = window["day"].field.kind {
        weekday = days.firstIndex(of: word).map { $0 + 1 }
      }
      result.maintenance.append(
        MaintenanceWindow(
          weekday: weekday, startMinute: from, endMinute: to,
          timezone: window["timezone"].text ?? "UTC"))
    }
  }
}
