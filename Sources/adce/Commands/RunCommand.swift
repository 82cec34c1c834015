import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce run`: the loop in the foreground.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the loop in the foreground.",
    usage: "adce run [--once] [--wait <seconds>] [--fail-on-gaps] [--dry-run]",
    discussion: """
      Compares the lake with what it should hold, makes tasks of the gaps, runs
      scrapers within the limits, and goes round again. SIGTERM and SIGINT drain:
      nothing new is started, what is running ends by itself; a second signal stops
      that too. SIGHUP reads the configuration again.

        adce run
        adce run --once                 until nothing can start within a minute
        adce run --once --wait 0 --fail-on-gaps
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Reconcile, execute until nothing is left to start, reconcile again, and end.")
  var once = false
  @Option(
    help: .init(
      "With --once: end when nothing can start within that time. (default: 60)",
      valueName: "seconds"))
  var wait: Int?
  @Flag(help: "With --once: exit with 1 if gaps remain.")
  var failOnGaps = false
  @Flag(help: "Compare and show, but run nothing and write nothing.")
  var dryRun = false

  func validate() throws {
    guard (0...86_400).contains(wait ?? 0) else {
      throw ValidationError("--wait takes 0 to 86400 seconds")
    }
    guard once || wait == nil, once || !failOnGaps else {
      throw ValidationError(
        "\(wait == nil ? "--fail-on-gaps" : "--wait") goes with --once: the loop has no end")
    }
  }

  func run() throws {
    // Threads inherit the mask: blocked before any is started, so that one can wait for them.
    SignalWatch.block([SignalWatch.terminate, SignalWatch.interrupt, SignalWatch.hangUp])
    guard Supervisor.followParent() else {
      Terminal.error("adce: the supervisor that started this process is gone")
      throw ExitCode(75)
    }
    let loaded = try global.load(dryRun: dryRun ? true : nil)
    guard loaded.loop.isEnabled else {
      let text = "adce is disabled (`enabled: false` in autonomous_config.yaml): nothing to do"
      if global.isJSON { Terminal.error(text) } else { Output.line(text) }
      return
    }
    var options = Host.Options()
    options.mode = once ? .once : .loop
    options.waitMilliseconds = Int64(wait ?? 60) * 1000
    options.isDryRun = loaded.loop.isDryRun
    options.writesViews = loaded.loop.writesViews(dryRunFlag: dryRun)
    let notify = once ? nil : NotifySocket(environment: Environment.all)
    let watchdog = WatchdogFeed(notify)
    options.pulseMilliseconds = watchdog?.pulseMilliseconds
    if !once { prepareReload(&options, notify) }
    let host: Host
    do throws(HostFailure) {
      host = try Host.open(
        stateDirectory: global.stateDirectory, loaded: loaded, options: options)
    } catch {
      throw global.report(error)
    }
    if loaded.loop.clearsQueueOnStart {
      host.ask(.clearQueue, why: "test_mode.clear_queue_on_start")
    }
    let session = HostSession(
      global, loaded, keepsLog: true, notify: notify, watchdog: watchdog)
    let daemon = once ? nil : DaemonHealth(host, loaded, stateDirectory: global.stateDirectory)
    let ending = try session.run(host, daemon: daemon)
    // What was wrong has been said when it happened.
    if host.scanFailure != nil, once { throw ExitCode(host.scanExitCode) }
    guard once else { return }
    guard ending == .finished else {
      Terminal.error(
        "adce: interrupted: not all was tried, and nothing was compared afterwards; "
          + "the next run goes on from here")
      throw ExitCode(75)
    }
    let report = host.withKernel { kernel, now in CoverageReport(kernel, at: now) }
    global.show(.map(report.members), table: report.table(.type))
    if let faults = host.withKernel({ kernel, now in OwnFaults(kernel, at: now) }) {
      Terminal.error("adce: \(faults.text)")
      throw ExitCode(74)
    }
    // A dry run has written nothing that another command could read.
    if report.hasGaps, !global.isJSON, !global.quiet, !options.isDryRun {
      Terminal.error("Gaps remain: `adce gaps` names them, `adce tasks` says what keeps them.")
    }
    if failOnGaps, report.hasGaps { throw ExitCode(1) }
  }

  /// The configuration is read again as it was read at first; systemd is told when, and when that is
  /// over.
  private func prepareReload(_ options: inout Host.Options, _ notify: NotifySocket?) {
    let (locations, overrides) = (global.locations, global.overrides(dryRun: dryRun ? true : nil))
    options.loadConfiguration = {
      notify?.reloading()
      return ConfigurationLoader.load(locations, overrides: overrides)
    }
    options.onOperatorRequest = { request, reply in
      guard request.command == .reload else { return }
      notify?.ready(reply.exitCode == 0 ? "running" : "running; a reload was refused")
    }
  }
}
