import ADCEIO
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `adce logs`: what the daemon says.
struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what the daemon has said.",
    usage: "adce logs [--tail <n>] [--follow]",
    discussion: """
        adce logs
        adce logs --tail 1000
        adce logs --follow
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: .init("The last so many lines.", valueName: "n")) var tail: Limit?
  @Flag(name: .shortAndLong, help: "Go on showing what comes, until interrupted.")
  var follow = false

  func run() throws {
    let files = DaemonFiles(stateDirectory: global.stateDirectory)
    // With a configuration that cannot be read the log is what one wants to see.
    let loaded = ConfigurationLoader.load(global.locations, overrides: global.overrides())
    let path = loaded.configuration.map { files.log(of: $0) } ?? files.log
    let reader = LogReader(path: path)
    do throws(SystemCallFailure) {
      // What comes while the tail is read is shown as well.
      let end = LogReader.size(of: path)
      guard let lines = try reader.tail(lines: tail?.count ?? 100) else {
        Terminal.error("adce: there is no \(path): `adce start` writes it")
        throw SystemCallFailure(call: "open", path: path, code: ENOENT)
      }
      guard write(lines), follow else { return }
      try reader.follow(from: end) { write($0) }
    } catch {
      if error.code != ENOENT { Terminal.error("adce: \(error)") }
      throw ExitCode(error.code == ENOENT ? 1 : 74)
    }
  }

  /// To stdout, at once; false if nobody reads it any more.
  private func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return false }
      rest = rest.dropFirst(max(0, count))
    }
    return true
  }
}
