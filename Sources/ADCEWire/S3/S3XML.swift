internal import ADCEIO

/// An XML document that is being written.
struct S3XML {
  private var text = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)

  static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

  mutating func element(
    _ name: StaticString, namespace: String? = nil, _ body: (inout S3XML) -> Void
  ) {
    open(name, namespace)
    body(&self)
    close(name)
  }

  mutating func element(_ name: String, _ value: String) {
    text += "<\(name)>".utf8
    append(value.utf8)
    text += "</\(name)>".utf8
  }

  mutating func element(_ name: StaticString, _ value: some Sequence<UInt8>) {
    open(name, nil)
    append(value)
    close(name)
  }

  private mutating func open(_ name: StaticString, _ namespace: String?) {
    text.append(UInt8(ascii: "<"))
    text += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    if let namespace { text += " xmlns=\"\(namespace)\"".utf8 }
    text.append(UInt8(ascii: ">"))
  }

  private mutating func close(_ name: StaticString) {
    text += [UInt8(ascii: "<"), UInt8(ascii: "/")]
    text += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    text.append(UInt8(ascii: ">"))
  }

  /// Escaped; what XML 1.0 cannot hold is left out, as only `encoding-type=url` can say it.
  private mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "&"): text += "&amp;".utf8
      case UInt8(ascii: "<"): text += "&lt;".utf8
      case UInt8(ascii: ">"): text += "&gt;".utf8
      case UInt8(ascii: "\""): text += "&quot;".utf8
      case 0x0D: text += "&#13;".utf8
      case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F: break
      default: text.append(byte)
      }
    }
  }

  func answer(status: Int = 200) -> WireAnswer {
    WireAnswer(
      status: status, fields: [HTTPHeader("Content-Type", "application/xml")], body: .bytes(text))
  }
}
