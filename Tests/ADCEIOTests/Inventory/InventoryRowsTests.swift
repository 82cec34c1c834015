import ADCEIO
import ADCEKernel
import Testing

@Suite("Rows of an inventory report")
struct InventoryRowsTests {
  private let time = "2024-05-01T12:00:00.000Z"
  private let seconds: Int64 = 1_714_564_800

  /// Runs some CSV through windows that end after every `step` bytes.
  private func read(
    _ csv: String, _ schema: String = "Bucket, Key, Size, LastModifiedDate", step: Int = 1000
  ) throws -> (sink: CollectingSink, rows: InventoryRows) {
    let schema = try InventorySchema(fileSchema: schema, manifest: "manifest.json")
    var rows = InventoryRows(schema)
    var sink = CollectingSink()
    var pending: [UInt8] = []
    var rest = Array(csv.utf8)[...]
    repeat {
      pending += rest.prefix(step)
      rest = rest.dropFirst(step)
      let count = pending.count
      pending += [UInt8](repeating: 0x22, count: InventoryRows.slack)
      let used = try pending.withUnsafeMutableBytes { bytes in
        let window = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        return try rows.consume(window, isLast: rest.isEmpty, into: &sink)
      }
      pending = Array(pending[used..<count])
    } while !rest.isEmpty
    return (sink, rows)
  }

