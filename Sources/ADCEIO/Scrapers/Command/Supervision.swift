internal import Glibc

/// The life of one program, as its supervising thread sees it.
struct Supervision: ~Copyable {
  private enum Phase {
    /// → terminating (time limit, stop), ended.
    case running
    /// TERM was sent; → killed (grace over), ended.
    case terminating(killAt: Int64)
    /// KILL was sent; → ended.
    case killed
    /// The program has ended, and the rest of its group is gone.
    case ended
  }

  private let child: ChildProcess
  private let wake: Pipe
  private let mark: String
  private let deadline: Int64
  private let grace: Int64
  private var phase = Phase.running
  private var timedOut = false
  private var wasStopped = false
  private var outputTail = OutputTail()
  private var errorTail = OutputTail()
  private var search = ResultLineSearch()
  private var result: JSONValue?
  private let chunk = Chunk()
  private var outputIsOpen = true
  private var errorsAreOpen = true

  init(child: consuming ChildProcess, wake: Pipe, mark: String, deadline: Int64, grace: Int64) {
    self.child = child
    self.wake = wake
    self.mark = mark
    self.deadline = deadline
    self.grace = grace
  }

  /// Returns once no process is left. `stopGrace` says whether, and how, to stop.
  mutating func run(stopGrace: () -> Int64?) {
    while true {
      let now = monotonicMilliseconds()
      advance(now, stopGrace())
      if case .ended = phase { break }
      wait(now)
      read()
      if hasEnded() { endGroup() }
    }
    // What the pipes still hold (64 KiB each); a process that escaped all this and writes on is
    // not listened to.
    for _ in 0..<16 where !read() { break }
    result = search.finish()
  }

  consuming func finish() -> SupervisedCommand.Outcome {
    let timedOut = timedOut
    let wasStopped = wasStopped
    let result = result
    let output = outputTail.bytes
    let errors = errorTail.bytes
    return SupervisedCommand.Outcome(
      exit: child.reap(), timedOut: timedOut, wasStopped: wasStopped, result: result,
      outputTail: output, errorTail: errors)
  }

  private mutating func advance(_ now: Int64, _ stopGrace: Int64?) {
    switch phase {
    case .running:
      if let stopGrace {
        wasStopped = true
        terminate(killAt: now + stopGrace)
      } else if now >= deadline {
        timedOut = true
        terminate(killAt: now + grace)
      }
    case .terminating(let killAt):
      if now >= killAt {
        child.signalGroup(SIGKILL)
        ProcessCensus.kill(session: child.id, mark: mark)
        phase = .killed
      }
    case .killed, .ended:
      break
    }
  }

  private mutating func terminate(killAt: Int64) {
    child.signalGroup(SIGTERM)
    phase = .terminating(killAt: killAt)
  }

  /// True once the program itself has ended; it is not reaped.
  private func hasEnded() -> Bool {
    var information = siginfo_t()
    // Without an end to tell of, the structure stays as it was: signal number 0.
    let code = waitid(P_PID, id_t(child.id), &information, WEXITED | WNOWAIT | WNOHANG)
    // ECHILD: it has ended and is reaped already, by no call of ours.
    return code == 0 ? information.si_signo != 0 : errno == ECHILD
  }

  /// Ends what the program left behind: at once after an end of its own, and within the grace
  /// after TERM, since a shell dies of it sooner than what it runs.
  private mutating func endGroup() {
    if case .terminating(let killAt) = phase {
      while monotonicMilliseconds() < killAt,
        !ProcessCensus.members(session: child.id, mark: mark).isEmpty
      {
        read()
        usleep(20_000)
      }
    }
    child.signalGroup(SIGKILL)
    ProcessCensus.kill(session: child.id, mark: mark)
    phase = .ended
  }

  /// Sleeps until there is something to read, a wake-up, or the next moment that matters.
  private func wait(_ now: Int64) {
    var watched = [pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0)]
    if outputIsOpen {
      watched.append(pollfd(fd: child.output.reading, events: Int16(POLLIN), revents: 0))
    }
    if errorsAreOpen {
      watched.append(pollfd(fd: child.errors.reading, events: Int16(POLLIN), revents: 0))
    }
    let until =
      switch phase {
      case .running: deadline - now
      case .terminating(let killAt): killAt - now
      case .killed, .ended: Int64(1000)
      }
    poll(&watched, nfds_t(watched.count), Int32(min(max(until, 0), 60_000)))
  }

  /// Reads once from each pipe; false if there was nothing.
  @discardableResult
  private mutating func read() -> Bool {
    _ = wake.read(into: chunk.bytes)
    var hasRead = false
    if outputIsOpen {
      let count = child.output.read(into: chunk.bytes)
      if count > 0 {
        hasRead = true
        outputTail.append(chunk.prefix(count))
        search.append(chunk.prefix(count))
      }
      outputIsOpen = count != 0
    }
    if errorsAreOpen {
      let count = child.errors.read(into: chunk.bytes)
      if count > 0 {
        hasRead = true
        errorTail.append(chunk.prefix(count))
      }
      errorsAreOpen = count != 0
    }
    return hasRead
  }

  /// Room for one read.
  private final class Chunk {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    deinit { bytes.deallocate() }

    func prefix(_ count: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: bytes[..<count])
    }
  }
}
