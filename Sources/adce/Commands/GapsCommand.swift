import ADCEIO
public import ADCEKernel
public import ArgumentParser

/// `adce gaps`: every gap by key.
struct GapsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaps",
    abstract: "List every gap by key, as of the last cycle.",
    usage: """
      adce gaps [--priority <priority>] [--source <source>]
                [--data-type <data-type>] [--season <season>] [--limit <n>]
      adce gaps waive <keys> ... --reason <reason> [--until <day>]
      """,
    discussion: """
        adce gaps
        adce gaps --priority critical --source espn --limit 20
        adce gaps --output json | jq -r .key
        adce gaps waive raw/2004/x.json --reason "lost in a fire"

      \(GlobalOptions.hint)
      """,
    subcommands: [List.self, Waive.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List gaps.",
      usage: """
        adce gaps [--priority <priority>] [--source <source>]
                  [--data-type <data-type>] [--season <season>] [--limit <n>]
        """,
      discussion: """
        The table, and whatever --limit cuts, begins with the critical ones. JSON
        without --limit comes in the order of the definition: source, data type,
        season, due, key.
        """)

    @OptionGroup var global: GlobalOptions
    @Option(help: "critical, high, medium or low.") var priority: Priority?
    @Option(help: "Only of this source.") var source: String?
    @Option(help: "Only of this data type.") var dataType: String?
    @Option(help: "Only of this season.") var season: String?
    @Option(help: .init("At most so many.", valueName: "n")) var limit: Limit?

    func run() throws {
      let loaded = try global.load(quietly: true)
      let observation = try global.observe(loaded)
      var filter = GapFilter()
      filter.priority = priority
      filter.source = source
      filter.dataType = dataType
      filter.season = season
      do throws(UnknownName) { try filter.check(against: observation.kernel) } catch {
        throw global.refuse(error)
      }
      let now = observation.lastCycle
      if global.isJSON {
        let evidence = GapView.evidence(of: observation.kernel)
        let show = { (gap: GapView) in Output.line(gap.json(evidence: evidence).json) }
        guard let limit else { return filter.forEach(of: observation.kernel, at: now, show) }
        filter.foremost(limit.count, of: observation.kernel, at: now).gaps.forEach(show)
        return
      }
      let (gaps, total) = filter.foremost(
        limit?.count ?? .max, of: observation.kernel, at: now)
      guard total > 0 else { return global.say("no gaps") }
      if !gaps.isEmpty { global.say(GapView.table(gaps, Terminal.outputColumns)) }
      global.sayShown(gaps.count, of: total)
    }
  }

  struct Waive: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Declare gaps that nobody wants filled; they stay gaps, marked.",
      usage: "adce gaps waive <keys> ... --reason <reason> [--until <day>]")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Keys of objects.") var keys: [String]
    @Option(help: "Why.") var reason: String
    @Option(
      help: .init("The last day on which it holds (YYYY-MM-DD, UTC).", valueName: "day"))
    var until: Day?

    func validate() throws {
      let today = CivilDay(containing: SystemClock().now)
      if let day = until?.day, day < today {
        throw ValidationError("--until \(day.iso) is over: today is \(today.iso) (UTC)")
      }
    }

    func run() throws {
      try OperatorSession(global).perform(
        .waive(keys: keys.map { Array($0.utf8) }, reason: reason, until: until?.day)
      ) { "waived \(Wording.counted($0, "key"))" }
    }
  }
}

/// How many lines are wanted at most.
struct Limit: ExpressibleByArgument {
  let count: Int

  init?(argument: String) {
    guard let count = Int(argument), count >= 0 else { return nil }
    self.count = count
  }
}

/// A date on the command line.
struct Day: ExpressibleByArgument {
  let day: CivilDay

  init?(argument: String) {
    guard let day = CivilDay(iso: argument.utf8) else { return nil }
    self.day = day
  }
}

extension Priority: ExpressibleByArgument {
  public init?(argument: String) {
    guard let priority = Priority.allCases.first(where: { $0.name == argument.lowercased() })
    else { return nil }
    self = priority
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}
