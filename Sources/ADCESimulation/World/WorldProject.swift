import ADCEIO
import ADCEKernel

/// A generated world as a project on disk: the four files, the catalogs, an inventory report of its
/// lake, and the truth about its gaps, worked out apart from the kernel.
public struct WorldProject: Sendable {
  public let world: World

  public init(_ world: World) { self.world = world }

  /// Where the parts of a written project are.
  public struct Written: Sendable {
    public var configDirectory: String
    /// A `manifest.json`.
    public var report: String
    /// Keys that are due and not there, a line each, sorted.
    public var missingKeys: String
    /// The same of those that are there and too small.
    public var undersizedKeys: String
    /// The same of those that are there, large enough, and captured before they had settled.
    public var staleKeys: String
  }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Writes it all below `directory`, which is made; the report has `parts` parts.
  public func write(to directory: String, parts: Int = 2) throws(Failure) -> Written {
    do throws(SystemCallFailure) {
      try writeDefinition(to: directory, .nowhere)
      try FileTree.makeFolders("\(directory)/reports")
      var generator = InventoryReportGenerator(began: WorldPlan.begin)
      generator.parts = parts
      let written = try generator.write(rows, below: "\(directory)/reports")
      var truths: [String] = []
      for (name, keys) in [
        ("missing", missingKeys), ("undersized", undersizedKeys), ("stale", staleKeys),
      ] {
        truths.append("\(directory)/\(name).txt")
        let lines = keys.map { $0 + "\n" }.joined()
        try FileTree.write(Array(lines.utf8), to: "\(directory)/\(name).txt")
      }
      return Written(
        configDirectory: "\(directory)/config", report: written.manifestPath,
        missingKeys: truths[0], undersizedKeys: truths[1], staleKeys: truths[2])
    } catch {
      throw Failure(description: error.description)
    }
  }

  /// Writes the four files and the catalogs below `directory`, for a world that is served.
  ///
  /// - Parameter url: of the server, without a slash at its end; it has the source of a name under
  ///   `/sources/NAME`, and the lake as the bucket `lake`.
  /// - Returns: the folder of the configuration.
  @discardableResult
  public func write(to directory: String, servedAt url: String) throws(Failure) -> String {
    do throws(SystemCallFailure) {
      try writeDefinition(to: directory, .served(url: url))
      return "\(directory)/config"
    } catch {
      throw Failure(description: error.description)
    }
  }

  /// Whether a folder may be written to: it is not there, empty, or holds a world already.
  public static func mayWrite(to directory: String) throws(Failure) -> Bool {
    do throws(SystemCallFailure) {
      guard try FileTree.exists(directory) else { return true }
      if try FileTree.exists("\(directory)/\(ownMark)") { return true }
      return try FileTree.names(in: directory).isEmpty
    } catch {
      throw Failure(description: error.description)
    }
  }

  private static let ownMark = ".adce-world"

  private func writeDefinition(
    to directory: String, _ place: Place
  ) throws(SystemCallFailure) {
    try FileTree.makeFolders(directory)
    try FileTree.write(
      Array("A simulated world of adce: its files may be written anew.\n".utf8),
      to: "\(directory)/\(WorldProject.ownMark)")
    for folder in ["config", "inventory", "catalogs"] {
      try FileTree.makeFolders("\(directory)/\(folder)")
    }
    for (path, text) in definition(place) {
      try FileTree.write(Array(text.utf8), to: "\(directory)/\(path)")
    }
    for (name, table) in zip(["games", "players"], world.catalogs) {
      try FileTree.write(WorldProject.csv(table), to: "\(directory)/catalogs/\(name).csv")
    }
  }

  /// The truth: what is due when the simulation begins and is not in the lake.
  public var missingKeys: [String] {
    (0..<world.objectCount).filter {
      world.isDue($0, at: WorldPlan.begin) && world.facts($0) == nil
    }.map { String(decoding: world.key($0), as: UTF8.self) }.sorted()
  }

  /// Of the world's lake, one in some hundred objects is written too small into the report, and one
  /// as captured before it had settled; the simulation's own lake has none of these.
  private enum Fault { case undersized, stale }

  private func fault(_ index: Int) -> Fault? {
    if index % 101 == 7 { return .undersized }
    let isSettled = world.settled(index) <= WorldPlan.begin
    return index % 103 == 11 && world.due(index) < world.settled(index) && isSettled
      ? .stale : nil
  }

  /// The truth: what is there, and smaller than the definition allows.
  public var undersizedKeys: [String] { keys { $0 == .undersized } }

