#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A system call on a path that failed.
public struct SystemCallFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call's name, as in its manual page.
  public var call: String
  /// What it was about: a path, as it was given.
  public var path: String
  /// `errno` after it.
  public var code: Int32

  public init(call: String, path: String, code: Int32) {
    self.call = call
    self.path = path
    self.code = code
  }

  /// For the call that has just failed on this thread.
  init(_ call: String, _ path: String) {
    self.init(call: call, path: path, code: errno)
  }

  /// This user may not: a person must allow it.
  public var isRefusal: Bool { code == EACCES || code == EPERM }

  public var description: String { "\(path): \(String(cString: strerror(code))) (\(call))" }
}
