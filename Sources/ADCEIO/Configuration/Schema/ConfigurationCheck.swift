/// Holds a file's tree against the schema and tells all that is wrong with it, position by position.
struct ConfigurationCheck {
  var problems: ProblemList
  /// Nodes of the data inventory inside the reconciliation tree: not the owner's to correct
  /// (CONFIG.md §4, `reconciliation_config`), so what is unknown there is passed over, and what
  /// cannot be read is a warning.
  private func isLenient(_ node: YAMLNode, _ file: ConfigurationFile) -> Bool {
    file == .reconciliation && node.mark.file == ConfigurationFile.inventory.rawValue
  }

  /// The whole of a file.
  mutating func checkRoot(_ root: Setting, of file: ConfigurationFile) {
    guard let node = root.node else { return }
    guard let entries = node.map else {
      problems.error(
        node.mark, "", "expected a mapping of fields, found \(node.kindForMessages)")
      return
    }
    for entry in entries {
      if let place = root.place.child(entry.key) {
        check(Setting(node: entry.value, place: place, path: "\(root.path).\(entry.key)"))
      } else if !isLenient(entry.value, file) {
        tellUnknown(entry, root)
      }
    }
  }

  mutating func check(_ setting: Setting) {
    guard let node = setting.node, let field = setting.place.field else { return }
    note(field, setting, node)
    switch field.kind {
    case .section: checkMap(setting, node, field)
    case .entries: checkMap(setting, node, field)
    case .byPriority: checkByPriority(setting, node, field)
    case .items: checkItems(setting, node, field)
    case .anything: checkForSecrets(node, setting.path, key: "")
    default:
      if let fault = self.fault(node, field) { tell(fault, setting, node) }
      checkLiteral(node, field, setting.path)
    }
  }

  private mutating func tell(_ fault: FieldFault, _ setting: Setting, _ node: YAMLNode) {
    if isLenient(node, setting.field.file) {
      problems.warn(fault.mark, setting.path, "\(setting.path): \(fault.message); not used")
    } else {
      problems.error(fault.mark, setting.path, "\(setting.path): \(fault.message)")
    }
  }

  /// Names what is accepted without effect, once a field.
  private mutating func note(_ field: ConfigurationField, _ setting: Setting, _ node: YAMLNode) {
    guard !isLenient(node, field.file) else { return }
    if field.use == .planned, node.isSwitchedOn {
      problems.warnOnce(
        "planned \(field.file.rawValue) \(field.path)", node.mark, setting.path,
        "accepted, not used yet: \(setting.path)")
    }
    guard case .unused(let why) = field.use else { return }
    let place = "\(problems.sources[Int(node.mark.file)]):\(node.mark.line)"
    problems.warnOnce(
      "unused \(field.file.rawValue) \(field.path)", node.mark, setting.path,
      "accepted, not used: \(setting.path) (\(place)): \(why)")
  }

  private mutating func checkMap(
    _ setting: Setting, _ node: YAMLNode, _ field: ConfigurationField
  ) {
    guard let entries = node.map else {
      tell(Decode.wrong(node, field), setting, node)
      return
    }
    for entry in entries {
      guard let place = setting.place.child(entry.key) else {
        if !isLenient(entry.value, field.file) { tellUnknown(entry, setting) }
        continue
      }
      check(Setting(node: entry.value, place: place, path: "\(setting.path).\(entry.key)"))
    }
  }

  mutating func tellUnknown(_ entry: YAMLEntry, _ setting: Setting) {
    // A secret is one whatever its field is called: a typing error must not let it pass.
    checkForSecrets(entry.value, "\(setting.path).\(entry.key)", key: entry.key)
    if entry.key == "<<" {
      problems.unknown(
        entry.keyMark, setting.path, "`<<` merges nothing here; write the fields out")
      return
    }
    let hint = Decode.didYouMean(entry.key, setting.place.names)
    problems.unknown(
      entry.keyMark, "\(setting.path).\(entry.key)",
      "unknown field `\(Wording.clipped(entry.key))` in \(setting.path)\(hint)")
  }

