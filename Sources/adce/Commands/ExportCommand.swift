import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce export`: the files that other tools read, on demand.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the files that other tools read: queue, coverage, gaps, metrics.",
    usage: """
      adce export [<dir>]
      adce export metrics [--check]
      """,
    discussion: """
      As of the last cycle. The loop writes the same files after each cycle, into the
      project folder.

        adce export                  into the project folder, now
        adce export /tmp/views       into another folder, under the same names
        adce export metrics          the `adce:` section of inventory/metrics.yaml
        adce export metrics --check  1 if that section is missing or out of date

      \(GlobalOptions.hint)
      """,
    subcommands: [Views.self, Metrics.self], defaultSubcommand: Views.self)

  struct Views: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the four views.", usage: "adce export [<dir>]")

    @OptionGroup var global: GlobalOptions
    @Argument(help: .init("Where to; default the project folder.", valueName: "dir"))
    var folder: String?

    func run() throws {
      let loaded = try global.load(quietly: true)
      let observation = try global.observe(loaded)
      var settings = ViewSettings(loaded, into: folder)
      // The metrics file is shared with others: it has a command of its own.
      settings.writesMetrics = false
      var writer = ViewWriter()
      let troubles = writer.write(
        observation.kernel, at: observation.lastCycle, scanMilliseconds: nil, settings)
      for trouble in troubles { Terminal.error("adce: \(trouble)") }
      guard troubles.isEmpty else { throw ExitCode(73) }
      let paths = settings.viewPaths
      global.show(
        .map([.init("files", .list(paths.map { .text($0) }))]), table: paths.joined(separator: "\n")
      )
    }
  }

  struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write, or check, our section of the metrics file.",
      usage: "adce export metrics [--check]",
      discussion: """
        For a git hook, for example in .git/hooks/post-commit:

          adce export metrics --check -q || adce export metrics
        """)

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Change nothing; exit with 1 if the section is missing or out of date.")
    var check = false

    func run() throws {
      let loaded = try global.load(quietly: true)
      let observation = try global.observe(loaded)
      let settings = ViewSettings(loaded)
      guard check else {
        let troubles = ViewWriter.writeMetrics(
          observation.kernel, at: observation.lastCycle, settings)
        for trouble in troubles { Terminal.error("adce: \(trouble)") }
        guard troubles.isEmpty else { throw ExitCode(73) }
        let path = settings.metricsPath
        global.show(.map([.init("files", .list([.text(path)]))]), table: path)
        return
      }
      let outdated: [MetricsFile.Difference]
      do throws(SystemCallFailure) {
        outdated = try ViewWriter.outdatedMetrics(
          observation.kernel, at: observation.lastCycle, settings)
      } catch {
        Terminal.error("adce: \(error)")
        throw ExitCode(74)
      }
      if global.isJSON || !global.quiet {
        global.show(
          .map([
            .init("up_to_date", .bool(outdated.isEmpty)),
            .init("outdated", .list(outdated.map(\.json))),
          ]),
          table: outdated.isEmpty
            ? "\(settings.metricsPath) is up to date" : MetricsFile.Difference.table(outdated))
      }
      if !outdated.isEmpty { throw ExitCode(1) }
    }
  }
}
