import ADCEIO
import ADCEKernel

extension InventoryReportGenerator {
  /// Appends one row as AWS writes it: every field quoted, `\n` at its end.
  func append(_ row: Row, to line: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(UInt8(ascii: "\""))
      append(column, of: row, to: &line)
      line.append(UInt8(ascii: "\""))
    }
    line.append(UInt8(ascii: "\n"))
  }

  private func append(_ column: Column, of row: Row, to line: inout [UInt8]) {
    switch column {
    case .bucket: line.append(contentsOf: sourceBucket.utf8)
    case .key: appendEncoded(row.key, to: &line)
    case .versionID:
      line.append(contentsOf: Hash128(of: row.key, seed: row.isLatest ? 1 : 2).hex.utf8)
    case .isLatest: line.append(contentsOf: (row.isLatest ? "true" : "false").utf8)
    case .isDeleteMarker: line.append(contentsOf: (row.isDeleteMarker ? "true" : "false").utf8)
    case .size: if !row.isDeleteMarker { line.append(contentsOf: String(row.bytes).utf8) }
    case .lastModified:
      line.append(contentsOf: row.modified.iso.utf8.dropLast())
      let milliseconds = row.modified.milliseconds - row.modified.seconds * 1000
      line.append(contentsOf: ".\(String(milliseconds + 1000).dropFirst())Z".utf8)
    case .etag: line.append(contentsOf: row.etag.utf8)
    case .storageClass: line.append(contentsOf: "STANDARD".utf8)
    case .isMultipartUploaded: line.append(contentsOf: "false".utf8)
    case .replicationStatus: break
    case .encryptionStatus: line.append(contentsOf: "SSE-S3".utf8)
    }
  }

  /// URL encoding as Java's `URLEncoder` does it, with `/` kept: letters, digits and `-_.*/`
  /// stand for themselves, a space is `+`, every other byte `%XX`.
  private func appendEncoded(_ key: [UInt8], to line: inout [UInt8]) {
    for byte in key {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "/"):
        line.append(byte)
      case UInt8(ascii: " "): line.append(UInt8(ascii: "+"))
      default:
        let digits: StaticString = "0123456789ABCDEF"
        line.append(UInt8(ascii: "%"))
        line.append(digits.utf8Start[Int(byte >> 4)])
        line.append(digits.utf8Start[Int(byte & 15)])
      }
    }
  }
}

/// One part of a report while it is being written. A class: it owns a file and a compressor.
final class PartWriter {
  let path: String
  private let key: String
  private let file: OpenFile
  private var deflater = GzipDeflater()
  private var digest = MD5.Running()
  private var pending: [UInt8] = []
  private var rowsInMember = 0
  private var size: Int64 = 0
  private(set) var rawBytes = 0

  init(path: String, key: String) throws(SystemCallFailure) {
    self.path = path
    self.key = key
    file = try FileTree.create(path)
  }

  func append(_ line: [UInt8], rowsPerMember: Int) throws(SystemCallFailure) {
    if rowsInMember == rowsPerMember {
      try flush(isLast: true)
      deflater = GzipDeflater()
      rowsInMember = 0
    }
    pending.append(contentsOf: line)
    rowsInMember += 1
    rawBytes += line.count
    if pending.count >= 256 << 10 { try flush(isLast: false) }
  }

  func finish() throws(SystemCallFailure) -> InventoryManifestText.File {
    try flush(isLast: true)
    return InventoryManifestText.File(key: key, size: size, md5: digest.hex)
  }

  private func flush(isLast: Bool) throws(SystemCallFailure) {
    var output: [UInt8] = []
    pending.withUnsafeBytes { bytes in
      deflater.deflate(bytes, isLast: isLast) { output.append(contentsOf: $0) }
    }
    pending.removeAll(keepingCapacity: true)
    digest.update(output)
    size += Int64(output.count)
    try file.write(output)
  }
}

/// The text of a `manifest.json`.
struct InventoryManifestText {
  struct File {
    var key: String
    var size: Int64
    var md5: String
  }

  var sourceBucket: String
  var destinationBucket: String
  var version: String
  var creationTimestamp: Int64
  var fileFormat: String
  var fileSchema: String
  var files: [File]

  var json: String {
    let list = files.map { file in
      """
          {
            "key" : "\(file.key)",
            "size" : \(file.size),
            "MD5checksum" : "\(file.md5)"
          }
      """
    }
    return """
      {
        "sourceBucket" : "\(sourceBucket)",
        "destinationBucket" : "arn:aws:s3:::\(destinationBucket)",
        "version" : "\(version)",
        "creationTimestamp" : "\(creationTimestamp)",
        "fileFormat" : "\(fileFormat)",
        "fileSchema" : "\(fileSchema)",
        "files" : [\(files.isEmpty ? "" : "\n")\(list.joined(separator: ",\n"))
        ]
      }
      """
  }
}
