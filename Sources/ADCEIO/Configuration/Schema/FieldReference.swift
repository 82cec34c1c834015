/// The reference page of all fields, in Markdown, from the tables that the loader reads by.
public enum FieldReference {
  /// A table for each file, its fields in the order of the tables.
  public static var markdown: String {
    var text = """
      # Every field

      Made by `adce config fields`; what is in force for you, and which file said so, is
      `adce config show`. In a path `*` stands for any name, `[]` for any item of a list. ★ marks what the
      older program did not have. How files, precedence and the forms of values work:
      [CONFIGURATION.md](CONFIGURATION.md).

      """
    for file in ConfigurationFile.allCases {
      text += "\n## \(file.fileName)\n\n| field | takes | default | |\n| --- | --- | --- | --- |\n"
      for field in ConfigurationSchema.shared.fields where field.file == file {
        text += line(field)
      }
    }
    return text
  }

  private static func line(_ field: ConfigurationField) -> String {
    let name = "`\(field.path)`" + (field.isOurs ? " ★" : "")
    var takes = field.kind.expectation
    if let bounds = field.bounds {
      takes += ", \(Wording.decimal(bounds.lowerBound)) to \(Wording.decimal(bounds.upperBound))"
    }
    var meaning = field.meaning
    switch field.use {
    case .used: break
    case .described: meaning += " Shown, never decided by."
    case .unused(let why): meaning += " Without effect: \(why)."
    case .planned: meaning += " Without effect yet, with all that is below it."
    }
    let cells = [name, takes, field.standard.map { "`\($0)`" } ?? "", meaning]
    return "| " + cells.map(escaped).joined(separator: " | ") + " |\n"
  }

  /// A bar would end the cell.
  private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