  /// The truth: what is there and complete, but of a time when it was not final.
  public var staleKeys: [String] { keys { $0 == .stale } }

  private func keys(_ isWanted: (Fault?) -> Bool) -> [String] {
    (0..<world.objectCount).filter { world.facts($0) != nil && isWanted(fault($0)) }
      .map { String(decoding: world.key($0), as: UTF8.self) }.sorted()
  }

  /// The lake's objects by key, as S3 lists them.
  private var rows: [InventoryReportGenerator.Row] {
    (0..<world.objectCount).compactMap { index in
      guard let facts = world.facts(index) else { return nil }
      let key = world.key(index)
      var row = InventoryReportGenerator.Row(
        key: key, bytes: facts.bytes, modified: Instant(seconds: facts.modifiedSeconds),
        etag: Hash128(of: key).hex)
      switch fault(index) {
      case .undersized: row.bytes = 999
      case .stale: row.modified = world.settled(index) - Span.hour
      case nil: break
      }
      return row
    }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  private static func csv(_ table: CatalogTable) -> [UInt8] {
    var text = Array((table.columns.joined(separator: ",") + "\n").utf8)
    for row in 0..<table.rowCount {
      for column in table.columns.indices {
        if column > 0 { text.append(UInt8(ascii: ",")) }
        text += table.cell(row: row, column: column)
      }
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// Where the sources and the lake of a definition are.
  private enum Place {
    /// At addresses that nobody answers at.
    case nowhere
    /// At a server.
    case served(url: String)

    var url: String {
      switch self {
      case .nowhere: "http://127.0.0.1:18080"
      case .served(let url): url
      }
    }

    func path(of source: String) -> String {
      switch self {
      case .nowhere: ""
      case .served: "/sources/\(source)"
      }
    }

    var lake: String {
      switch self {
      case .nowhere: "file:///nonexistent"
      case .served: "s3://lake"
      }
    }

    /// Seconds that an answer may take.
    var timeout: Int {
      switch self {
      case .nowhere: 30
      case .served: 10
      }
    }

    /// Beside what every definition has.
    var autonomous: String {
      switch self {
      case .nowhere: ""
      case .served: "reconciliation_interval_minutes: 1\nhealth_check: {enabled: false}\n"
      }
    }
  }

  /// The four files; they say what `World.configuration` says.
  private func definition(_ place: Place) -> [(path: String, text: String)] {
    let first = 2024 - world.plan.pastSeasons
    let placement = [
      ("nba_stats", ["play_by_play", "box_score"]), ("espn", ["summary"]),
      ("reference", ["boxes"]), ("players", ["player_log"]),
    ]
    var scrapers = "scrapers:\n"
    var inventory = "expected_coverage:\n"
    var limits = ""
    for (source, types) in placement {
      inventory +=
        "  \(source):\n    seasons: {nba: \"\(first)-\"}\n    data_types:\n"
      limits += "    \(source): {requests_per_minute: \(world.plan.requestsPerMinute)}\n"
      for type in types {
        let isPlayer = type == "player_log"
        scrapers += """
            \(source)_\(type):
              kind: http
              base_url: \(place.url)
              url_pattern: \(place.path(of: source))/{key_type}/{season}/\(isPlayer ? "{slug}" : "{game_id}").json
              source: \(source)
              max_concurrent: 4
              timeout: \(place.timeout)
              retry: {max_attempts: 5}

          """.replacing("{key_type}", with: type)
        inventory += """
                \(type):
                  required: \(!isPlayer)
                  path_patterns: ["\(type)/{season}/\(isPlayer ? "{slug}" : "{game_id}").json"]
                  scraper: \(source)_\(type)
                  settle_hours: \(isPlayer ? 0 : 12)
                  min_file_size_bytes: 1000

          """
      }
    }
    inventory += """
      catalogs:
        games: {file: ../catalogs/games.csv, season: season, date: date}
        players: {file: ../catalogs/players.csv, season: season}
      dimensions:
        game_id: {catalog: games, column: id}
        slug: {catalog: players, column: slug}
      season_start: {nba: "10-01"}

      """
    return [
      ("config/scraper_config.yaml", scrapers),
      (
        "config/reconciliation_config.yaml",
        "s3: {bucket: lake}\nlake: \(place.lake)\ngap_detection: "
          + "{high_priority_seasons: [\"2024-25\"]}\n"
      ),
      (
        "config/autonomous_config.yaml",
        place.autonomous + "rate_limiting:\n  enabled: true\n  source_limits:\n\(limits)"
      ),
      ("inventory/data_inventory.yaml", inventory),
    ]
  }
}
