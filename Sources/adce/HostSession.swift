import ADCEIO
import ADCEKernel
import ArgumentParser

/// Runs a host until it is over: signals, progress on a terminal, what is worth saying.
struct HostSession {
  let global: GlobalOptions

  init(_ global: GlobalOptions) { self.global = global }

  func run(_ host: Host) throws -> Host.Ending {
    let poster = host.poster
    let stop = host.stopper
    let drains = SignalCount()
    do throws(HostFailure) {
      try SignalWatch.start([SignalWatch.terminate, SignalWatch.interrupt]) { _ in
        if drains.next() > 1 { stop() }
        poster(.requested(Request(id: 0, action: .drain)))
      }
      let progress = ProgressLine(isShown: Terminal.errorIsTerminal && !global.quiet)
      var observer = Host.Observer()
      observer.onStep = { kernel, now in progress.show(kernel, now) }
      observer.onEffect = { effect, kernel, now in
        say(effect, kernel, now, progress)
      }
      observer.onTrouble = { message in
        progress.clear()
        Terminal.error("adce: \(message)")
      }
      let ending = try host.run(observer)
      progress.clear()
      return ending
    } catch {
      throw global.report(error)
    }
  }

  private func say(
    _ effect: Effect, _ kernel: borrowing Kernel, _ now: Instant, _ progress: ProgressLine
  ) {
    switch effect {
    case .alert(let alert):
      progress.clear()
      Terminal.error("adce: \(alert.message)")
    case .cycleFinished(let number) where !global.quiet:
      let total = kernel.analyse(at: now).total
      let open = kernel.taskCounts.open
      progress.clear()
      Terminal.error(
        "cycle \(number): \(HumanText.count(total.present)) of "
          + "\(HumanText.count(total.expected)) present "
          + "(\(HumanText.percent(micro: total.completenessMicro))), "
          + "\(HumanText.count(total.missing)) missing, \(HumanText.count(total.stale)) stale, "
          + "\(HumanText.count(open)) \(open == 1 ? "task" : "tasks") open")
    case .start(let id) where global.verbose:
      guard let work = kernel.work(for: id) else { break }
      progress.clear()
      let keys = work.items.map { String(decoding: $0.key, as: UTF8.self) }
      Terminal.error("attempt \(id.number): \(keys.first ?? work.dataType)")
    case .loadCatalogs, .scan, .lookUp, .start, .cancel, .cycleFinished, .cycleFailed, .runEnded,
      .answered, .drained, .finished:
      break
    }
  }
}

/// One line that tells how far things are, at most five times a second.
final class ProgressLine {
  private let isShown: Bool
  private var lastShown = Instant.distantPast

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ kernel: borrowing Kernel, _ now: Instant) {
    guard isShown, now - lastShown >= 200 else { return }
    lastShown = now
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
    if isShown { Terminal.endProgress() }
    lastShown = .distantPast
  }
}
