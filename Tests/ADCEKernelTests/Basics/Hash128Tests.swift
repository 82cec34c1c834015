import ADCEKernel
import Testing

struct Hash128Tests {
  // MurmurHash3_x64_128; the first three are published widely, the others were computed by an
  // implementation in another language, written from the reference algorithm.
  static let texts: [(String, String)] = [
    ("", "00000000000000000000000000000000"),
    ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),
    ("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347"),
  ]

  @Test(arguments: texts)
  func `a text has its published hash`(_ text: String, _ hex: String) {
    #expect(Hash128(of: text).hex == hex)
    #expect(Hash128(of: Array(text.utf8)).hex == hex)
  }

  /// Of the bytes 0, 1, 2 … of each length: with seed 0 and with seed 42.
  static let lengths: [(Int, String, String)] = [
    (1, "4610abe56eff5cb551622daa78f83583", "323efed30b226dc816bdbdf28659c459"),
    (7, "bd4c6987ca4b0d68613addd4bd25c787", "e2b98b65aa2d81dca5eb60b73e701fac"),
    (8, "47a7e1bdd68e2fc860e6ee02ec31dcc7", "5045fc347ce9218e9f05810be6648b7b"),
    (9, "fbb4cb0f6e812d3278de751d0200ffb9", "443643fae0918397ed5ac840fdf71df6"),
    (15, "47231598fd4925e9cd846dee88c67de9", "cb82f98f96ab85459b8cada0872083dc"),
    (16, "444924b591903f30ab906456762fe845", "52b5fa4f1786de293c4d5bc560421e40"),
    (17, "5c76f40f9fe7c20ec15f026b9edaa824", "8f08f89d332aa1fb592bb498cd19df6c"),
    (31, "053dd3e1a32cd0949ee59aefb4005490", "5fc4e026c822c888343304c5c7aa92eb"),
    (32, "c66d9022b62f500f1c050a6e34c31151", "35ac4ee2a375fe11f5c12c4cbf068b69"),
    (33, "7d41281bfaba461255ac8073a7d6a30b", "d693141f9e1df25eaf456193ea9735c8"),
  ]

  @Test(arguments: lengths)
  func `every tail length and seed is right`(_ count: Int, _ plain: String, _ seeded: String) {
    let bytes = (0..<count).map { UInt8($0) }
    #expect(Hash128(of: bytes).hex == plain)
    #expect(Hash128(of: bytes, seed: 42).hex == seeded)
  }

  @Test func `sums carry, commute and come apart again`() {
    let a = Hash128(high: 1, low: UInt64.max)
    let b = Hash128(high: UInt64.max, low: 2)
    #expect(a &+ b == Hash128(high: 1, low: 1))
    #expect(a &+ b == b &+ a)
    #expect((a &+ b) &- b == a)
    #expect(Hash128.zero &- b == Hash128(high: 0, low: UInt64.max - 1))
  }
}
