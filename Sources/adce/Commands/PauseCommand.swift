import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce pause`: admit nothing new.
struct PauseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Start no more attempts, at all or of one source.",
    usage: "adce pause [<source>]",
    discussion: """
      What runs ends by itself; comparisons go on. Holds over restarts, until
      `adce resume`. Works with and without a daemon.

        adce pause
        adce pause espn
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Only of this source.") var source: String?

  func run() throws {
    try OperatorSession(global).perform(.pause(source: source)) { _ in
      "paused \(source ?? "everything"): `adce resume\(source.map { " " + $0 } ?? "")` goes on"
    }
  }
}

/// `adce resume`: admit again.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Start attempts again, at all or of one source.",
    usage: "adce resume [<source>]",
    discussion: """
        adce resume
        adce resume espn
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Only of this source.") var source: String?

  func run() throws {
    try OperatorSession(global).perform(.resume(source: source)) { _ in
      let paused = global.peek { kernel, _ in (all: kernel.run.isPaused, kernel.pausedSources) }
      guard let source else {
        let names = paused?.1 ?? []
        return "resumed everything"
          + (names.isEmpty ? "" : " but what is paused by name: \(Wording.listed(names))")
      }
      guard paused?.all == true else { return "resumed \(source)" }
      return "resumed \(source), but everything is paused: `adce resume` lets it start"
    }
  }
}

/// `adce reload`: the configuration, anew.
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Let the daemon read its configuration again.",
    usage: "adce reload",
    discussion: """
      A configuration with errors is refused, with all of them, and the old one
      stays (78). What runs ends as it was started. The lake and the state
      directory cannot change so. SIGHUP to the daemon does the same.
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = OperatorSession(global)
    let reply = try session.askDaemon(.reload)
    try session.refuse(reply)
    if !global.quiet, case .list(let warnings)? = reply.result["warnings"] {
      global.say(
        warnings.compactMap { if case .text(let text) = $0 { text } else { nil } })
    }
    global.show(reply.result, table: "the configuration was reloaded")
  }
}
