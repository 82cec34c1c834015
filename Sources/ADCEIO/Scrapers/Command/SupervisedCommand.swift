internal import Glibc

/// Runs one program to its end: reads what it prints, ends it at its time limit or when told to,
/// and leaves no process behind.
final class SupervisedCommand: Sendable {
  struct Outcome: Sendable {
    var exit: ChildProcess.Exit
    /// It was ended at its time limit.
    var timedOut = false
    /// It was ended because `stop` was called.
    var wasStopped = false
    var result: JSONValue?
    var outputTail: [UInt8] = []
    var errorTail: [UInt8] = []
  }

  private struct Control {
    /// The writing end of the pipe that wakes the supervising thread; nil before and after.
    var wake: Int32?
    /// Milliseconds from TERM to KILL, once it is to be stopped.
    var stopGrace: Int64?
  }

  private let control = Locked(Control())

  /// Asks the program to end: TERM, and KILL after `graceMilliseconds`. Harmless at any time.
  func stop(graceMilliseconds: Int64) {
    control.withLock { control in
      if control.stopGrace == nil { control.stopGrace = graceMilliseconds }
      if let wake = control.wake { SupervisedCommand.signal(wake) }
    }
  }

  /// Blocks until the program and all that it started have ended.
  ///
  /// - Parameter mark: the beginning of a `NAME=VALUE` in the environment that is this run's alone.
  func run(
    _ options: ChildProcess.Options, mark: String, timeoutMilliseconds: Int64,
    graceMilliseconds: Int64
  ) throws(ChildProcess.Refused) -> Outcome {
    let wake = try Pipe()
    let child = try ChildProcess(options)
    let id = child.id
    let waiter: DedicatedThread
    do throws(ThreadRefused) {
      let writing = wake.writing
      waiter = try DedicatedThread {
        ChildProcess.waitForEnd(of: id)
        SupervisedCommand.signal(writing)
      }
    } catch {
      child.signalGroup(SIGKILL)
      _ = child.reap()
      throw ChildProcess.Refused(call: "pthread_create", code: error.errno)
    }
    control.withLock { $0.wake = wake.writing }
    var supervision = Supervision(
      child: child, wake: wake, mark: mark,
      deadline: monotonicMilliseconds() + max(1, timeoutMilliseconds),
      grace: graceMilliseconds)
    supervision.run { control.withLock { $0.stopGrace } }
    // Nobody may write to the pipe once it is closed.
    control.withLock { $0.wake = nil }
    waiter.join()
    return supervision.finish()
  }

  private static func signal(_ descriptor: Int32) {
    var byte: UInt8 = 1
    // A full pipe wakes as well as one byte more.
    _ = write(descriptor, &byte, 1)
  }
}
