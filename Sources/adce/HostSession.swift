import ADCEIO
import ADCEKernel
import ArgumentParser
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a host until it is over: signals, progress on a terminal, what is worth saying.
struct HostSession {
  let global: GlobalOptions
  private let progress: ProgressLine
  private let logger: Locked<Logger>
  private let output: LogOutput
  /// Whoever wants to be told how the process is, as systemd does.
  private let notify: NotifySocket?
  private let watchdog: WatchdogFeed?
  private let saidFindings = Locked<[KeySpace.Finding]>([])
  private let loaded: Locked<LoadedConfiguration>

  /// - Parameter keepsLog: the log goes to its file too, if one is configured.
  init(
    _ global: GlobalOptions, _ loaded: LoadedConfiguration, keepsLog: Bool = false,
    notify: NotifySocket? = nil, watchdog: WatchdogFeed? = nil
  ) {
    self.global = global
    self.loaded = Locked(loaded)
    self.notify = notify
    self.watchdog = watchdog
    let progress = ProgressLine(isShown: Terminal.showsProgress && !global.quiet)
    self.progress = progress
    let daemonLog =
      Supervisor.parent == nil || !keepsLog
      ? nil : DaemonFiles(stateDirectory: global.stateDirectory).log
    var settings = LogSettings(loaded, daemonLog: daemonLog)
    if !keepsLog { settings.file = nil }
    let output = LogOutput(settings, of: loaded, environment: Environment.all) { line in
      progress.clear()
      Terminal.error(line)
    }
    self.output = output
    logger = Locked(HostSession.logger(output, global, loaded.outputs))
  }

  private static func logger(
    _ output: LogOutput, _ global: GlobalOptions, _ outputs: OutputSettings
  ) -> Logger {
    let configured = outputs.logLevel.level
    let shown: Logger.Level = global.quiet ? .error : global.verbose ? .debug : configured
    return Logger(label: "adce") { label in
      output.handler(label: label, shown: shown, kept: global.verbose ? .debug : configured)
    }
  }

  private var log: Logger { logger.withLock { $0 } }

  /// - Parameters:
  ///   - daemon: what looks after the loop while it goes round for ever.
  ///   - noticing: is told of each effect beside what the session does with it.
  func run(
    _ host: Host, daemon: DaemonHealth? = nil,
    noticing: @escaping (Effect, borrowing Kernel, Instant) -> Void = { _, _, _ in }
  ) throws -> Host.Ending {
    do throws(HostFailure) {
      try watchSignals(host)
      var observer = observer(noticing)
      daemon?.begin(&observer, of: host, log)
      defer { daemon?.end() }
      let ending = try host.run(observer)
      progress.clear()
      return ending
    } catch {
      throw global.report(error)
    }
  }

  private func observer(
    _ noticing: @escaping (Effect, borrowing Kernel, Instant) -> Void
  ) -> Host.Observer {
    let (progress, notify, watchdog) = (progress, notify, watchdog)
    let (logger, output, loaded) = (logger, output, loaded)
    var observer = Host.Observer()
    var hasSaidReady = false
    var hasSaidStopping = false
    observer.onStep = { kernel, now in
      progress.show(kernel, now)
      if !hasSaidReady { notify?.ready("running") }
      hasSaidReady = true
      if kernel.run.isDraining, !hasSaidStopping {
        notify?.stopping()
        hasSaidStopping = true
      }
    }
    observer.onEffect = { effect, kernel, now in
      noticing(effect, kernel, now)
      say(effect, kernel, now)
    }
    observer.onTrouble = { message in log.error("\(message)") }
    observer.onPulse = { watchdog?.pulse() }
    observer.onReload = { new in
      loaded.withLock { $0 = new }
      let fresh = HostSession.logger(output, global, new.outputs)
      fresh.notice("the configuration was reloaded")
      logger.withLock { $0 = fresh }
    }
    return observer
  }

  /// TERM and INT drain, a second one stops what runs; HUP reloads.
  private func watchSignals(_ host: Host) throws(HostFailure) {
    let (desk, stop, logger, logFile) = (host.desk, host.stopper, logger, output.file)
    let drains = SignalCount()
    let ends = [SignalWatch.terminate, SignalWatch.interrupt]
    try SignalWatch.start(ends + [SignalWatch.hangUp]) { signal in
      guard ends.contains(signal) else {
        logFile?.reopen()
        return desk.submit(OperatorRequest(.reload, by: .ours(.signal))) { reply in
          guard let message = reply.message else { return }
          logger.withLock { $0 }.error("\(message)")
        }
      }
      if drains.next() > 1 { stop() }
      if Supervisor.isOrphan { HostSession.stopSoon(stop) }
      desk.submit(OperatorRequest(.act(.drain), by: .ours(.signal))) { _ in }
    }
  }

