/// Which of some members the objects of a JSON body lack, without building the body.
enum JSONFields: Equatable {
  /// Not JSON at all: the offset at which it stops being so.
  case malformed(offset: Int)
  /// JSON, but neither an object nor an array of objects.
  case otherShape
  /// The first field that an object lacks; nil if every one has all.
  case objects(lacking: String?)

  init(_ body: [UInt8], _ fields: [String]) {
    var reader = JSONReader(body)
    do throws(JSONReader.Fault) {
      self = try JSONFields.read(&reader, fields)
    } catch {
      self = .malformed(offset: error.offset)
    }
  }

  private static func read(
    _ reader: inout JSONReader, _ fields: [String]
  ) throws(JSONReader.Fault) -> JSONFields {
    var token = try reader.next()
    // Objects stand at depth 1, or at 2 within an array.
    let level: Int
    switch token {
    case .beginObject: level = 1
    case .beginArray: level = 2
    default:
      while token != .end { token = try reader.next() }
      return .otherShape
    }
    var lacking: String?
    var isObjects = true
    var seen = Array(repeating: false, count: fields.count)
    while token != .end {
      switch token {
      case .beginObject where reader.depth == level:
        for index in seen.indices { seen[index] = false }
      case .name(let range) where reader.depth == level:
        let name = reader.text(range)
        for index in fields.indices where fields[index] == name { seen[index] = true }
      case .endObject where reader.depth == level - 1:
        if lacking == nil, let index = seen.firstIndex(of: false) { lacking = fields[index] }
      case .string, .number, .literal:
        if reader.depth == 1, level == 2 { isObjects = false }
      case .beginArray where level == 2 && reader.depth == 2:
        isObjects = false
      default: break
      }
      token = try reader.next()
    }
    return isObjects ? .objects(lacking: lacking) : .otherShape
  }
}
