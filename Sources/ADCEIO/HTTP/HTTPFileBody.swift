/// Part of a file as the body of a request. The file must not change meanwhile.
package struct HTTPFileBody: Hashable, Sendable {
  package var path: String
  /// Where it begins, in bytes.
  package var offset: Int64
  /// Its length in bytes.
  package var count: Int64

  package init(path: String, offset: Int64 = 0, count: Int64) {
    self.path = path
    self.offset = offset
    self.count = count
  }
}
