internal import ADCEIO
internal import ADCEKernel

/// The lake as S3 shows it: a subset of its operations, each on whole requests.
struct S3Face: Sendable {
  let lake: WireLake
  let signature = WireSignature(
    credentials: S3Credentials(
      accessKeyID: WireKeys.accessKeyID, secretAccessKey: WireKeys.secretAccessKey,
      origin: "served"), region: WireKeys.region)

  /// - Parameter now: by the wall clock.
  func answer(to request: WireRequest, now: Instant) throws(S3Fault) -> WireAnswer {
    let seed = try signature.check(request, now: now)
    let operation = try S3Operation(request)
    let payload = try payload(of: request, seed)
    switch operation {
    case .listBuckets: return listBuckets()
    case .headBucket:
      return WireAnswer(
        status: 200, fields: [HTTPHeader("x-amz-bucket-region", WireKeys.region)])
    case .getBucketLocation:
      // The first region of all has no name here.
      var xml = S3XML()
      xml.element("LocationConstraint", namespace: S3XML.namespace) { _ in }
      return xml.answer()
    case .listObjects: return try list(request)
    case .deleteObjects: return try delete(payload.body)
    case .headObject(let key), .getObject(let key): return try get(key, request)
    case .putObject(let key): return try put(key, payload, request, now)
    case .deleteObject(let key):
      for name in ["if-match", "x-amz-if-match-size", "x-amz-if-match-last-modified-time"]
      where request.field(name) != nil {
        throw .notImplemented("DELETE with \(name)")
      }
      lake.delete(key)
      return WireAnswer(status: 204)
    }
  }

  // MARK: What was sent

  private struct Payload {
    var body: [UInt8]
    /// Checksums that came behind the body.
    var trailers: [String: String] = [:]
  }

  /// The body as it is meant, checked against all that was said of it.
  private func payload(
    of request: WireRequest, _ seed: WireSignature.Seed
  ) throws(S3Fault) -> Payload {
    var payload = Payload(body: request.body)
    let kind = request.field("x-amz-content-sha256") ?? ""
    if kind.hasPrefix("STREAMING-") {
      let chunked = try AWSChunked(request.body, kind: kind, seed: seed)
      payload = Payload(body: chunked.body, trailers: chunked.trailers)
      if let length = request.field("x-amz-decoded-content-length"),
        Int(length) != payload.body.count
      {
        throw .incompleteBody
      }
    } else if kind != "UNSIGNED-PAYLOAD", kind != SHA256Text.hex(request.body) {
      throw S3Fault(
        400, "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.")
    }
    if let md5 = request.field("content-md5") {
      var running = MD5.Running()
      running.update(payload.body)
      guard running.base64 == md5 else { throw .badDigest }
    }
    for checksum in BodyChecksum.allCases {
      guard let given = request.field(checksum.field) ?? payload.trailers[checksum.field] else {
        continue
      }
      guard checksum.base64(of: payload.body) == given else { throw .badDigest }
    }
    return payload
  }

  // MARK: Objects

  private func put(
    _ key: [UInt8], _ payload: Payload, _ request: WireRequest, _ now: Instant
  ) throws(S3Fault) -> WireAnswer {
    let etag = "\"\(MD5.hex(payload.body))\""
    var condition: WireLake.Condition?
    if let tag = request.field("if-none-match") {
      guard tag == "*" else { throw .notImplemented("If-None-Match with a tag at PUT") }
      condition = .absent
    } else if let tag = request.field("if-match") {
      condition = .matches(etag: tag.hasPrefix("\"") ? tag : "\"\(tag)\"")
    }
    let fields = try stored(request, payload)
    do throws(WireLake.Refusal) {
      try lake.put(key, payload.body, etag: etag, fields: fields, condition, now: now)
    } catch {
      switch error {
      case .tooLarge:
        throw S3Fault(
          400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
      case .full: throw S3Fault(400, "QuotaExceeded", "What is kept here is bounded, and full.")
      case .conditionFailed: throw .preconditionFailed
      case .noSuchKey: throw .noSuchKey
      }
    }
    var answer = WireAnswer(status: 200, fields: [HTTPHeader("ETag", etag)])
    if let encryption = request.field("x-amz-server-side-encryption") {
      answer.fields.append(HTTPHeader("x-amz-server-side-encryption", encryption))
    }
    for checksum in BodyChecksum.allCases {
      guard let given = request.field(checksum.field) ?? payload.trailers[checksum.field] else {
        continue
      }
      answer.fields.append(HTTPHeader(checksum.field, given))
    }
    return answer
  }

  /// What is kept with an object and given with it.
  private func stored(
    _ request: WireRequest, _ payload: Payload
  ) throws(S3Fault) -> [HTTPHeader] {
    var fields: [HTTPHeader] = []
    for field in request.fields {
      switch field.name.lowercased() {
      case "content-type", "cache-control", "content-disposition", "content-language":
        fields.append(field)
      case "content-encoding":
        let codings = field.value.split { $0 == "," || $0 == " " }.filter { $0 != "aws-chunked" }
        if !codings.isEmpty {
          fields.append(HTTPHeader("content-encoding", codings.joined(separator: ",")))
        }
      case let name where name.hasPrefix("x-amz-meta-"): fields.append(field)
      default: break
      }
    }
    for checksum in BodyChecksum.allCases {
      if let given = request.field(checksum.field) ?? payload.trailers[checksum.field] {
        fields.append(HTTPHeader(checksum.field, given))
      }
    }
    let described = fields.reduce(0) { sum, field in
      field.name.lowercased().hasPrefix("x-amz-meta-")
        ? sum + field.name.utf8.count - 11 + field.value.utf8.count : sum
    }
    guard described <= Self.metadataBytesMax else {
      throw S3Fault(
        400, "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
        [("Size", String(described)), ("MaxSizeAllowed", String(Self.metadataBytesMax))])
    }
    return fields
  }

  /// Names and values of what a user says of an object ("Working with object metadata" in the S3
  /// user guide).
  private static let metadataBytesMax = 2048

  /// Also for HEAD: the body is left out when the answer is written.
  private func get(_ key: [UInt8], _ request: WireRequest) throws(S3Fault) -> WireAnswer {
    guard let object = lake.object(key) else { throw .noSuchKey }
    if let tag = request.field("if-match"), !Self.names(tag, object.etag) {
      throw .preconditionFailed
    }
    let wantsChecksum = request.field("x-amz-checksum-mode")?.uppercased() == "ENABLED"
    var fields = object.fields.filter {
      wantsChecksum || !$0.name.lowercased().hasPrefix("x-amz-checksum-")
    }
    if !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
      fields.append(HTTPHeader("Content-Type", "binary/octet-stream"))
    }
    fields += [
      HTTPHeader("ETag", object.etag),
      HTTPHeader("Last-Modified", HTTPDate.format(object.modified)),
      HTTPHeader("Accept-Ranges", "bytes"),
    ]
    if let tag = request.field("if-none-match"), Self.names(tag, object.etag) {
      return WireAnswer(status: 304, fields: fields)
    }
    let count = object.count
    switch ByteRange(request.field("range"), count: count) {
    case .whole:
      return WireAnswer(status: 200, fields: fields, body: .object(object, 0..<count))
    case .part(let range):
      fields.removeAll { $0.name.lowercased().hasPrefix("x-amz-checksum-") }
      fields.append(
        HTTPHeader("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(count)"))
      return WireAnswer(status: 206, fields: fields, body: .object(object, range))
    case .unsatisfiable(let text):
      var fault = S3Fault(
        416, "InvalidRange", "The requested range is not satisfiable",
        [("RangeRequested", text), ("ActualObjectSize", String(count))])
      fault.fields = [HTTPHeader("Content-Range", "bytes */\(count)")]
      throw fault
    }
  }

