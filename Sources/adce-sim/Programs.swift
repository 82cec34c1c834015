import ADCEIO
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output, and the other one.
enum Output {
  static func flush() { fflush(nil) }

  static func error(_ text: String, terminator: String = "\n") {
    let line = Array((text + terminator).utf8)
    _ = write(2, line, line.count)
  }
}

/// A file that the command line names.
enum OutputFile {
  /// - Throws: exit code 73, when it has been said why it could not be written.
  static func write(_ text: String, to path: String) throws {
    do throws(SystemCallFailure) {
      try FileTree.write(Array(text.utf8), to: path)
    } catch {
      Output.error("adce-sim: \(error.description)")
      throw ExitCode(73)
    }
  }
}

/// The real adce, as a child whose output is ours.
struct Adce {
  let program: String

  /// Runs it to its end; returns its exit code, 128 + the signal if one ended it.
  ///
  /// - Parameter environment: what it finds in its environment in place of what we find in ours.
  func run(
    _ arguments: [String], environment: [(name: String, value: String)] = []
  ) async throws -> Int32 {
    let names = environment.map { $0.name + "=" }
    var variables = environment.map { "\($0.name)=\($0.value)" }
    var place = environ
    while let entry = place.pointee {
      let text = String(cString: entry)
      if !names.contains(where: { text.hasPrefix($0) }) { variables.append(text) }
      place += 1
    }
    var copies: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    var variableCopies: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) }
    copies.append(nil)
    variableCopies.append(nil)
    defer { for copy in copies + variableCopies { free(copy) } }
    var child = pid_t()
    let code = posix_spawn(&child, program, nil, nil, copies, variableCopies)
    guard code == 0 else {
      throw ValidationError("\(program): \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    // Polled, so that the source on this program's threads goes on answering.
    while waitpid(child, &status, WNOHANG) == 0 {
      try await Task.sleep(for: .milliseconds(20))
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

/// Folders and programs.
enum Paths {
  static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let pointer = getcwd(nil, 0) else { return path }
    // getcwd(nil, 0) allocates a NUL-terminated string that is ours to free.
    defer { free(pointer) }
    return String(cString: pointer) + "/" + path
  }

  /// A program in the folder of this one.
  static func beside(_ name: String) -> String {
    let own = CommandLine.arguments[0]
    guard let slash = own.lastIndex(of: "/") else { return name }
    return own[...slash] + name
  }

  /// Removes a folder of ours with all that is in it; nothing if it is not there.
  static func removeFolder(_ path: String) {
    PrivateTree.remove(path)
  }
}
