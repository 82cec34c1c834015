import ADCESimulation
import ArgumentParser

/// `adce-sim fixtures`: the catalogs of the starter files, from rules.
struct FixturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fixtures",
    abstract: "Write the season and game catalogs of the starter files.",
    discussion: """
      From rules alone: the same files, byte for byte, each time.

        adce-sim fixtures fixtures
      """)

  @Argument(help: "The folder to write into.") var directory: String

  func run() async throws {
    try Fixtures.write(to: directory)
    for file in Fixtures.files() { print("wrote \(directory)/\(file.path)") }
  }
}
