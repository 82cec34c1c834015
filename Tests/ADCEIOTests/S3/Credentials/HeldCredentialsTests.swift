import ADCEIO
import ADCEKernel
import Testing

/// Credentials that are kept, replaced in time, and fetched by one thread at a time.
@Suite struct HeldCredentialsTests {
  /// A source and a clock that tests move.
  private final class Stand: CredentialSource {
    struct State {
      var begun = 0
      var loads = 0
      var now: Int64 = 0
      var lifetime: Int64? = Span.hour
      var failure: S3Failure?
      /// Loads wait while it is shut.
      var isOpen = true
    }

    let state = Monitor(State())

    var loads: Int { state.withLock { $0.loads } }

    func load() throws(S3Failure) -> S3Credentials? {
      state.withLock { $0.begun += 1 }
      let (loads, expires, failure) = state.wait { state -> (Int, Int64?, S3Failure?)? in
        guard state.isOpen else { return nil }
        state.loads += 1
        return (state.loads, state.lifetime.map { state.now + $0 }, state.failure)
      }!
      if let failure { throw failure }
      return S3Credentials(
        accessKeyID: "KEY\(loads)", secretAccessKey: "s",
        expires: expires.map { Instant(milliseconds: $0) }, origin: "stand")
    }

    func held() -> HeldCredentials {
      HeldCredentials([self], wall: { self.state.withLock { $0.now } })
    }

    func move(to now: Int64) { state.withLock { $0.now = now } }
  }

  @Test func theyAreReplacedBeforeTheyExpire() throws {
    let stand = Stand()
    let held = stand.held()
    #expect(try held.credentials().accessKeyID == "KEY1")
    stand.move(to: 49 * Span.minute)
    #expect(try held.credentials().accessKeyID == "KEY1")
    stand.move(to: 51 * Span.minute)
    #expect(try held.credentials().accessKeyID == "KEY2")
    #expect(stand.loads == 2)
  }

  @Test func thoseThatDoNotExpireAreKept() throws {
    let stand = Stand()
    stand.state.withLock { $0.lifetime = nil }
    let held = stand.held()
    _ = try held.credentials()
    stand.move(to: 10_000 * Span.day)
    #expect(try held.credentials().accessKeyID == "KEY1")
    #expect(stand.loads == 1)
  }

  @Test func theOldOnesServeUntilTheyReallyExpire() throws {
    let stand = Stand()
    let held = stand.held()
    _ = try held.credentials()
    stand.state.withLock { $0.failure = S3Failure(.unreachable, "nobody there") }
    stand.move(to: 55 * Span.minute)
    #expect(try held.credentials().accessKeyID == "KEY1")
    #expect(stand.loads == 2)
    // Not asked again at once, but a minute later.
    #expect(try held.credentials().accessKeyID == "KEY1")
    #expect(stand.loads == 2)
    stand.move(to: 56 * Span.minute)
    #expect(try held.credentials().accessKeyID == "KEY1")
    #expect(stand.loads == 3)
    stand.move(to: 60 * Span.minute)
    let failure = S3Stage.failure { () throws(S3Failure) in _ = try held.credentials() }
    #expect(failure?.message == "nobody there")
    stand.state.withLock { $0.failure = nil }
    #expect(try held.credentials().accessKeyID == "KEY5")
  }

  @Test func thoseThatAServerRefusesAreReplacedOnce() throws {
    let stand = Stand()
    let held = stand.held()
    let first = try held.credentials()
    let second = try held.credentials(insteadOf: first)
    #expect(second.accessKeyID == "KEY2")
    #expect(try held.credentials(insteadOf: first).accessKeyID == "KEY2")
    #expect(try held.credentials().accessKeyID == "KEY2")
    #expect(stand.loads == 2)
  }

  @Test func oneThreadFetchesForAll() throws {
    let stand = Stand()
    stand.state.withLock { $0.isOpen = false }
    let held = stand.held()
    let found = Locked<[String]>([])
    let threads = try (0..<8).map { _ in
      try DedicatedThread {
        do throws(S3Failure) {
          let id = try held.credentials().accessKeyID
          found.withLock { $0.append(id) }
        } catch {
          found.withLock { $0.append("\(error)") }
        }
      }
    }
    stand.state.withLock { $0.isOpen = true }
    for thread in threads { thread.join() }
    #expect(found.withLock { $0 } == Array(repeating: "KEY1", count: 8))
    #expect(stand.loads == 1)
  }

  @Test func othersGoOnWithTheOldWhileOneFetches() throws {
    let stand = Stand()
    let held = stand.held()
    _ = try held.credentials()
    stand.state.withLock { state in
      state.now = 55 * Span.minute
      state.isOpen = false
    }
    let fetched = Locked("")
    let thread = try DedicatedThread {
      do throws(S3Failure) {
        let id = try held.credentials().accessKeyID
        fetched.withLock { $0 = id }
      } catch {
        fetched.withLock { $0 = "\(error)" }
      }
    }
    stand.state.wait { $0.begun == 2 ? true : nil }
    #expect(try held.credentials().accessKeyID == "KEY1")
    stand.state.withLock { $0.isOpen = true }
    thread.join()
    #expect(fetched.withLock { $0 } == "KEY2")
    #expect(try held.credentials().accessKeyID == "KEY2")
    #expect(stand.loads == 2)
  }

  @Test func freshOnesAreTakenWhateverOurClockSaysAndNotFetchedForEachRequest() throws {
    let stand = Stand()
    // Our clock is two hours ahead of that of whoever gives them.
    stand.state.withLock { $0.lifetime = -Span.hour }
    let held = stand.held()
    for _ in 0..<3 { #expect(try held.credentials().accessKeyID == "KEY1") }
    #expect(stand.loads == 1)
    // The server refuses them: others, at once.
    let first = try held.credentials()
    #expect(try held.credentials(insteadOf: first).accessKeyID == "KEY2")
    stand.move(to: Span.minute)
    #expect(try held.credentials().accessKeyID == "KEY3")
    #expect(stand.loads == 3)
  }

  @Test func noneAtAllSaysWhereItLooked() {
    let held = HeldCredentials([])
    let failure = S3Stage.failure { () throws(S3Failure) in _ = try held.credentials() }
    #expect(failure?.exitCode == 77)
    #expect(failure?.description.contains("AWS_ACCESS_KEY_ID") == true)
  }
}
