import Foundation
import Testing

/// A few threads for tests that wait for processes: waiting on the threads that all async tests
/// share would stop those, and be late whenever they are busy.
///
/// The job that came last runs first: all tests come at once, at the beginning, and one that goes
/// on after a suspension would otherwise wait for hundreds that have not begun.
final class BlockingThreads: TaskExecutor {
  static let shared = BlockingThreads(count: 4)

  // Sound: `jobs` is touched only while `condition` is locked.
  private nonisolated(unsafe) var jobs: [UnownedJob] = []
  private let condition = NSCondition()

  private init(count: Int) {
    for _ in 0..<count { Thread { self.serve() }.start() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    condition.lock()
    jobs.append(UnownedJob(job))
    condition.signal()
    condition.unlock()
  }

  private func serve() {
    while true {
      condition.lock()
      while jobs.isEmpty { condition.wait() }
      let job = jobs.removeLast()
      condition.unlock()
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}

/// Runs a suite's tests on `BlockingThreads`.
struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(BlockingThreads.shared) { try await function() }
  }
}

extension Trait where Self == BlockingTrait {
  /// The tests wait for processes.
  static var waitsForProcesses: Self { Self() }
}
