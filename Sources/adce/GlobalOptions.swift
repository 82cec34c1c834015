import ADCEIO
import ADCEKernel
import ArgumentParser

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
  @Option(help: "Folder of the configuration files. (default: $ADCE_CONFIG_DIR or config)")
  var configDir: String?
  @Option(help: "Folder of the durable state. (default: $ADCE_STATE_DIR or state)")
  var stateDir: String?
  @Option(help: "The data inventory. (default: inventory/ beside the config folder, then in it)")
  var inventory: String?
  @Option(
    help: "The lake: file:///path or s3://bucket[/prefix]. (default: $ADCE_LAKE or as configured)")
  var lake: String?
  @Option(help: "How to print: table or json.")
  var output: OutputForm = .table
  @Flag(help: "Treat unknown configuration fields as errors.")
  var strict = false
  @Flag(name: .shortAndLong, help: "Say less: no progress, no warnings.")
  var quiet = false
  @Flag(name: .shortAndLong, help: "Say more.")
  var verbose = false

  var isJSON: Bool { output == .json }
}

enum OutputForm: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

extension GlobalOptions {
  private static let withValue: Set<String> = [
    "--config-dir", "--state-dir", "--inventory", "--lake", "--output",
  ]
  private static let flags: Set<String> = ["--strict", "--quiet", "-q", "--verbose", "-v"]

  /// Takes the options that stand before the command to behind it, where the parser wants them.
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
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
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
  func observe(_ loaded: LoadedConfiguration) throws -> Observation {
    do throws(HostFailure) {
      return Observation(
        kernel: try Host.observe(
          stateDirectory: stateDirectory, configuration: loaded.kernel))
    } catch {
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
    print(isJSON ? json().json : table())
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
