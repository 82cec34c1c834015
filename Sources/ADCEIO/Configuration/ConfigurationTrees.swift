/// The four files as they were found: trees with the overrides laid over them, and what each source
/// of marks is called.
struct ConfigurationTrees {
  /// By `ConfigurationFile.rawValue`; nil = the file is not there, or cannot be read.
  var roots: [YAMLNode?]
  /// As they are shown, by `ConfigurationFile.rawValue`.
  var paths: [String]
  var isThere: [Bool]
  var problems: ProblemList

  init(
    _ locations: ConfigurationLocations, _ overrides: ConfigurationOverrides,
    disk: some ConfigurationDisk
  ) {
    let found = Self.readFiles(locations, disk)
    let entries = overrides.entries
    problems = ProblemList(
      sources: found.map(\.path) + entries.map(\.label),
      texts: SourceTexts(bytes: found.map(\.bytes)), isStrict: overrides.isStrict)
    paths = found.map(\.path)
    isThere = found.map(\.isThere)
    roots = [nil, nil, nil, nil]
    for (index, file) in found.enumerated() {
      let mark = YAMLMark(file: UInt8(index), line: 1, column: 1)
      if let reason = file.unreadable {
        problems.error(mark, "", "the file cannot be read: \(reason)")
      }
      guard file.isThere, file.unreadable == nil else { continue }
      let document = YAMLDocument(bytes: file.bytes, file: UInt8(index))
      for fault in document.faults { problems.error(fault.mark, "", fault.message) }
      roots[index] = document.root
    }
    // A whole load has few overrides, so their marks' files fit in a byte.
    for (index, entry) in entries.enumerated() {
      lay(entry, mark: YAMLMark(file: UInt8(4 + index), line: 1, column: 1))
    }
  }

  private struct Found {
    var path: String
    var isThere: Bool
    var bytes: [UInt8]
    var unreadable: String?
  }

  private static func readFiles(
    _ locations: ConfigurationLocations, _ disk: some ConfigurationDisk
  ) -> [Found] {
    let folder = locations.configDirectory
    var found: [Found] = []
    for file in ConfigurationFile.allCases where file != .inventory {
      found.append(read([PathText.join(folder, file.fileName)], disk))
    }
    found.append(read(inventoryPaths(locations), disk))
    return found
  }

  /// Where the data inventory may be.
  private static func inventoryPaths(_ locations: ConfigurationLocations) -> [String] {
    let name = ConfigurationFile.inventory.fileName
    return locations.inventory.map { [$0] } ?? [
      PathText.join(projectDirectory(locations), "inventory/" + name),
      PathText.join(locations.configDirectory, name),
    ]
  }

  /// What to say where there is none.
  func whyNoInventory(_ locations: ConfigurationLocations) -> String {
    guard locations.inventory == nil else { return "there is no such file (--inventory)" }
    let paths = Self.inventoryPaths(locations).joined(separator: " and ")
    let text = "there is no data inventory (looked for \(paths))"
    return isThere.contains(true)
      ? text : text + ": `adce init DIR` makes a folder with all that is needed"
  }

  /// The first that is there; if none, the last.
  private static func read(_ paths: [String], _ disk: some ConfigurationDisk) -> Found {
    for path in paths {
      switch disk.read(path) {
      case .absent: continue
      case .unreadable(let reason):
        return Found(path: path, isThere: true, bytes: [], unreadable: reason)
      case .bytes(let bytes):
        // Here too, so that columns count from what is written.
        let text = YAMLDocument.withoutByteOrderMark(bytes)
        return Found(path: path, isThere: true, bytes: text)
      }
    }
    return Found(path: paths.last ?? "", isThere: false, bytes: [])
  }

  /// The parent of the config directory, absolute (CONFIG.md, Relative paths).
  static func projectDirectory(_ locations: ConfigurationLocations) -> String {
    let folder = locations.configDirectory
    let absolute =
      folder.hasPrefix("/") ? folder : PathText.workingDirectory + "/" + folder
    return PathText.normalised(absolute + "/..")
  }

  private mutating func lay(_ entry: ConfigurationOverrides.Entry, mark: YAMLMark) {
    let node = YAMLNode(
      mark: mark, content: .scalar(YAMLScalar(text: entry.text, isPlain: true)))
    let index = Int(entry.file.rawValue)
    let names = entry.path.split(separator: ".").map(String.init)
    roots[index] = Self.setting(names[...], of: roots[index], to: node, mark)
  }

  private static func setting(
    _ names: ArraySlice<String>, of node: YAMLNode?, to value: YAMLNode, _ mark: YAMLMark
  ) -> YAMLNode {
    guard let name = names.first else { return value }
    // What should be a mapping and is not stays as it is: the check says so, with its line.
    if let node, node.map == nil, !node.isAbsent { return node }
    var entries = node?.map ?? []
    let below = setting(names.dropFirst(), of: node?[name], to: value, mark)
    if let index = entries.firstIndex(where: { $0.key == name }) {
      entries[index].value = below
    } else {
      entries.append(YAMLEntry(key: name, keyMark: mark, value: below))
    }
    return YAMLNode(mark: node?.mark ?? mark, content: .map(entries))
  }
}

extension YAMLNode {
  /// This tree, with what only the other has filled in: field by field, absent ones too.
  func filled(from other: YAMLNode?) -> YAMLNode {
    guard let other else { return self }
    guard let mine = map, let theirs = other.map else { return isAbsent ? other : self }
    var entries = mine
    for entry in theirs {
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[index].value = entries[index].value.filled(from: entry.value)
      } else {
        entries.append(entry)
      }
    }
    return YAMLNode(mark: mark, content: .map(entries))
  }
}
