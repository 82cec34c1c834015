internal import ADCEIO

/// A refusal in S3's words ("Error responses" in the S3 API reference).
struct S3Fault: Error, Hashable, Sendable {
  var status: Int
  var code: String
  var message: String
  /// Further elements of the document.
  var details: [Detail] = []
  var fields: [HTTPHeader] = []

  struct Detail: Hashable, Sendable {
    var name: String
    var value: String
  }

  init(_ status: Int, _ code: String, _ message: String, _ details: [(String, String)] = []) {
    self.status = status
    self.code = code
    self.message = message
    self.details = details.map { Detail(name: $0.0, value: $0.1) }
  }

  static let accessDenied = S3Fault(403, "AccessDenied", "Access Denied")
  static let noSuchKey = S3Fault(404, "NoSuchKey", "The specified key does not exist.")
  static let preconditionFailed = S3Fault(
    412, "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold")
  static let badDigest = S3Fault(
    400, "BadDigest", "The Content-MD5 or checksum value that you specified did not match.")
  static let incompleteBody = S3Fault(
    400, "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header.")
  static let internalError = S3Fault(
    500, "InternalError", "We encountered an internal error. Please try again.")
  static let slowDown = S3Fault(503, "SlowDown", "Please reduce your request rate.")

  static func invalid(_ message: String) -> S3Fault { S3Fault(400, "InvalidArgument", message) }

  static func notImplemented(_ what: String) -> S3Fault {
    S3Fault(501, "NotImplemented", "\(what) is not implemented.")
  }

  func answer(requestID: String, resource: String) -> WireAnswer {
    var xml = S3XML()
    xml.element("Error") { xml in
      xml.element("Code", code)
      xml.element("Message", message)
      for detail in details { xml.element(detail.name, detail.value) }
      xml.element("Resource", resource)
      xml.element("RequestId", requestID)
    }
    var answer = xml.answer(status: status)
    answer.fields += fields
    return answer
  }
}
