internal import ADCEKernel

/// A lake that is a bucket, or what lies below a prefix in one: its keys are the objects' keys
/// behind that prefix and its slash; an object's time is its LastModified.
package struct S3Lake: Lake {
  package let client: S3Client
  package let location: S3Location
  /// What a listing covers, relative to the lake; none begins with another.
  package let prefixes: [[UInt8]]
  /// How many pages are asked for at a time.
  package let readers: Int
  /// When the bucket was last seen to be there.
  let seen = Locked<Int64?>(nil)

  /// The location's prefix, with a slash at its end unless it is empty.
  let root: [UInt8]

  /// More readers than this bring nothing but threads.
  static let readersMax = 64

  package init(
    client: S3Client, location: S3Location, prefixes: [[UInt8]] = [[]], readers: Int = 4
  ) {
    self.client = client
    self.location = location
    self.prefixes = ListingPrefixes.merged(prefixes)
    self.readers = min(max(1, readers), Self.readersMax)
    root = location.folder
  }

  package func scan<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(LakeError) -> (sink: Sink, outcome: ScanOutcome) {
    let began = client.serverNow
    let listing = ParallelListing(
      source: S3ListingSource(client: client, bucket: location.bucket),
      prefixes: prefixes.map { root + $0 }, readers: readers, hiddenBytes: root.count)
    do throws(ListingFailure) {
      let found = try listing.run(into: makeSink)
      // Dates have whole seconds: what an answer of this second does not hold may be of this one.
      var outcome = ScanOutcome(
        source: .listing, began: found.began ?? began, objects: found.counts.objects,
        bytes: found.bytes)
      outcome.requests = found.counts.pages
      outcome.ranges = found.counts.ranges
      noteSeen()
      return (found.sink, outcome)
    } catch {
      throw .remote(RemoteFailure(error))
    }
  }

  package func fault(of key: [UInt8]) -> KeyFault? { Self.fault(of: key, root + key) }

  package func abandon() { client.shutdown() }

  package func takeNotes() -> [String] { client.takeNotes() }

  /// The object's key in the bucket, if it can be one.
  func objectKey(_ key: [UInt8]) throws(LakeError) -> [UInt8] {
    let whole = root + key
    if let fault = Self.fault(of: key, whole) {
      throw .unstorableKey(String(decoding: key, as: UTF8.self), fault)
    }
    return whole
  }

  /// "Naming Amazon S3 objects": up to 1,024 bytes of UTF-8.
  private static func fault(of key: [UInt8], _ whole: [UInt8]) -> KeyFault? {
    if key.isEmpty { return .empty }
    if whole.count > 1024 { return .tooLong }
    return String(validating: whole, as: UTF8.self) == nil ? .notUTF8 : nil
  }
}
