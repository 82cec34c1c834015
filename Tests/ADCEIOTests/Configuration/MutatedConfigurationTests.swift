import Testing

@testable import ADCEIO

struct MutatedConfigurationTests {
  /// SplitMix64 (Steele, Lea, Flood 2014): the same sequence on every machine.
  private struct Stream: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", ": ", "- ", "\n", "\t", "'", "\"", "|", ">", "&a ", "*a ", "<<: ",
      "!!str ",
      "#", "~", "null", "-1", "1e999", "99999999999999999999", ".nan", "true", "2024-25",
      "2025-1900",
      "{x", "% ", "---\n", "é", "\u{0}",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xEF, 0xBB, 0xBF], []]

  private static let shortTexts: [[UInt8]] = [
    """
    scrapers:
      a_b: {base_url: 'https://h.example.org', kind: http, url_pattern: "/{season}/{id|upper}"}
      a_c: {retry: {max_attempts: 2, base_delay: 0.5}, command: [x.py], credentials: [env:A]}
    """,
    """
    gap_detection: {high_priority_seasons: [2024-25], a_specific: {required_data_types: [t]}}
    task_queue: {max_tasks_per_priority: {CRITICAL: 1}}
    """,
    """
    rate_limiting: {source_limits: {a: {requests_per_minute: 3}}}
    scheduled_tasks: {n: {schedule: "0 2 * * *", script: x.py}}
    maintenance: {windows: [{day: Sunday, start_time: "02:00", end_time: "04:00"}]}
    """,
    """
    catalogs: {g: {file: g.csv, season: season, date: date}}
    dimensions: {id: {catalog: g, column: id}, v: {values: [01, x]}}
    expected_coverage:
      a:
        seasons: {nba: "1946-2025"}
        data_types:
          t: {path_patterns: ["a/nba/{season}/{id}.json"], settle_hours: 12, expected_per_season: {2024: 3}}
    waivers: [{key: k, until: 2025-01-01}]
    """,
  ].map { Array($0.utf8) }

  /// One to four edits: a piece put in, bytes taken out, repeated or moved.
  private func mutate(_ bytes: [UInt8], _ stream: inout Stream) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &stream) {
      let at = Int.random(in: 0...bytes.count, using: &stream)
      let length = min(Int.random(in: 0...24, using: &stream), bytes.count - at)
      let cut = Array(bytes[at..<at + length])
      switch Int.random(in: 0..<5, using: &stream) {
      case 0: bytes.removeSubrange(at..<at + length)
      case 1: bytes.insert(contentsOf: cut, at: at)
      case 2:
        bytes.removeSubrange(at..<at + length)
        bytes.insert(contentsOf: cut, at: Int.random(in: 0...bytes.count, using: &stream))
      case 3:
        if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &stream) }
      default:
        bytes.insert(
          contentsOf: Self.pieces.randomElement(using: &stream) ?? [], at: at)
      }
    }
    return bytes
  }

  /// One file of the four at a time, 2,500 times each.
  @Test(arguments: ConfigurationFile.allCases)
  func `10,000 mutated configurations load, or fail with a place in a file`(
    _ mutated: ConfigurationFile
  ) {
    var stream = Stream(state: 20_251_125 + UInt64(mutated.rawValue))
    var loaded = 0
    for round in 0..<2500 {
      var disk = MemoryDisk()
      for file in ConfigurationFile.allCases {
        let text = Self.shortTexts[Int(file.rawValue)]
        disk.files["/p/config/\(file.fileName)"] = file == mutated ? mutate(text, &stream) : text
      }
      let outcome = ConfigurationLoader.load(
        ConfigurationLocations(configDirectory: "/p/config"), disk: disk)
      if outcome.configuration != nil { loaded += 1 }
      let isClean =
        (outcome.configuration != nil) == outcome.errors.isEmpty
        && outcome.errors.allSatisfy { $0.line > 0 && $0.column > 0 && !$0.file.isEmpty }
      #expect(isClean, "round \(round)")
    }
    // Neither outcome is rare: otherwise the mutations test nothing.
    #expect((100...2400).contains(loaded))
  }
}
