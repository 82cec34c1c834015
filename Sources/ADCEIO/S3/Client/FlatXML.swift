internal import CExpat

/// The elements with nothing but text in a small XML document, by name: all that S3's errors, the
/// answers of multipart uploads and STS's credentials need.
struct FlatXML: Hashable, Sendable {
  var root: String
  private var texts: [String: String] = [:]

  /// The first element of that name.
  subscript(name: String) -> String? { texts[name] }

  /// Nil if it is not XML, or larger than 1 MiB.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= 1 << 20, let reader = Reader(bytes), let root = reader.root else {
      return nil
    }
    self.root = root
    texts = reader.texts
  }

  /// What expat's callbacks fill.
  private final class Reader {
    var root: String?
    var texts: [String: String] = [:]
    private var text: [UInt8] = []
    /// The last tag opened an element.
    private var isLeaf = false

    /// Nil if the document is not well-formed.
    init?(_ bytes: [UInt8]) {
      guard let parser = XML_ParserCreate("UTF-8") else { return nil }
      defer { XML_ParserFree(parser) }
      // Unretained is sound: expat calls back from within XML_Parse only, while `self` lives.
      XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
      XML_SetElementHandler(
        parser,
        { context, name, _ in
          let reader = Reader.of(context)
          if reader.root == nil { reader.root = String(cString: name!) }
          reader.isLeaf = true
          reader.text = []
        },
        { context, name in
          let reader = Reader.of(context)
          let name = String(cString: name!)
          if reader.isLeaf, reader.texts[name] == nil {
            reader.texts[name] = String(decoding: reader.text, as: UTF8.self)
          }
          reader.isLeaf = false
        })
      XML_SetCharacterDataHandler(parser) { context, text, count in
        Reader.of(context).text.append(
          contentsOf: UnsafeRawBufferPointer(start: text, count: Int(count)))
      }
      let status = bytes.withUnsafeBytes { bytes in
        XML_Parse(
          parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 1)
      }
      guard status == XML_STATUS_OK else { return nil }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Reader {
      Unmanaged<Reader>.fromOpaque(context!).takeUnretainedValue()
    }
  }
}
