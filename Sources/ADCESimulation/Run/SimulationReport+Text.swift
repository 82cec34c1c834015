extension SimulationReport {
  /// One JSON document; the fields are named in the command line contract.
  public var json: String {
    let tasks = tasksByState.map { "\"\($0.name)\":\($0.count)" }.joined(separator: ",")
    let violations = violations.map { "\"\(SimulationReport.escaped($0))\"" }
    return """
      {"seed":\(seed),"digest":"\(digest)","steps":\(steps),"mutations":\(mutations),\
      "simulated_seconds":\(simulatedSeconds),"objects":\(objects),"cycles":\(cycles),\
      "runs":\(runs),"crashes":\(crashes),\
      "tasks":{"made":\(tasksMade),"attempts":\(attempts),\(tasks)},\
      "lake":{"expected":\(expected),"missing":\(missing)},\
      "needless_requests":\(needlessRequests),\
      "success_rate":{"attempted":\(success.attempted),\
      "first_attempt_pct":\(Success.percent(success.first, of: success.attempted)),\
      "within_attempts_pct":\(Success.percent(success.withinAttempts, of: success.attempted)),\
      "final_pct":\(Success.percent(success.inTheEnd, of: success.attempted))},\
      "violations":[\(violations.joined(separator: ","))]}
      """
  }

  /// A few lines for people.
  public var text: String {
    let percent = { Success.percent($0, of: success.attempted) }
    var lines = [
      "seed            \(seed)",
      "simulated       \(simulatedSeconds / 3600) h in \(steps) steps, \(mutations) mutations",
      "world           \(objects) objects due when it began, \(expected) at the end",
      "cycles          \(cycles), runs \(runs), crashes \(crashes)",
      "tasks           \(tasksMade) made, \(attempts) attempts",
      "missing         \(missing) at the end",
      "success         first attempt \(percent(success.first)) %, within attempts "
        + "\(percent(success.withinAttempts)) %, in the end \(percent(success.inTheEnd)) %",
      "digest          \(digest)",
    ]
    lines += violations.prefix(20).map { "VIOLATION       \($0)" }
    if violations.count > 20 { lines.append("… and \(violations.count - 20) more violations") }
    return lines.joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        if scalar.value < 0x20 {
          let hex = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
