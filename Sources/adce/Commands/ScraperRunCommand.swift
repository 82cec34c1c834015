import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce scrapers run`: one scraper by hand.
///
/// A `run --once` that is restricted to the scraper's gaps: the same kernel, limits, records and
/// lake, so that what is done here is known ever after.
struct ScraperRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run one scraper by hand, for the gaps that it would fill.",
    usage: """
      adce scrapers run <id> [--data-type <data-type>] [--season <season>]
                             [--key <key> ...] [--limit <n>] [--wait <seconds>]
      """,
    discussion: """
      Compares first, asks within the limits, and compares again. Tasks of the
      scraper that back off or are parked are tried too. Other work stays as it is.
      Exits with 1 if something that was asked for is still not there.

        adce scrapers run espn_summary
        adce scrapers run espn_summary --season 2024-25 --limit 3
        adce scrapers run espn_summary --key espn/summary/2025/401.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The scraper's id.") var id: String
  @Option(help: "Only gaps of this data type.") var dataType: String?
  @Option(help: "Only gaps of this season.") var season: String?
  @Option(
    name: .customLong("key"), help: .init("Only this object; may be repeated.", valueName: "key"))
  var keys: [String] = []
  @Option(
    help: .init("At most so many objects, the most important first.", valueName: "n"))
  var limit: Int?
  @Option(
    help: .init("End when nothing can start within that time.", valueName: "seconds"))
  var wait: Int = 60

  func validate() throws {
    guard (0...86_400).contains(wait) else {
      throw ValidationError("--wait takes 0 to 86400 seconds")
    }
    guard (1...1000).contains(limit ?? 1) else {
      throw ValidationError("--limit takes 1 to 1000 objects")
    }
    guard keys.count <= 1000 else { throw ValidationError("--key may be given 1000 times") }
  }

  func run() throws {
    // Threads inherit the mask: blocked before any is started, so that one can wait for them.
    SignalWatch.block([SignalWatch.terminate, SignalWatch.interrupt, SignalWatch.hangUp])
    var loaded = try global.load()
    try refuseUnfit(loaded)
    let selection = selection
    loaded.kernel.loop.only = selection
    let host = try open(loaded)
    let waiting = host.withKernel { kernel, now in
      TaskFilter.waiting(of: kernel, in: selection, at: now)
    }
    host.tell("scrapers_run", what)
    if !waiting.isEmpty { host.ask(.retry(waiting), why: "scrapers run \(id)") }
    var report = ScraperRunReport(selection)
    let ending: Host.Ending
    do {
      ending = try HostSession(global, loaded, keepsLog: true).run(host) {
        report.notice($0, $1, $2)
      }
    } catch {
      host.tell("scrapers_run", what, outcome: "failed")
      throw error
    }
    if let failure = host.scanFailure {
      host.tell("scrapers_run", what, outcome: "failed: \(failure)")
      // What was wrong has been said when it happened.
      throw ExitCode(host.scanExitCode)
    }
    host.withKernel { kernel, now in report.conclude(kernel, now) }
    host.tell(
      "scrapers_run", what,
      outcome: "\(ending == .finished ? "ok" : "interrupted"): \(report.filled) filled, "
        + "\(report.failed) failed")
    global.show(report.json, table: report.text(Terminal.outputColumns))
    guard ending == .finished else {
      Terminal.error("adce: interrupted: not all was tried")
      throw ExitCode(75)
    }
    try judge(report, host, loaded)
  }

  private var selection: Configuration.Selection {
    var selection = Configuration.Selection(scraper: id)
    selection.dataType = dataType
    selection.season = season
    if !keys.isEmpty { selection.keys = Set(keys.map { Array($0.utf8) }) }
    selection.keysMax = limit
    return selection
  }

  /// What is asked for, as the audit log has it.
  private var what: [SettingValue.Member] {
    var what: [SettingValue.Member] = [.init("scraper", .text(id))]
    if let dataType { what.append(.init("data_type", .text(dataType))) }
    if let season { what.append(.init("season", .text(season))) }
    if !keys.isEmpty {
      what.append(.init("keys", .list(keys.prefix(100).map { .text($0) })))
      if keys.count > 100 { what.append(.init("keys_total", .integer(Int64(keys.count)))) }
    }
    if let limit { what.append(.init("limit", .integer(Int64(limit)))) }
    return what
  }

  private func open(_ loaded: LoadedConfiguration) throws -> Host {
    var options = Host.Options()
    options.mode = .once
    options.waitMilliseconds = Int64(wait) * 1000
    options.isDryRun = loaded.loop.isDryRun
    options.writesViews = loaded.loop.writesViews(dryRunFlag: false)
    do throws(HostFailure) {
      return try Host.open(
        stateDirectory: global.stateDirectory, loaded: loaded, options: options)
    } catch {
      throw global.report(error)
    }
  }

  /// A scraper that is not there, cannot run, or fills nothing of what is asked for.
  private func refuseUnfit(_ loaded: LoadedConfiguration) throws {
    guard let index = loaded.scrapers.firstIndex(where: { $0.id == id }) else {
      throw refused(Wording.unknown("scraper", id, among: loaded.scrapers.map(\.id)))
    }
    let line = ScraperReport(loaded, history: []).lines[index]
    if let reason = line.cannotRun { throw refused("\(id) cannot run: \(reason)") }
    guard !line.dataTypes.isEmpty else {
      throw refused("\(id) fills no data type: `adce scrapers check` says which scraper does")
    }
    if let dataType, !line.dataTypes.contains(where: { $0.hasSuffix("/" + dataType) }) {
      throw refused(
        "\(id) does not fill \(dataType), but \(line.dataTypes.joined(separator: ", "))")
    }
  }

  private func refused(_ reason: String) -> ExitCode {
    Terminal.error("adce: \(reason)")
    return ExitCode(1)
  }

  /// What stands in the way, and the exit code.
  private func judge(
    _ report: ScraperRunReport, _ host: Host, _ loaded: LoadedConfiguration
  ) throws {
    let source = loaded.scrapers.first { $0.id == id }?.source ?? ""
    let isPaused = host.withKernel { kernel, _ in
      kernel.run.isPaused || kernel.isPaused(source: source)
    }
    if loaded.loop.isDryRun || !loaded.kernel.loop.executes {
      Terminal.error("adce: the configuration is a dry run: nothing was asked for")
    } else if isPaused {
      Terminal.error("adce: paused: nothing was asked for")
    }
    let asked = Set(report.lines.compactMap(\.key))
    let unexpected = host.withKernel { kernel, _ in
      keys.filter { !kernel.isExpected(Array($0.utf8)) }
    }
    for key in unexpected { Terminal.error("adce: \"\(key)\" is not expected by any data type") }
    for key in keys where !asked.contains(Array(key.utf8)) && !unexpected.contains(key) {
      Terminal.error("adce: \"\(key)\" was not asked for: `adce gaps` says whether it is a gap")
    }
    if report.failed > 0 || !report.unasked.isEmpty || !unexpected.isEmpty { throw ExitCode(1) }
  }
}
