import ADCEKernel
import Testing

@testable import ADCEIO

struct MetricsFileTests {
  private static let verified = Instant(seconds: 1_736_899_200)

  private static func section(_ value: Int64) -> String {
    MetricsFile.section(
      [MetricsFile.Metric(name: "cycles_completed", value: .integer(value))], verified: verified)
  }

  private static func replaced(_ old: String, _ value: Int64) throws -> String {
    String(
      decoding: try MetricsFile.replaced(section(value), in: Array(old.utf8)), as: UTF8.self)
  }

  @Test func `an empty file gets our section`() throws {
    let text = try Self.replaced("", 7)
    #expect(
      text == """
        adce:
          cycles_completed:
            value: 7
            last_verified: '2025-01-15T00:00:00Z'
            verification_method: adce

        """)
    #expect(MetricsFile.values(in: Array(text.utf8)) == ["cycles_completed": "7"])
  }

  @Test func `what others wrote stays as it is, to the byte`() throws {
    let before = "# ours and theirs\r\nmetadata:\r\n  version: 1.0.0\r\n"
    let after = "\n# next\ns3_storage:\n  total_objects:\n    value: 172726\n"
    let first = try Self.replaced(before + after, 1)
    #expect(first == before + after + Self.section(1))
    let between = before + Self.section(1) + after
    #expect(try Self.replaced(between, 2) == before + Self.section(2) + after)
    // Of theirs nothing is taken for ours.
    #expect(MetricsFile.values(in: Array(between.utf8)) == ["cycles_completed": "1"])
  }

  @Test func `a file without a newline at its end gets one`() throws {
    #expect(try Self.replaced("a: 1", 3) == "a: 1\n" + Self.section(3))
    // A comment is no obstacle, and a section without a body is one.
    #expect(try Self.replaced("adce: # none yet\n", 3) == Self.section(3))
  }

  @Test(arguments: ["{a: 1}\n", "- a\n", "just a text\n", "'a': 1\n"])
  func `what has no place for a section is left alone`(text: String) {
    #expect(throws: MetricsFile.Refusal.notAMapping) { try Self.replaced(text, 1) }
  }

  @Test func `what is no text is left alone`() {
    #expect(throws: MetricsFile.Refusal.notText) {
      try MetricsFile.replaced(Self.section(1), in: [0x61, 0xFF, 0x0A])
    }
  }

  @Test func `tracked metrics come in the order in which they are named`() {
    let all = MetricsFile.names.map { MetricsFile.Metric(name: $0, value: .null) }
    #expect(MetricsFile.tracked([], of: all) == all)
    let names = ["error_count", "no_such", "cycles_completed"]
    #expect(MetricsFile.tracked(names, of: all).map(\.name) == ["error_count", "cycles_completed"])
    #expect(MetricsFile.unknown(names) == ["no_such"])
  }
}
