internal import ADCEKernel

/// What is wrong with a value, and where.
struct FieldFault: Error, Hashable {
  var mark: YAMLMark
  var message: String
}

/// Values out of nodes: one function a kind, used by the check and by the lowering alike.
enum Decode {
  static func wrong(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault {
    FieldFault(
      mark: node.mark,
      message: "expected \(field.kind.expectation), found \(found(node))")
  }

  private static func found(_ node: YAMLNode) -> String {
    guard let scalar = node.scalar else { return node.kindForMessages }
    if case .text = scalar.meaning { return "the text \(Wording.quoted(scalar.text))" }
    return "\(node.kindForMessages) (\(Wording.clipped(scalar.text)))"
  }

  static func bool(_ node: YAMLNode, _ field: ConfigurationField) -> Result<Bool, FieldFault> {
    if case .bool(let value)? = node.scalar?.meaning { return .success(value) }
    return .failure(wrong(node, field))
  }

  static func integer(_ node: YAMLNode, _ field: ConfigurationField) -> Result<Int, FieldFault> {
    switch node.scalar?.meaning {
    case .integer(let value)?:
      return bounded(Double(value), node, field).map { _ in Int(value) }
    case .number(let value)? where value == value.rounded() && abs(value) < 9e15:
      return bounded(value, node, field).map { Int($0) }
    default:
      return .failure(wrong(node, field))
    }
  }

  static func number(_ node: YAMLNode, _ field: ConfigurationField) -> Result<Double, FieldFault> {
    switch node.scalar?.meaning {
    case .integer(let value)?: bounded(Double(value), node, field)
    case .number(let value)? where value.isFinite: bounded(value, node, field)
    default: .failure(wrong(node, field))
    }
  }

  private static func bounded(
    _ value: Double, _ node: YAMLNode, _ field: ConfigurationField
  ) -> Result<Double, FieldFault> {
    guard let bounds = field.bounds, !bounds.contains(value) else { return .success(value) }
    let unit = field.kind.unit.map { " " + $0 } ?? ""
    let text = Wording.clipped(node.scalar?.text ?? "")
    let message =
      if value < 0, bounds.lowerBound >= 0 {
        "\(text)\(unit) is negative"
      } else if field.kind.unit != nil, value > bounds.upperBound {
        "\(text)\(unit) is absurd: at most \(Wording.decimal(bounds.upperBound))"
      } else {
        "\(text)\(unit) is out of bounds: "
          + "from \(Wording.decimal(bounds.lowerBound)) to \(Wording.decimal(bounds.upperBound))"
      }
    return .failure(FieldFault(mark: node.mark, message: message))
  }

  static func milliseconds(
    _ node: YAMLNode, _ field: ConfigurationField
  ) -> Result<Int64, FieldFault> {
    switch field.kind {
    case .duration(let each):
      number(node, field).map { Int64(($0 * Double(each)).rounded()) }
    case .whole(let each):
      integer(node, field).map { Int64($0) * each }
    default:
      preconditionFailure("\(field.path) is no duration")
    }
  }

  /// Any scalar, as it was written.
  static func text(_ node: YAMLNode, _ field: ConfigurationField) -> Result<String, FieldFault> {
    if let scalar = node.scalar { return .success(scalar.text) }
    return .failure(wrong(node, field))
  }

  static func texts(_ node: YAMLNode, _ field: ConfigurationField) -> Result<[String], FieldFault> {
    guard let items = node.list else { return .failure(wrong(node, field)) }
    var texts: [String] = []
    for item in items {
      guard let scalar = item.scalar else {
        return .failure(
          FieldFault(
            mark: item.mark, message: "expected text in this list, found \(item.kindForMessages)"))
      }
      texts.append(scalar.text)
    }
    return .success(texts)
  }

  static func choice(
    _ node: YAMLNode, _ field: ConfigurationField, _ words: [String]
  ) -> Result<String, FieldFault> {
    guard let text = node.scalar?.text else { return .failure(wrong(node, field)) }
    if let word = words.first(where: { $0.lowercased() == text.lowercased() }) {
      return .success(word)
    }
    return .failure(
      FieldFault(
        mark: node.mark,
        message: "\(Wording.quoted(text)) is not one of \(words.joined(separator: ", "))"
          + didYouMean(text, words)))
  }

  static func gapPriority(_ text: String) -> Priority? {
    let lower = text.lowercased()
    return Priority.allCases.first { $0.name == lower }
  }

  static func gapPriority(_ node: YAMLNode) -> Result<Priority, FieldFault> {
    let text = node.scalar?.text ?? node.kindForMessages
    if let priority = gapPriority(text) { return .success(priority) }
    return .failure(FieldFault(mark: node.mark, message: unknownPriority(text)))
  }

  static func unknownPriority(_ text: String) -> String {
    "unknown gap priority \(Wording.quoted(text)): expected one of critical, high, medium, low"
      + didYouMean(text, Priority.allCases.map(\.name))
  }

  static func didYouMean(_ text: String, _ names: some Sequence<String>) -> String {
    Nearest.name(to: text, among: names).map { "; did you mean `\($0)`?" } ?? ""
  }
}
