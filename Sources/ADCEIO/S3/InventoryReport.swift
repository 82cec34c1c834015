public import ADCEKernel

/// A complete S3 Inventory report, its manifest verified.
public struct InventoryReport: Sendable {
  /// A path, or an `s3://` URL.
  public let manifestPath: String
  /// The bucket that it lists.
  public let sourceBucket: String
  /// When the scan of the bucket began.
  public let began: Instant
  /// Of the manifest's bytes: the same report has the same identity, wherever it lies.
  public let identity: Hash128
  let manifest: InventoryManifest
  let files: any InventoryFiles

  /// The largest manifest that is read: some hundred thousand parts.
  static let manifestBytesMax = 64 << 20

  /// Opens the report on disk with this `manifest.json`; with `expectedBucket`, only one of that
  /// bucket.
  public static func open(
    manifest path: String, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    try open(manifest: path, in: DiskInventoryFiles(), expectedBucket: expectedBucket)
  }

  /// The same for reports wherever they are.
  package static func open(
    manifest path: String, in files: any InventoryFiles, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    guard let json = try files.contents(of: path) else { throw .noManifest(path: path) }
    let checksumPath = folder(of: path) + "manifest.checksum"
    guard let checksum = try files.contents(of: checksumPath) else {
      throw .unfinished(manifest: path)
    }
    let expected = String(decoding: checksum, as: UTF8.self).lowercased()
    guard expected.filter({ !$0.isWhitespace }) == MD5.hex(json) else {
      throw .manifestChecksum(manifest: path)
    }
    let manifest = try InventoryManifest(json: json, path: path)
    if let expectedBucket, manifest.sourceBucket != expectedBucket {
      throw .otherBucket(
        manifest: path, found: manifest.sourceBucket, expected: expectedBucket)
    }
    return InventoryReport(
      manifestPath: path, sourceBucket: manifest.sourceBucket, began: manifest.began,
      identity: Hash128(of: json), manifest: manifest, files: files)
  }

  /// A path's folder, with a slash at its end unless it is the working directory.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}
