internal import ADCEKernel

/// Requests to S3, signed, sent, tried again, and their failures told clearly.
///
/// All calls block the calling thread, and may come from several at once. What servers teach is
/// kept: which region a bucket is in, and how far our clock is off.
package final class S3Client: Sendable {
  let settings: S3Settings
  let http: HTTPClient
  let learned = Locked(Learned())
  /// True once the client is shut down; waits between attempts end by it.
  private let isShutDown = Monitor(false)

  struct Learned {
    /// Bounded: more buckets than a client ever meets begin anew.
    var regions: [String: String] = [:]
    /// What to add to our wall clock to get the server's, in milliseconds.
    var clockOffset: Int64 = 0
    /// The server that was named does not encrypt at rest.
    var lacksEncryption = false
    /// To be said, once.
    var notes: [String] = []
  }

  static let regionsKept = 1000

  /// - Throws: `local`, when the machine has no thread or memory for it.
  package init(_ settings: S3Settings) throws(S3Failure) {
    self.settings = settings
    var options = HTTPClient.Options()
    options.certificateAuthorities = settings.certificateAuthorities
    do throws(HTTPFailure) {
      http = try HTTPClient(options: options)
    } catch {
      throw S3Failure(.local, error.message)
    }
  }

  /// Ends what is in flight, and every later call, with `cancelled`. Waits for no one.
  package func shutdown() {
    isShutDown.withLock { $0 = true }
    http.shutdown()
  }

  var hasEnded: Bool { isShutDown.wait(milliseconds: 0) { $0 ? true : nil } ?? false }

  /// False if the client was shut down meanwhile.
  func pause(milliseconds: Int64) -> Bool {
    isShutDown.wait(milliseconds: milliseconds) { $0 ? true : nil } == nil
  }

  /// Whether the server has said that it cannot encrypt at rest, so that objects are stored plain.
  /// AWS's own always can.
  package var lacksEncryption: Bool { learned.withLock { $0.lacksEncryption } }

  /// Whether a refusal may mean that, so that the request is worth sending without.
  func mayLackEncryption(_ failure: S3Failure, _ options: S3PutOptions) -> Bool {
    options.encrypts && settings.endpoint.isForeign && failure.code == "NotImplemented"
  }

  /// What was refused with encryption was taken without.
  func learnThatEncryptionLacks() {
    learned.withLock { learned in
      guard !learned.lacksEncryption else { return }
      learned.lacksEncryption = true
      learned.notes.append(
        "\(settings.endpoint) does not encrypt at rest: objects are stored there unencrypted")
    }
  }

  /// What the server has taught since the last call, and its owner should know.
  package func takeNotes() -> [String] {
    learned.withLock { learned in
      defer { learned.notes = [] }
      return learned.notes
    }
  }

  func region(of bucket: String) -> String {
    learned.withLock { $0.regions[bucket] } ?? settings.region
  }

  func learn(region: String, of bucket: String) {
    learned.withLock { learned in
      if learned.regions.count >= S3Client.regionsKept { learned.regions = [:] }
      learned.regions[bucket] = region
    }
  }

  /// The wall clock of the server, as far as we know.
  var serverNow: Instant {
    Instant(milliseconds: wallMilliseconds() + learned.withLock { $0.clockOffset })
  }
}
