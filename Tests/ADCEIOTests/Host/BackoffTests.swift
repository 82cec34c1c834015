import Testing

@testable import ADCEIO

struct BackoffTests {
  @Test func `the wait doubles to a cap, and is forgotten after a stable while`() {
    var backoff = Backoff(
      firstMilliseconds: 100, maxMilliseconds: 1000, forgetsAfterMilliseconds: 5000)
    #expect(
      (0..<6).map { _ in backoff.failed(afterMilliseconds: 10) } == [
        100, 200, 400, 800, 1000, 1000,
      ])
    #expect(backoff.failed(afterMilliseconds: 4999) == 1000)
    #expect(backoff.failed(afterMilliseconds: 5000) == 100)
    #expect(backoff.failed(afterMilliseconds: 10) == 200)
  }

  @Test func `no number of failures overflows`() {
    var backoff = Backoff(firstMilliseconds: 60_000, maxMilliseconds: 120_000)
    for _ in 0..<1000 { _ = backoff.failed(afterMilliseconds: 0) }
    #expect(backoff.failed(afterMilliseconds: 0) == 120_000)
  }
}

struct RestartPolicyTests {
  private var policy = RestartPolicy(backoff: Backoff(firstMilliseconds: 100))

  @Test func `what died is started again, later and later`() {
    var policy = policy
    #expect(
      policy.ended(.signal(9), afterMilliseconds: 5, hasWorked: false)
        == .restart(afterMilliseconds: 100))
    #expect(
      policy.ended(.code(70), afterMilliseconds: 5, hasWorked: true)
        == .restart(afterMilliseconds: 200))
    #expect(
      policy.ended(.code(75), afterMilliseconds: 90_000, hasWorked: true)
        == .restart(afterMilliseconds: 100))
  }

  @Test func `an end in order is the end`() {
    var policy = policy
    #expect(policy.ended(.code(0), afterMilliseconds: 5, hasWorked: true) == .done)
  }

  @Test(arguments: [74, 75, 77] as [Int32])
  func `what may pass is waited for as long as it takes, once it has worked`(_ code: Int32) {
    var policy = policy
    let verdicts = (0..<20).map { _ in
      policy.ended(.code(code), afterMilliseconds: 5, hasWorked: true)
    }
    #expect(verdicts.last == .restart(afterMilliseconds: 60_000))
    #expect(verdicts.allSatisfy { if case .restart = $0 { true } else { false } })
  }

  @Test func `no permission is told at once to who starts it`() {
    var policy = policy
    #expect(
      policy.ended(.code(77), afterMilliseconds: 5, hasWorked: false) == .giveUp(exitCode: 77))
  }

  @Test func `what ran well in between begins the count anew`() {
    var policy = policy
    for _ in 0..<4 { _ = policy.ended(.code(65), afterMilliseconds: 5, hasWorked: true) }
    #expect(
      policy.ended(.code(65), afterMilliseconds: 60_000, hasWorked: true)
        == .restart(afterMilliseconds: 100))
  }

  @Test(arguments: [64, 65, 78] as [Int32])
  func `what only a person can help is told at once, or after a few tries`(_ code: Int32) {
    var first = policy
    #expect(
      first.ended(.code(code), afterMilliseconds: 5, hasWorked: false) == .giveUp(exitCode: code))
    var later = policy
    let verdicts = (0..<5).map { _ in
      later.ended(.code(code), afterMilliseconds: 5, hasWorked: true)
    }
    #expect(verdicts.dropLast().allSatisfy { if case .restart = $0 { true } else { false } })
    #expect(verdicts.last == .giveUp(exitCode: code))
    // A crash in between begins the count anew.
    var mixed = policy
    for _ in 0..<4 { _ = mixed.ended(.code(code), afterMilliseconds: 5, hasWorked: true) }
    _ = mixed.ended(.signal(11), afterMilliseconds: 5, hasWorked: true)
    #expect(
      mixed.ended(.code(code), afterMilliseconds: 5, hasWorked: true)
        != .giveUp(exitCode: code))
  }
}
