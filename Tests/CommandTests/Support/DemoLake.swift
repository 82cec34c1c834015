import ADCEOrigin
import Foundation
import Testing

/// The lake of `fixtures/demo` with a third of its objects missing, and a source that serves them.
///
/// What should be there is worked out here from the catalogs, with strings alone.
final class DemoLake {
  struct Object: Hashable {
    var key: String
    /// What the source is asked for; nil where a program makes the object.
    var target: String?
  }

  let folder: TemporaryFolder
  let origin: Origin
  /// Sorted by key.
  let objects: [Object]
  let holes: [Object]

  /// - Parameters:
  ///   - requestsPerSecond: of each scraper; the demo's own twenty would take seconds.
  ///   - edit: changes the text of a file of the definition, named by its path.
  init(
    latencyMilliseconds: Int = 0, failEvery: Int? = nil, requestsPerSecond: Int = 2000,
    edit: (_ file: String, _ text: String) -> String = { $1 }
  ) throws {
    folder = try TemporaryFolder()
    origin = try Origin(
      log: folder.path("origin.log"), latencyMilliseconds: latencyMilliseconds,
      failEvery: failEvery)
    let template = Repository.path + "/fixtures/demo"
    for file in Files.below(template) {
      var text = String(decoding: try Files.bytes(template + "/" + file), as: UTF8.self)
      text = text.replacing("127.0.0.1:18080", with: "127.0.0.1:\(origin.port)")
      text = DemoLake.withRate(requestsPerSecond, in: text)
      try folder.write(edit(file, text), to: file)
    }
    objects = try DemoLake.expected(in: template)
    // Every third by key: spread over all data types and seasons.
    holes = objects.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    try FileManager.default.createDirectory(
      atPath: folder.path("lake"), withIntermediateDirectories: true)
    let missing = Set(holes)
    for object in objects where !missing.contains(object) { try put(object) }
  }

  static func withRate(_ requestsPerSecond: Int, in text: String) -> String {
    text.replacing(
      "{requests_per_second: 20, burst_size: 10,",
      with: "{requests_per_second: \(requestsPerSecond), burst_size: 1000,"
    ).replacing(
      "{requests_per_minute: 1200, requests_per_hour: 72000, burst_size: 10, min_delay_seconds: 0}",
      with: "{requests_per_minute: \(requestsPerSecond * 60), requests_per_hour: 9000000}")
  }

  static func expected(in template: String) throws -> [Object] {
    func rows(_ name: String) throws -> [[Substring]] {
      String(decoding: try Files.bytes(template + "/catalogs/" + name), as: UTF8.self)
        .split(separator: "\n").dropFirst().map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        }
    }
    var objects: [Object] = []
    for game in try rows("games.csv") {
      let (season, id) = (game[0], game[3])
      for type in ["play_by_play", "box_score"] {
        objects.append(
          Object(
            key: "origin/\(type)/\(season)/\(id).json", target: "/nba/\(season)/\(type)/\(id).json"
          ))
      }
    }
    for player in try rows("players.csv") {
      let (season, slug) = (player[0], player[1])
      objects.append(
        Object(
          key: "origin/player_log/\(season)/\(slug).json",
          target: "/nba/20\(season.suffix(2))/players/\(slug.prefix(1))/\(slug).json"))
    }
    for season in ["2023-24", "2024-25"] {
      for team in ["ATL", "BOS", "CHI", "DEN", "GSW", "LAL", "MIA", "NYK", "PHI", "SAS"] {
        objects.append(Object(key: "standings/\(season)/\(team).json", target: nil))
      }
    }
    return objects.sorted { $0.key < $1.key }
  }

  private func put(_ object: Object) throws {
    let text =
      object.target.map { String(decoding: LoopbackOrigin.body(for: $0), as: UTF8.self) }
      ?? "{\"key\":\"\(object.key)\",\"note\":\"\(String(repeating: ".", count: 120))\"}\n"
    try folder.write(text, to: "lake/" + object.key)
  }

  func path(of object: Object) -> String { folder.path("lake/" + object.key) }

  var options: [String] {
    [
      "--config-dir", folder.path("config"), "--state-dir", folder.path("state"), "--lake",
      "file://" + folder.path("lake"),
    ]
  }

  func adce(_ arguments: String..., within seconds: Double = 40) throws -> Outcome {
    try Program.adce.run(options + arguments, within: seconds)
  }

  func start(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try Program.adce.start(options + arguments, environment: environment)
  }

  /// Objects that are not there, and those that differ from what the source serves.
  func faults() throws -> [String] {
    try faults { Files.exist(path(of: $0)) ? try Files.bytes(path(of: $0)) : nil }
  }

  /// The same for a lake that is read in another way.
  func faults(bytes: (Object) throws -> [UInt8]?) rethrows -> [String] {
    try objects.compactMap { object in
      guard let bytes = try bytes(object) else { return "\(object.key): missing" }
      if let target = object.target {
        return bytes == LoopbackOrigin.body(for: target) ? nil : "\(object.key): differs"
      }
      let team = (object.key as NSString).lastPathComponent.dropLast(5)
      return String(decoding: bytes, as: UTF8.self).contains(team) && bytes.count >= 100
        ? nil : "\(object.key): not of \(team)"
    }
  }

  /// Files of the lake that nobody asked for, as parts of writes that were cut off.
  func strays() -> [String] {
    let expected = Set(objects.map(\.key))
    return Files.below(folder.path("lake")).filter { !expected.contains($0) }
  }
}
