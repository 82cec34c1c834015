import CExpat

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ListingPage {
  /// Reads the body of a ListObjectsV2 answer (S3 API Reference, ListObjectsV2) in one pass.
  package init(xml: [UInt8]) throws(ListingFault) {
    let reader = ListingReader()
    try reader.read(xml)
    self = try reader.finish()
  }
}

/// What expat's callbacks fill. Only elements that are needed are looked at; the rest of what a
/// server may say is passed over.
private final class ListingReader {
  /// Of an object, and of the page.
  private enum Field {
    case none, key, size, modified, prefix, isTruncated, nextToken, keyCount, encoding
  }

  private var page = ListingPage()
  private var depth = 0
  private var root: String?
  private var isInObject = false
  private var isInPrefix = false
  private var field = Field.none
  /// The text of the element at hand.
  private var value: [UInt8] = []
  private var entry = ListingPage.Entry()
  /// Which of key, size and time the object at hand has.
  private var has = (key: false, size: false, modified: false)
  private var timestamps = InventoryTimestamps()
  private var isTruncated: Bool?
  private var keyCount: Int?
  private var isURLEncoded = false
  private var fault: ListingFault?

  func read(_ xml: [UInt8]) throws(ListingFault) {
    guard let parser = XML_ParserCreate("UTF-8") else {
      throw .malformed(line: 0, "no memory for a parser")
    }
    defer { XML_ParserFree(parser) }
    // Unretained is sound: expat calls back from within XML_Parse only, while `self` lives.
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, _ in ListingReader.of(context).began(name!) },
      { context, _ in ListingReader.of(context).ended() })
    XML_SetCharacterDataHandler(parser) { context, text, count in
      ListingReader.of(context).took(text!, Int(count))
    }
    page.text.reserveCapacity(xml.count / 4)
    var status = XML_STATUS_OK
    xml.withUnsafeBytes { bytes in
      // Bodies are bounded far below 2 GiB by the client.
      let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      status = XML_Parse(parser, text, Int32(bytes.count), 1)
    }
    guard status == XML_STATUS_OK else {
      let problem = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? ""
      throw .malformed(line: Int(XML_GetCurrentLineNumber(parser)), problem)
    }
  }

  func finish() throws(ListingFault) -> ListingPage {
    if let fault { throw fault }
    guard root == "ListBucketResult" else { throw .notAListing(root: root ?? "") }
    guard let isTruncated else { throw .truncation }
    if let keyCount, keyCount != page.count + page.commonPrefixes.count {
      throw .keyCount(said: keyCount, found: page.count + page.commonPrefixes.count)
    }
    page.isTruncated = isTruncated
    if isURLEncoded { try page.decodeKeys() }
    return page
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> ListingReader {
    Unmanaged<ListingReader>.fromOpaque(context!).takeUnretainedValue()
  }

  private func began(_ name: UnsafePointer<CChar>) {
    depth += 1
    value.removeAll(keepingCapacity: true)
    switch depth {
    case 1: root = String(cString: name)
    case 2:
      isInObject = strcmp(name, "Contents") == 0
      isInPrefix = strcmp(name, "CommonPrefixes") == 0
      if isInObject {
        entry = ListingPage.Entry()
        has = (false, false, false)
      }
      field = isInObject ? .none : ListingReader.pageField(name)
    case 3 where isInObject: field = ListingReader.objectField(name)
    case 3 where isInPrefix: field = strcmp(name, "Prefix") == 0 ? .prefix : .none
    default: field = .none
    }
  }

  private static func pageField(_ name: UnsafePointer<CChar>) -> Field {
    if strcmp(name, "IsTruncated") == 0 { return .isTruncated }
    if strcmp(name, "NextContinuationToken") == 0 { return .nextToken }
    if strcmp(name, "KeyCount") == 0 { return .keyCount }
    return strcmp(name, "EncodingType") == 0 ? .encoding : .none
  }

  private static func objectField(_ name: UnsafePointer<CChar>) -> Field {
    if strcmp(name, "Key") == 0 { return .key }
    if strcmp(name, "LastModified") == 0 { return .modified }
    return strcmp(name, "Size") == 0 ? .size : .none
  }

  private func took(_ text: UnsafePointer<CChar>, _ count: Int) {
    guard field != .none else { return }
    value.append(contentsOf: UnsafeRawBufferPointer(start: text, count: count))
  }

  private func ended() {
    switch field {
    case .none: break
    case .key:
      fail(has.key || value.isEmpty, "Key")
      has.key = true
      page.text.append(contentsOf: value)
      entry.end = page.text.count
    case .size:
      let size = decimal
      fail(has.size || size == nil, "Size")
      has.size = true
      entry.bytes = size ?? 0
    case .modified:
      let seconds = value.withUnsafeBytes { text -> Int64? in
        do throws(InventoryRowFault) { return try timestamps.seconds(text) } catch { return nil }
      }
      fail(has.modified || seconds == nil, "LastModified")
      has.modified = true
      entry.modifiedSeconds = seconds ?? 0
    case .prefix: page.commonPrefixes.append(value)
    case .isTruncated:
      isTruncated =
        value.elementsEqual("true".utf8) ? true : value.elementsEqual("false".utf8) ? false : nil
    case .nextToken: page.nextToken = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    case .keyCount: keyCount = decimal.map { Int($0) }
    case .encoding: isURLEncoded = value.elementsEqual("url".utf8)
    }
    field = .none
    if depth == 2, isInObject {
      isInObject = false
      fail(!has.key, "Key")
      fail(!has.size, "Size")
      fail(!has.modified, "LastModified")
      page.entries.append(entry)
    }
    depth -= 1
  }

  private func fail(_ isWrong: Bool, _ field: String) {
    if isWrong, fault == nil { fault = .object(number: page.count + 1, field: field) }
  }

  /// The text as a number of at most 18 digits.
  private var decimal: Int64? {
    guard (1...18).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return value.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }
}

extension PercentEncoding {
  /// As forms are encoded: a space is `+`.
  fileprivate static func decodedForm(_ bytes: [UInt8]) -> [UInt8]? {
    let text = String(decoding: bytes, as: UTF8.self).replacing("+", with: "%20")
    return decode(text).map { Array($0.utf8) }
  }
}

extension ListingPage {
  /// Undoes `encoding-type=url` (a space is `+`), in place.
  fileprivate mutating func decodeKeys() throws(ListingFault) {
    // `decodeKey` reads words, of which the last may reach behind the key.
    let count = text.count
    text.append(contentsOf: repeatElement(0, count: InventoryRows.slack))
    var bad: Int?
    var from = 0
    var to = 0
    text.withUnsafeMutableBufferPointer { bytes in
      let start = bytes.baseAddress!
      for index in entries.indices {
        let length = entries[index].end - from
        do throws(InventoryRowFault) {
          let decoded = try InventoryValues.decodeKey(start + from, length)
          // Forwards only, as keys shrink: what is still to be read is never overwritten.
          if to != from { memmove(start + to, start + from, decoded) }
          from += length
          to += decoded
          entries[index].end = to
        } catch {
          bad = bad ?? index
          return
        }
      }
    }
    if let bad { throw .object(number: bad + 1, field: "Key") }
    for index in commonPrefixes.indices {
      guard let decoded = PercentEncoding.decodedForm(commonPrefixes[index]) else {
        throw .object(number: index + 1, field: "Prefix")
      }
      commonPrefixes[index] = decoded
    }
    precondition(from == count, "keys do not fill their text")
    text.removeSubrange(to...)
  }
}
