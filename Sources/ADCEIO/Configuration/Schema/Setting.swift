/// A place in a file together with what was written there: the one way in which the lowering reads.
///
/// Values are typed by the schema. What was written wrongly has been told by the check, and reads as
/// the schema's default here.
struct Setting {
  let node: YAMLNode?
  let place: ConfigurationSchema.Place
  /// As `config show` names it.
  let path: String
  /// The default, read.
  let standard: YAMLNode?

  init(
    node: YAMLNode?, place: ConfigurationSchema.Place, path: String, standard: YAMLNode? = nil
  ) {
    self.standard = standard ?? place.standard
    self.node = node.flatMap { Self.isAbsent($0, at: place) ? nil : $0 }
    self.place = place
    self.path = path
  }

  /// A scraper, source, data type … written `{}` is there, with defaults; and the text that a
  /// catalog's cell must have may be empty.
  private static func isAbsent(_ node: YAMLNode, at place: ConfigurationSchema.Place) -> Bool {
    guard node.isAbsent, let field = place.field, field.path.hasSuffix(".*") else {
      return node.isAbsent
    }
    if field.kind == .section, node.map != nil { return false }
    return !(field.path.hasSuffix(".where.*") && node.scalar != nil)
  }

  /// A setting below this one; `names` joined by dots.
  subscript(names: String) -> Setting {
    guard let below = place.named[names] else {
      preconditionFailure("the schema has no \(path).\(names)")
    }
    var node = node
    if node != nil {
      for name in names.split(separator: ".") { node = node?[String(name)] }
    }
    return Setting(node: node, place: below, path: path + "." + names)
  }

  var isWritten: Bool { node != nil }
  var mark: YAMLMark? { node?.mark }
  var field: ConfigurationField {
    guard let field = place.field else { preconditionFailure("the schema has no \(path)") }
    return field
  }

  /// What was written, where it can be decoded, else the default.
  private func value<T>(
    _ decode: (YAMLNode, ConfigurationField) -> Result<T, FieldFault>
  ) -> T? {
    if let node, case .success(let value) = decode(node, field) { return value }
    if let node = standard, case .success(let value) = decode(node, field) { return value }
    return nil
  }

  private func known<T>(_ value: T?) -> T {
    guard let value else { preconditionFailure("the schema has no default for \(path)") }
    return value
  }

  var boolIfKnown: Bool? { value(Decode.bool) }
  var bool: Bool { known(boolIfKnown) }
  /// nil where it stands on its default.
  var boolIfWritten: Bool? { isWritten ? boolIfKnown : nil }
  var intIfKnown: Int? { value(Decode.integer) }
  var int: Int { known(intIfKnown) }
  var millisecondsIfKnown: Int64? { value(Decode.milliseconds) }
  var milliseconds: Int64 { known(millisecondsIfKnown) }
  var numberIfKnown: Double? { value(Decode.number) }
  /// In millionths.
  var microIfKnown: Int64? { numberIfKnown.map { Int64(($0 * 1_000_000).rounded()) } }
  var micro: Int64 { known(microIfKnown) }
  var text: String? { value(Decode.text) }
  var texts: [String]? { value(Decode.texts) }
  var secret: ConfiguredSecret? { text.map { ConfiguredSecret($0) } }
  var reference: CredentialReference? { text.flatMap { CredentialReference($0) } }

  /// One of the words of a `choice`, as the schema spells it.
  var wordIfKnown: String? {
    guard case .choice(let words) = field.kind else {
      preconditionFailure("\(path) is no choice")
    }
    return value { Decode.choice($0, $1, words) }
  }
  var word: String { known(wordIfKnown) }

  /// What stands below, in file order; nothing that is absent, but for named things written `{}`.
  var entries: [(entry: YAMLEntry, setting: Setting)] {
    (node?.map ?? []).compactMap { entry in
      guard let place = place.child(entry.key) else { return nil }
      let setting = Setting(node: entry.value, place: place, path: "\(path).\(entry.key)")
      return setting.isWritten ? (entry, setting) : nil
    }
  }

  var items: [Setting] {
    guard let place = place.item else { return [] }
    return (node?.list ?? []).enumerated().map { index, node in
      Setting(node: node, place: place, path: "\(path)[\(index)]")
    }
  }

  /// The setting of each gap priority in a `byPriority` mapping, its key in any case.
  func byPriority(_ name: String) -> Setting {
    guard let any = place.any else { preconditionFailure("\(path) is not by priority") }
    let matches: (YAMLEntry) -> Bool = { $0.key.lowercased() == name && !$0.value.isAbsent }
    let written = node?.map?.first(where: matches)?.value
    let standard = standard?.map?.first(where: matches)?.value
    return Setting(node: written, place: any, path: "\(path).\(name)", standard: standard)
  }
}
