import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This program once more, as a child.
enum ChildProcess {
  /// Runs the same command with another argument, its output and input ours; returns its exit
  /// code. A crash is bad data (65), said out loud.
  static func repeatCommand(adding argument: String) throws -> Int32 {
    var arguments = CommandLine.arguments
    arguments.append(argument)
    let path = "/proc/self/exe"
    var copies: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    copies.append(nil)
    defer { for copy in copies { free(copy) } }
    var child = pid_t()
    let code = posix_spawn(&child, path, nil, nil, copies, environ)
    guard code == 0 else {
      Terminal.error("adce: no process could be started: \(String(cString: strerror(code)))")
      throw ExitCode(74)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else {
        Terminal.error("adce: waiting for a process failed: \(String(cString: strerror(errno)))")
        throw ExitCode(74)
      }
    }
    let signal = status & 0x7F
    if signal == 0 { return (status >> 8) & 0xFF }
    Terminal.error(
      "adce: reading the state crashed the reader (signal \(signal)): it is damaged; nothing was "
        + "changed: restore a backup")
    return 65
  }
}
