package import ADCEKernel
internal import Glibc

/// Carries attempts out: for each `AttemptWork` exactly one `AttemptEnd`.
///
/// `start` never blocks: requests run on the client's thread, disks and lakes are waited for on a
/// few threads of its own, and each command has one. How many attempts run at a time is the
/// kernel's affair.
package final class ScraperExecutor: Sendable {
  package typealias Completion = @Sendable (AttemptEnd) -> Void

  private struct Running {
    var completion: Completion
    var request: HTTPClient.Handle?
    var command: SupervisedCommand?
    /// Milliseconds from TERM to KILL, once it is to be stopped.
    var stopGrace: Int64?
  }

  private struct State {
    var scrapers: [RunnableScraper]
    var lake: any Lake
    var running: [AttemptID: Running] = [:]
    var isClosed = false
  }

  private let client: HTTPClient
  private let workDirectory: String
  private let credentials: CredentialResolution
  private let accepts: @Sendable (AttemptWork, [UInt8]) -> Bool
  private let workers: WorkerThreads
  private let lakes: LakesInUse
  private let state: Locked<State>

  /// - Parameters:
  ///   - scrapers: in the order of `Configuration.scrapers`.
  ///   - workDirectory: where the folders of attempts are made, in the state directory; made for
  ///     the first command.
  ///   - environment: our own variables.
  ///   - lakes: where the lakes are noted that attempts wait for.
  ///   - accepts: whether a task without keys (basis count) asked for an object with this key.
  package init(
    scrapers: [RunnableScraper], lake: any Lake, client: HTTPClient, workDirectory: String,
    environment: (@Sendable (String) -> String?)? = nil, lakes: LakesInUse = LakesInUse(),
    accepts: @escaping @Sendable (AttemptWork, [UInt8]) -> Bool = { _, _ in false }
  ) throws(ThreadRefused) {
    self.client = client
    self.workDirectory = ScraperExecutor.resolved(workDirectory)
    self.accepts = accepts
    self.lakes = lakes
    credentials = environment.map { CredentialResolution(environment: $0) } ?? .init()
    workers = try WorkerThreads(count: 4)
    state = Locked(State(scrapers: scrapers, lake: lake))
  }

  /// Attempts that start from now on use these; those under way end as they began.
  package func replace(scrapers: [RunnableScraper], lake: any Lake) {
    state.withLock { state in
      state.scrapers = scrapers
      state.lake = lake
    }
  }

  /// Starts an attempt. `completion` is called exactly once, on some thread, and must not block.
  package func start(_ work: AttemptWork, completion: @escaping Completion) {
    // Taken here and now: the attempt's scraper is an index into the configuration of this moment.
    let definition: Definition? = state.withLock { state in
      guard !state.isClosed else { return nil }
      let old = state.running.updateValue(Running(completion: completion), forKey: work.attempt)
      precondition(old == nil, "attempt \(work.attempt.number) was started twice")
      let isThere = state.scrapers.indices.contains(work.scraper)
      return Definition(scraper: isThere ? state.scrapers[work.scraper] : nil, lake: state.lake)
    }
    guard let definition else { return completion(work.stopped("adce is stopping")) }
    workers.run { self.begin(work, definition) }
  }

  /// Breaks an attempt off; it ends as stopped, unless it has ended.
  package func cancel(_ attempt: AttemptID, graceMilliseconds: Int64) {
    let (request, command) = state.withLock { state in
      state.running[attempt]?.stopGrace = graceMilliseconds
      return (state.running[attempt]?.request, state.running[attempt]?.command)
    }
    if let request { client.cancel(request) }
    command?.stop(graceMilliseconds: graceMilliseconds)
  }

  /// Takes no more work and breaks off what runs; each attempt still gets its end.
  package func cancelAll(graceMilliseconds: Int64) {
    let attempts = state.withLock { state in
      state.isClosed = true
      return state.running.keys.sorted()
    }
    for attempt in attempts { cancel(attempt, graceMilliseconds: graceMilliseconds) }
  }

  /// Takes work again after `cancelAll`, once everything has ended.
  package func reopen() { state.withLock { $0.isClosed = false } }

  package var runningCount: Int { state.withLock { $0.running.count } }

  private func finish(_ end: AttemptEnd) {
    let running = state.withLock { $0.running.removeValue(forKey: end.attempt) }
    guard let running else {
      preconditionFailure("attempt \(end.attempt.number) ended twice")
    }
    running.completion(end)
  }

  private func isStopping(_ attempt: AttemptID) -> Bool {
    state.withLock { $0.running[attempt]?.stopGrace != nil }
  }
}

