import ADCEKernel

/// Takes the rows of a report's CSV out of a window of bytes that moves over it, and hands their
/// objects to a sink. No row makes a string or an allocation.
///
/// AWS quotes every field and escapes nothing inside (keys are URL-encoded): such rows take a
/// short path. All else that RFC 4180 allows takes a longer one, with the same meaning.
package struct InventoryRows: Sendable {
  /// Rows taken so far, blank lines not counted.
  package private(set) var rows = 0
  package private(set) var objects = 0
  package private(set) var bytes: Int64 = 0
  package private(set) var superseded = 0

  private let roles: [InventorySchema.Role]
  private var timestamps = InventoryTimestamps()

  /// So many bytes behind the window's end must be readable: the search for quotes reads words.
  package static let slack = 8

  package init(_ schema: InventorySchema) { roles = schema.roles }

  package mutating func add(_ other: InventoryRows) {
    rows += other.rows
    objects += other.objects
    bytes &+= other.bytes
    superseded += other.superseded
  }

  /// Consumes the whole rows of the window and returns how many bytes they took; with `isLast`
  /// the last one needs no line end. What is escaped is unescaped in place, in the window.
  ///
  /// A fault is that of row `rows` + 1.
  package mutating func consume(
    _ window: UnsafeMutableRawBufferPointer, isLast: Bool, into sink: inout some ObjectSink
  ) throws(InventoryRowFault) -> Int {
    guard let start = window.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
    let cursor = CSVCursor(start: start, end: window.count)
    var position = 0
    var fields = InventoryFields()
    while position < window.count {
      if let next = cursor.plainRow(at: position, roles, &fields) {
        try observe(fields, start, &sink)
        position = next
      } else if let row = try cursor.quotedRow(at: position, isLast: isLast) {
        position = row.next
        if row.contents.isEmpty { continue }
        let columns = cursor.unescape(row.contents, roles, &fields)
        guard columns == roles.count else {
          throw .columns(found: columns, expected: roles.count)
        }
        try observe(fields, start, &sink)
      } else {
        break
      }
    }
    return position
  }

  /// The fields are ranges of the window that begins at `start`.
  private mutating func observe(
    _ fields: InventoryFields, _ start: UnsafeMutablePointer<UInt8>, _ sink: inout some ObjectSink
  ) throws(InventoryRowFault) {
    let isLatest = try InventoryValues.flag(start, fields.isLatest, absent: true)
    let isDeleteMarker = try InventoryValues.flag(start, fields.isDeleteMarker, absent: false)
    guard isLatest, !isDeleteMarker else {
      rows += 1
      superseded += 1
      return
    }
    let size = try InventoryValues.size(start, fields.size)
    let modified = try timestamps.seconds(
      UnsafeRawBufferPointer(start: start + fields.modified.start, count: fields.modified.count))
    let key = start + fields.key.start
    let count = try InventoryValues.decodeKey(key, fields.key.count)
    rows += 1
    objects += 1
    bytes &+= size
    sink.observe(
      key: UnsafeRawBufferPointer(start: key, count: count),
      facts: ObjectFacts(bytes: size, modifiedSeconds: modified))
  }
}

/// Where in the window the fields of a row lie.
struct InventoryFields {
  struct Field {
    var start = 0
    var count = 0
  }

  var key = Field()
  var size = Field()
  var modified = Field()
  var isLatest = Field()
  var isDeleteMarker = Field()

  @inline(__always)
  mutating func set(_ role: InventorySchema.Role, _ start: Int, _ end: Int) {
    let field = Field(start: start, count: end - start)
    switch role {
    case .ignored: break
    case .key: key = field
    case .size: size = field
    case .modified: modified = field
    case .isLatest: isLatest = field
    case .isDeleteMarker: isDeleteMarker = field
    }
  }
}