  private mutating func checkByPriority(
    _ setting: Setting, _ node: YAMLNode, _ field: ConfigurationField
  ) {
    guard let entries = node.map, let place = setting.place.any else {
      tell(Decode.wrong(node, field), setting, node)
      return
    }
    var seen: Set<String> = []
    for entry in entries {
      let path = "\(setting.path).\(entry.key)"
      guard let priority = Decode.gapPriority(entry.key) else {
        tell(
          FieldFault(mark: entry.keyMark, message: Decode.unknownPriority(entry.key)), setting,
          entry.value)
        continue
      }
      if !seen.insert(priority.name).inserted {
        problems.error(
          entry.keyMark, path, "duplicate key `\(entry.key)`: priorities are the same in any case")
      }
      check(Setting(node: entry.value, place: place, path: path))
    }
  }

  private mutating func checkItems(
    _ setting: Setting, _ node: YAMLNode, _ field: ConfigurationField
  ) {
    guard node.list != nil else {
      tell(Decode.wrong(node, field), setting, node)
      return
    }
    for item in setting.items { check(item) }
  }

  private func fault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    switch field.kind {
    case .section, .entries, .byPriority, .items, .anything: nil
    case .bool: fault(of: Decode.bool(node, field))
    case .integer: fault(of: Decode.integer(node, field))
    case .number: fault(of: Decode.number(node, field))
    case .duration, .whole: fault(of: Decode.milliseconds(node, field))
    case .text, .textOrReference, .secret: fault(of: Decode.text(node, field))
    case .texts: fault(of: Decode.texts(node, field))
    case .patterns: patternsFault(node, field)
    case .pattern: patternFault(node, field)
    case .choice(let words): fault(of: Decode.choice(node, field, words))
    case .gapPriority: fault(of: Decode.gapPriority(node))
    case .gapPriorities: prioritiesFault(node, field)
    case .reference, .credential: fault(of: Decode.reference(node))
    case .references: referencesFault(node, field)
    case .seasons: fault(of: Decode.seasons(node))
    case .date: fault(of: Decode.date(node))
    case .monthDay: fault(of: Decode.monthDay(node))
    case .clock: fault(of: Decode.clock(node))
    case .cron: fault(of: Decode.cron(node))
    case .counts: countsFault(node, field)
    }
  }

  private func fault<T>(of result: Result<T, FieldFault>) -> FieldFault? {
    if case .failure(let fault) = result { fault } else { nil }
  }

  private func prioritiesFault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    guard let items = node.list else { return Decode.wrong(node, field) }
    return items.lazy.compactMap { fault(of: Decode.gapPriority($0)) }.first
  }

  private func referencesFault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    guard let items = node.list else { return Decode.wrong(node, field) }
    return items.lazy.compactMap { fault(of: Decode.reference($0)) }.first
  }

  private func countsFault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    var whole = field
    whole.bounds = Bound.count
    whole.kind = .integer
    guard let entries = node.map else {
      return node.list == nil
        ? fault(of: Decode.integer(node, whole)) : Decode.wrong(node, field)
    }
    for entry in entries where !entry.value.isAbsent {
      if case .failure(let fault) = SeasonText(entry.key).listed {
        return FieldFault(mark: entry.keyMark, message: fault.message)
      }
      if let fault = fault(of: Decode.integer(entry.value, whole)) { return fault }
    }
    return nil
  }

  private func patternsFault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    if case .failure(let fault) = Decode.texts(node, field) { return fault }
    return node.list?.lazy.compactMap { patternFault($0, field) }.first
  }

  private func patternFault(_ node: YAMLNode, _ field: ConfigurationField) -> FieldFault? {
    guard let scalar = node.scalar else { return Decode.wrong(node, field) }
    guard let fault = PatternText(scalar.text).fault else { return nil }
    return FieldFault(
      mark: problems.texts.mark(of: node, atByte: fault.offset), message: fault.message)
  }
}

extension YAMLNode {
  /// It asks for something: neither absent, empty nor false, nor a section with `enabled: false`.
  fileprivate var isSwitchedOn: Bool {
    switch content {
    case .scalar(let scalar): !isAbsent && scalar.meaning != .bool(false) && !scalar.text.isEmpty
    case .list(let items): !items.isEmpty
    case .map(let entries):
      entries.first { $0.key == "enabled" }?.value.scalar?.meaning != .bool(false)
        && entries.contains { $0.key != "enabled" && $0.value.isSwitchedOn }
    }
  }
}
