public import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A complete S3 Inventory report on disk, its manifest verified.
public struct InventoryReport: Hashable, Sendable {
  public let manifestPath: String
  /// The bucket that it lists.
  public let sourceBucket: String
  /// When the scan of the bucket began.
  public let began: Instant
  /// Of the manifest's bytes: the same report has the same identity, wherever it lies.
  public let identity: Hash128
  let manifest: InventoryManifest

  /// The largest manifest that is read: some hundred thousand parts.
  private static let manifestBytesMax = 64 << 20

  /// Opens the report with this `manifest.json`; with `expectedBucket`, only one of that bucket.
  public static func open(
    manifest path: String, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    guard let json = try contents(of: path) else { throw .noManifest(path: path) }
    let checksumPath = folder(of: path) + "manifest.checksum"
    guard let checksum = try contents(of: checksumPath) else {
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
      identity: Hash128(of: json), manifest: manifest)
  }

  /// A file's bytes; nil if there is no such file.
  static func contents(of path: String) throws(InventoryError) -> [UInt8]? {
    do throws(SystemCallFailure) {
      return try OpenFile.open(path, O_RDONLY).readAll(limit: manifestBytesMax)
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR { return nil }
      throw .system(error)
    }
  }

  /// A path's folder, with a slash at its end unless it is the working directory.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}
