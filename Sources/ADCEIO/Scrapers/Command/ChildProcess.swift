internal import CProcess
internal import Glibc

/// A program in a session and process group of its own, its standard input empty, its outputs
/// pipes of ours.
///
/// It is killed when the thread that started it ends, and so when our process is killed.
///
/// The process is not reaped before `reap`: until then its id, and with it the group's, cannot be
/// given to another, so that a signal to the group never meets a stranger.
struct ChildProcess: ~Copyable {
  struct Options {
    /// Not empty; the program is looked for on PATH of `environment` if it has no slash.
    var argv: [String]
    /// `NAME=VALUE`.
    var environment: [String]
    var workingDirectory: String
    var memoryBytesMax: Int64?
  }

  struct Refused: Error {
    var call: String
    var code: Int32
  }

  /// Also the id of its session and its group.
  let id: pid_t
  let output: Pipe
  let errors: Pipe

  init(_ options: Options) throws(Refused) {
    let output = try Pipe()
    let errors = try Pipe()
    id = try ChildProcess.start(options, output.writing, errors.writing)
    output.closeWriting()
    errors.closeWriting()
    self.output = output
    self.errors = errors
  }

  /// Sends a signal to every process of the group. None left is no error.
  func signalGroup(_ signal: Int32) { _ = kill(-id, signal) }

  enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
    /// It has ended, but somebody else was told how: SIGCHLD is ignored, or a stranger waited.
    case unknown
  }

  /// Waits for the end, and lets the id go.
  consuming func reap() -> Exit {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return .unknown }
    }
    // The layout that <sys/wait.h> documents by its macros, which Swift cannot call.
    let signal = status & 0x7F
    return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
  }

  /// Blocks until the process has ended, without reaping it; or until it is known to be none of
  /// ours any more.
  static func waitForEnd(of id: pid_t) {
    var information = siginfo_t()
    while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
  }
}

extension ChildProcess {
  private static func start(
    _ options: Options, _ output: Int32, _ errors: Int32
  ) throws(Refused) -> pid_t {
    let program = executable(options)
    var id: pid_t = 0
    let code = withStrings(options.argv) { argv in
      withStrings(options.environment) { environment in
        program.withCString { path in
          options.workingDirectory.withCString { folder in
            var all = adce_process_options(
              program: path, arguments: argv, environment: environment, working_directory: folder,
              output: output, errors: errors,
              memory_bytes_max: UInt64(max(0, options.memoryBytesMax ?? 0)))
            return adce_process_start(&all, &id)
          }
        }
      }
    }
    guard code == 0 else { throw Refused(call: program, code: code) }
    return id
  }

  /// The program's path, by the PATH that the child will have, not by ours.
  private static func executable(_ options: Options) -> String {
    let name = options.argv[0]
    guard !name.contains("/") else { return name }
    let path = options.environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let candidate = folder + "/" + name
      if access(String(candidate), X_OK) == 0 { return String(candidate) }
    }
    return name
  }

  /// Null-terminated C strings for the duration of a call.
  private static func withStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}

/// A pipe whose ends are closed on exec; the reading end does not block.
final class Pipe {
  let reading: Int32
  private(set) var writing: Int32

  init() throws(ChildProcess.Refused) {
    var ends: [Int32] = [-1, -1]
    let code = adce_process_pipe(&ends)
    guard code == 0 else { throw ChildProcess.Refused(call: "pipe2", code: code) }
    reading = ends[0]
    writing = ends[1]
  }

  deinit {
    close(reading)
    closeWriting()
  }

  /// Bytes read; 0: every writer is gone; -1: nothing there now.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Glibc.read(reading, buffer.baseAddress, buffer.count)
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }
}
