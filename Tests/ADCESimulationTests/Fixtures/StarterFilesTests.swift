import ADCEIO
import ADCEKernel
import Testing

/// The files that a new user begins with, and the demo's, loaded as `adce config check` does.
@Suite struct StarterFilesTests {
  private func load(_ folder: String) -> ConfigurationOutcome {
    ConfigurationLoader.load(
      ConfigurationLocations(
        configDirectory: "\(Repository.root)/\(folder)config",
        inventory: "\(Repository.root)/\(folder)inventory/data_inventory.yaml"),
      overrides: ConfigurationOverrides(lake: "file:///lake", isStrict: true))
  }

  @Test(arguments: ["", "fixtures/demo/"])
  func theyLoadStrictlyWithNothingToSayButWhatIsNotBuiltYet(folder: String) {
    let outcome = load(folder)
    let told = outcome.problems.filter { problem in
      !problem.message.hasPrefix("accepted, not used yet")
        && !problem.message.contains("robots.txt is not read yet")
    }
    #expect(told.map(\.text) == [])
    #expect(outcome.configuration != nil)
  }

  @Test func theDemoRestsOnNothingThatIsNotBuiltYet() {
    #expect(load("fixtures/demo/").problems.map(\.text) == [])
  }

  @Test func theyHoldAtLeast75ScrapersOverTenSources() throws {
    let kernel = try #require(load("").configuration).kernel
    #expect(kernel.scrapers.count >= 75)
    #expect(Set(kernel.scrapers.map(\.source)).count >= 10)
  }

  @Test(arguments: ["", "fixtures/demo/"])
  func everyTypeHasAScraperThatCanRun(folder: String) throws {
    let kernel = try #require(load(folder).configuration).kernel
    for source in kernel.desired.sources {
      for type in source.dataTypes {
        let scraper = try #require(type.scraper, "\(source.name)/\(type.name)")
        #expect(kernel.scrapers[scraper].source == source.name)
        #expect(kernel.scrapers[scraper].canRun)
      }
    }
  }

  @Test func everySourceOfTheStarterHasLimitsOfItsOwn() throws {
    let kernel = try #require(load("").configuration).kernel
    let limited = kernel.sources.filter { $0.windows.perMinute != nil }.map(\.name)
    #expect(kernel.desired.sources.map(\.name).filter { !limited.contains($0) } == [])
  }

  /// The site blocks who asks more than twenty times a minute, whatever the league.
  @Test func theSourcesOfOneSiteTogetherStayBelowItsLimit() throws {
    let kernel = try #require(load("").configuration).kernel
    let site = kernel.sources.filter { $0.name.hasPrefix("basketball_reference") }
    #expect(site.count == 3)
    #expect(site.reduce(0) { $0 + ($1.windows.perMinute ?? 1000) } <= 15)
  }
}
