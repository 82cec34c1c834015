import ADCEIO
import ArgumentParser

/// `adce start`: the daemon in the background.
struct StartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Run the loop in the background, with a supervisor that keeps it alive.",
    usage: "adce start",
    discussion: """
      Returns once it answers. If it dies it is started again, later and later if it
      goes on dying. What it says is in STATE/log/adce.log, or where `logging` in the
      configuration says (`adce logs`). Under systemd use `adce run`.

        adce start
        adce --state-dir /var/lib/adce start
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var restarts: RestartOptions

  func run() throws {
    let loaded = try global.load()
    guard loaded.loop.isEnabled else {
      return global.show(
        .map([.init("running", .bool(false)), .init("enabled", .bool(false))]),
        table: "adce is disabled (`enabled: false` in autonomous_config.yaml): nothing to do")
    }
    try DaemonSession(global, supervisorOptions: restarts.arguments).start(loaded)
  }
}

/// `adce stop`: the end of the daemon.
struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Let the daemon end: what runs has 30 seconds.",
    usage: "adce stop",
    discussion: """
      Nothing new is started. What has not ended after 30 seconds is broken off, and
      killed if that does not help; its objects are looked up at the next start.
      Exits with 3 if nothing runs.
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    guard try DaemonSession(global).stop() else { throw OperatorSession(global).notRunning() }
    global.show(.map([.init("stopped", .bool(true))]), table: "adce has stopped")
  }
}

/// `adce restart`: an end and a new beginning.
struct RestartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Stop the daemon if it runs, and start it.",
    usage: "adce restart",
    discussion: "A configuration with errors is refused before anything is stopped.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var restarts: RestartOptions

  func run() throws {
    let loaded = try global.load()
    guard loaded.loop.isEnabled else {
      Terminal.error(
        "adce: adce is disabled (`enabled: false` in autonomous_config.yaml), so that it would not "
          + "start again: nothing was stopped; `adce stop` does that")
      throw ExitCode(78)
    }
    let session = DaemonSession(global, supervisorOptions: restarts.arguments)
    _ = try session.stop()
    try session.start(loaded)
  }
}

/// How a supervisor backs off.
struct RestartOptions: ParsableArguments {
  @Option(
    help: .init(
      "The longest wait before a child that died is started again.", valueName: "milliseconds",
      visibility: .private))
  var restartDelayMax: Int64 = 60_000
  @Option(
    help: .init(
      "A child that has run for so long is taken for mended.", valueName: "milliseconds",
      visibility: .private))
  var stableAfter: Int64 = 60_000

  var backoff: Backoff {
    Backoff(maxMilliseconds: max(1, restartDelayMax), forgetsAfterMilliseconds: max(1, stableAfter))
  }

  var arguments: [String] {
    ["--restart-delay-max", String(restartDelayMax), "--stable-after", String(stableAfter)]
  }
}

/// `adce supervise`: what `start` starts; not for people.
struct SuperviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supervise",
    abstract: "Keep `adce run` alive, in the foreground.",
    usage: "adce supervise",
    shouldDisplay: false)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var restarts: RestartOptions
  @Option var logFile: String

  func run() throws {
    var options = Supervisor.Options(
      arguments: ["adce", "run"] + global.arguments, log: logFile)
    options.backoff = restarts.backoff
    do throws(SupervisorFailure) {
      var supervisor = try Supervisor(stateDirectory: global.stateDirectory, options: options)
      let code = supervisor.run()
      if code != 0 { throw SupervisorFailure.over(code) }
    } catch {
      if case .over = error {} else { Terminal.error("adce: \(error)") }
      throw ExitCode(error.exitCode)
    }
  }
}
