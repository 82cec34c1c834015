import Testing

@testable import ADCEIO

struct YAMLDocumentTests {
  private func read(_ text: String) -> YAMLDocument {
    YAMLDocument(bytes: Array(text.utf8), file: 0)
  }

  private func fault(_ text: String) -> String? {
    read(text).faults.first.map { "\($0.mark.line):\($0.mark.column) \($0.message)" }
  }

  @Test func `nodes know their line and column`() throws {
    let root = try #require(read("a: 1\nb:\n  - x\n  - {ü: [y, z]}\n").root)
    #expect(root["a"]?.mark == YAMLMark(file: 0, line: 1, column: 4))
    let list = try #require(root["b"]?.list)
    #expect(list[0].mark == YAMLMark(file: 0, line: 3, column: 5))
    let entry = try #require(list[1].map?.first)
    #expect(entry.keyMark == YAMLMark(file: 0, line: 4, column: 6))
    #expect(entry.value.list?[1].mark == YAMLMark(file: 0, line: 4, column: 13))
  }

  @Test(arguments: [
    ("~", YAMLMeaning.null), ("null", .null), ("", .null), ("true", .bool(true)),
    ("False", .bool(false)), ("yes", .text("yes")), ("off", .text("off")), ("12", .integer(12)),
    ("-7", .integer(-7)), ("+3", .integer(3)), ("0o17", .integer(15)), ("017", .integer(17)),
    ("0x1F", .integer(31)), ("1e3", .number(1000)), (".5", .number(0.5)), ("5.", .number(5)),
    ("1_000", .text("1_000")), ("2024-25", .text("2024-25")), ("2000-01", .text("2000-01")),
    ("2024-02-29", .text("2024-02-29")), ("12:30", .text("12:30")), (".inf", .number(.infinity)),
    ("-", .text("-")), (".", .text(".")), ("1e", .text("1e")), ("0x", .text("0x")),
    ("nan", .text("nan")), ("inf", .text("inf")), ("0x-1", .text("0x-1")),
    ("99999999999999999999", .number(99_999_999_999_999_999_999)),
  ])
  func `plain scalars mean what the core schema says`(_ text: String, _ meaning: YAMLMeaning) {
    #expect(YAMLScalar(text: text, isPlain: true).meaning == meaning)
    #expect(YAMLScalar(text: text, isPlain: false).meaning == .text(text))
  }

  @Test func `a tag decides between text and number`() {
    let root = read("a: !!str 12\nb: !!int '12'\nc: !own 12\n").root
    #expect(root?["a"]?.scalar?.meaning == .text("12"))
    #expect(root?["b"]?.scalar?.meaning == .integer(12))
    #expect(root?["c"]?.scalar?.meaning == .integer(12))
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "~\n", "\u{FEFF}", "---\n...\n"])
  func `a file that says nothing is empty`(_ text: String) {
    #expect(fault(text) == "1:1 the file is empty")
  }

  @Test func `bytes that are not UTF-8 are named with their place`() {
    for (bytes, place) in [
      ([0x61, 0x3A, 0x20, 0xFF], "1:4"), ([0x61, 0x0A, 0xC3, 0xA9, 0xC0, 0x80], "2:2"),
      ([0xED, 0xA0, 0x80], "1:1"), ([0xF4, 0x90, 0x80, 0x80], "1:1"), ([0xE2, 0x82], "1:1"),
    ] as [([UInt8], String)] {
      let fault = YAMLDocument(bytes: bytes, file: 0).faults.first
      #expect(fault.map { "\($0.mark.line):\($0.mark.column)" } == place)
      #expect(fault?.message.contains("not UTF-8") == true)
    }
  }

  @Test func `a file over 16 MiB is refused, one of 16 MiB is read`() {
    let over = [UInt8](repeating: 0x23, count: (16 << 20) + 1)
    #expect(YAMLDocument(bytes: over, file: 0).faults.first?.message.contains("16 MiB") == true)
    var full = [UInt8](repeating: 0x23, count: 16 << 20)
    full.replaceSubrange(0..<5, with: Array("a: 1\n".utf8))
    #expect(YAMLDocument(bytes: full, file: 0).faults == [])
  }

  @Test func `a byte order mark is no part of the text`() throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let document = YAMLDocument(bytes: mark + Array("a: 1\nb: 2\n".utf8), file: 0)
    #expect(document.faults == [])
    #expect(document.root?.map?.map(\.key) == ["a", "b"])
    var project = Project()
    project.inventory = "\u{FEFF}version: 1\nlast_updated: today\nvarsion: 2\n"
    #expect(
      project.load().told(.warning).contains {
        $0.hasPrefix("data_inventory.yaml:3:1 unknown field `varsion`")
      })
    project.inventory = "\u{FEFF}varsion: 1\nlast_updated: today\n"
    #expect(
      project.load().told(.warning).contains {
        $0.hasPrefix("data_inventory.yaml:1:1 unknown field `varsion`")
      })
  }

  @Test func `64 levels are read, the 65th is refused where it begins`() {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(fault(deepest) == nil)
    #expect(
      fault(String(repeating: "[", count: 65)) == "1:65 nested deeper than 64 levels")
  }

  @Test func `aliases are expanded, with the place of what they repeat`() {
    let root = read("a: &x [1, 2]\nb: *x\n").root
    #expect(root?["b"]?.list?.count == 2)
    #expect(root?["b"]?.mark == YAMLMark(file: 0, line: 1, column: 4))
  }

  @Test func `10,000 alias nodes are expanded, one more is refused`() {
    // An anchored list of 99 items is 100 nodes.
    let list = "a: &x [" + String(repeating: "1,", count: 99) + "]\nb: ["
    let hundred = list + String(repeating: "*x , ", count: 100) + "]\n"
    #expect(fault(hundred) == nil)
    let more = list + String(repeating: "*x , ", count: 101) + "]\n"
    #expect(fault(more) == "2:505 aliases expand to more than 10000 nodes")
  }

  @Test func `laughing aliases end at once`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(fault(text)?.hasSuffix("aliases expand to more than 10000 nodes") == true)
  }

  @Test func `an alias inside its own anchor, or to none, is refused`() {
    #expect(fault("a: &x [*x ]\n")?.hasPrefix("1:8 alias *x names nothing") == true)
    #expect(fault("a: *y\n")?.hasPrefix("1:4 alias *y names nothing") == true)
  }

  @Test func `every duplicate key is named`() {
    let faults = read("a: 1\nb: {c: 1, c: 2}\na: 3\n").faults
    #expect(
      faults.map { "\($0.mark.line):\($0.mark.column) \($0.message)" } == [
        "2:11 duplicate key `c`", "3:1 duplicate key `a`",
      ])
  }

  @Test func `what libyaml refuses has its place`() {
    #expect(fault("a: [1, 2\nb: 3\n")?.hasPrefix("2:2 ") == true)
    #expect(fault("a: \"x\n")?.hasPrefix("2:1 ") == true)
    #expect(fault("a:\n\tb: 1\n")?.hasPrefix("2:1 ") == true)
    #expect(fault("a: \u{1}\n") == "1:4 control characters are not allowed")
    #expect(fault("a: 1\n---\nb: 2\n")?.hasPrefix("2:1 a second document") == true)
    #expect(fault("? [a]\n: 1\n") == "1:3 a mapping's key must be plain text")
  }
}
