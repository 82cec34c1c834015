internal import ADCEIO

/// What was asked for and what came of it: `/_sim/stats`.
public struct WireStatistics: Hashable, Sendable {
  public struct Source: Hashable, Sendable {
    public var requests = 0
    /// Bodies that were sent whole.
    public var served = 0
    /// Requests above what the source allows.
    public var overLimit = 0
    /// The most that were admitted within any minute.
    public var mostInMinute = 0
    public var limit = 0
  }

  public var sources: [String: Source] = [:]
  /// Requests of S3 by operation, those that met a fault included.
  public var s3: [String: Int] = [:]
  /// Refused for their signature.
  public var unsigned = 0
  /// By place and kind, as `s3.reset_after`.
  public var faults: [String: Int] = [:]

  /// Of all sources.
  public var overLimit: Int { sources.values.reduce(0) { $0 + $1.overLimit } }
  public var sourceRequests: Int { sources.values.reduce(0) { $0 + $1.requests } }
}

extension WireStatistics {
  func json(_ check: WireCheck) -> String {
    func count(_ name: String, _ number: Int) -> SettingValue.Member {
      .init(name, .integer(Int64(number)))
    }
    func counts(_ numbers: [String: Int]) -> SettingValue {
      .map(numbers.sorted { $0.key < $1.key }.map { count($0.key, $0.value) })
    }
    let sources = sources.sorted { $0.key < $1.key }.map { name, source in
      SettingValue.Member(
        name,
        .map([
          count("requests", source.requests), count("served", source.served),
          count("over_limit", source.overLimit), count("most_in_minute", source.mostInMinute),
          count("limit_per_minute", source.limit),
        ]))
    }
    return SettingValue.map([
      .init("sources", .map(sources)), count("over_limit", overLimit), .init("s3", counts(s3)),
      count("unsigned", unsigned), .init("faults", counts(faults)),
      .init(
        "lake",
        .map([
          count("expected", check.expected), count("present", check.present),
          count("missing_attainable", check.missingAttainable),
          count("missing_for_ever", check.missingForEver),
          count("different", check.different), count("others", check.others),
        ])),
    ]).json + "\n"
  }
}
