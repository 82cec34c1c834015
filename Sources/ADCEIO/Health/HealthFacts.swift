public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a judgement of health rests on besides the kernel's state, measured a moment ago.
public struct HealthFacts: Sendable {
  /// The process that runs the loop; nil = none.
  public var writer: (pid: Int32?, since: String?)?
  /// How often the supervisor has started the loop again.
  public var restarts = 0
  /// Why the last look at the lake failed; nil = it did not, or nobody here knows.
  public var scanFailure: String?
  /// Why the last commit was refused; nil = it was not, or nobody here knows.
  public var storeTrouble: String?
  /// The disk of the state; nil with the reason in `roomFailure`.
  public var room: DiskRoom?
  public var roomFailure: String?
  /// Bytes that the state's file takes.
  public var storeBytes: Int64?
  /// When the metrics of DIMS were last written, by the file's clock; nil = never.
  public var metricsWritten: Instant?

  public init() {}

  /// Looks at the disk and at the files: a few system calls, no reading.
  ///
  /// Where there is no state yet, the disk is that of the nearest folder above it.
  public static func measured(stateDirectory: String, rules: HealthRules) -> HealthFacts {
    var facts = HealthFacts()
    facts.writer = Store.writer(of: stateDirectory)
    facts.restarts = SupervisorRecord.read(stateDirectory: stateDirectory)?.restarts ?? 0
    facts.measureRoom(stateDirectory)
    facts.storeBytes = status(of: StateDirectory(stateDirectory).dataFile).map {
      // Sparse: what it takes on the disk, in blocks of 512 bytes (stat(2)).
      Int64($0.st_blocks) * 512
    }
    if let file = rules.metricsFile, let status = status(of: file) {
      #if canImport(Glibc)
        facts.metricsWritten = Instant(seconds: Int64(status.st_mtim.tv_sec))
      #else
        facts.metricsWritten = Instant(seconds: Int64(status.st_mtimespec.tv_sec))
      #endif
    }
    return facts
  }

  private mutating func measureRoom(_ stateDirectory: String) {
    do throws(SystemCallFailure) { room = try DiskRoom.measured(at: stateDirectory) } catch {
      roomFailure = error.description
    }
  }

  private static func status(of file: String) -> stat? {
    var result = stat()
    return stat(file, &result) == 0 ? result : nil
  }
}
