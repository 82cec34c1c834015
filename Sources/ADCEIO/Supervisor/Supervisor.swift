internal import ADCEKernel
internal import Glibc

/// Keeps `adce run` alive in the background.
///
///     starting ──▶ running ──▶ waiting ──▶ starting     (it died: backing off)
///         └───────────┴───────────┴──▶ over             (told to stop, or beyond help)
///
/// One thread waits for signals: TERM and INT stop the child within the drain time, then tell it to
/// break off what runs, and then kill it; HUP is passed on, CHLD tells of its end. If the supervisor
/// itself is killed, the child is told by the kernel (PR_SET_PDEATHSIG) and drains.
public struct Supervisor: ~Copyable {
  public struct Options: Sendable {
    /// The child's arguments, its name first.
    public var arguments: [String]
    /// Where the child's output goes, and what the supervisor has to say.
    public var log: String
    public var backoff = Backoff()
    /// From the first TERM to the second, which breaks off what runs.
    public var drainMilliseconds: Int64 = 30_000
    /// From the second TERM to KILL; a little more than what is broken off may take.
    public var breakOffMilliseconds: Int64 = 8_000

    public init(arguments: [String], log: String) {
      self.arguments = arguments
      self.log = log
    }
  }

  /// Tells the child whose it is.
  public static let parentVariable = "ADCE_SUPERVISOR_PID"

  private let files: DaemonFiles
  private let options: Options
  private let pidFile: PIDFile
  private var record: SupervisorRecord
  private var policy: RestartPolicy
  private var hasWorked = false
  private var began: Int64 = 0
  /// Set once it is told to stop: when the child is told again, and when it is killed.
  private var breakOffAt: Int64?
  private var killAt: Int64?
  private var hasBrokenOff = false
  private var hasKilled = false

  /// Takes the supervisor's place over this state.
  public init(stateDirectory: String, options: Options) throws(SupervisorFailure) {
    let files = DaemonFiles(stateDirectory: stateDirectory)
    try Supervisor.makeFolders(files, log: options.log)
    let pidFile: PIDFile
    do throws(PIDFile.Refusal) {
      pidFile = try PIDFile.take(files.pid)
    } catch {
      switch error {
      case .held(let pid): throw .alreadyRunning(pid)
      case .failed(let failure): throw .call(failure)
      }
    }
    self.files = files
    self.options = options
    self.pidFile = pidFile
    record = SupervisorRecord(pid: getpid(), since: Instant(milliseconds: wallMilliseconds()))
    policy = RestartPolicy(backoff: options.backoff)
  }

  /// The state directory, mode 0700, and the folder of the log.
  static func makeFolders(_ files: DaemonFiles, log: String) throws(SupervisorFailure) {
    do throws(StoreFailure) { try StateDirectory(files.stateDirectory).create() } catch {
      throw .state(error)
    }
    do throws(SystemCallFailure) { try FileTree.makeFolders(PathText.parent(log)) } catch {
      throw .call(error)
    }
  }

  /// Runs until it is told to stop, or trying again is pointless; the exit code for that.
  public mutating func run() -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGCHLD] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
    say("watches over \(files.stateDirectory)")
    var startAt: Int64? = monotonicMilliseconds()
    while true {
      if killAt != nil, record.child == nil { return 0 }
      if let at = startAt, at <= monotonicMilliseconds() {
        startAt = nil
        startChild()
        // Not even begun: as if it had ended at once.
        if record.child == nil { startAt = monotonicMilliseconds() + 1000 }
      }
      wait(for: &signals, until: startAt)
      if let exit = reapChild() {
        switch verdict(after: exit) {
        case .some(let code): return code
        case nil: startAt = record.nextStart == nil ? nil : nextStart
        }
      }
      killIfLate()
    }
  }

  private var nextStart: Int64 = 0
}

extension Supervisor {
  private mutating func startChild() {
    record.nextStart = nil
    let environment = SpawnedProgram.environment + ["\(Supervisor.parentVariable)=\(getpid())"]
    do throws(SystemCallFailure) {
      record.child = try SpawnedProgram.start(
        options.arguments, environment: environment, log: openLog(), in: .group)
      began = monotonicMilliseconds()
    } catch {
      say("cannot start adce: \(error)")
    }
    writeRecord()
  }

  /// A log that cannot be opened costs what is said, never the child: that writes to the log itself,
  /// as soon as it can be opened.
  private mutating func openLog() throws(SystemCallFailure) -> OpenFile {
    do throws(SystemCallFailure) {
      let log = try LogFile.open(options.log)
      record.logFailure = nil
      return log
    } catch {
      record.logFailure = "\(error)"
      return try OpenFile.open("/dev/null", O_WRONLY)
    }
  }

