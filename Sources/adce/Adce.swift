import ADCEIO
import ArgumentParser

@main
struct Adce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adce",
    abstract: "Keeps a data lake complete, by itself.",
    usage: "adce [options] <subcommand>",
    discussion: """
      adce compares what a data lake should hold (a YAML definition) with what it
      has, names every gap, and runs scrapers within each source's limits until
      nothing is missing.

        adce init my-lake            a commented starter set of the four files
        adce config check            all errors and warnings of the files
        adce reconcile               compare once, make tasks, run nothing
        adce run --once              compare, fetch what is missing, compare again
        adce run                     go round for ever (what systemd runs)
        adce start                   the same in the background
        adce coverage                completeness by source and data type
        adce gaps --limit 20         every gap by key

      Exit status: 0 done; 1 the command's own no; 3 not running; 64 usage;
      65 bad data; 69 a service is out of reach; 70 a bug; 73 cannot create;
      74 input/output; 75 try again; 77 permission; 78 configuration.
      """,
    version: Build.version,
    subcommands: [
      RunCommand.self, ReconcileCommand.self, StatusCommand.self, HealthCommand.self,
      CoverageCommand.self,
      GapsCommand.self, TasksCommand.self, ScrapersCommand.self, ConfigCommand.self,
      StateCommand.self, ExportCommand.self, AuditCommand.self, InitCommand.self,
      PauseCommand.self, ResumeCommand.self, ReloadCommand.self, StartCommand.self,
      StopCommand.self, RestartCommand.self, LogsCommand.self, SuperviseCommand.self,
    ])

  static func main() {
    StandardStreams.occupy()
    SignalWatch.hearChildren()
    let arguments = Array(CommandLine.arguments.dropFirst())
    var code: Int32 = 0
    do {
      try refuseUnknown(GlobalOptions.moved(arguments))
      var command = try parseAsRoot(GlobalOptions.moved(arguments))
      try command.run()
    } catch {
      code = exitCode(for: error).rawValue
      let message = fullMessage(for: error)
      // Help that was asked for is an answer; anything else is said beside the answer.
      if !message.isEmpty { if code == 0 { Output.line(message) } else { Terminal.error(message) } }
    }
    Output.end(code)
  }

  /// The parser would say that a command it does not know is an argument too many.
  private static func refuseUnknown(_ arguments: [String]) throws {
    guard let name = arguments.first, !name.hasPrefix("-"), name != "help" else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !known.contains(name) else { return }
    throw ValidationError(
      Wording.unknown("command", name, among: known.filter { $0 != "supervise" }))
  }
}
