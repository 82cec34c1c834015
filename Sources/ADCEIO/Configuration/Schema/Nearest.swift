/// "Did you mean …": the nearest of some known names.
enum Nearest {
  /// The name with the smallest distance, if that is small enough to be a slip; the first of equals.
  static func name(to wanted: String, among names: some Sequence<String>) -> String? {
    let bound = max(1, min(4, wanted.count / 3 + 1))
    var best: (name: String, distance: Int)?
    for name in names {
      guard abs(name.utf8.count - wanted.utf8.count) <= bound else { continue }
      let distance = self.distance(Array(wanted.lowercased().utf8), Array(name.lowercased().utf8))
      if distance <= bound, distance < best?.distance ?? Int.max { best = (name, distance) }
    }
    return best?.name
  }

  /// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    // A slip is short; anything else is not worth quadratic time.
    guard a.count <= 64, b.count <= 64 else { return Int.max }
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = previous
      previous = row
    }
    return previous[b.count]
  }
}
