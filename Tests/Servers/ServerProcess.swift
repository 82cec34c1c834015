import Foundation

/// A server that tests need, in a process of its own on a free loopback port.
///
/// A shell stands between: it ends the server when this process ends it, and also when this process
/// is no more, for then the shell's input ends.
package final class ServerProcess: Sendable {
  package struct NotRunning: Error, CustomStringConvertible {
    package var description: String
  }

  package let port: UInt16
  private let shell: pid_t
  /// The writing end of the shell's input.
  private let lifeline: Int32
  private let log: String

  /// - Parameters:
  ///   - command: its first word is a path.
  ///   - isHealthy: asked until it says yes.
  package init(
    _ command: [String], environment: [String: String], log: String, port: UInt16,
    within seconds: Double = 30, isHealthy: () -> Bool
  ) throws {
    self.port = port
    self.log = log
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw NotRunning(description: "pipe: errno \(errno)") }
    // Else every program that is started meanwhile would keep the server alive.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    lifeline = ends[1]
    shell = try ServerProcess.spawn(command, environment, log: log, input: ends[0])
    close(ends[0])
    let end = Date(timeIntervalSinceNow: seconds)
    while !isHealthy() {
      var status: Int32 = 0
      let hasEnded = waitpid(shell, &status, WNOHANG) == shell
      guard !hasEnded, Date() < end else {
        let said = FileManager.default.contents(atPath: log).map {
          String(decoding: $0.suffix(2000), as: UTF8.self)
        }
        throw NotRunning(
          description: "\(command[0]) \(hasEnded ? "has ended" : "does not answer"): \(said ?? "")")
      }
      usleep(20_000)
    }
  }

  /// Ends the server at once, as a crash would.
  deinit {
    close(lifeline)
    var status: Int32 = 0
    waitpid(shell, &status, 0)
  }

  private static func spawn(
    _ command: [String], _ environment: [String: String], log: String, input: Int32
  ) throws -> pid_t {
    let script = #""$@" </dev/null & server=$!; read -r line; kill -9 "$server"; wait"#
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    var argv = (["/bin/sh", "-c", script, "sh"] + command).map { strdup($0) }
    var envp = variables.map { strdup("\($0.key)=\($0.value)") }
    defer { for copy in argv + envp { free(copy) } }
    argv.append(nil)
    envp.append(nil)
    var child = pid_t()
    let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, argv, envp)
    guard code == 0 else { throw NotRunning(description: "/bin/sh: errno \(code)") }
    return child
  }

  /// A port that was free a moment ago.
  package static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard found else { throw NotRunning(description: "no free port: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Whether an HTTP server on a loopback port answers, and not that it is still starting (503).
  package static func serves(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, length) == 0
      }
    }
    guard connected else { return false }
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let request = Array("GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      return false
    }
    var head = [UInt8](repeating: 0, count: 12)
    guard recv(descriptor, &head, head.count, Int32(MSG_WAITALL)) == head.count else {
      return false
    }
    return head.starts(with: Array("HTTP/1.".utf8)) && head.suffix(3) != Array("503".utf8)
  }
}
