/// What the source serves: a JSON object that is a function of the target and the seed, and of the
/// request's number if requests are numbered, so that a test can tell apart what should have
/// arrived.
enum OriginBody {
  static func make(
    target: String, seed: UInt64, fields: [String], request: Int? = nil
  ) -> [UInt8] {
    var draws = Draws(state: hash(target, seed))
    var text = "{\"path\":\(quoted(target)),\"seed\":\(seed)"
    if let request { text += ",\"request\":\(request)" }
    for field in fields { text += ",\(quoted(field)):\(draws.next() % 100_000)" }
    text += ",\"rows\":["
    let rows = 12 + Int(draws.next() % 24)
    for row in 0..<rows {
      if row > 0 { text += "," }
      text += "{\"id\":\(draws.next() % 10_000_000),\"value\":\(draws.next() % 1000)}"
    }
    text += "]}\n"
    return Array(text.utf8)
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ text: String, _ seed: UInt64) -> UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return value
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// SplitMix64.
  private struct Draws {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}
