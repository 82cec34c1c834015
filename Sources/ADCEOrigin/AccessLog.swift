internal import Glibc

/// A file to which one line a request is appended, each in one write.
package final class AccessLog: Sendable {
  private let descriptor: Int32

  package init(path: String) throws(OriginFailure) {
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .log(path: path, errno: errno) }
  }

  deinit { close(descriptor) }

  package func append(method: String, target: String, status: Int) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    var line = "\(milliseconds) \(method) \(target) \(status)\n"
    // A disk that is full costs the log its line, never the client its answer.
    _ = line.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
  }
}

/// Why a loopback source did not start.
public enum OriginFailure: Error, Hashable, Sendable, CustomStringConvertible {
  case log(path: String, errno: Int32)
  /// The server ended before it listened, as when the port is taken.
  case notListening(String)

  public var description: String {
    switch self {
    case .log(let path, let errno): "cannot open the access log \(path): errno \(errno)"
    case .notListening(let why): "the source does not listen: \(why)"
    }
  }
}
