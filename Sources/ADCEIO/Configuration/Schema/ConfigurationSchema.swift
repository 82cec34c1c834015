/// The fields of the four files, as a tree to walk.
public struct ConfigurationSchema: Sendable {
  /// One place in a file's tree.
  final class Place: Sendable {
    let field: ConfigurationField?
    /// The field's default, read.
    let standard: YAMLNode?
    /// By name; looked up, never iterated.
    let children: [String: Place]
    /// Everything below with a fixed name, by the names joined by dots: what the lowering asks for.
    let named: [String: Place]
    /// In the order of the tables.
    let names: [String]
    /// `*`.
    let any: Place?
    /// `*_specific`: the suffix and what stands there.
    let suffixed: (suffix: String, place: Place)?
    /// `[]`.
    let item: Place?

    init(_ draft: Draft) {
      field = draft.field
      standard = draft.field?.standard.flatMap {
        YAMLDocument(bytes: Array($0.utf8), file: .max).root
      }
      names = draft.order.filter { $0 != "*" && $0 != "[]" && !$0.hasPrefix("*_") }
      var children: [String: Place] = [:]
      for name in names { children[name] = draft.children[name].map(Place.init) }
      self.children = children
      var named: [String: Place] = [:]
      for name in names {
        guard let child = children[name] else { continue }
        named[name] = child
        for (below, place) in child.named { named["\(name).\(below)"] = place }
      }
      self.named = named
      any = draft.children["*"].map(Place.init)
      item = draft.children["[]"].map(Place.init)
      suffixed = draft.order.first { $0.hasPrefix("*_") }.flatMap { name in
        draft.children[name].map { (String(name.dropFirst()), Place($0)) }
      }
    }

    /// What stands under `key`; nil = nobody knows it.
    func child(_ key: String) -> Place? {
      if let place = children[key] { return place }
      if let suffixed, key.hasSuffix(suffixed.suffix), key.count > suffixed.suffix.count {
        return suffixed.place
      }
      return any
    }
  }

  /// A place while the tree is made.
  struct Draft {
    var field: ConfigurationField?
    var children: [String: Draft] = [:]
    var order: [String] = []

    mutating func insert(_ field: ConfigurationField, _ segments: ArraySlice<Substring>) {
      guard let first = segments.first.map(String.init) else {
        self.field = field
        return
      }
      if children[first] == nil { order.append(first) }
      children[first, default: Draft()].insert(field, segments.dropFirst())
    }
  }

  /// Every field of every file, in the order of the files and their tables.
  public let fields: [ConfigurationField]
  private let roots: [Place]

  public static let shared = ConfigurationSchema()

  private init() {
    let tables = [
      FieldTable.scraperFile(), FieldTable.reconciliationFile(), FieldTable.autonomousFile(),
      FieldTable.inventoryFile(),
    ]
    fields = tables.flatMap { $0 }
    roots = tables.map { table in
      var draft = Draft()
      for field in table {
        draft.insert(field, field.path.split(separator: ".")[...])
      }
      return Place(draft)
    }
  }

  func root(_ file: ConfigurationFile) -> Place { roots[Int(file.rawValue)] }
}
