import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce scrapers`: what fills the lake.
struct ScrapersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scrapers",
    abstract: "List scrapers, show one, check which fills what, run one by hand.",
    usage: """
      adce scrapers [--source <source>]
      adce scrapers show <id>
      adce scrapers check
      adce scrapers run <id> [--data-type <data-type>] [--season <season>]
                             [--key <key> ...] [--limit <n>]
      """,
    discussion: """
        adce scrapers
        adce scrapers show espn_summary
        adce scrapers check
        adce scrapers run espn_summary --season 2024-25 --limit 3

      \(GlobalOptions.hint)
      """,
    subcommands: [List.self, Show.self, Check.self, ScraperRunCommand.self],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List scrapers.", usage: "adce scrapers [--source <source>]")

    @OptionGroup var global: GlobalOptions
    @Option(help: "Only of this source.") var source: String?

    func run() throws {
      let loaded = try global.load(quietly: true)
      let report = ScraperReport(loaded, history: global.history(loaded))
      let lines: [ScraperReport.Line]
      do throws(UnknownName) { lines = try report.lines(of: source) } catch {
        throw global.refuse(error)
      }
      if global.isJSON {
        for line in lines { Output.line(line.json.json) }
      } else {
        global.say(
          lines.isEmpty ? "no scrapers" : ScraperReport.table(lines, Terminal.outputColumns))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one scraper's settings.", usage: "adce scrapers show <id>")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The scraper's id.") var id: String

    func run() throws {
      let loaded = try global.load(quietly: true)
      guard let index = loaded.scrapers.firstIndex(where: { $0.id == id }) else {
        Terminal.error("adce: " + Wording.unknown("scraper", id, among: loaded.scrapers.map(\.id)))
        throw ExitCode(1)
      }
      let report = ScraperReport(loaded, history: global.history(loaded))
      global.show(report.details(index), table: report.detailsText(index))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show which scraper fills each data type, and why.",
      usage: "adce scrapers check",
      discussion: "Exits with 1 if a data type has none that can run.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
      let loaded = try global.load(quietly: true)
      let report = ScraperReport(loaded, history: [])
      if global.isJSON {
        for line in report.choices { Output.line(line.json) }
      } else {
        global.say(report.choiceTable(Terminal.outputColumns))
      }
      if report.typesWithoutScraper > 0 { throw ExitCode(1) }
    }
  }
}

extension GlobalOptions {
  /// Attempts of the last seven days by scraper; none where there is no state yet.
  fileprivate func history(
    _ loaded: LoadedConfiguration
  ) -> [(finished: Int, succeeded: Int)] {
    do throws(HostFailure) {
      let observation = Observation(
        kernel: try Host.observe(stateDirectory: stateDirectory, configuration: loaded.kernel))
      let now = observation.now
      return loaded.scrapers.map { observation.kernel.history(ofScraper: $0.id, at: now) }
    } catch {
      return loaded.scrapers.map { _ in (0, 0) }
    }
  }
}
