import ADCEKernel

extension Simulation {
  /// The state as people read it.
  public var state: String {
    var lines = [
      "at              \(now.iso), after step \(report.steps)",
      "process         \(process.isUp ? "up" : "down")"
        + (process.isStopped ? ", stopped" : "") + (process.isHeld ? ", waits for its disk" : ""),
      "clocks          steady \(machine.steadyError) ms, wall \(machine.wallError) ms off",
      "digest          \(kernel.digest.hex)",
      "cycle           \(kernel.cycle.number) \(kernel.cycle.phase), "
        + "\(kernel.cycle.completed) completed",
      "run             \(kernel.run.number) \(kernel.run.phase)"
        + (kernel.run.isPaused ? ", paused" : "") + (kernel.run.isDraining ? ", draining" : ""),
      "attempts        \(flights.count) under way",
    ]
    for fault in scenario.faults where fault.isActive(elapsed) {
      lines.append("fault           \(fault.number) \(fault.kind.name)")
    }
    for id in kernel.liveTaskIDs {
      guard let task = kernel.task(id, at: steady) else { continue }
      var line = "task \(id.number)".padded(to: 16) + task.state.name.padded(to: 12)
      line += "\(task.source)/\(task.dataType)".padded(to: 26)
      line += "\(task.items - task.done) of \(task.items) open, \(task.attempts) attempts"
      if !task.reason.isEmpty { line += ", \(task.reason)" }
      if let until = task.notBefore { line += ", until \(until.iso)" }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
