/// What `config show` and `config check` print.
public enum ConfigurationReport {
  /// A line each, as `git config --show-origin` prints them: origin, then `path = value`. Nothing is
  /// cut, so that one can search for a name.
  public static func text(_ settings: [EffectiveSetting]) -> String {
    let width = settings.map { $0.origin.description.count }.max() ?? 0
    return settings.map { setting in
      let origin = setting.origin.description
      let space = String(repeating: " ", count: width - origin.count + 2)
      let value = String(setting.shownValue.map { $0.isNewline ? " " : $0 })
      return "\(origin)\(space)\(setting.path) = \(value)"
    }.joined(separator: "\n")
  }

  /// `{"settings": [{"path", "value", "unit", "origin", "line", "column"}]}`.
  public static func json(_ settings: [EffectiveSetting]) -> SettingValue {
    .map([.init("settings", .list(settings.map(\.json)))])
  }

  /// A line a problem, then their number.
  public static func text(_ problems: [ConfigurationProblem]) -> String {
    let errors = problems.count { $0.severity == .error }
    let warnings = problems.count - errors
    let total = "\(Wording.counted(errors, "error")), \(Wording.counted(warnings, "warning"))"
    return (problems.map(\.text) + [total]).joined(separator: "\n")
  }

  /// `{"errors", "warnings", "problems": [{"severity", "file", "line", "column", "path", "message"}]}`.
  public static func json(_ problems: [ConfigurationProblem]) -> SettingValue {
    let errors = problems.count { $0.severity == .error }
    return .map([
      .init("errors", .integer(Int64(errors))),
      .init("warnings", .integer(Int64(problems.count - errors))),
      .init("problems", .list(problems.map(\.json))),
    ])
  }
}

extension EffectiveSetting {
  /// Text as it is, everything else as JSON, with its unit.
  public var shownValue: String {
    let text: String = if case .text(let text) = value { text } else { value.json }
    return unit.map { "\(text) \($0)" } ?? text
  }

  var json: SettingValue {
    var members: [SettingValue.Member] = [.init("path", .text(path)), .init("value", value)]
    if let unit { members.append(.init("unit", .text(unit))) }
    switch origin {
    case .file(let file, let line, let column):
      members += [
        .init("origin", .text(file)), .init("line", .integer(Int64(line))),
        .init("column", .integer(Int64(column))),
      ]
    case .override(let name): members.append(.init("origin", .text(name)))
    case .standard: members.append(.init("origin", .text("default")))
    }
    return .map(members)
  }
}

extension EffectiveSetting.Origin: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let file, let line, _): "\(file):\(line)"
    case .override(let name): name
    case .standard: "default"
    }
  }
}

extension ConfigurationProblem {
  var json: SettingValue {
    .map([
      .init("severity", .text(severity == .error ? "error" : "warning")),
      .init("file", .text(file)), .init("line", .integer(Int64(line))),
      .init("column", .integer(Int64(column))), .init("path", .text(path)),
      .init("message", .text(message)),
    ])
  }
}
