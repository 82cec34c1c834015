internal import CYAML

/// Turns libyaml's events into a tree, within the bounds of `YAMLDocument.Bounds`.
///
/// It keeps a stack of its own, so no input can exhaust the machine's.
struct YAMLBuilder {
  /// A list or mapping that is still open.
  private struct Open {
    enum Kind { case list, map }
    var kind: Kind
    var mark: YAMLMark
    var anchor: String?
    var items: [YAMLNode] = []
    var entries: [YAMLEntry] = []
    var keys: Set<String> = []
    /// A mapping's key whose value has not come yet.
    var key: (text: String, mark: YAMLMark)?
    /// Nodes in it, itself included, aliases expanded.
    var nodes = 1
    /// Levels of collections below it.
    var height = 0
  }

  private struct Anchored {
    var node: YAMLNode
    var nodes: Int
    var height: Int
  }

  let file: UInt8
  private(set) var root: YAMLNode?
  private(set) var faults: [YAMLDocument.Fault] = []
  private(set) var failed = false
  private(set) var isDone = false
  private var stack: [Open] = []
  private var anchors: [String: Anchored] = [:]
  private var aliasNodes = 0
  private var documents = 0

  init(file: UInt8) { self.file = file }

  mutating func fail(line: Int, column: Int, _ message: String) {
    fail(YAMLMark(file: file, line: line, column: column), message)
  }

  private mutating func fail(_ mark: YAMLMark, _ message: String) {
    faults.append(YAMLDocument.Fault(mark: mark, message: message))
    failed = true
    isDone = true
  }

  mutating func take(_ event: yaml_event_t) {
    let mark = YAMLMark(
      file: file, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      documents += 1
      if documents > 1 { fail(mark, "a second document begins here; a file holds one") }
    case YAML_STREAM_END_EVENT:
      isDone = true
    case YAML_ALIAS_EVENT:
      takeAlias(text(event.data.alias.anchor) ?? "", mark)
    case YAML_SCALAR_EVENT:
      let scalar = Self.scalar(event)
      let node = YAMLNode(mark: mark, content: .scalar(scalar))
      place(node, anchor: text(event.data.scalar.anchor), nodes: 1, height: 0)
    case YAML_SEQUENCE_START_EVENT:
      open(.list, mark, anchor: text(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT:
      open(.map, mark, anchor: text(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      close()
    default:
      break  // Stream start, document end: nothing to keep.
    }
  }

  private static func scalar(_ event: yaml_event_t) -> YAMLScalar {
    let data = event.data.scalar
    // libyaml hands over `length` valid UTF-8 bytes that live until the event is deleted.
    let bytes = UnsafeBufferPointer(start: data.value, count: Int(data.length))
    let value = String(decoding: bytes, as: UTF8.self)
    var isPlain = data.style == YAML_PLAIN_SCALAR_STYLE
    if let tag = data.tag {
      switch String(cString: UnsafeRawPointer(tag).assumingMemoryBound(to: CChar.self)) {
      case "!", "tag:yaml.org,2002:str": isPlain = false
      case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
        "tag:yaml.org,2002:null":
        isPlain = true
      default: break
      }
    }
    return YAMLScalar(text: value, isPlain: isPlain)
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    // A NUL-terminated string that libyaml owns; copied at once.
    pointer.map { String(cString: UnsafePointer($0)) }
  }

  private mutating func open(_ kind: Open.Kind, _ mark: YAMLMark, anchor: String?) {
    guard stack.count < YAMLDocument.Bounds.levels else {
      fail(mark, "nested deeper than \(YAMLDocument.Bounds.levels) levels")
      return
    }
    guard keyMayBe(scalar: false, mark) else { return }
    if let anchor { anchors[anchor] = nil }
    stack.append(Open(kind: kind, mark: mark, anchor: anchor))
  }

  /// False, with a fault, where a mapping's key would be a collection.
  private mutating func keyMayBe(scalar: Bool, _ mark: YAMLMark) -> Bool {
    guard let top = stack.last, top.kind == .map, top.key == nil, !scalar else { return true }
    fail(mark, "a mapping's key must be plain text")
    return false
  }

  private mutating func close() {
    guard let top = stack.popLast() else { return }
    let content: YAMLNode.Content =
      switch top.kind {
      case .list: .list(top.items)
      case .map: .map(top.entries)
      }
    place(
      YAMLNode(mark: top.mark, content: content), anchor: top.anchor, nodes: top.nodes,
      height: top.height + 1)
  }

  private mutating func takeAlias(_ anchor: String, _ mark: YAMLMark) {
    guard let target = anchors[anchor] else {
      fail(mark, "alias *\(anchor) names nothing that was anchored before it")
      return
    }
    guard keyMayBe(scalar: target.node.scalar != nil, mark) else { return }
    aliasNodes += target.nodes
    guard aliasNodes <= YAMLDocument.Bounds.aliasNodes else {
      fail(mark, "aliases expand to more than \(YAMLDocument.Bounds.aliasNodes) nodes")
      return
    }
    guard stack.count + target.height <= YAMLDocument.Bounds.levels else {
      fail(mark, "alias *\(anchor) nests deeper than \(YAMLDocument.Bounds.levels) levels")
      return
    }
    place(target.node, anchor: nil, nodes: target.nodes, height: target.height, at: mark)
  }

  private mutating func place(
    _ node: YAMLNode, anchor: String?, nodes: Int, height: Int, at mark: YAMLMark? = nil
  ) {
    if let anchor { anchors[anchor] = Anchored(node: node, nodes: nodes, height: height) }
    guard !stack.isEmpty else {
      root = node
      return
    }
    let last = stack.count - 1
    stack[last].nodes += nodes
    stack[last].height = max(stack[last].height, height)
    if stack[last].kind == .list {
      stack[last].items.append(node)
    } else if let key = stack[last].key {
      stack[last].key = nil
      stack[last].entries.append(YAMLEntry(key: key.text, keyMark: key.mark, value: node))
    } else {
      takeKey(node.scalar?.text ?? "", mark ?? node.mark)
    }
  }

  private mutating func takeKey(_ text: String, _ mark: YAMLMark) {
    let last = stack.count - 1
    if !stack[last].keys.insert(text).inserted {
      faults.append(YAMLDocument.Fault(mark: mark, message: "duplicate key `\(text)`"))
    }
    stack[last].key = (text, mark)
  }
}
