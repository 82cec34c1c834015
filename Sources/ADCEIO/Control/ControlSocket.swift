internal import CProcess
internal import Glibc

/// A Unix stream socket of ours, closed when it goes out of scope.
struct ControlSocket: ~Copyable {
  /// Ours from here on.
  let descriptor: Int32

  deinit { close(descriptor) }

  /// Gives the descriptor away: whoever has it closes it.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }

  /// Where it lies in a state directory.
  static func path(_ stateDirectory: String) -> String {
    StateDirectory(stateDirectory).path + "/control.sock"
  }

  /// Listens there, mode 0600. Only the holder of the state's lock may call this: a socket that
  /// lies there is a dead process's, and is replaced.
  static func listen(_ stateDirectory: String) throws(SystemCallFailure) -> ControlSocket {
    let path = path(stateDirectory)
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemCallFailure("unlink", path) }
    let socket = try make(path)
    try withAddress(stateDirectory) { address, size throws(SystemCallFailure) in
      guard bind(socket.descriptor, address, size) == 0 else {
        throw SystemCallFailure("bind", path)
      }
    }
    // Before anybody can connect.
    guard chmod(path, 0o600) == 0 else { throw SystemCallFailure("chmod", path) }
    guard Glibc.listen(socket.descriptor, 16) == 0 else { throw SystemCallFailure("listen", path) }
    return socket
  }

  /// Connects to the one that listens there.
  static func connect(_ stateDirectory: String) throws(SystemCallFailure) -> ControlSocket {
    let path = path(stateDirectory)
    let socket = try make(path)
    try withAddress(stateDirectory) { address, size throws(SystemCallFailure) in
      while Glibc.connect(socket.descriptor, address, size) != 0 {
        guard errno == EINTR else { throw SystemCallFailure("connect", path) }
      }
    }
    return socket
  }

  /// The next connection; nil if there is none after all.
  func accept() throws(SystemCallFailure) -> ControlSocket? {
    let connection = adce_accept(descriptor)
    if connection >= 0 { return ControlSocket(descriptor: connection) }
    // Given up by the other side before we came, or another signal than ours.
    guard errno == ECONNABORTED || errno == EINTR || errno == EAGAIN else {
      throw SystemCallFailure("accept4", "the control socket")
    }
    return nil
  }

  /// The user at the other end.
  func peer() throws(SystemCallFailure) -> UInt32 {
    var user = uid_t()
    var process = pid_t()
    let code = adce_peer(descriptor, &user, &process)
    guard code == 0 else {
      throw SystemCallFailure(call: "getsockopt", path: "the control socket", code: code)
    }
    return user
  }

  private static func make(_ path: String) throws(SystemCallFailure) -> ControlSocket {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { throw SystemCallFailure("socket", path) }
    return ControlSocket(descriptor: descriptor)
  }

  /// The socket's address. One that does not fit into `sun_path` (108 bytes, unix(7)) is named
  /// through a descriptor of the directory.
  private static func withAddress(
    _ stateDirectory: String,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemCallFailure) -> Void
  ) throws(SystemCallFailure) {
    let path = path(stateDirectory)
    if let address = UnixAddress(path) { return try address.use(body) }
    let directory = StateDirectory(stateDirectory).path
    let folder = try OpenFile.open(directory, O_RDONLY | O_DIRECTORY)
    guard let address = UnixAddress("/proc/self/fd/\(folder.descriptor)/control.sock") else {
      throw SystemCallFailure(call: "bind", path: path, code: ENAMETOOLONG)
    }
    try address.use(body)
    // Open until here.
    _ = folder.descriptor
  }
}

/// An address of a Unix socket (unix(7)).
struct UnixAddress {
  private var address = sockaddr_un()
  private var size: socklen_t

  /// A path, or, after `@`, a name of the abstract namespace. Nil if it does not fit.
  init?(_ name: String) {
    let bytes = Array(name.utf8)
    let isAbstract = bytes.first == UInt8(ascii: "@")
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard !bytes.isEmpty, bytes.count < room else { return nil }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      path.copyBytes(from: bytes)
      // An abstract name begins with a NUL and ends where its size says.
      if isAbstract { path[0] = 0 }
    }
    let head = MemoryLayout<sockaddr_un>.size - room
    size = socklen_t(head + bytes.count + (isAbstract ? 0 : 1))
  }

  func use<Failure: Error>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Failure) -> Void
  ) throws(Failure) {
    var failure: Failure?
    withUnsafePointer(to: address) { pointer in
      // Sound: every socket address begins as `sockaddr` does, and the size says where this ends.
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        do throws(Failure) { try body(generic, size) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }
}
