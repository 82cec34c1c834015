/// Why S3 did not do what it was asked.
package struct S3Failure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Nobody answered: name, connection, time limit, a broken connection.
    case unreachable
    /// The server's certificate or handshake.
    case tls
    /// It has trouble of its own (5xx).
    case server
    /// It wants fewer requests (503 SlowDown, 429).
    case throttled
    /// We are known, and may not.
    case permission
    /// No credentials, or they are not accepted.
    case credentials
    case noSuchBucket
    /// No object of that key, or no such upload.
    case notFound
    /// `If-Match` or `If-None-Match` did not hold.
    case preconditionFailed
    /// The bucket is elsewhere, and where could not be learned.
    case wrongRegion
    /// Our clock is wrong, and correcting for it did not help.
    case clock
    /// The request is one that the server refuses (other 4xx).
    case refused
    /// The body is larger than the caller takes.
    case tooLarge
    /// The answer is not what S3 answers.
    case malformed
    /// What arrived is not what was sent.
    case damaged
    /// Settings that cannot be used: endpoint, URL, profile.
    case configuration
    /// Our machine: a file, memory, threads.
    case local
    case cancelled
  }

  package var kind: Kind
  /// One sentence; never a secret.
  package var message: String
  /// HTTP status of the answer, if there was one.
  package var status: Int?
  /// S3's own code, such as `AccessDenied`.
  package var code: String?
  package var requestID: String?
  package var bucket: String?
  package var key: [UInt8]?
  /// What to do about it, one sentence.
  package var advice: String?
  /// Requests that were made for it.
  package var attempts = 0
  /// One of them may have been carried out.
  package var isAmbiguous = false

  package init(_ kind: Kind, _ message: String, advice: String? = nil) {
    self.kind = kind
    self.message = message
    self.advice = advice
  }

  /// Whether the same request may succeed later, with nothing changed on our side.
  package var isTransient: Bool {
    switch kind {
    case .unreachable, .server, .throttled, .damaged: true
    case .tls, .permission, .credentials, .noSuchBucket, .notFound, .preconditionFailed,
      .wrongRegion, .clock, .refused, .tooLarge, .malformed, .configuration, .local, .cancelled:
      false
    }
  }

  /// The exit code of a command that fails for it (sysexits.h; the command line's contract).
  package var exitCode: Int32 {
    switch kind {
    case .unreachable, .tls, .server, .throttled, .noSuchBucket, .malformed, .damaged: 69
    case .permission, .credentials: 77
    case .notFound, .preconditionFailed, .refused, .tooLarge: 65
    case .wrongRegion, .clock, .configuration: 78
    case .local: 74
    case .cancelled: 75
    }
  }
}

extension S3Failure: CustomStringConvertible {
  package var description: String {
    var text = ""
    if let bucket {
      text = "s3://\(bucket)"
      if let key, !key.isEmpty { text += "/" + String(decoding: key, as: UTF8.self) }
      text += ": "
    }
    text += message
    var notes: [String] = []
    if let code { notes.append(code) }
    if let status { notes.append("HTTP \(status)") }
    if let requestID { notes.append("request \(requestID)") }
    if attempts > 1 { notes.append("\(attempts) attempts") }
    if !notes.isEmpty { text += " (" + notes.joined(separator: ", ") + ")" }
    if let advice { text += "; " + advice }
    return text
  }
}
