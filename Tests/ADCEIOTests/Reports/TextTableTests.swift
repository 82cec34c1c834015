import Testing

@testable import ADCEIO

struct TextTableTests {
  private func table() -> TextTable {
    var table = TextTable([.init("KEY"), .init("N", .right), .init("WHY", flexible: true)])
    table.append(["a/very/long/key/that/nobody/may/cut.json", "1", "because it is so, and long"])
    table.append(["b", "22", "short"])
    return table
  }

  @Test func `nothing is cut where no terminal shows it`() {
    #expect(
      table().text() == """
        KEY                                        N  WHY
        a/very/long/key/that/nobody/may/cut.json   1  because it is so, and long
        b                                         22  short
        """)
  }

  @Test func `on a terminal prose is cut at its end, and keys are not`() {
    #expect(
      table().text(60) == """
        KEY                                        N  WHY
        a/very/long/key/that/nobody/may/cut.json   1  because it is…
        b                                         22  short
        """)
    #expect(table().text(20).contains("a/very/long/key/that/nobody/may/cut.json"))
  }

  @Test func `wide characters take two columns`() {
    var table = TextTable([.init("A"), .init("B")])
    table.append(["試合", "x"])
    table.append(["abcd", "y"])
    #expect(table.text() == "A     B\n試合  x\nabcd  y")
  }

  @Test func `percentages are rounded, and never up to all`() {
    #expect(HumanText.percent(micro: 296_296) == "29.63 %")
    #expect(HumanText.percent(micro: 296_249) == "29.62 %")
    #expect(HumanText.percent(micro: 999_999) == "99.99 %")
    #expect(HumanText.percent(micro: 1_000_000) == "100.00 %")
    #expect(HumanText.percent(micro: 0) == "0.00 %")
  }
}
