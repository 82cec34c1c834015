internal import ADCEKernel

/// Credentials from the first source that has some, kept until shortly before they expire. One
/// thread fetches new ones; the others go on with the old while those are good, and wait once they
/// are not. New ones that cannot be had are asked for again a while later.
package final class HeldCredentials: S3CredentialProvider {
  package struct Rules: Sendable {
    /// New ones are fetched when the old are good for less than this.
    package var renewBeforeMilliseconds: Int64 = 10 * Span.minute
    /// No try follows another for so long: not after a failure, while the old are good, and not
    /// after those were fetched that are no good for long, or seem so by a clock that runs ahead.
    package var pauseMilliseconds: Int64 = Span.minute

    package init() {}
  }

  private struct State {
    var held: S3Credentials?
    var isFetching = false
    /// By the wall clock.
    var loadedAt: Int64?
    var failedAt: Int64?
  }

  private enum Turn {
    case use(S3Credentials)
    case fetch(fallback: S3Credentials?)
  }

  private let sources: [any CredentialSource]
  private let rules: Rules
  private let wall: @Sendable () -> Int64
  private let state = Monitor(State())

  package init(
    _ sources: [any CredentialSource], rules: Rules = Rules(),
    wall: @escaping @Sendable () -> Int64 = AWSEnvironment.process.wall
  ) {
    self.sources = sources
    self.rules = rules
    self.wall = wall
  }

  package func credentials() throws(S3Failure) -> S3Credentials { try current(refused: nil) }

  package func credentials(
    insteadOf refused: S3Credentials
  ) throws(S3Failure) -> S3Credentials {
    try current(refused: refused)
  }

  private func current(refused: S3Credentials?) throws(S3Failure) -> S3Credentials {
    let turn = state.wait { state -> Turn? in
      self.turn(&state, refused: refused)
    }
    switch turn {
    case .use(let credentials): return credentials
    case .fetch(let fallback): return try fetch(fallback: fallback)
    case nil: preconditionFailure("without a time limit, only a turn ends the wait")
    }
  }

  /// Nil: another thread is fetching what this one needs.
  private func turn(_ state: inout State, refused: S3Credentials?) -> Turn? {
    let now = wall()
    func isRecent(_ moment: Int64?) -> Bool {
      moment.map { (0..<rules.pauseMilliseconds).contains(now - $0) } ?? false
    }
    var good = state.held
    // Fresh ones that have expired by our clock: it may be the clock that is wrong, and the server,
    // which knows, says so if it is not.
    let isFresh = isRecent(state.loadedAt)
    if let expires = good?.expires?.milliseconds, expires <= now, !isFresh { good = nil }
    if let refused, good?.isSameKey(as: refused) == true { good = nil }
    if let good {
      let renewal = good.expires.map { $0.milliseconds - rules.renewBeforeMilliseconds }
      let waits = isFresh || isRecent(state.failedAt)
      if state.isFetching || waits || (renewal ?? .max) > now { return .use(good) }
    }
    guard !state.isFetching else { return nil }
    state.isFetching = true
    return .fetch(fallback: good)
  }

  private func fetch(fallback: S3Credentials?) throws(S3Failure) -> S3Credentials {
    do throws(S3Failure) {
      let found = try load()
      state.withLock { state in
        state = State(held: found, loadedAt: wall())
      }
      return found
    } catch {
      state.withLock { state in
        state.isFetching = false
        state.failedAt = wall()
      }
      guard let fallback else { throw error }
      return fallback
    }
  }

  /// From the first source that has some; one that is set up and fails is not passed over.
  private func load() throws(S3Failure) -> S3Credentials {
    for source in sources {
      if let found = try source.load() { return found }
    }
    throw .noCredentials
  }
}

extension S3Credentials {
  /// Whether a server that refuses the one refuses the other.
  package func isSameKey(as other: S3Credentials) -> Bool {
    accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey
      && sessionToken == other.sessionToken
  }
}
