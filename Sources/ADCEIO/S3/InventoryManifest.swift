package import ADCEKernel
import FoundationEssentials

/// The `manifest.json` of an S3 Inventory report, checked.
///
/// Fields as in the S3 User Guide, "Locating your inventory list".
package struct InventoryManifest: Hashable, Sendable {
  /// The only version that AWS has published so far.
  static let knownVersion = "2016-11-30"

  package struct Part: Hashable, Sendable {
    /// In the destination bucket.
    package var key: String
    /// Of the compressed file.
    package var bytes: Int64
    /// 32 lower-case hexadecimal digits.
    package var md5: String
  }

  package var sourceBucket: String
  package var destinationBucket: String
  /// When the scan of the bucket began.
  package var began: Instant
  package var schema: InventorySchema
  package var parts: [Part]

  /// Checks in the order: version, format, schema, parts; `path` is for messages.
  package init(json: [UInt8], path: String) throws(InventoryError) {
    let form: Form
    do {
      form = try JSONDecoder().decode(Form.self, from: Data(json))
    } catch {
      throw .malformedManifest(manifest: path, Self.problem(error))
    }
    guard form.version <= Self.knownVersion else {
      throw .newerVersion(manifest: path, version: form.version)
    }
    guard form.fileFormat == "CSV" else {
      throw .unsupportedFormat(manifest: path, format: form.fileFormat)
    }
    sourceBucket = Self.bucketName(form.sourceBucket)
    destinationBucket = Self.bucketName(form.destinationBucket)
    began = form.creationTimestamp.instant
    schema = try InventorySchema(fileSchema: form.fileSchema, manifest: path)
    parts = []
    for file in form.files {
      guard file.size >= 0, file.md5.utf8.count == 32 else {
        throw .malformedManifest(
          manifest: path, "the size or MD5checksum of \(file.key) is not valid")
      }
      parts.append(
        Part(key: file.key, bytes: file.size, md5: file.md5.lowercased()))
    }
  }

  /// Buckets are named plainly or by ARN (`arn:aws:s3:::name`).
  private static func bucketName(_ text: String) -> String {
    guard text.hasPrefix("arn:"), let colon = text.lastIndex(of: ":") else { return text }
    return String(text[text.index(after: colon)...])
  }

  private static func problem(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty:
      "\(place(context)) is of the wrong type"
    case DecodingError.valueNotFound(_, let context): "\(place(context)) is null"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(place(context)) is not valid"
    default: "not a JSON object"
    }
  }
}

extension InventoryManifest {
  /// The manifest's fields under their own names.
  private struct Form: Decodable {
    struct File: Decodable {
      var key: String
      var size: Int64
      var md5: String

      enum CodingKeys: String, CodingKey {
        case key, size
        case md5 = "MD5checksum"
      }
    }

    var sourceBucket: String
    var destinationBucket: String
    var version: String
    var creationTimestamp: Timestamp
    var fileFormat: String
    var fileSchema: String
    var files: [File]
  }

  /// Milliseconds since 1970: AWS writes them as a string.
  private struct Timestamp: Decodable {
    var instant: Instant

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.singleValueContainer()
      let milliseconds: Int64
      do {
        guard let number = Int64(try container.decode(String.self)) else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
        }
        milliseconds = number
      } catch DecodingError.typeMismatch {
        milliseconds = try container.decode(Int64.self)
      }
      instant = Instant(milliseconds: milliseconds)
    }
  }
}
