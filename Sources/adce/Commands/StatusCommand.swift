import ADCEIO
import ArgumentParser

/// `adce status`: what runs, and how it is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show whether adce runs, its components, the queue, the inventory and the cycles.",
    usage: "adce status",
    discussion: "Exits with 3 if no process runs the loop on this state.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let status = try global.status()
    global.show(status.json, table: status.text)
    if !status.isRunning { throw ExitCode(3) }
  }
}

/// `adce health`: whether every component is well.
struct HealthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Check each component, and say which is not well.",
    usage: "adce health",
    discussion: """
      Exits with 0 if every component is well, with 1 if one is not, and with 3 if
      no process runs the loop on this state.

        adce health
        adce health --output json
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let status = try global.status()
    global.show(status.healthJSON, table: status.healthText)
    if !status.isRunning { throw ExitCode(3) }
    if status.health != .ok { throw ExitCode(1) }
  }
}

extension GlobalOptions {
  /// The state of things, judged from here.
  func status() throws -> StatusReport {
    let loaded = try load(quietly: true)
    var rules = HealthRules(loaded)
    var facts = HealthFacts.measured(stateDirectory: stateDirectory, rules: rules)
    // What only the process that holds the state knows: its lake, and why it cannot be seen.
    if facts.writer != nil, let daemon = condition() {
      if case .text(let lake)? = daemon["lake"] { rules.lake = lake }
      if case .text(let failure)? = daemon["scan_failure"] { facts.scanFailure = failure }
    }
    let observation = try observe(loaded, orEmpty: true)
    return StatusReport(observation.kernel, at: observation.now, facts: facts, rules: rules)
  }
  /// How the process that holds the state says it is; nil if it does not answer soon: a `run --once`
  /// never does.
  private func condition() -> SettingValue? {
    do throws(ControlClient.Failure) {
      return try ControlClient.ask(
        .ping, stateDirectory: stateDirectory, waitingMilliseconds: 2000
      ).result
    } catch {
      return nil
    }
  }
}