extension ScraperExecutor {
  /// What an attempt is carried out with, from its start to its end.
  private struct Definition: Sendable {
    var scraper: RunnableScraper?
    var lake: any Lake
  }

  private func begin(_ work: AttemptWork, _ definition: Definition) {
    guard !isStopping(work.attempt) else { return finish(work.stopped("stopped before it began")) }
    let lake = definition.lake
    switch definition.scraper {
    case nil:
      finish(work.ended(.ownFault, "no scraper \(work.scraper) in this configuration"))
    case .http(let settings):
      begin(work, HTTPScraper(settings: settings, lake: lake, credentials: credentials))
    case .command(let settings):
      begin(
        work,
        CommandScraper(
          settings: settings, lake: lake, credentials: credentials, workDirectory: workDirectory,
          accepts: accepts))
    case .unusable(let why):
      finish(work.ended(.scraperFault, why))
    }
  }

  private func begin(_ work: AttemptWork, _ scraper: HTTPScraper) {
    let prepared: HTTPScraper.Prepared
    do {
      prepared = try scraper.prepare(work)
    } catch {
      return finish(work.ended(error))
    }
    let handle = client.send(prepared.request) { result in
      // Off the client's thread: the lake is slow, and others wait there.
      self.workers.run {
        let now = Instant(milliseconds: wallMilliseconds())
        let end = self.lakes.asking(scraper.lake) {
          scraper.conclude(work, prepared, result, now: now)
        }
        self.finish(end)
      }
    }
    let isStopping = state.withLock { state in
      // Nil if it has ended meanwhile.
      state.running[work.attempt]?.request = handle
      return state.running[work.attempt]?.stopGrace != nil
    }
    if isStopping { client.cancel(handle) }
  }

  private func begin(_ work: AttemptWork, _ scraper: CommandScraper) {
    let command = SupervisedCommand()
    let grace = state.withLock { state in
      state.running[work.attempt]?.command = command
      return state.running[work.attempt]?.stopGrace
    }
    if let grace { command.stop(graceMilliseconds: grace) }
    // Only now, so that who runs no command writes nothing; if it fails, so does what is made in it.
    mkdir(workDirectory, 0o700)
    do {
      try DedicatedThread {
        self.finish(self.lakes.asking(scraper.lake) { scraper.run(work, command) })
      }.detach()
    } catch {
      finish(work.ended(.ownFault, "no thread for a command: errno \(error.errno)"))
    }
  }

  /// A folder's path without links, be the folder itself there or not: the next process must know
  /// the marks of this one's scrapers, by whatever path it was told of the state.
  private static func resolved(_ path: String) -> String {
    if let whole = realpath(path, nil) {
      defer { free(whole) }
      return String(cString: whole)
    }
    guard let parent = realpath(PathText.parent(path), nil) else { return path }
    defer { free(parent) }
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return PathText.join(String(cString: parent), name)
  }

  /// Ends the processes that an earlier process of ours left behind when it was killed, and removes
  /// their folders.
  ///
  /// Only for who holds the state: beside a living daemon these are its own, at work.
  package func removeLeftovers() {
    let prefix = Array(CommandScraper.folderPrefix.utf8)
    let leftovers = PrivateTree.names(workDirectory).filter { $0.starts(with: prefix) }
    guard !leftovers.isEmpty else { return }
    ProcessCensus.kill(session: nil, mark: ScraperPrograms.mark(workDirectory: workDirectory))
    for name in leftovers { PrivateTree.remove(Array("\(workDirectory)/".utf8) + name) }
  }
}
