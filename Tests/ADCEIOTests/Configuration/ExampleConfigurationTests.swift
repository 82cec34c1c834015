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
  func `every gap of an example is filled by the scraper that its answer names`(
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
    let gaps = YAMLDocument(bytes: bytes, file: 0).root?["gaps"]?.list ?? []
    for gap in gaps {
      let source = gap["source"]?.scalar?.text
      let type = gap["data_type"]?.scalar?.text
      let expected = gap["scraper"]?.scalar.flatMap { $0.isNull ? nil : $0.text }
      let s = try #require(configuration.kernel.desired.sources.firstIndex { $0.name == source })
      let t = try #require(
        configuration.kernel.desired.sources[s].dataTypes.firstIndex { $0.name == type })
      let chosen = configuration.dataTypes[s][t].choice.scraper.map {
        configuration.scrapers[$0].id
      }
      #expect(chosen == expected, "\(source ?? "").\(type ?? "")")
    }
  }
}
