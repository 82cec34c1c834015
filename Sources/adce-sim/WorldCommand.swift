import ADCESimulation
import ArgumentParser

/// `adce-sim world`: a generated world on disk.
struct WorldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "world",
    abstract: "Write a generated world as a project, with an inventory report.",
    discussion: """
      The four files, catalogs, a report of the lake as S3 Inventory writes it, and
      missing.txt, undersized.txt and stale.txt: the keys that are wrong, worked out
      apart from the kernel.

        adce-sim world /tmp/world
        adce --config-dir /tmp/world/config --state-dir /tmp/world/state \\
          reconcile --now 2025-01-15T00:00:00Z --inventory-report /tmp/world/reports
      """)

  @Argument(help: "The folder to make.") var directory: String
  @Option(help: "Seed of the world.") var seed: UInt64 = 1
  @Option(help: "Parts of the report.") var parts = 2
  @Flag(help: "Some hundred objects instead of 172,754.") var small = false

  func run() async throws {
    try ProjectFolder.demandOurs(Paths.absolute(directory))
    let world = World(plan: small ? .small : .full, seed: seed)
    let written = try ProjectFolder.write {
      () throws(WorldProject.Failure) in
      try WorldProject(world).write(to: directory, parts: parts)
    }
    print("config      \(written.configDirectory)")
    print("report      \(written.report)")
    print("missing     \(written.missingKeys)")
    print("undersized  \(written.undersizedKeys)")
    print("stale       \(written.staleKeys)")
  }
}

/// A folder for a world's files may be somebody's project: its own are not to be lost.
enum ProjectFolder {
  static func demandOurs(_ directory: String) throws {
    guard try !WorldProject.mayWrite(to: directory) else { return }
    Output.error(
      "adce-sim: \(directory) is not empty, and holds no world: nothing was done. "
        + "Name a folder that is not there yet")
    throw ExitCode(73)
  }

  /// Writes a world there.
  static func write<T>(_ body: () throws(WorldProject.Failure) -> T) throws -> T {
    do throws(WorldProject.Failure) { return try body() } catch {
      Output.error("adce-sim: \(error)")
      throw ExitCode(73)
    }
  }
}
