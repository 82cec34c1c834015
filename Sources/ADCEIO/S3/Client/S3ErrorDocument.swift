/// What S3 says in the body of an error ("Error responses" in the S3 API reference).
struct S3ErrorDocument: Hashable, Sendable {
  var code: String?
  var message: String?
  var requestID: String?
  /// The right one, where the request went to another.
  var region: String?
  /// Where a redirect leads.
  var endpoint: String?

  init?(_ body: [UInt8]) {
    guard let fields = FlatXML(body), fields.root == "Error" || fields.root == "ErrorResponse"
    else {
      return nil
    }
    code = fields["Code"]
    message = fields["Message"]
    requestID = fields["RequestId"]
    region = fields["Region"]
    endpoint = fields["Endpoint"]
  }
}
