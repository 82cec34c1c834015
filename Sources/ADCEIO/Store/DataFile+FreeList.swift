extension DataFile {
  /// Which of these pages are on the free list: a tree whose records hold the number of pages and
  /// then the pages that one transaction gave back. Nil if the list itself cannot be read whole.
  func freePages(
    in wanted: Range<UInt64>, by meta: Meta
  ) throws(StoreFailure) -> Set<UInt64>? {
    guard meta.freeRoot != UInt64.max else { return [] }
    var free: Set<UInt64> = []
    var open: [(page: UInt64, depth: Int)] = [(meta.freeRoot, 0)]
    while let (number, depth) = open.popLast() {
      // A tree of 32 levels is a loop.
      guard depth < 32, let page = try page(number, meta) else { return nil }
      guard let nodes = Nodes(page) else { return nil }
      for index in 0..<nodes.count {
        guard let node = nodes[index] else { return nil }
        if nodes.isBranch {
          open.append((node.child, depth + 1))
        } else {
          guard let list = try list(in: node, of: page, meta) else { return nil }
          for page in list where wanted.contains(page) { free.insert(page) }
        }
      }
    }
    return free
  }

  private func page(_ number: UInt64, _ meta: Meta) throws(StoreFailure) -> [UInt8]? {
    guard number <= meta.lastPage else { return nil }
    return try bytes(at: number * meta.pageBytes, count: Int(meta.pageBytes))
  }

  /// The pages that a record lists, wherever its value lies: in the node or on pages of its own.
  private func list(
    in node: Node, of page: [UInt8], _ meta: Meta
  ) throws(StoreFailure) -> [UInt64]? {
    guard node.valueBytes >= 8, node.valueBytes % 8 == 0 else { return nil }
    var value: [UInt8]
    if node.isElsewhere {
      guard node.valueOffset + 8 <= page.count else { return nil }
      let first = page.load(node.valueOffset, as: UInt64.self)
      guard first <= meta.lastPage,
        let found = try bytes(
          at: first * meta.pageBytes + UInt64(Nodes.headerBytes), count: node.valueBytes)
      else { return nil }
      value = found
    } else {
      guard node.valueOffset + node.valueBytes <= page.count else { return nil }
      value = Array(page[node.valueOffset..<node.valueOffset + node.valueBytes])
    }
    let count = value.load(0, as: UInt64.self)
    guard count <= value.count / 8 - 1 else { return nil }
    return (0..<Int(count)).map { value.load(8 + 8 * $0, as: UInt64.self) }
  }

  /// An entry of a page: a child, or a key and its value.
  private struct Node {
    var child: UInt64
    var valueOffset: Int
    var valueBytes: Int
    /// The value lies on pages of its own, whose number stands in its place.
    var isElsewhere: Bool
  }

  /// The entries of a branch or leaf page.
  private struct Nodes {
    static let headerBytes = 16
    let page: [UInt8]
    let isBranch: Bool
    let count: Int

    init?(_ page: [UInt8]) {
      let flags = page.load(10, as: UInt16.self)
      guard flags & 0b11 == 1 || flags & 0b11 == 2 else { return nil }
      let lower = Int(page.load(12, as: UInt16.self))
      guard lower >= Nodes.headerBytes, lower <= page.count else { return nil }
      self.page = page
      isBranch = flags & 1 != 0
      count = (lower - Nodes.headerBytes) / 2
    }

    subscript(index: Int) -> Node? {
      let offset = Int(page.load(Nodes.headerBytes + 2 * index, as: UInt16.self))
      guard offset + 8 <= page.count else { return nil }
      let low = UInt64(page.load(offset, as: UInt16.self))
      let high = UInt64(page.load(offset + 2, as: UInt16.self))
      let flags = UInt64(page.load(offset + 4, as: UInt16.self))
      let keyBytes = Int(page.load(offset + 6, as: UInt16.self))
      return Node(
        child: low | high << 16 | flags << 32, valueOffset: offset + 8 + keyBytes,
        valueBytes: Int(low | high << 16), isElsewhere: flags & 1 != 0)
    }
  }
}
