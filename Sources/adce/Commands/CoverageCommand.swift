public import ADCEIO
public import ArgumentParser

/// `adce coverage`: completeness.
struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "Show completeness by source, data type or season.",
    usage: "adce coverage [--by source|type|season]",
    discussion: """
      As of the last cycle. Attainable leaves out what is waived or known to be
      absent at its source.

        adce coverage
        adce coverage --by season
        adce coverage --output json
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "A line each: source, type or season.")
  var by: CoverageReport.Detail = .type

  func run() throws {
    let loaded = try global.load(quietly: true)
    let observation = try global.observe(loaded)
    let report = CoverageReport(observation.kernel, at: observation.lastCycle)
    global.show(.map(report.members), table: report.text(by))
  }
}

extension CoverageReport.Detail: ExpressibleByArgument {}
