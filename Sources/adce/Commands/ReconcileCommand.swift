import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce reconcile`: one comparison.
struct ReconcileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Compare the lake with what it should hold, once.",
    usage: """
      adce reconcile [--inventory-report <url>] [--dry-run] [--now <time>]
                     [--accept-vanished] [--accept-lake] [--fail-on-gaps]
      """,
    discussion: """
      Scans the lake (or reads an inventory report), compares, and makes tasks of
      the gaps. Runs no scraper.

        adce reconcile
        adce reconcile --dry-run --output json
        adce reconcile --inventory-report file:///reports
        adce reconcile --inventory-report s3://bucket/inventory/
      """)

  @OptionGroup var global: GlobalOptions
  @Option(
    help: .init(
      "Read this S3 Inventory report: a manifest.json, or a folder or prefix of reports.",
      valueName: "url"))
  var inventoryReport: String?
  @Flag(help: "Write nothing.")
  var dryRun = false
  @Option(help: .init("Pretend that it is this time (ISO 8601, with zone).", valueName: "time"))
  var now: WallTime?
  @Flag(help: "Agree that what has vanished from the lake is gone: make tasks of it.")
  var acceptVanished = false
  @Flag(help: "Agree that this is the lake that the state is about: it has only moved.")
  var acceptLake = false
  @Flag(help: "Exit with 1 if gaps remain.")
  var failOnGaps = false

  func run() throws {
    if !dryRun, try reconcileInDaemon() { return }
    // Threads inherit the mask: blocked before any is started, so that one can wait for them.
    SignalWatch.block([SignalWatch.terminate, SignalWatch.interrupt])
    let loaded = try global.load()
    var options = Host.Options()
    options.mode = .reconcile
    options.isDryRun = dryRun || loaded.loop.isDryRun
    options.writesViews = loaded.loop.writesViews(dryRunFlag: dryRun)
    options.pretendedNow = now?.instant
    options.acceptsLake = acceptLake
    options.report = try inventoryReport.map { try report(at: $0, loaded) }
    let host: Host
    do throws(HostFailure) {
      host = try Host.open(
        stateDirectory: global.stateDirectory, loaded: loaded, options: options)
    } catch {
      throw global.report(error)
    }
    let made = host.withKernel { kernel, _ in kernel.tasksMade }
    let cancelled = host.withKernel { kernel, _ in kernel.taskCounts.byState[.cancelled] ?? 0 }
    if acceptVanished { host.ask(.acceptVanished, why: "reconcile --accept-vanished") }
    let session = HostSession(global, loaded)
    let ending = try session.run(host)
    // What was wrong has been said when it happened.
    if host.scanFailure != nil { throw ExitCode(host.scanExitCode) }
    guard ending == .finished else {
      Terminal.error("adce: stopped before the comparison was done")
      throw ExitCode(75)
    }
    let result = host.withKernel { kernel, now in
      ReconcileReport(
        kernel, at: now, by: options.isDryRun ? .dryRun : .command, timings: host.timings,
        tasksMadeBefore: made, cancelledBefore: cancelled, peakResidentBytes: peakResidentBytes())
    }
    global.show(result.json, table: result.text)
    if failOnGaps, result.coverage.hasGaps { throw ExitCode(1) }
  }

  /// Lets the daemon that holds the state compare, and prints the same; false if there is none.
  private func reconcileInDaemon() throws -> Bool {
    guard Store.writer(of: global.stateDirectory) != nil else { return false }
    // The daemon goes by the configuration that it has, whatever is wrong with the files by now.
    let here = ConfigurationLoader.load(global.locations, overrides: global.overrides())
    if let loaded = here.configuration, loaded.loop.isDryRun { return false }
    guard now == nil else {
      Terminal.error("adce: a daemon goes by its own clock: --now needs --dry-run beside it")
      throw ExitCode(64)
    }
    var wish = ControlCommand.Reconciliation()
    wish.acceptsVanished = acceptVanished
    // The daemon has a working directory of its own.
    wish.report = inventoryReport.map { LocalFile.absolute($0) }
    let session = OperatorSession(global)
    let showsProgress = Terminal.showsProgress && !global.quiet
    if showsProgress { Terminal.progress("the daemon compares …") }
    defer { if showsProgress { Terminal.endProgress() } }
    guard let reply = try session.ask(.reconcile(wish), waitingMilliseconds: nil) else {
      return false
    }
    if showsProgress { Terminal.endProgress() }
    try session.refuse(reply)
    global.show(reply.result, table: reply.text ?? "")
    if failOnGaps, ReconcileReport.hasGaps(reply.result) { throw ExitCode(1) }
    return true
  }

  private func report(at url: String, _ loaded: LoadedConfiguration) throws -> InventoryReport {
    do throws(InventoryError) {
      return try Host.report(at: url, of: loaded.lake)
    } catch {
      Terminal.error("adce: \(error.description)")
      throw ExitCode(error.exitCode)
    }
  }
}

/// A moment on the command line.
struct WallTime: ExpressibleByArgument {
  let instant: Instant

  init?(argument: String) {
    guard let instant = Instant(iso: argument.utf8) else { return nil }
    self.instant = instant
  }
}
