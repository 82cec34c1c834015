/// Why an S3 Inventory report is refused. It is refused as a whole: nothing of it counts.
public enum InventoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no manifest where one is said to be.
  case noManifest(path: String)
  /// A directory below which no complete report is found; how many unfinished ones there are.
  case noCompleteReport(directory: String, unfinished: Int)
  /// A directory in which reports were looked for, and given up after so many requests.
  case tooWide(directory: String, requests: Int)
  /// `manifest.checksum`, the mark of a report that is complete, is not there.
  case unfinished(manifest: String)
  /// `manifest.checksum` does not match the manifest.
  case manifestChecksum(manifest: String)
  case malformedManifest(manifest: String, String)
  /// The manifest is of a version that came after the one we know.
  case newerVersion(manifest: String, version: String)
  /// ORC or Parquet.
  case unsupportedFormat(manifest: String, format: String)
  /// The report has not the columns that are needed.
  case missingColumns(manifest: String, [String])
  case otherBucket(manifest: String, found: String, expected: String)
  /// A part that the manifest lists is not there.
  case partMissing(part: String, manifest: String)
  /// A part has not the size that the manifest gives, in bytes.
  case partSize(part: String, found: Int64, expected: Int64)
  /// A part has not the MD5 that the manifest gives.
  case partChecksum(part: String, found: String, expected: String)
  /// A part is as it was written, but does not inflate.
  case partCompression(part: String, GzipError)
  /// A row is not as the schema says; counted from 1 in its part.
  case row(part: String, number: Int, InventoryRowFault)
  /// It is named by something that is neither a file nor an object.
  case noPlace(url: String)
  case system(SystemCallFailure)
  case remote(RemoteFailure)

  public var description: String {
    switch self {
    case .noManifest(let path): "\(path): no such inventory report"
    case .noCompleteReport(let directory, let unfinished):
      "\(directory): no complete inventory report in it"
        + (unfinished > 0 ? " (\(unfinished) without a manifest.checksum that matches)" : "")
    case .tooWide(let directory, let requests):
      "\(directory): no inventory report was found in it with \(requests) requests, and no more "
        + "are made: name where the reports lie (inventory_prefix)"
    case .unfinished(let manifest):
      "\(manifest): no manifest.checksum beside it, so the report is not complete"
    case .manifestChecksum(let manifest): "\(manifest): does not match its manifest.checksum"
    case .malformedManifest(let manifest, let problem): "\(manifest): \(problem)"
    case .newerVersion(let manifest, let version):
      "\(manifest): manifest version \(version) is newer than "
        + "\(InventoryManifest.knownVersion), the newest that is known here"
    case .unsupportedFormat(let manifest, let format):
      "\(manifest): reports in \(format) are not supported; configure the inventory for CSV"
    case .missingColumns(let manifest, let names):
      "\(manifest): the report lacks the column\(names.count == 1 ? "" : "s") "
        + names.joined(separator: ", ") + "; add it to the inventory's optional fields"
    case .otherBucket(let manifest, let found, let expected):
      "\(manifest): a report of bucket \(found), not of \(expected)"
    case .partMissing(let part, let manifest): "\(manifest): part \(part) is missing"
    case .partSize(let part, let found, let expected):
      "part \(part): \(found) bytes long, not \(expected)"
    case .partChecksum(let part, let found, let expected):
      "part \(part): its MD5 is \(found), not \(expected): it is damaged"
    case .partCompression(let part, let error): "part \(part): \(error)"
    case .row(let part, let number, let fault): "part \(part), row \(number): \(fault)"
    case .noPlace(let url):
      "\(url): no place of a report: expected file:///path or s3://bucket[/prefix]"
    case .system(let failure): failure.description
    case .remote(let failure): failure.description
    }
  }

  /// Whether the report itself is at fault, so that the one before it may be taken; else its place
  /// could not be read, and that may pass.
  public var isOfReport: Bool {
    switch self {
    case .system, .remote: false
    default: true
    }
  }

  /// Of a command that fails for it (sysexits.h).
  public var exitCode: Int32 {
    switch self {
    case .remote(let failure): failure.exitCode
    case .noPlace: 64
    case .system(let failure): failure.isRefusal ? 77 : failure.isAbsence ? 65 : 74
    default: 65
    }
  }
}

/// What is wrong with a row.
public enum InventoryRowFault: Error, Hashable, Sendable, CustomStringConvertible {
  case columns(found: Int, expected: Int)
  /// A quoted field goes on after its closing quote, or never closes.
  case quoting
  case tooLong
  case keyEncoding
  case size
  case time
  /// Neither `true` nor `false`.
  case flag

  public var description: String {
    switch self {
    case .columns(let found, let expected): "\(found) columns, not \(expected)"
    case .quoting: "its quotes do not match"
    case .tooLong: "too long"
    case .keyEncoding: "the key is not URL-encoded"
    case .size: "the size is not a number"
    case .time: "the time is not ISO 8601"
    case .flag: "IsLatest or IsDeleteMarker is neither true nor false"
    }
  }
}
