internal import ADCEIO
internal import HummingbirdCore
internal import NIOCore

internal import struct HTTPTypes.HTTPField
internal import struct HTTPTypes.HTTPFields
internal import struct HTTPTypes.HTTPResponse

/// A whole answer, ready to be written.
struct FaceAnswer: Sendable {
  var status: HTTPResponse.Status
  var fields: HTTPFields
  var body: ByteBuffer

  static let jsonType = "application/json; charset=utf-8"
  static let linesType = "application/x-ndjson; charset=utf-8"

  /// What every answer says: nobody keeps it, and no page makes anything of it but what it is.
  private static let common: HTTPFields = {
    var fields = HTTPFields()
    fields[.cacheControl] = "no-store"
    fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
    fields[.xContentTypeOptions] = "nosniff"
    fields[HTTPField.Name("X-Frame-Options")!] = "DENY"
    fields[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    fields[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
    return fields
  }()

  init(_ status: HTTPResponse.Status, _ text: String, type: String = FaceAnswer.jsonType) {
    self.status = status
    fields = FaceAnswer.common
    fields[.contentType] = type
    body = ByteBuffer(string: text)
    fields[.contentLength] = String(body.readableBytes)
  }

  init(_ status: HTTPResponse.Status, _ json: SettingValue) {
    self.init(status, json.json + "\n")
  }

  /// An answer that says why there is no other.
  static func problem(
    _ status: HTTPResponse.Status, _ message: String, _ more: [SettingValue.Member] = []
  ) -> FaceAnswer {
    FaceAnswer(
      status,
      .map(
        [
          .init("error", .text(status.reasonPhrase)), .init("status", .integer(Int64(status.code))),
          .init("message", .text(message)),
        ] + more))
  }

  /// Writes it; to HEAD without its body.
  func write(
    to writer: consuming ResponseWriter, isHead: Bool, date: String
  ) async throws {
    var fields = fields
    fields[.date] = date
    let head = HTTPResponse(status: status, headerFields: fields)
    try await writer.write(
      response: head, body: isHead ? ResponseBody() : ResponseBody(byteBuffer: body))
  }
}
