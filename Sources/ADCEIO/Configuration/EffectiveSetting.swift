/// One setting as it counts, and where it came from: a line of `config show`.
public struct EffectiveSetting: Hashable, Sendable {
  public enum Origin: Hashable, Sendable {
    case file(String, line: Int, column: Int)
    /// An option or a variable.
    case override(String)
    case standard
  }

  /// `autonomous_config.task_processing.max_tasks_per_run`.
  public var path: String
  /// A literal secret is shown as "(secret)".
  public var value: SettingValue
  public var unit: String?
  public var origin: Origin

  /// All that is written, and every default of what could be, in the order of the schema; of places
  /// that name themselves (scrapers, sources …) what is written there.
  static func all(of settings: Settings, sources: [String]) -> [EffectiveSetting] {
    var all: [EffectiveSetting] = []
    for file in ConfigurationFile.allCases {
      collect(settings.root(file), file, "", settings, sources, into: &all)
    }
    return all
  }

  private static func collect(
    _ setting: Setting, _ file: ConfigurationFile, _ relative: String, _ settings: Settings,
    _ sources: [String], into all: inout [EffectiveSetting]
  ) {
    let isBranch: Bool =
      switch setting.place.field?.kind {
      case nil, .section?, .entries?, .byPriority?, .items?: true
      default: false
      }
    guard isBranch else {
      // Where another file says the same, the value that counts is shown with its origin.
      let counts = relative.isEmpty ? setting : settings.effective(file, relative)
      append(counts, as: setting.path, sources, into: &all)
      return
    }
    for name in setting.place.names {
      // It is laid under the reconciliation file, and shown there, by that file's schema.
      if file == .inventory, relative.isEmpty, name == "reconciliation_config" { continue }
      let path = relative.isEmpty ? name : "\(relative).\(name)"
      collect(setting[name], file, path, settings, sources, into: &all)
    }
    for (entry, child) in setting.entries where !setting.place.names.contains(entry.key) {
      collectWritten(child, sources, into: &all)
    }
    for item in setting.items { collectWritten(item, sources, into: &all) }
  }

  /// Below a place that names itself only what is written.
  private static func collectWritten(
    _ setting: Setting, _ sources: [String], into all: inout [EffectiveSetting]
  ) {
    switch setting.place.field?.kind {
    case .section?, .entries?, .byPriority?:
      for (_, child) in setting.entries { collectWritten(child, sources, into: &all) }
    case .items?:
      for item in setting.items { collectWritten(item, sources, into: &all) }
    default:
      append(setting, as: setting.path, sources, into: &all)
    }
  }

  private static func append(
    _ setting: Setting, as path: String, _ sources: [String], into all: inout [EffectiveSetting]
  ) {
    guard let field = setting.place.field,
      let node = setting.node ?? setting.standard
    else { return }
    all.append(
      EffectiveSetting(
        path: path, value: shown(node, field), unit: field.kind.unit,
        origin: origin(setting, sources)))
  }

  private static func origin(_ setting: Setting, _ sources: [String]) -> Origin {
    guard let mark = setting.mark else { return .standard }
    let source = sources[Int(mark.file)]
    return mark.file < 4
      ? .file(source, line: Int(mark.line), column: Int(mark.column)) : .override(source)
  }

  /// Secrets are never shown: neither where one may stand nor where a refused one does.
  private static func shown(_ node: YAMLNode, _ field: ConfigurationField) -> SettingValue {
    switch field.kind {
    case .secret, .credential, .reference:
      .text(ConfiguredSecret(node.scalar?.text ?? "").description)
    default:
      SettingValue(LiteralSecret.masked(node, key: field.path))
    }
  }
}
