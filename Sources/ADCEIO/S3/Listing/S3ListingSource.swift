internal import ADCEKernel

/// Pages of a bucket (S3 API Reference, ListObjectsV2).
struct S3ListingSource: ListingSource {
  let client: S3Client
  let bucket: String

  /// The most that S3 gives at a time.
  private static let pageKeys = 1000

  func page(of range: ListingRange) throws(ListingFailure) -> ListingPage {
    try page(of: range, delimiter: nil)
  }

  /// The folders and objects right below a prefix that ends with a slash.
  ///
  /// - Parameter pages: how many may still be asked for; what lies on others is left out.
  func children(
    of prefix: [UInt8], pages: inout Int
  ) throws(ListingFailure) -> (folders: [[UInt8]], keys: [[UInt8]]) {
    var folders: [[UInt8]] = []
    var keys: [[UInt8]] = []
    var range = ListingRange(prefix: prefix)
    while pages > 0 {
      pages -= 1
      let page = try page(of: range, delimiter: "/")
      folders += page.commonPrefixes
      keys += (0..<page.count).map { Array(page.key($0)) }
      // Without a token, by the last that was given: a folder stands for all keys in it.
      guard page.isTruncated, let token = page.nextToken, token != range.token else { break }
      range.token = token
    }
    return (folders, keys)
  }

  private func page(
    of range: ListingRange, delimiter: String?
  ) throws(ListingFailure) -> ListingPage {
    var request = S3Request(.get, bucket: bucket)
    request.permission = "s3:ListBucket"
    request.query = [
      .init("list-type", "2"), .init("encoding-type", "url"),
      .init("max-keys", String(Self.pageKeys)),
    ]
    if !range.prefix.isEmpty { request.query.append(.init("prefix", range.prefix)) }
    if let delimiter { request.query.append(.init("delimiter", delimiter)) }
    if let token = range.token {
      request.query.append(.init("continuation-token", token))
    } else if let after = range.after {
      request.query.append(.init("start-after", after))
    }
    let response: S3Response
    do throws(S3Failure) { response = try client.send(request) } catch { throw .request(error) }
    do throws(ListingFault) {
      var page = try ListingPage(xml: response.body)
      page.date = response.header("date").flatMap { HTTPDate.parse($0, now: client.serverNow) }
      return page
    } catch {
      throw .page(error, prefix: String(decoding: range.prefix, as: UTF8.self))
    }
  }
}
