/// Where something was written. Lines and columns count from 1; a column counts characters.
package struct YAMLMark: Hashable, Sendable {
  /// Index into the sources of a load: the four files, then the overrides.
  package var file: UInt8
  package var line: Int32
  package var column: Int32

  package init(file: UInt8, line: Int, column: Int) {
    self.file = file
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }
}

/// A node of a YAML document: what was written, and where. Aliases are already expanded.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case scalar(YAMLScalar)
    case list([YAMLNode])
    case map([YAMLEntry])
  }

  package var mark: YAMLMark
  package var content: Content

  package init(mark: YAMLMark, content: Content) {
    self.mark = mark
    self.content = content
  }
}

package struct YAMLEntry: Sendable {
  /// The key's text as written.
  package var key: String
  package var keyMark: YAMLMark
  package var value: YAMLNode

  package init(key: String, keyMark: YAMLMark, value: YAMLNode) {
    self.key = key
    self.keyMark = keyMark
    self.value = value
  }
}

/// A scalar as it was written; its meaning is a question to ask (`YAMLScalar+Meaning.swift`).
package struct YAMLScalar: Hashable, Sendable {
  package var text: String
  /// Neither quoted nor tagged as a string: it may mean a number, a truth value or nothing.
  package var isPlain: Bool

  package init(text: String, isPlain: Bool) {
    self.text = text
    self.isPlain = isPlain
  }
}

extension YAMLNode {
  package var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }
  package var list: [YAMLNode]? {
    if case .list(let items) = content { items } else { nil }
  }
  package var map: [YAMLEntry]? {
    if case .map(let entries) = content { entries } else { nil }
  }

  /// The value of `key` in a map; nil in anything else.
  package subscript(key: String) -> YAMLNode? {
    map?.first { $0.key == key }?.value
  }

  /// `null`, `''`, `[]` and `{}`: as good as not written (CONFIG.md, Values).
  package var isAbsent: Bool {
    switch content {
    case .scalar(let scalar): scalar.text.isEmpty || scalar.isNull
    case .list(let items): items.isEmpty
    case .map(let entries): entries.isEmpty
    }
  }

  /// "a list", "text" …: for messages.
  package var kindForMessages: String {
    switch content {
    case .list: "a list"
    case .map: "a mapping"
    case .scalar(let scalar):
      switch scalar.meaning {
      case .null: "nothing"
      case .bool: "a truth value"
      case .integer: "a whole number"
      case .number: "a number"
      case .text: "text"
      }
    }
  }
}