  /// Whose supervisor is gone has as long to drain as the supervisor would have given it.
  private static func stopSoon(_ stop: @escaping @Sendable () -> Void) {
    do throws(ThreadRefused) {
      try DedicatedThread {
        sleep(30)
        stop()
      }.detach()
    } catch {
      stop()
    }
  }

  private func say(_ effect: Effect, _ kernel: borrowing Kernel, _ now: Instant) {
    switch effect {
    case .alert(let alert):
      // By the loop, and by nobody else.
      let isTriedAgain = alert.kind == .cycleFailed && kernel.run.mode == .loop
      log.log(
        level: alert.kind.logLevel,
        "\(alert.message)\(isTriedAgain ? "; it is tried again later" : "")")
    case .cycleFinished(let number):
      let total = kernel.analyse(at: now).total
      let open = kernel.taskCounts.open
      sayFindings(loaded.withLock { $0.news(in: kernel.space.findings) })
      notify?.status(
        "cycle \(number): \(HumanText.percent(micro: total.completenessMicro)) present, "
          + "\(HumanText.count(open)) tasks open")
      log.info(
        """
        cycle \(number): \(HumanText.count(total.present)) of \(HumanText.count(total.expected)) \
        present (\(HumanText.percent(micro: total.completenessMicro))), \
        \(HumanText.count(total.missing)) missing, \(HumanText.count(total.stale)) stale, \
        \(HumanText.count(open)) \(open == 1 ? "task" : "tasks") open
        """)
    case .start(let id):
      guard let work = kernel.work(for: id) else { break }
      let keys = work.items.map { String(decoding: $0.key, as: UTF8.self) }
      log.debug("attempt \(id.number): \(keys.first ?? work.dataType)")
    case .runEnded(let number):
      log.debug("run \(number) ended")
    case .loadCatalogs, .scan, .lookUp, .cancel, .cycleFailed, .answered, .drained, .finished:
      break
    }
  }
}

extension Alert.Kind {
  /// How loud it is said: what is over is no error, and nothing is said twice.
  fileprivate var logLevel: Logger.Level {
    switch self {
    case .cycleFailed, .catalogKept, .catalogUnknown, .vanished, .clockSetBack, .invariant,
      .pressureBegan:
      .error
    case .stray: .warning
    // The findings of the definition say it, type by type.
    case .noSeasonOpen: .debug
    case .pressureEnded: .notice
    }
  }
}

extension HostSession {
  /// What the catalogs and the definition have to say, once: the rest is for `adce config check`.
  private func sayFindings(_ findings: [KeySpace.Finding]) {
    let isNew = saidFindings.withLock { said in
      guard said != findings else { return false }
      said = findings
      return true
    }
    guard isNew else { return }
    let shown = global.verbose ? findings.count : 3
    for finding in findings.prefix(shown) { log.warning("\(finding)") }
    if findings.count > shown {
      log.warning("… and \(findings.count - shown) more like it: `adce config check` shows all")
    }
  }
}

/// One line that tells how far things are, at most five times a second.
final class ProgressLine: Sendable {
  private let isShown: Bool
  private let lastShown = Locked(Instant.distantPast)

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ kernel: borrowing Kernel, _ now: Instant) {
    guard isShown else { return }
    let isDue = lastShown.withLock { last in
      guard now - last >= 200 else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    switch kernel.cycle.phase {
    case .loadingCatalogs: Terminal.progress("reading the catalogs …")
    case .scanning: Terminal.progress("looking at the lake …")
    case .retrying: Terminal.progress("a cycle failed and will be tried again …")
    case .idle:
      let total = kernel.analyse(at: now).total
      let counts = kernel.taskCounts
      let gaps = total.missing + total.stale + total.undersized
      Terminal.progress(
        "\(HumanText.count(gaps)) gaps · \(kernel.attemptsRunning) running · "
          + "\(counts.byState[.pending] ?? 0) ready · \(counts.byState[.backingOff] ?? 0) waiting · "
          + "\(counts.byState[.parked] ?? 0) parked · "
          + HumanText.percent(micro: total.completenessMicro))
    }
  }

  func clear() {
    guard isShown else { return }
    Terminal.endProgress()
    lastShown.withLock { $0 = .distantPast }
  }
}
