import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce config`: the files, checked, explained, improved.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check the configuration, show where each value comes from, suggest improvements.",
    usage: "adce config check|show|suggest|fields",
    discussion: """
        adce config check --strict
        adce config show | grep rate_limit
        adce config suggest
        adce config fields

      \(GlobalOptions.hint)
      """,
    subcommands: [Check.self, Show.self, Suggest.self, Fields.self])

  struct Fields: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List every field of the four files, in Markdown.",
      usage: "adce config fields",
      discussion: "What it takes, its default, what it means, and whether it is used.")

    func run() { _ = Output.write(Array(FieldReference.markdown.utf8)) }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report all errors and warnings of the files and their catalogs.",
      usage: "adce config check [--strict]",
      discussion: "Exits with 78 if there is an error.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
      let outcome = ConfigurationLoader.load(global.locations, overrides: global.overrides())
      var problems = outcome.problems
      if let loaded = outcome.configuration {
        problems += CatalogCheck.problems(of: loaded, at: SystemClock().now)
      }
      global.show(
        ConfigurationReport.json(problems), table: ConfigurationReport.text(problems))
      if problems.contains(where: { $0.severity == .error }) { throw ExitCode(78) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show each effective value and where it comes from; secrets are never shown.",
      usage: "adce config show",
      discussion: "A line each, whole, for grep: where it was set, its name, its value.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
      let outcome = ConfigurationLoader.load(global.locations, overrides: global.overrides())
      guard outcome.configuration != nil else {
        for problem in outcome.errors { Terminal.error(problem.text) }
        throw ExitCode(78)
      }
      global.show(
        ConfigurationReport.json(outcome.settings),
        table: ConfigurationReport.text(outcome.settings))
    }
  }

  struct Suggest: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Print what would make more of the lake exact: catalogs, seasons, scrapers, sources.",
      usage: "adce config suggest")

    @OptionGroup var global: GlobalOptions

    func run() throws {
      let loaded = try global.load(quietly: true)
      let suggestions = loaded.suggestions(observed(loaded))
      global.show(
        LoadedConfiguration.json(suggestions), table: LoadedConfiguration.text(suggestions))
    }

    /// What the last cycle found, where there was one.
    private func observed(_ loaded: LoadedConfiguration) -> ObservedLake {
      var lake = ObservedLake()
      do throws(HostFailure) {
        let kernel = try Host.observe(
          stateDirectory: global.stateDirectory, configuration: loaded.kernel)
        lake.unmatched =
          kernel.snapshot?.record.unmatchedPrefixes.map {
            .init(prefix: $0.text, objects: $0.objects)
          } ?? []
        lake.counts = ObservedLake.counts(of: kernel)
      } catch {
        // Suggestions need no state: without one they know no numbers.
        return lake
      }
      return lake
    }
  }
}