  private mutating func wait(for signals: inout sigset_t, until startAt: Int64?) {
    let now = monotonicMilliseconds()
    var milliseconds: Int64 = 60_000
    if let startAt { milliseconds = min(milliseconds, startAt - now) }
    if let breakOffAt, !hasBrokenOff { milliseconds = min(milliseconds, breakOffAt - now) }
    if let killAt, !hasKilled { milliseconds = min(milliseconds, killAt - now) }
    milliseconds = max(milliseconds, 0)
    var span = timespec(
      tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
    switch sigtimedwait(&signals, nil, &span) {
    case SIGTERM, SIGINT: stopChild()
    case SIGHUP: if let child = record.child { kill(child, SIGHUP) }
    default: break
    }
  }

  private mutating func stopChild() {
    // Told twice: it does not wait for what runs.
    let isSecond = killAt != nil
    if isSecond {
      hasBrokenOff = true
    } else {
      let breakOff = monotonicMilliseconds() + options.drainMilliseconds
      breakOffAt = breakOff
      killAt = breakOff + options.breakOffMilliseconds
    }
    record.nextStart = nil
    if let child = record.child {
      say(isSecond ? "told to stop again" : "told to stop: adce drains")
      kill(child, SIGTERM)
    }
  }

  private mutating func killIfLate() {
    guard let breakOffAt, let killAt, let child = record.child else { return }
    let now = monotonicMilliseconds()
    if !hasBrokenOff, now >= breakOffAt {
      hasBrokenOff = true
      say(
        "adce has not drained within \(options.drainMilliseconds / 1000) s: what runs is broken off"
      )
      kill(child, SIGTERM)
    }
    if !hasKilled, now >= killAt {
      hasKilled = true
      say("adce has not ended: killed")
      kill(-child, SIGKILL)
    }
  }

  private mutating func reapChild() -> SupervisorRecord.Exit? {
    guard let child = record.child else { return nil }
    var status: Int32 = 0
    guard waitpid(child, &status, WNOHANG) == child else { return nil }
    // What it left behind in its group.
    kill(-child, SIGKILL)
    let signal = status & 0x7F
    if signal != 0 { ScraperPrograms.kill(stateDirectory: files.stateDirectory) }
    return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
  }

  /// The exit code with which it is over; nil if it goes on.
  private mutating func verdict(after exit: SupervisorRecord.Exit) -> Int32? {
    let ran = monotonicMilliseconds() - began
    // Whoever has lived for so long has got past all that refuses to start.
    if ran >= min(10_000, options.backoff.forgetsAfterMilliseconds) { hasWorked = true }
    record.child = nil
    record.lastExit = exit
    record.lastExitAt = Instant(milliseconds: wallMilliseconds())
    if killAt != nil {
      say("adce has ended (\(exit.text))")
      writeRecord()
      return 0
    }
    switch policy.ended(exit, afterMilliseconds: ran, hasWorked: hasWorked) {
    case .done:
      say("adce has ended by itself (\(exit.text))")
      writeRecord()
      return 0
    case .giveUp(let code):
      say("adce has ended (\(exit.text)), and trying again does not help: see above")
      writeRecord()
      return code
    case .restart(let delay):
      record.restarts += 1
      nextStart = monotonicMilliseconds() + delay
      record.nextStart = Instant(milliseconds: wallMilliseconds() + delay)
      say("adce has died (\(exit.text)): start \(record.restarts + 1) in \(delay) ms")
      writeRecord()
      return nil
    }
  }

  private func writeRecord() {
    do throws(SystemCallFailure) { try record.write(to: files) } catch {
      // A disk that is full costs the record, never the child.
      say("\(error)")
    }
  }

  /// A line in the log, found by its name each time: it may have been rotated.
  private func say(_ text: String) {
    let now = Instant(milliseconds: wallMilliseconds())
    let line = "\(now.iso) supervisor: \(text)\n"
    do throws(SystemCallFailure) {
      try LogFile.open(options.log).write(Array(line.utf8))
    } catch {
      // There is no other place to say it: the record has the reason (`openLog`).
    }
  }
}

/// Why a supervisor did not begin.
public enum SupervisorFailure: Error, Sendable, CustomStringConvertible {
  case alreadyRunning(Int32?)
  case state(StoreFailure)
  case call(SystemCallFailure)
  /// It ended as its child did, which nothing but a person can help.
  case over(Int32)

  public var description: String {
    switch self {
    case .alreadyRunning(let pid):
      "adce is running already" + (pid.map { " (supervisor: process \($0))" } ?? "")
    case .state(let failure): failure.message
    case .call(let failure): failure.description
    case .over(let code): "adce has ended with exit code \(code)"
    }
  }

  public var exitCode: Int32 {
    switch self {
    case .alreadyRunning: 75
    case .over(let code): code
    case .state(let failure): failure.exitCode
    case .call(let failure):
      switch failure.code {
      case EACCES, EPERM, EROFS: 77
      default: 73
      }
    }
  }
}
