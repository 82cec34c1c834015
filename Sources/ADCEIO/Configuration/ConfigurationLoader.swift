/// The result of a load: the configuration, if nothing is wrong, and all that there is to say.
public struct ConfigurationOutcome: Sendable {
  /// nil = at least one problem is an error.
  public var configuration: LoadedConfiguration?
  /// Errors and warnings, by file, line and column.
  public var problems: [ConfigurationProblem]
  let tree: Settings
  /// How each source of marks is named.
  let sources: [String]

  /// Every setting with where its value came from, for `config show`; gathered when asked.
  public var settings: [EffectiveSetting] { EffectiveSetting.all(of: tree, sources: sources) }

  public var errors: [ConfigurationProblem] { problems.filter { $0.severity == .error } }
  public var warnings: [ConfigurationProblem] { problems.filter { $0.severity == .warning } }
}

/// Four YAML files into one configuration.
public enum ConfigurationLoader {
  /// Reads, checks and lowers the files. Errors are gathered, not thrown: all of a run are reported
  /// together (CONFIG.md, Errors).
  public static func load(
    _ locations: ConfigurationLocations,
    overrides: ConfigurationOverrides = ConfigurationOverrides()
  ) -> ConfigurationOutcome {
    load(locations, overrides: overrides, disk: LocalDisk())
  }

  package static func load(
    _ locations: ConfigurationLocations,
    overrides: ConfigurationOverrides = ConfigurationOverrides(), disk: some ConfigurationDisk
  ) -> ConfigurationOutcome {
    var trees = ConfigurationTrees(locations, overrides, disk: disk)
    let inventory = Int(ConfigurationFile.inventory.rawValue)
    if locations.isNamed, !disk.isFolder(locations.configDirectory) {
      trees.problems.error(nil, "", "there is no folder \(locations.configDirectory)")
    } else if !trees.isThere[inventory] {
      trees.problems.error(
        YAMLMark(file: UInt8(inventory), line: 0, column: 0), "", trees.whyNoInventory(locations))
    }
    // What the inventory says for the reconciliation file counts where that file is silent.
    if let nested = trees.roots[inventory]?["reconciliation_config"], nested.map != nil {
      let index = Int(ConfigurationFile.reconciliation.rawValue)
      trees.roots[index] = trees.roots[index]?.filled(from: nested) ?? nested
    }
    let settings = Settings(roots: trees.roots)
    var check = ConfigurationCheck(problems: trees.problems)
    for file in ConfigurationFile.allCases { check.checkRoot(settings.root(file), of: file) }
    var lowering = Lowering(
      settings: settings, problems: check.problems, locations: locations, overrides: overrides,
      filePaths: trees.paths)
    lowering.lower(disk: disk)
    let problems = lowering.problems.sorted
    let hasErrors = lowering.problems.hasErrors
    return ConfigurationOutcome(
      configuration: hasErrors ? nil : lowering.result, problems: problems,
      tree: settings, sources: lowering.problems.sources)
  }
}
