import ADCEIO
import ADCEKernel
import ArgumentParser

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: .init(
      "Folder of the configuration files. (default: $ADCE_CONFIG_DIR or config)",
      valueName: "dir"))
  var configDir: String?
  @Option(
    help: .init(
      "Folder of the durable state. (default: $ADCE_STATE_DIR or state)", valueName: "dir"))
  var stateDir: String?
  @Option(
    help: .init(
      "The data inventory. (default: inventory/ beside the config folder, then in it)",
      valueName: "file"))
  var inventory: String?
  @Option(
    help: .init(
      "The lake: file:///path or s3://bucket[/prefix]. (default: $ADCE_LAKE or as configured)",
      valueName: "url"))
  var lake: String?
  @Option(help: .init("How to print.", valueName: "form"))
  var output: OutputForm = .table
  @Flag(help: "Treat unknown configuration fields as errors.")
  var strict = false
  @Flag(name: .shortAndLong, help: "Say less: no progress, no warnings.")
  var quiet = false
  @Flag(name: .shortAndLong, help: "Say more.")
  var verbose = false

  var isJSON: Bool { output == .json }

  /// The same options for a process of ours; how to print is the caller's affair.
  var arguments: [String] {
    var result = ["--state-dir", stateDirectory]
    // One that nobody named need not be there, nor for that process.
    if let configDir { result += ["--config-dir", configDir] }
    if let inventory { result += ["--inventory", inventory] }
    if let lake { result += ["--lake", lake] }
    if strict { result.append("--strict") }
    if quiet { result.append("--quiet") }
    if verbose { result.append("--verbose") }
    return result
  }
}

enum OutputForm: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

extension GlobalOptions {
  private static let withValue: Set<String> = [
    "--config-dir", "--state-dir", "--inventory", "--lake", "--output",
  ]
  private static let flags: Set<String> = ["--strict", "--quiet", "-q", "--verbose", "-v"]

  /// Takes the options that stand before the names of the command and its subcommand, or between
  /// them, to behind them, where the parser wants them, and in front of those that stand there: what
  /// comes later wins.
  static func moved(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    var names: [String] = []
    var options: [String] = []
    while let first = rest.first {
      if flags.contains(first) || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
        options.append(rest.removeFirst())
      } else if withValue.contains(first), rest.count > 1 {
        options += [rest.removeFirst(), rest.removeFirst()]
      } else if first.hasPrefix("-") {
        break
      } else {
        names.append(rest.removeFirst())
      }
    }
    return names + options + Array(rest)
  }

  /// For the help of commands that only hold others.
  static let hint = """
    Each takes --config-dir, --state-dir, --inventory, --lake, --output table|json,
    --strict, --quiet and --verbose; `adce help COMMAND SUBCOMMAND` explains them.
    """

  var configDirectory: String {
    configDir ?? Environment.value("ADCE_CONFIG_DIR") ?? "config"
  }

  var stateDirectory: String {
    stateDir ?? Environment.value("ADCE_STATE_DIR") ?? "state"
  }

  var locations: ConfigurationLocations {
    let isNamed = configDir != nil || Environment.value("ADCE_CONFIG_DIR") != nil
    return ConfigurationLocations(
      configDirectory: configDirectory, inventory: inventory, isNamed: isNamed)
  }

  func overrides(dryRun: Bool? = nil) -> ConfigurationOverrides {
    var overrides = ConfigurationOverrides(
      lake: lake, isStrict: strict, environment: Environment.all)
    overrides.dryRun = dryRun
    return overrides
  }

  /// The configuration; problems go to stderr, and errors end the command with 78.
  func load(dryRun: Bool? = nil, quietly: Bool = false) throws -> LoadedConfiguration {
    let outcome = ConfigurationLoader.load(locations, overrides: overrides(dryRun: dryRun))
    if let configuration = outcome.configuration {
      if !quiet && !quietly { say(outcome.warnings.map(\.text)) }
      return configuration
    }
    for problem in outcome.errors { Terminal.error(problem.text) }
    throw ExitCode(78)
  }

  /// At most a few warnings: the rest is for `adce config check`.
  func say(_ warnings: [String]) {
    let shown = verbose ? warnings.count : 3
    for warning in warnings.prefix(shown) { Terminal.error(warning) }
    if warnings.count > shown {
      Terminal.error(
        "… and \(warnings.count - shown) more warnings: `adce config check` shows them all")
    }
  }

  /// The state as it stands, for commands that only read; they work beside a daemon.
  ///
  /// - Parameter orEmpty: where there is no state yet, show one in which nothing was done.
  func observe(_ loaded: LoadedConfiguration, orEmpty: Bool = false) throws -> Observation {
    do throws(HostFailure) {
      return Observation(
        kernel: try Host.observe(
          stateDirectory: stateDirectory, configuration: loaded.kernel))
    } catch {
      if orEmpty, case .store(.absent) = error {
        return Observation(kernel: Kernel(configuration: loaded.kernel))
      }
      throw report(error)
    }
  }

  /// Looks at the state for what only makes an answer fuller; nil if it, or the configuration,
  /// cannot be read: whoever acts on it says so.
  func peek<Seen>(_ look: (borrowing Kernel, Instant) -> Seen) -> Seen? {
    let outcome = ConfigurationLoader.load(locations, overrides: overrides())
    guard let loaded = outcome.configuration else { return nil }
    do throws(HostFailure) {
      let observation = Observation(
        kernel: try Host.observe(stateDirectory: stateDirectory, configuration: loaded.kernel))
      return look(observation.kernel, observation.now)
    } catch {
      return nil
    }
  }

  /// Says a failure and gives the exit code for it.
  func report(_ failure: HostFailure) -> ExitCode {
    Terminal.error("adce: \(failure)")
    return ExitCode(failure.exitCode)
  }

  /// Says that a filter names what is not there, and gives the exit code for it: the command is
  /// written wrong.
  func refuse(_ unknown: UnknownName) -> ExitCode {
    Terminal.error("adce: \(unknown.message)")
    return ExitCode(64)
  }

  /// A last line under a table that a limit has cut.
  func sayShown(_ shown: Int, of total: Int) {
    guard shown < total else { return }
    say("\(HumanText.count(shown)) of \(HumanText.count(total)) shown")
  }

  /// Prints one document: JSON, or what `table` makes.
  func show(_ json: @autoclosure () -> SettingValue, table: @autoclosure () -> String) {
    if isJSON { Output.line(json().json) } else { say(table()) }
  }

  /// Prints a text for people, with colour where they can see it.
  func say(_ text: String) {
    Output.line(Terminal.outputHasColour ? Colour.applied(to: text) : text)
  }
}

/// A recovered kernel that decides nothing.
struct Observation: ~Copyable {
  let kernel: Kernel

  /// The moment of the last cycle's analysis, on the kernel's steady clock; now, before the first.
  var lastCycle: Instant {
    kernel.cycle.completed > 0
      ? kernel.cycle.analysed - kernel.wallOffsetMilliseconds
      : SystemClock(continuing: kernel.bootClock).now
  }

  var now: Instant { SystemClock(continuing: kernel.bootClock).now }
}
