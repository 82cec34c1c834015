package import ADCEKernel

/// What a body must be like before anything is stored: `validate`, `quality_requirements` and
/// `error_patterns`. The least size comes with the work.
package struct BodyRules: Sendable {
  /// False (`validation_enabled`): only the least size counts.
  package var isEnabled = true
  package struct DataType: Hashable, Sendable {
    package var source: String
    package var name: String

    package init(source: String, name: String) {
      self.source = source
      self.name = name
    }
  }

  /// A media type, or `image/*`.
  package var contentType: String?
  /// The same by data type, where `contentType` is nil.
  package var contentTypes: [DataType: String] = [:]
  package var minBytes: Int64 = 0
  /// The body must be a JSON object, or an array of them, and each must have these.
  package var jsonFields: [String] = []
  /// The same by data type, where the body is a JSON object or an array of them.
  package var requiredFields: [String: [String]] = [:]
  /// The first that matches decides.
  package var errorPatterns: [ErrorPattern] = []

  package init() {}
}

/// Why a body is not stored.
package struct BodyFault: Error, Hashable, Sendable {
  package var failureClass: FailureClass
  /// The source, or its owner by a pattern, says that trying again is no use.
  package var isPermanent = false
  package var reason: String
}

extension BodyRules {
  /// How much of a text the patterns see.
  package static let patternBytesMax = 64 << 10

  /// Checks a body, cheapest rule first.
  ///
  /// - Parameters:
  ///   - declaredType: the `Content-Type` it came with; nil where there is none to be had, as
  ///     with a file: then only what the type says of the body itself is checked.
  ///   - sizeMin: the work's least size in bytes.
  package func check(
    _ body: [UInt8], declaredType: String?, key: [UInt8], of type: DataType, sizeMin: Int64,
    comesByHTTP: Bool
  ) throws(BodyFault) {
    let least = isEnabled ? max(minBytes, sizeMin) : sizeMin
    guard Int64(body.count) >= least else {
      throw invalid("\(body.count) bytes, at least \(least) are wanted")
    }
    guard isEnabled else { return }
    if let found = firstError(in: body) { throw found }
    let declared = declaredType.map(BodyRules.mediaType)
    let contentType = contentType ?? contentTypes[type]
    if let contentType, comesByHTTP, !BodyRules.matches(declared, contentType) {
      throw invalid("content type \(declared ?? "missing"), not \(contentType)")
    }
    try checkBlockPage(body, declared, key)
    try checkFields(body, type.name, contentType)
  }

  /// An HTML page under a key that ends in `.json` is a block page or a log-in page.
  private func checkBlockPage(
    _ body: [UInt8], _ declared: String?, _ key: [UInt8]
  ) throws(BodyFault) {
    guard declared == "text/html", key.suffix(5).elementsEqual(".json".utf8),
      body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<")
    else { return }
    throw invalid("an HTML page in place of JSON")
  }

  private func checkFields(
    _ body: [UInt8], _ dataType: String, _ contentType: String?
  ) throws(BodyFault) {
    let required = requiredFields[dataType] ?? []
    let expectsJSON = contentType.map { BodyRules.isJSON(BodyRules.mediaType($0)) } ?? false
    guard expectsJSON || !jsonFields.isEmpty || !required.isEmpty else { return }
    switch JSONFields(body, jsonFields + required) {
    case .malformed(let offset):
      guard expectsJSON || !jsonFields.isEmpty else { return }
      throw invalid("not JSON from byte \(offset) on")
    case .otherShape:
      guard jsonFields.isEmpty else { throw invalid("neither a JSON object nor an array of them") }
    case .objects(let lacking?):
      throw invalid("the field \(lacking) is missing")
    case .objects(nil):
      break
    }
  }

  /// The first pattern that a text matches, in its first 64 KiB.
  package func firstError(in text: some Collection<UInt8>) -> BodyFault? {
    guard isEnabled, !errorPatterns.isEmpty else { return nil }
    let text = String(decoding: text.prefix(BodyRules.patternBytesMax), as: UTF8.self)
    for pattern in errorPatterns where pattern.matches(text) {
      return BodyFault(
        failureClass: pattern.meaning.failureClass,
        isPermanent: pattern.meaning == .permanent,
        reason: "matches the error pattern \(pattern.match)")
    }
    return nil
  }

  private func invalid(_ reason: String) -> BodyFault {
    BodyFault(failureClass: .invalid, reason: reason)
  }

  private static func mediaType(_ text: String) -> String {
    let type = text.prefix { $0 != ";" }
    return type.filter { $0 != " " && $0 != "\t" }.lowercased()
  }

  private static func matches(_ declared: String?, _ wanted: String) -> Bool {
    let wanted = mediaType(wanted)
    guard let declared else { return false }
    return wanted.hasSuffix("/*") ? declared.hasPrefix(wanted.dropLast()) : declared == wanted
  }

  private static func isJSON(_ type: String) -> Bool {
    type == "application/json" || type == "text/json" || type.hasSuffix("+json")
  }
}
