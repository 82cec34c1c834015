import ADCEIO
import ADCEKernel
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `adce audit`: who did what.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Show who did what to the state, and what adce did by itself.",
    usage: """
      adce audit [--since <time>] [--until <time>] [--who <name>]
                 [--action <action>] [--limit <n>] [--follow]
      """,
    discussion: """
      Oldest first; without --limit the last hundred. An action may be named by its
      beginning: `attempt` shows attempt_begin and attempt_end. Works beside a daemon.

        adce audit --since 2025-01-15T00:00:00Z
        adce audit --who alice --action cancel
        adce audit --follow --output json
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: .init("From then on (ISO 8601, with zone).", valueName: "time"))
  var since: WallTime?
  @Option(help: .init("Until then.", valueName: "time"))
  var until: WallTime?
  @Option(help: .init("Only of this user; adce itself is `adce`.", valueName: "name"))
  var who: String?
  @Option(help: "Only this action, or those that begin with it.")
  var action: String?
  @Option(help: .init("The newest so many.", valueName: "n"))
  var limit: Limit?
  @Flag(help: "Go on, and show what comes.")
  var follow = false

  func run() throws {
    var filter = AuditFilter()
    filter.since = since?.instant
    filter.until = until?.instant
    filter.who = who
    filter.action = action
    let limit = self.limit?.count ?? (since == nil && until == nil ? 100 : nil)
    var reader = AuditReader(stateDirectory: global.stateDirectory)
    let entries = try read(&reader, filter, limit)
    if global.isJSON {
      for entry in entries { Output.line(entry.json.json) }
    } else if !entries.isEmpty {
      global.say(AuditEntry.table(entries, Terminal.outputColumns))
    } else if !follow {
      global.say("nothing was done")
    }
    if reader.damaged > 0 {
      Terminal.error(
        "adce: damaged in the audit log: \(Wording.counted(reader.damaged, "line"))")
    }
    guard follow else { return }
    while !Output.hasFailed {
      Output.flush()
      usleep(500_000)
      for entry in try read(&reader, filter, nil) {
        Output.line(global.isJSON ? entry.json.json : entry.text)
      }
    }
  }

  private func read(
    _ reader: inout AuditReader, _ filter: AuditFilter, _ limit: Int?
  ) throws -> [AuditEntry] {
    do throws(SystemCallFailure) {
      return try reader.read(filter, limit: limit)
    } catch {
      Terminal.error("adce: the audit log cannot be read: \(error)")
      throw ExitCode(error.code == EACCES ? 77 : 74)
    }
  }
}
