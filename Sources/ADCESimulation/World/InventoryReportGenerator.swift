package import ADCEIO
package import ADCEKernel

/// Writes an S3 Inventory report as AWS does (S3 User Guide, "Locating your inventory list").
///
/// Below the folder given: `SOURCE-BUCKET/CONFIGURATION/data/*.csv.gz` and
/// `SOURCE-BUCKET/CONFIGURATION/YYYY-MM-DDTHH-MMZ/manifest.{json,checksum}`. Rows are streamed: a
/// report of any size takes constant memory.
package struct InventoryReportGenerator {
  /// One row of the report.
  package struct Row: Hashable, Sendable {
    package var key: [UInt8]
    package var bytes: Int64
    package var modified: Instant
    /// Without quotes, as AWS writes it there.
    package var etag: String
    package var isLatest = true
    package var isDeleteMarker = false

    package init(key: [UInt8], bytes: Int64, modified: Instant, etag: String) {
      self.key = key
      self.bytes = bytes
      self.modified = modified
      self.etag = etag
    }
  }

  /// Columns that it can write, under AWS's names.
  package enum Column: String, CaseIterable, Sendable {
    case bucket = "Bucket"
    case key = "Key"
    case versionID = "VersionId"
    case isLatest = "IsLatest"
    case isDeleteMarker = "IsDeleteMarker"
    case size = "Size"
    case lastModified = "LastModifiedDate"
    case etag = "ETag"
    case storageClass = "StorageClass"
    case isMultipartUploaded = "IsMultipartUploaded"
    case replicationStatus = "ReplicationStatus"
    case encryptionStatus = "EncryptionStatus"
  }

  package var sourceBucket = "lake"
  package var destinationBucket = "inventory"
  package var configuration = "daily"
  /// When the scan of the bucket began; it names the report's folder, to the minute.
  package var began: Instant
  package var columns: [Column] = [.bucket, .key, .size, .lastModified, .etag]
  package var parts = 1
  /// A new gzip member begins after so many rows of a part.
  package var rowsPerMember = Int.max
  package var version = "2016-11-30"
  package var fileFormat = "CSV"

  package init(began: Instant) { self.began = began }

  package struct Written: Sendable {
    package var manifestPath: String
    package var partPaths: [String]
    package var rows: Int
    /// Of the parts' CSV before compression.
    package var rawBytes: Int
  }

  /// Writes the report below `root`, a folder that exists.
  ///
  /// Rows go to the parts in turn, 256 at a time; the manifest comes last.
  package func write(
    _ rows: some Sequence<Row>, below root: String
  ) throws(SystemCallFailure) -> Written {
    let base = "\(sourceBucket)/\(configuration)"
    let folder = "\(root)/\(base)"
    try FileTree.makeFolders("\(folder)/data")
    var open: [PartWriter] = []
    for index in 0..<parts {
      let name = hexName(of: index) + ".csv.gz"
      open.append(
        try PartWriter(path: "\(folder)/data/\(name)", key: "\(base)/data/\(name)"))
    }
    var count = 0
    var line: [UInt8] = []
    for row in rows {
      line.removeAll(keepingCapacity: true)
      append(row, to: &line)
      try open[count / 256 % parts].append(line, rowsPerMember: rowsPerMember)
      count += 1
    }
    var files: [InventoryManifestText.File] = []
    for part in open { files.append(try part.finish()) }
    let manifestPath = try writeManifest(files, in: folder)
    return Written(
      manifestPath: manifestPath, partPaths: open.map(\.path), rows: count,
      rawBytes: open.reduce(0) { $0 + $1.rawBytes })
  }

  private func writeManifest(
    _ files: [InventoryManifestText.File], in folder: String
  ) throws(SystemCallFailure) -> String {
    let iso = Array(began.iso.utf8)
    let time = String(decoding: iso[..<13] + [0x2D] + iso[14..<16], as: UTF8.self) + "Z"
    try FileTree.makeFolders("\(folder)/\(time)")
    let manifest = InventoryManifestText(
      sourceBucket: sourceBucket, destinationBucket: destinationBucket, version: version,
      creationTimestamp: began.milliseconds, fileFormat: fileFormat,
      fileSchema: columns.map(\.rawValue).joined(separator: ", "), files: files)
    let json = Array(manifest.json.utf8)
    try FileTree.write(json, to: "\(folder)/\(time)/manifest.json")
    try FileTree.write(Array(MD5.hex(json).utf8), to: "\(folder)/\(time)/manifest.checksum")
    return "\(folder)/\(time)/manifest.json"
  }

  /// Looks like AWS's names of parts (UUIDs), the same on every run.
  private func hexName(of part: Int) -> String {
    let hex = Hash128(of: "\(sourceBucket)/\(configuration)/\(began.milliseconds)/\(part)").hex
    let digits = Array(hex.utf8)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
      .map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }
}
