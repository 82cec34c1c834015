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
      var documents = LogLines()
      let show = { (bytes: [UInt8]) in
        guard global.isJSON else { return Output.write(bytes) }
        let text = documents.json(bytes).map { $0 + "\n" }.joined()
        return Output.write(Array(text.utf8))
      }
      guard show(lines), follow else { return }
      try reader.follow(from: end, show)
    } catch {
      if error.code != ENOENT { Terminal.error("adce: \(error)") }
      throw ExitCode(error.code == ENOENT ? 1 : 74)
    }
  }
}
