import ADCEKernel
import Testing

@testable import ADCEIO

@Suite(
  .enabled(
    if: Examples.areThere,
    "the shared examples are not beside the package; ADCE_EXAMPLES can say where they are"))
struct ExampleConfigurationTests {
  @Test(arguments: Examples.all)
  func `every example loads without an error`(_ example: String) {
    let outcome = ConfigurationLoader.load(
      ConfigurationLocations(configDirectory: example + "/config"))
    #expect(outcome.errors == [])
    #expect(outcome.configuration != nil)
  }

  @Test(arguments: Examples.all)
  func `every data type of an example has the scraper that its answer names`(
    _ example: String
  ) throws {
    let configuration = try #require(
      ConfigurationLoader.load(ConfigurationLocations(configDirectory: example + "/config"))
        .configuration)
    guard case .bytes(let bytes) = LocalDisk().read(example + "/expected.json") else {
      Issue.record("no expected.json")
      return
    }
    // JSON is YAML.
    let answer = YAMLDocument(bytes: bytes, file: 0).root
    var compared = 0
    for (source, types) in zip(configuration.kernel.desired.sources, configuration.dataTypes) {
      for type in types {
        let expected = answer?["by_source"]?[source.name]?["data_types"]?[type.name]?["scraper"]
        guard let expected else { continue }
        let chosen = type.choice.scraper.map { configuration.scrapers[$0].id } ?? "null"
        #expect(chosen == expected.scalar?.text, "\(source.name).\(type.name)")
        compared += 1
      }
    }
    #expect(compared > 0)
  }
}