  /// Whether a condition's value names this tag.
  private static func names(_ condition: String, _ etag: String) -> Bool {
    condition == "*"
      || condition.split(separator: ",").contains { part in
        let tag = part.filter { $0 != " " }
        return tag == etag || "\"\(tag)\"" == etag
      }
  }

  private func delete(_ xml: [UInt8]) throws(S3Fault) -> WireAnswer {
    let keys = Self.keys(in: xml)
    guard !keys.isEmpty else {
      throw S3Fault(
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema")
    }
    for key in keys { lake.delete(key) }
    var answer = S3XML()
    answer.element("DeleteResult", namespace: S3XML.namespace) { xml in
      for key in keys { xml.element("Deleted") { $0.element("Key", key) } }
    }
    return answer.answer()
  }

  /// The text of each `Key` in a `Delete` document.
  private static func keys(in xml: [UInt8]) -> [[UInt8]] {
    let text = String(decoding: xml, as: UTF8.self)
    return text.split(separator: "<Key>").dropFirst().compactMap { part in
      guard let end = part.firstRange(of: "</Key>") else { return nil }
      var key = String(part[..<end.lowerBound])
      for (entity, character) in [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#13;", "\r"),
        ("&#10;", "\n"), ("&amp;", "&"),
      ] {
        key = key.replacing(entity, with: character)
      }
      return Array(key.utf8)
    }
  }

  private func listBuckets() -> WireAnswer {
    var xml = S3XML()
    xml.element("ListAllMyBucketsResult", namespace: S3XML.namespace) { xml in
      xml.element("Owner") { $0.element("ID", WireKeys.accessKeyID) }
      xml.element("Buckets") { xml in
        xml.element("Bucket") { xml in
          xml.element("Name", WireKeys.bucket)
          xml.element("CreationDate", Self.time(Instant(seconds: 0)))
        }
      }
    }
    return xml.answer()
  }

  /// As S3 writes times in XML: whole seconds, with their milliseconds.
  static func time(_ instant: Instant) -> String { "\(instant.iso.dropLast()).000Z" }
}

/// What a `Range` field asks for (RFC 9110 §14.2): one range of bytes, else all.
enum ByteRange: Hashable {
  case whole
  case part(Range<Int>)
  case unsatisfiable(String)

  init(_ text: String?, count: Int) {
    guard let text, text.hasPrefix("bytes=") else {
      self = .whole
      return
    }
    let sides = text.dropFirst(6).split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, !text.contains(",") else {
      self = .whole
      return
    }
    switch (Int(sides[0]), Int(sides[1])) {
    case (nil, let last?) where sides[0].isEmpty:
      self = last > 0 && count > 0 ? .part(max(0, count - last)..<count) : .unsatisfiable(text)
    case (let first?, nil) where sides[1].isEmpty:
      self = first < count ? .part(first..<count) : .unsatisfiable(text)
    case (let first?, let last?) where first <= last:
      // The last of all numbers is a way to say "to the end".
      let end = last < count ? last + 1 : count
      self = first < count ? .part(first..<end) : .unsatisfiable(text)
    default: self = .whole
    }
  }
}
