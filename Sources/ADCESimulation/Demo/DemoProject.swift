import ADCEIO
import ADCEKernel

/// A small lake to show what adce does: four hundred objects, a part of which is not there.
///
/// A folder holds the configuration, the lake, the state and the source's log. Of an object's
/// content only `body` knows, which is the source's.
public struct DemoProject: Sendable {
  /// Absolute.
  public let directory: String
  /// The body that the source serves for a target (path and query).
  private let body: @Sendable (String) -> [UInt8]

  public init(directory: String, body: @escaping @Sendable (String) -> [UInt8]) {
    self.directory = directory
    self.body = body
  }

  public var lake: String { directory + "/lake" }
  public var state: String { directory + "/state" }
  public var config: String { directory + "/config" }
  public var originLog: String { directory + "/origin.log" }
  private var doneMark: String { directory + "/complete" }
  /// Tells a folder of ours from any other: what is in it may be removed.
  private var ownMark: String { directory + "/.adce-demo" }

  /// One object in so many is missing at the beginning.
  private static let holeEvery: UInt64 = 3

  /// What went wrong while the demo was set up.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// One object of the demo's lake.
  public struct Object: Sendable {
    public var key: String
    /// What the source is asked for; nil where a program makes the object.
    public var target: String?
  }
}

extension DemoProject {
  /// Whether an earlier demo in this folder came to its end.
  public func isComplete() throws(Failure) -> Bool {
    try attempt { () throws(SystemCallFailure) in try FileTree.exists(doneMark) }
  }

  /// Whether there is an earlier demo in this folder at all.
  public func isThere() throws(Failure) -> Bool {
    try attempt { () throws(SystemCallFailure) in try FileTree.exists(config) }
  }

  /// Whether the folder is one that a demo may fill and empty: not there, empty, or made by `begin`.
  public func isOurs() throws(Failure) -> Bool {
    try attempt { () throws(SystemCallFailure) in
      guard try FileTree.exists(directory), try !FileTree.exists(ownMark) else { return true }
      return try FileTree.names(in: directory).isEmpty
    }
  }

  /// Makes the folder, if it is not there, and marks it as ours before anything else is in it.
  public func begin() throws(Failure) {
    try attempt { () throws(SystemCallFailure) in
      try FileTree.makeFolders(directory)
      try FileTree.write(
        Array("A demo of adce: `./run` may empty this folder.\n".utf8), to: ownMark)
    }
  }

  public func markComplete() throws(Failure) {
    try attempt { () throws(SystemCallFailure) in
      try FileTree.write(Array("complete\n".utf8), to: doneMark)
    }
  }

  /// Copies the definition in, with the source's real port; keeps lake and state.
  public func writeDefinition(from template: String, port: Int) throws(Failure) {
    let files = [
      "config/autonomous_config.yaml", "config/reconciliation_config.yaml",
      "config/scraper_config.yaml", "inventory/data_inventory.yaml", "catalogs/games.csv",
      "catalogs/players.csv", "scripts/standings.sh",
    ]
    try attempt { () throws(SystemCallFailure) in
      for file in files {
        let text = String(decoding: try FileTree.read(template + "/" + file), as: UTF8.self)
        let path = directory + "/" + file
        try FileTree.makeFolders(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try FileTree.write(
          Array(text.replacing("127.0.0.1:18080", with: "127.0.0.1:\(port)").utf8), to: path)
      }
      try FileTree.makeFolders(lake)
    }
  }

  /// Puts two thirds of what should be there into the lake.
  public func fillLake() throws(Failure) {
    let lake = DirectoryLake(root: lake)
    for object in try objects() where !DemoProject.isHole(object) {
      let contents = object.target.map(body) ?? DemoProject.madeBody(object.key)
      do throws(LakeError) {
        _ = try lake.store(Array(object.key.utf8), .bytes(contents), compressing: false)
      } catch {
        throw Failure(description: error.description)
      }
    }
  }

  /// Every object that the demo's lake should hold.
  public func objects() throws(Failure) -> [Object] {
    let outcome = ConfigurationLoader.load(ConfigurationLocations(configDirectory: config))
    guard let loaded = outcome.configuration else {
      throw Failure(description: outcome.errors.map(\.text).joined(separator: "\n"))
    }
    var catalogs: [CatalogTable] = []
    for path in loaded.catalogFiles {
      do throws(CatalogFileProblem) {
        catalogs.append(try CatalogFile.read(path))
      } catch {
        throw Failure(description: error.description)
      }
    }
    let space = KeySpace(
      desired: loaded.kernel.desired, catalogs: catalogs,
      now: SystemClock().now)
    return space.segments.flatMap { segment in
      (segment.base..<segment.base + segment.count).map { ordinal in
        var key: [UInt8] = []
        space.appendKey(of: ordinal, to: &key)
        let type = space.types[segment.type]
        let source = loaded.kernel.desired.sources[type.source]
        let text = String(decoding: key, as: UTF8.self)
        return Object(
          key: text,
          target: DemoProject.target(
            source.dataTypes[type.dataType].name, space.parameters(of: ordinal)))
      }
    }
  }

  static func isHole(_ object: Object) -> Bool {
    Hash128(of: object.key).low % holeEvery == 0
  }

  /// The target that the demo's scrapers ask for, told apart from their `url_pattern`.
  private static func target(_ type: String, _ parameters: [AttemptWork.Parameter]) -> String? {
    func value(_ name: String) -> String {
      parameters.first { $0.name == name }?.value ?? ""
    }
    switch type {
    case "play_by_play", "box_score":
      return "/nba/\(value("season"))/\(type)/\(value("game_id")).json"
    case "player_log":
      let slug = value("player_slug")
      return "/nba/20\(value("season").suffix(2))/players/\(slug.prefix(1))/\(slug).json"
    default: return nil
    }
  }

  /// What stands for an object of the demo's program before the program has made any.
  private static func madeBody(_ key: String) -> [UInt8] {
    let padding = String(repeating: ".", count: 120)
    return Array("{\"key\":\"\(key)\",\"note\":\"there before the demo began\(padding)\"}\n".utf8)
  }

  private func attempt<R>(
    _ body: () throws(SystemCallFailure) -> R
  ) throws(Failure) -> R {
    do throws(SystemCallFailure) { return try body() } catch {
      throw Failure(description: error.description)
    }
  }
}

// MARK: - What came of it

extension DemoProject {
  /// How the lake compares with what the source serves.
  public struct Check: Sendable {
    public var expected = 0
    public var present = 0
    /// Those that a source serves and that differ from what it serves.
    public var different: [String] = []
    public var missing: [String] = []
  }

  /// Compares every object in the lake with what the source serves, byte for byte.
  public func check() throws(Failure) -> Check {
    var check = Check()
    let lake = DirectoryLake(root: lake)
    for object in try objects() {
      check.expected += 1
      do throws(LakeError) {
        guard let bytes = try lake.read(Array(object.key.utf8), limit: 16 << 20) else {
          check.missing.append(object.key)
          continue
        }
        check.present += 1
        if let target = object.target, bytes != body(target) { check.different.append(object.key) }
      } catch {
        throw Failure(description: error.description)
      }
    }
    return check
  }

  /// Requests by target in the source's log, however often it was started.
  public func requests() throws(Failure) -> [String: Int] {
    let text = try attempt { () throws(SystemCallFailure) in
      try FileTree.exists(originLog)
        ? String(decoding: try FileTree.read(originLog), as: UTF8.self) : ""
    }
    var result: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 3 else { continue }
      result[String(fields[2]), default: 0] += 1
    }
    return result
  }
}
