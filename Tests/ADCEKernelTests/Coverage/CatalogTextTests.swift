import ADCEKernel
import Testing

struct CatalogTextTests {
  private func rows(
    _ text: String, _ separator: CatalogTable.Separator? = nil
  ) throws(CatalogTextProblem) -> [[String]] {
    let table = try CatalogTable(text: Array(text.utf8), separator: separator)
    return [table.columns]
      + (0..<table.rowCount).map { row in
        table.columns.indices.map {
          String(decoding: table.cell(row: row, column: $0), as: UTF8.self)
        }
      }
  }

  @Test func `fields may be quoted, and hold commas, quotes and line ends`() throws {
    let text = "a,b\r\n\"x, \"\"y\"\"\",\"two\r\nlines\"\r\n,\"\"\n"
    #expect(try rows(text) == [["a", "b"], ["x, \"y\"", "two\r\nlines"], ["", ""]])
  }

  @Test func `a byte order mark, blank lines and a missing last line end are fine`() throws {
    #expect(try rows("\u{FEFF}a,b\n\n\n1,2\r\n\r\n3,4") == [["a", "b"], ["1", "2"], ["3", "4"]])
  }

  @Test func `short rows are filled and long rows are cut`() throws {
    #expect(try rows("a,b\n1\n1,2,3\n") == [["a", "b"], ["1", ""], ["1", "2"]])
  }

  @Test func `a tab in the header makes it TSV, where quotes are text`() throws {
    #expect(try rows("a\tb\n\"1\"\t2,3\r\n") == [["a", "b"], ["\"1\"", "2,3"]])
    #expect(try rows("a,b\n1\t2,3\n") == [["a", "b"], ["1\t2", "3"]])
    #expect(try rows("a\tb\n1\t2\n", .comma) == [["a\tb"], ["1\t2"]])
    #expect(try rows("a,b\n1,2\n", .tab) == [["a,b"], ["1,2"]])
  }

  @Test func `what is no table says why`() {
    #expect(throws: CatalogTextProblem.empty) { try rows("") }
    #expect(throws: CatalogTextProblem.empty) { try rows("\r\n\n") }
    #expect(throws: CatalogTextProblem.unclosedQuote(line: 3)) { try rows("a\n1\n\"2\n3\n") }
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xC3], [0xE2, 0x82],
    ] as [[UInt8]])
  func `what is not UTF-8 is refused with its place`(_ bytes: [UInt8]) {
    #expect(throws: CatalogTextProblem.notUTF8(offset: 2)) {
      try CatalogTable(text: [0x61, 0x0A] + bytes, separator: nil)
    }
  }
}
