import ADCEIO
import ADCEKernel
import ArgumentParser
import Logging

/// Runs a host until it is over: signals, progress on a terminal, what is worth saying.
struct HostSession {
  let global: GlobalOptions
  private let progress: ProgressLine
  private let log: Logger
  /// To be opened anew on SIGHUP.
  private let logFile: RotatingFile?
  private let saidFindings = Locked<[KeySpace.Finding]>([])

  /// - Parameter keepsLog: the log goes to its file too, if one is configured.
  init(_ global: GlobalOptions, _ loaded: LoadedConfiguration, keepsLog: Bool = false) {
    self.global = global
    let progress = ProgressLine(isShown: Terminal.errorIsTerminal && !global.quiet)
    self.progress = progress
    var settings = LogSettings(loaded)
    if !keepsLog { settings.file = nil }
    let output = LogOutput(settings, of: loaded, environment: Environment.all) { line in
      progress.clear()
      Terminal.error(line)
    }
    let configured = settings.level.level
    let shown: Logger.Level = global.quiet ? .error : global.verbose ? .debug : configured
    log = Logger(label: "adce") { label in
      output.handler(label: label, shown: shown, kept: global.verbose ? .debug : configured)
    }
    logFile = output.file
  }

  /// - Parameters:
  ///   - daemon: what looks after the loop while it goes round for ever.
  ///   - noticing: is told of each effect beside what the session does with it.
  func run(
    _ host: Host, daemon: DaemonHealth? = nil,
    noticing: @escaping (Effect, borrowing Kernel, Instant) -> Void = { _, _, _ in }
  ) throws -> Host.Ending {
    do throws(HostFailure) {
      try watchSignals(host)
      let (progress, log) = (progress, log)
      var observer = Host.Observer()
      observer.onStep = { kernel, now in progress.show(kernel, now) }
      observer.onEffect = { effect, kernel, now in
        noticing(effect, kernel, now)
        say(effect, kernel, now)
      }
      observer.onTrouble = { log.error("\($0)") }
      daemon?.begin(&observer, of: host, log)
      defer { daemon?.end() }
      let ending = try host.run(observer)
      progress.clear()
      return ending
    } catch {
      throw global.report(error)
    }
  }

  /// TERM and INT drain, a second one stops what runs; HUP reloads.
  private func watchSignals(_ host: Host) throws(HostFailure) {
    let (desk, stop, log, logFile) = (host.desk, host.stopper, log, logFile)
    let drains = SignalCount()
    let ends = [SignalWatch.terminate, SignalWatch.interrupt]
    try SignalWatch.start(ends + [SignalWatch.hangUp]) { signal in
      guard ends.contains(signal) else {
        logFile?.reopen()
        return desk.submit(OperatorRequest(.reload, by: .ours(.signal))) { reply in
          if let message = reply.message {
            log.error("\(message)")
          } else {
            log.notice("the configuration was reloaded")
          }
        }
      }
      if drains.next() > 1 { stop() }
      desk.submit(OperatorRequest(.act(.drain), by: .ours(.signal))) { _ in }
    }
  }

  private func say(_ effect: Effect, _ kernel: borrowing Kernel, _ now: Instant) {
    switch effect {
    case .alert(let alert):
      log.error("\(alert.message)")
    case .cycleFinished(let number):
      let total = kernel.analyse(at: now).total
      let open = kernel.taskCounts.open
      sayFindings(kernel.space.findings)
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
