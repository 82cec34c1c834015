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
    var result = ["--config-dir", configDirectory, "--state-dir", stateDirectory]
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

  /// Takes the options that stand before the command to behind it, where the parser wants them, and
  /// in front of those that stand there: what comes later wins.
  static func moved(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    var before: [String] = []
    while let first = rest.first {
      if flags.contains(first) || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
        before.append(rest.removeFirst())
      } else if withValue.contains(first), rest.count > 1 {
        before += [rest.removeFirst(), rest.removeFirst()]
      } else {
        break
      }
    }
    let end = rest.firstIndex { $0.hasPrefix("-") } ?? rest.endIndex
    return Array(rest[..<end]) + before + Array(rest[end...])
  }

  var configDirectory: String {
    configDir ?? Environment.value("ADCE_CONFIG_DIR") ?? "config"
  }

  var stateDirectory: String {
    stateDir ?? Environment.value("ADCE_STATE_DIR") ?? "state"
  }

  var locations: ConfigurationLocations {
    ConfigurationLocations(configDirectory: configDirectory, inventory: inventory)
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
      if !quiet && !quietly { say(outcome.warnings) }
      return configuration
    }
    for problem in outcome.errors { Terminal.error(problem.text) }
    throw ExitCode(78)
  }

  /// At most a few warnings: the rest is for `adce config check`.
  private func say(_ warnings: [ConfigurationProblem]) {
    let shown = verbose ? warnings.count : 3
    for warning in warnings.prefix(shown) { Terminal.error(warning.text) }
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

  /// Says a failure and gives the exit code for it.
  func report(_ failure: HostFailure) -> ExitCode {
    Terminal.error("adce: \(failure)")
    return ExitCode(failure.exitCode)
  }

  /// Prints one document: JSON, or what `table` makes.
  func show(_ json: @autoclosure () -> SettingValue, table: @autoclosure () -> String) {
    if isJSON { print(json().json) } else { say(table()) }
  }

  /// Prints a text for people, with colour where they can see it.
  func say(_ text: String) {
    print(Terminal.outputHasColour ? Colour.applied(to: text) : text)
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
