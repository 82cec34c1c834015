import Foundation
import Testing

/// The programs of this package, which lie where the tests lie.
enum Program: String {
  case adce
  case simulator = "adce-sim"

  var path: String { Program.folder + "/" + rawValue }

  private static let folder: String = {
    #if os(Linux)
      let tests = FileManager.default
      guard let path = try? tests.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
        preconditionFailure("/proc/self/exe cannot be read")
      }
    #else
      guard
        let path = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") })?
          .bundlePath
      else { preconditionFailure("no bundle of tests") }
    #endif
    return (path as NSString).deletingLastPathComponent
  }()

  /// Runs it to its end, which must come within `seconds`.
  func run(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
    within seconds: Double = 30
  ) throws -> Outcome {
    try RunningProgram(path, arguments, in: folder, environment: environment).end(within: seconds)
  }

  func start(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try RunningProgram(path, arguments, in: folder, environment: environment)
  }
}

/// How a process ended, and what it said.
struct Outcome: CustomStringConvertible {
  /// Its exit code; 128 + the signal that ended it.
  var code: Int32
  var output: String
  var errors: String

  var description: String { "exit \(code)\nstdout: \(output)\nstderr: \(errors)" }

  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// The one JSON document that it printed.
  func json() throws -> JSON { try JSON(output) }

  /// A JSON document a line.
  func jsonLines() throws -> [JSON] { try lines.map { try JSON($0) } }
}

/// A process that a test started; its output goes to files.
final class RunningProgram {
  struct TimedOut: Error, CustomStringConvertible {
    var description: String
  }

  let pid: pid_t
  private let folder: TemporaryFolder
  private var status: Int32?

  init(
    _ path: String, _ arguments: [String], in directory: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    folder = try TemporaryFolder()
    var command = [path] + arguments
    if let directory {
      // posix_spawn has no portable way to change folders; a shell that becomes the program has.
      command =
        ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", directory] + command
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 1, folder.path("stdout"), flags, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, folder.path("stderr"), flags, 0o644)

    // A program begins with no signal blocked, whatever the thread that starts it has blocked.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var variables = ProcessInfo.processInfo.environment.filter {
      // `swift test` sets NO_COLOR.
      !$0.key.hasPrefix("ADCE_") && $0.key != "NO_COLOR"
    }
    variables.merge(environment) { _, new in new }
    var argv = command.map { strdup($0) }
    var envp = variables.map { strdup("\($0.key)=\($0.value)") }
    defer { for copy in argv + envp { free(copy) } }
    argv.append(nil)
    envp.append(nil)
    var child = pid_t()
    let code = posix_spawn(&child, command[0], &actions, &attributes, argv, envp)
    try #require(code == 0, "\(path): \(String(cString: strerror(code)))")
    pid = child
  }

  deinit {
    if !hasEnded {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
  }

  /// Whether it has ended; never waits.
  var hasEnded: Bool {
    if status != nil { return true }
    var value: Int32 = 0
    guard waitpid(pid, &value, WNOHANG) == pid else { return false }
    status = value
    return true
  }

  /// Sends it a signal, if it has not ended.
  func send(_ signal: Int32) { if !hasEnded { kill(pid, signal) } }

  var outputSoFar: String { read("stdout") }
  var errorsSoFar: String { read("stderr") }

  /// Waits for its end, as `wait` does; one that does not come in time is made, and thrown.
  func end(within seconds: Double = 30) throws -> Outcome {
    guard wait(seconds, until: { hasEnded }) else {
      send(SIGKILL)
      _ = wait(5) { hasEnded }
      throw TimedOut(
        description: "no end within \(seconds * patience) s\nstdout: \(outputSoFar)\n"
          + "stderr: \(errorsSoFar)")
    }
    let status = status ?? 0
    let signal = status & 0x7F
    return Outcome(
      code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: read("stdout"),
      errors: read("stderr"))
  }

  private func read(_ name: String) -> String {
    // Until the child has opened it there is no file.
    FileManager.default.contents(atPath: folder.path(name)).map {
      String(decoding: $0, as: UTF8.self)
    } ?? ""
  }
}

/// How many times longer than on a machine of its own a test waits. It costs nothing where what is
/// waited for comes, and on a machine that is shared it comes late.
let patience = 4.0

/// Waits until something holds, at most so long (`patience` times the seconds); whether it does.
func wait(_ seconds: Double, until holds: () throws -> Bool) rethrows -> Bool {
  let end = Date(timeIntervalSinceNow: seconds * patience)
  while true {
    if try holds() { return true }
    if Date() >= end { return false }
    usleep(3000)
  }
}