  private func fault(
    _ csv: String, _ schema: String = "Bucket, Key, Size, LastModifiedDate"
  ) -> InventoryRowFault? {
    do {
      _ = try read(csv, schema)
      return nil
    } catch {
      return error as? InventoryRowFault
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1000])
  func aRowGivesKeySizeAndTime(step: Int) throws {
    let (sink, rows) = try read(
      "\"lake\",\"nba/a.json\",\"12\",\"\(time)\"\n\"lake\",\"b\",\"0\",\"\(time)\"\n", step: step)
    #expect(
      sink.objects == [
        Array("nba/a.json".utf8): ObjectFacts(bytes: 12, modifiedSeconds: seconds),
        Array("b".utf8): ObjectFacts(bytes: 0, modifiedSeconds: seconds),
      ])
    #expect(rows.rows == 2)
    #expect(rows.objects == 2)
    #expect(rows.bytes == 12)
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1000])
  func everyFormOfQuotingMeansTheSame(step: Int) throws {
    let forms = [
      "\"lake\",\"a\",\"1\",\"\(time)\"", "lake,a,1,\(time)", "lake,\"a\",1,\"\(time)\"",
      "\"la\"\"ke\",\"a\",\"1\",\(time)", "\"la\nke\",a,\"1\",\"\(time)\"",
      "\"la,ke\r\n\",\"a\",1,\(time)", ",a,1,\(time)", "\"\"\"\",a,1,\(time)",
    ]
    for form in forms {
      for end in ["\n", "\r\n", "", "\n\n", "\r\n\r\n"] {
        let (sink, rows) = try read(form + end, step: step)
        #expect(sink.keys == ["a"], "\(form.debugDescription)")
        #expect(sink.objects.first?.value == ObjectFacts(bytes: 1, modifiedSeconds: seconds))
        #expect(rows.rows == 1)
      }
    }
  }

  @Test(arguments: [1, 5, 1000])
  func formsMayChangeFromRowToRow(step: Int) throws {
    let csv = #"""
      "lake","a","1","\#(time)"
      lake,b,2,\#(time)

      "lake","c ""quoted""","3","\#(time)"
      "lake","d","4","\#(time)"
      """#
    let (sink, rows) = try read(csv, step: step)
    #expect(sink.keys == ["a", "b", "c \"quoted\"", "d"])
    #expect(rows.rows == 4)
  }

  @Test(arguments: [
    ("a+b", "a b"), ("a%2Bb", "a+b"), ("a%2bb", "a+b"), ("100%25", "100%"), ("%22q%22", "\"q\""),
    ("a%0Ab", "a\nb"), ("caf%C3%A9", "café"), ("a%2Fb/c", "a/b/c"), ("+", " "), ("%2B+", "+ "),
    ("-_.*~!()'", "-_.*~!()'"), ("%00", "\0"), ("x%F0%9F%8F%80", "x🏀"),
  ])
  func keysAreURLDecoded(encoded: String, key: String) throws {
    #expect(try read("\"l\",\"\(encoded)\",\"1\",\"\(time)\"\n").sink.keys == [key])
    #expect(try read("l,\(encoded),1,\(time)\n").sink.keys == [key])
  }

  @Test func columnsAreFoundByName() throws {
    let schema = "LastModifiedDate, ETag, Size, IntelligentTieringAccessTier, Key, Bucket"
    let (sink, _) = try read("\"\(time)\",\"e\",\"7\",\"\",\"k\",\"lake\"\n", schema)
    #expect(
      sink.objects == [Array("k".utf8): ObjectFacts(bytes: 7, modifiedSeconds: seconds)])
  }

  @Test func oldVersionsAndDeleteMarkersAreNoObjects() throws {
    let schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate"
    let (sink, rows) = try read(
      """
      "l","now","1","true","false","1","\(time)"
      "l","old","2","false","false","2","\(time)"
      "l","gone","3","true","true","","\(time)"
      "l","long gone","4","FALSE","TRUE","",""
      "l","plain","","","","3","\(time)"

      """, schema)
    #expect(sink.keys == ["now", "plain"])
    #expect(rows.superseded == 3)
    #expect(rows.rows == 5)
    #expect(rows.bytes == 4)
  }

  @Test(arguments: [
    ("2024-05-01T12:00:00.000Z", 1_714_564_800), ("2024-05-01T12:00:59.999Z", 1_714_564_859),
    ("2024-05-01T12:00:00Z", 1_714_564_800), ("2024-05-01T14:00:00+02:00", 1_714_564_800),
    ("1969-12-31T23:59:59.000Z", -1), ("2000-02-29T00:00:00.000Z", 951_782_400),
  ])
  func timesAreISO8601(text: String, seconds: Int64) throws {
    let row = "\"l\",\"k\",\"1\",\"\(text)\"\n"
    // Twice, because the second row of a day takes the short path.
    #expect(try read(row + row).sink.objects.first?.value.modifiedSeconds == seconds)
  }

  @Test func faultsAreNamed() {
    let row = "\"l\",\"k\",\"1\",\"\(time)\""
    #expect(fault(row + ",\"e\"\n") == .columns(found: 5, expected: 4))
    #expect(fault("\"l\",\"k\",\"1\"\n") == .columns(found: 3, expected: 4))
    #expect(fault("l\n") == .columns(found: 1, expected: 4))
    #expect(fault("\"l\"x,\"k\",\"1\",\"\(time)\"\n") == .quoting)
    #expect(fault("\"l\",\"k\",\"1\",\"\(time)\n") == .quoting)
    #expect(fault("\"l\"\r,\"k\",\"1\",\"\(time)\"\n") == .quoting)
    for size in ["x", "-1", "1.5", " 1", "1234567890123456789"] {
      #expect(fault("\"l\",\"k\",\"\(size)\",\"\(time)\"\n") == .size)
    }
    for bad in ["", "yesterday", "2024-05-01", "2024-13-01T12:00:00.000Z", "2024-05-01T12:00:00"] {
      #expect(fault("\"l\",\"k\",\"1\",\"\(bad)\"\n") == .time)
    }
    for bad in ["", "100%", "%G0", "a%2"] {
      #expect(fault("\"l\",\"\(bad)\",\"1\",\"\(time)\"\n") == .keyEncoding)
    }
    #expect(
      fault("\"k\",\"1\",\"\(time)\",\"maybe\"\n", "Key, Size, LastModifiedDate, IsLatest")
        == .flag)
  }

  @Test func aFaultIsThatOfTheNextRow() throws {
    let schema = try InventorySchema(
      fileSchema: "Key, Size, LastModifiedDate", manifest: "manifest.json")
    for bad in ["\"k\",\"x\",\"\(time)\"\n", "k\n", "\"k\"x\n", "\"%\",\"1\",\"\(time)\"\n"] {
      var rows = InventoryRows(schema)
      var sink = CollectingSink()
      var csv = Array("\"k\",\"1\",\"\(time)\"\n\n\"l\",\"1\",\"\(time)\"\n\(bad)".utf8)
      let count = csv.count
      csv += [UInt8](repeating: 0, count: InventoryRows.slack)
      #expect(throws: InventoryRowFault.self) {
        try csv.withUnsafeMutableBytes { bytes in
          let window = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
          _ = try rows.consume(window, isLast: true, into: &sink)
        }
      }
      #expect(rows.rows == 2)
    }
  }
}
