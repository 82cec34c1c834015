internal import ADCEIO
internal import ADCEKernel

/// A request's target in its parts (RFC 9112 §3.2: origin form, or absolute form).
struct FaceTarget {
  var path: String
  /// Without its question mark; still encoded.
  var query: String

  init(_ text: String) {
    var rest = Substring(text)
    if let scheme = rest.firstRange(of: "://"), rest.hasPrefix("http") {
      let authority = rest[scheme.upperBound...]
      rest = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
    }
    let mark = rest.firstIndex(of: "?")
    path = String(rest[..<(mark ?? rest.endIndex)])
    query = mark.map { String(rest[rest.index(after: $0)...]) } ?? ""
  }
}

struct FaceQueryProblem: Error {
  var message: String
}

/// `?state=&priority=&source=&limit=`.
enum FaceQuery {
  static func tasks(_ query: String) throws(FaceQueryProblem) -> TaskFilter {
    var filter = TaskFilter()
    var seen: Set<String> = []
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try decoded(halves[0])
      let value = halves.count > 1 ? try decoded(halves[1]) : ""
      guard seen.insert(name).inserted else {
        throw FaceQueryProblem(message: "\(name) is given twice")
      }
      // As a form sends what was left empty.
      if !value.isEmpty { try set(name, value, &filter) } else { try refuseUnknown(name) }
    }
    return filter
  }

  private static let names = ["state", "priority", "source", "limit"]

  private static func refuseUnknown(_ name: String) throws(FaceQueryProblem) {
    guard names.contains(name) else {
      throw FaceQueryProblem(
        message: "\(name.prefix(60)) is none of \(names.joined(separator: ", "))")
    }
  }

  private static func set(
    _ name: String, _ value: String, _ filter: inout TaskFilter
  ) throws(FaceQueryProblem) {
    switch name {
    case "state":
      filter.state = try choice(TaskRecord.State.allCases, value, name, \.name)
    case "priority":
      filter.priority = try choice(Priority.allCases, value.lowercased(), name, \.name)
    case "source": filter.source = value
    case "limit":
      guard let limit = Int(value), (0...TaskBoard.limitMax).contains(limit) else {
        throw FaceQueryProblem(message: "limit takes 0 to \(TaskBoard.limitMax)")
      }
      filter.limit = limit
    default: try refuseUnknown(name)
    }
  }

  private static func choice<Value>(
    _ all: [Value], _ text: String, _ name: String, _ word: (Value) -> String
  ) throws(FaceQueryProblem) -> Value {
    guard let value = all.first(where: { word($0) == text }) else {
      throw FaceQueryProblem(
        message: "\(name) is one of \(all.map(word).joined(separator: ", "))")
    }
    return value
  }

  private static func decoded(_ text: Substring) throws(FaceQueryProblem) -> String {
    let spaced = String(text.map { $0 == "+" ? " " : $0 })
    guard let plain = PercentEncoding.decode(spaced) else {
      throw FaceQueryProblem(message: "the query is not percent-encoded UTF-8")
    }
    return plain
  }
}
