/// `s3://bucket[/prefix]`: a lake, a report, a catalog.
package struct S3Location: Hashable, Sendable, CustomStringConvertible {
  package var bucket: String
  /// What follows the slash after the bucket, as it was written: a key, or the beginning of keys.
  package var prefix: [UInt8]

  package init(bucket: String, prefix: [UInt8] = []) {
    self.bucket = bucket
    self.prefix = prefix
  }

  /// - Throws: `configuration`, for another scheme or a name that no bucket can have.
  package init(_ url: String) throws(S3Failure) {
    guard url.hasPrefix("s3://") else {
      throw S3Failure(.configuration, "\(url): expected s3://bucket[/prefix]")
    }
    let rest = url.utf8.dropFirst(5)
    let name = rest.prefix { $0 != UInt8(ascii: "/") }
    bucket = String(decoding: name, as: UTF8.self)
    prefix = Array(rest.dropFirst(name.count + 1))
    guard S3Location.isBucketName(bucket) else {
      throw S3Failure(.configuration, "\(url): \"\(bucket)\" is no name that a bucket can have")
    }
  }

  /// The prefix as that of a folder: empty, or with a slash at its end.
  package var folder: [UInt8] {
    prefix.isEmpty || prefix.last == UInt8(ascii: "/") ? prefix : prefix + [UInt8(ascii: "/")]
  }

  package var description: String {
    prefix.isEmpty
      ? "s3://\(bucket)" : "s3://\(bucket)/\(String(decoding: prefix, as: UTF8.self))"
  }

  /// S3's naming rules, the old ones of us-east-1 included: 3 to 255 letters, digits, `.`, `-`, `_`.
  package static func isBucketName(_ name: String) -> Bool {
    (3...255).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      }
  }
}
