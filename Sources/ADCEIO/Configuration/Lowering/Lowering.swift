internal import ADCEKernel

/// Makes the configuration out of checked settings: references resolved, defaults filled in.
///
/// It also runs where the check found errors, so that all of a load's problems come together; its
/// result is then thrown away.
struct Lowering {
  let settings: Settings
  var problems: ProblemList
  let locations: ConfigurationLocations
  let overrides: ConfigurationOverrides
  /// The four files as they are shown, by `ConfigurationFile.rawValue`.
  let filePaths: [String]
  var result = LoadedConfiguration()

  init(
    settings: Settings, problems: ProblemList, locations: ConfigurationLocations,
    overrides: ConfigurationOverrides, filePaths: [String]
  ) {
    self.settings = settings
    self.problems = problems
    self.locations = locations
    self.overrides = overrides
    self.filePaths = filePaths
    result.configDirectory = locations.configDirectory
    result.projectDirectory = ConfigurationTrees.projectDirectory(locations)
  }

  mutating func lower(disk: some ConfigurationDisk) {
    lowerScrapers(disk: disk)
    lowerDesired()
    lowerChoices()
    lowerPolicies()
    lowerLimits()
    lowerLake()
    lowerLoop()
    lowerOutputs()
    lowerHealth()
    lowerAlerts()
    lowerSchedules(disk: disk)
    checkReferences()
    checkURLPatterns(disk: disk)
    tellBases()
  }
}
