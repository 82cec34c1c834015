import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreExportTests {
  private func lines(
    _ store: borrowing Store,
    _ render: (TableID, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> String? = { _, _, _ in
      nil
    }
  ) throws -> [String] {
    var lines: [String] = []
    try store.read { snapshot throws(StoreFailure) in
      try snapshot.export(render: render) { lines.append($0) }
    }
    return lines
  }

  @Test func everyRecordIsALineOfJSON() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("b\"\\", "xy"), ("a\n", "")])
    let found = try lines(book.store)
    #expect(
      found == [
        "{\"meta\":{\"sequence\":1,\"digest\":\"\(book.digest.hex)\","
          + "\"written_at\":\"1970-01-01T00:16:40Z\",\"migrations\":[]}}",
        "{\"table\":\"ledger\",\"key\":\"610a\",\"version\":1,\"body\":\"00000000\"}",
        "{\"table\":\"ledger\",\"key\":\"62225c\",\"text\":\"b\\\"\\\\\",\"version\":1,"
          + "\"body\":\"020000007879\"}",
      ])
    for line in found {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
  }

  @Test func aRendererSaysWhatARecordIs() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "xy")])
    let found = try lines(book.store) { table, key, body in "{\"bytes\":\(body.count)}" }
    #expect(
      found.last
        == "{\"table\":\"ledger\",\"key\":\"61\",\"text\":\"a\",\"version\":1,\"record\":{\"bytes\":15}}"
    )
  }

  @Test func aReceiverThatFailsEndsTheExport() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "1"), ("b", "2")])
    let full = StoreFailure.inputOutput(path: "stdout", doing: "write", reason: "closed")
    var count = 0
    #expect(throws: full) {
      try book.store.read { snapshot throws(StoreFailure) in
        try snapshot.export { _ throws(StoreFailure) in
          count += 1
          if count == 2 { throw full }
        }
      }
    }
    #expect(count == 2)
  }
}
