import ADCEIO
import Foundation
import Testing

/// A daemon that a test starts in the background; whatever is left of it ends with the test.
final class BackgroundDaemon {
  let options: [String]
  let state: String
  private let environment: [String: String]
  /// Lives as long as the daemon that works on it.
  private var lake: DemoLake?

  init(_ lake: DemoLake) {
    self.lake = lake
    options = lake.options
    state = lake.folder.path("state")
    environment = [:]
  }

  init(options: [String], state: String, environment: [String: String] = [:]) {
    self.options = options
    self.state = state
    self.environment = environment
  }

  deinit {
    let record = record
    if let record { kill(record.pid, SIGKILL) }
    if let child = record?.child { kill(-child, SIGKILL) }
    if let pid = Store.writer(of: state)?.pid { kill(pid, SIGKILL) }
    // Its folder can only be removed when nobody writes to it any more.
    _ = wait(5) { Store.writer(of: state) == nil }
  }

  func adce(_ arguments: String..., within seconds: Double = 40) throws -> Outcome {
    try Program.adce.run(options + arguments, environment: environment, within: seconds)
  }

  /// Starts it and expects that it runs; its process.
  @discardableResult
  func start(_ more: String...) throws -> Int {
    let outcome = try Program.adce.run(
      options + ["start", "--output", "json"] + more, environment: environment)
    try #require(outcome.code == 0, "\(outcome)\n\(log)")
    return try #require(outcome.json()["pid"].integer)
  }

  var record: SupervisorRecord? { SupervisorRecord.read(stateDirectory: state) }

  /// Whether nothing is left of it.
  var isGone: Bool {
    Supervisor.running(stateDirectory: state) == nil && Store.writer(of: state) == nil
  }

  var log: String {
    (try? Files.bytes(state + "/log/adce.log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// One line to a control socket, and what comes back; nil if the daemon hangs up without a word.
func controlExchange(_ state: String, _ bytes: [UInt8], within seconds: Double = 10) throws -> JSON?
{
  let descriptor = try controlConnection(state)
  defer { close(descriptor) }
  var timeout = timeval(tv_sec: Int(seconds), tv_usec: 0)
  setsockopt(
    descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeBytes {
      send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
    }
    // It may hang up on what is too long before all of it is sent.
    if count <= 0 { break }
    done += count
  }
  var answer: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 << 10)
  while !answer.contains(UInt8(ascii: "\n")) {
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count <= 0 { break }
    answer += chunk[..<count]
  }
  return answer.isEmpty ? nil : try JSON(String(decoding: answer, as: UTF8.self))
}

func controlConnection(_ state: String) throws -> Int32 {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let path = Array((state + "/control.sock").utf8)
  try #require(path.count < 108)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
  let code = withUnsafePointer(to: address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  try #require(code == 0, "\(state): \(String(cString: strerror(errno)))")
  return descriptor
}
