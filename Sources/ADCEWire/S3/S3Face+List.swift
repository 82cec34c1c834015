internal import ADCEIO
internal import ADCEKernel

extension S3Face {
  private static let keysMax = 1000

  /// S3 API Reference, ListObjectsV2.
  func list(_ request: WireRequest) throws(S3Fault) -> WireAnswer {
    let items = request.queryItems ?? [:]
    let keysMax: Int
    switch items["max-keys"] {
    case nil, "": keysMax = Self.keysMax
    case let text?:
      guard let number = Int(text), number >= 0 else {
        throw .invalid("Provided max-keys not an integer or within integer range")
      }
      keysMax = min(number, Self.keysMax)
    }
    let isEncoded: Bool
    switch items["encoding-type"] {
    case nil, "": isEncoded = false
    case "url": isEncoded = true
    default: throw .invalid("Invalid Encoding Method specified in Request")
    }
    var position: WireLake.Position?
    if let token = items["continuation-token"] {
      guard let named = Self.position(token) else {
        throw .invalid("The continuation token provided is incorrect")
      }
      position = named
    } else if let after = items["start-after"], !after.isEmpty {
      position = .after(key: Array(after.utf8))
    }
    let prefix = Array((items["prefix"] ?? "").utf8)
    let delimiter = Array((items["delimiter"] ?? "").utf8)
    let page = lake.page(
      prefix: prefix, delimiter: delimiter, from: position, keysMax: keysMax)
    return document(page, items, keysMax, isEncoded)
  }

  private func document(
    _ page: WireLake.Page, _ items: [String: String], _ keysMax: Int, _ isEncoded: Bool
  ) -> WireAnswer {
    func name(_ bytes: some Sequence<UInt8>) -> [UInt8] {
      isEncoded
        ? Array(PercentEncoding.encode(bytes, keeping: UInt8(ascii: "/")).utf8) : Array(bytes)
    }
    var xml = S3XML()
    xml.element("ListBucketResult", namespace: S3XML.namespace) { xml in
      xml.element("Name", WireKeys.bucket)
      xml.element("Prefix", name((items["prefix"] ?? "").utf8))
      if let delimiter = items["delimiter"] { xml.element("Delimiter", name(delimiter.utf8)) }
      if let token = items["continuation-token"] { xml.element("ContinuationToken", token) }
      if let after = items["start-after"] { xml.element("StartAfter", name(after.utf8)) }
      xml.element("KeyCount", String(page.count))
      xml.element("MaxKeys", String(keysMax))
      if isEncoded { xml.element("EncodingType", "url") }
      xml.element("IsTruncated", page.next == nil ? "false" : "true")
      if let next = page.next { xml.element("NextContinuationToken", Self.token(next)) }
      for entry in page.entries {
        xml.element("Contents") { xml in
          xml.element("Key", name(entry.key))
          xml.element("LastModified", Self.time(entry.modified))
          xml.element("ETag", entry.etag)
          xml.element("Size", String(entry.bytes))
          xml.element("StorageClass", "STANDARD")
        }
      }
      for folder in page.folders {
        xml.element("CommonPrefixes") { $0.element("Prefix", name(folder)) }
      }
    }
    return xml.answer()
  }

  /// The text that names a place to a client, which understands nothing of it.
  private static func token(_ position: WireLake.Position) -> String {
    switch position {
    case .after(let key): "k" + SHA256Text.hex(digits: key)
    case .past(let folder): "f" + SHA256Text.hex(digits: folder)
    }
  }

  private static func position(_ token: String) -> WireLake.Position? {
    let digits = Array(token.utf8.dropFirst())
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard
        let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    switch token.first {
    case "k": return .after(key: bytes)
    case "f": return .past(folder: bytes)
    default: return nil
    }
  }
}
