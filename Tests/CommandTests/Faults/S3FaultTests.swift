import ADCEIO
import ADCEKernel
import ADCESimulation
import ADCETestServers
import Foundation
import Testing

/// S3 in trouble: a clear message, the right exit code, nothing lost, and recovery without help.
@Suite(
  .waitsForProcesses, .enabled(if: ServerPrograms.hasJuiceFS, "\(ServerPrograms.comment)"))
struct S3FaultTests {
  static func error(_ code: String, _ more: String = "") -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <Error><Code>\(code)</Code><Message>Said by a test.</Message>\(more)<RequestId>R1</RequestId>\
    </Error>
    """
  }

  /// A lake behind a gate.
  private func gated(
    _ name: String, _ mode: FaultyGate.Mode,
    edit: (_ file: String, _ text: String) -> String = { $1 }
  ) throws -> (S3Demo, FaultyGate) {
    let lake = try S3Demo(name, edit: edit)
    let port = try #require(lake.environment["AWS_ENDPOINT_URL_S3"]?.split(separator: ":").last)
    let gate = try FaultyGate(to: UInt16(port), mode)
    lake.environment["AWS_ENDPOINT_URL_S3"] = gate.endpoint
    return (lake, gate)
  }

  private func expect(
    _ outcome: Outcome, code: Int32, says words: String...,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.code == code, "\(outcome)", sourceLocation: location)
    for word in words {
      #expect(outcome.errors.contains(word), "\(word) in \(outcome)", sourceLocation: location)
    }
    #expect(!outcome.errors.contains("adce-test-secret"), sourceLocation: location)
  }

  @Test func `nobody answers, or no name resolves`() throws {
    let lake = try S3Demo("nobody-answers")
    let there = lake.environment
    let port = try ServerProcess.freePort()
    lake.environment["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:\(port)"
    expect(try lake.adce("reconcile"), code: 69, says: "127.0.0.1:\(port)", "s3://nobody-answers")
    lake.environment["AWS_ENDPOINT_URL_S3"] = "https://s3.nowhere.invalid"
    expect(try lake.adce("reconcile"), code: 69, says: "s3.nowhere.invalid", "DNS")
    lake.environment = there
    #expect(try lake.adce("reconcile").code == 0)
  }

  @Test func `an answer of 503 for a while is waited for`() throws {
    let (lake, gate) = try gated(
      "slow-down", .answer(status: "503 Slow Down", body: Self.error("SlowDown")))
    gate.set(.pass, afterAnswers: 3)
    let outcome = try lake.adce("reconcile", "--output", "json")
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try outcome.json()["missing"].integer == lake.demo.holes.count)
    #expect(gate.answered.count >= 3)
  }

  @Test func `an answer of 500 for good ends in a refusal that names it`() throws {
    let (lake, gate) = try gated(
      "internal-error", .answer(status: "500 Internal", body: Self.error("InternalError")))
    let outcome = try lake.adce("reconcile")
    expect(outcome, code: 69, says: "InternalError", "HTTP 500", "request R1")
    // Nobody is left who would.
    #expect(!outcome.errors.contains("tried again"), "\(outcome)")
    #expect(gate.answered.count > 1)
    gate.set(.pass)
    #expect(try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.faults() == [])
  }

  @Test func `credentials that are wrong, unknown or not there`() throws {
    let lake = try S3Demo("wrong-credentials")
    let right = lake.environment
    lake.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    expect(try lake.adce("reconcile"), code: 77, says: "SignatureDoesNotMatch", "secret access key")
    lake.environment["AWS_ACCESS_KEY_ID"] = "nobody"
    expect(try lake.adce("reconcile"), code: 77, says: "InvalidAccessKeyId")
    lake.environment["AWS_ACCESS_KEY_ID"] = ""
    lake.environment["AWS_SECRET_ACCESS_KEY"] = ""
    expect(try lake.adce("reconcile"), code: 77, says: "credentials")
    lake.environment = right
    #expect(try lake.adce("reconcile").code == 0)
  }

  @Test func `a token that has expired`() throws {
    let (lake, gate) = try gated(
      "expired-token", .answer(status: "400 Bad Request", body: Self.error("ExpiredToken")))
    expect(try lake.adce("reconcile"), code: 77, says: "ExpiredToken", "get new credentials")
    gate.set(.pass)
    #expect(try lake.adce("reconcile").code == 0)
  }

  @Test func `a bucket in another region`() throws {
    let (lake, gate) = try gated(
      "other-region",
      .answer(
        status: "400 Bad Request",
        body: Self.error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")))
    gate.set(.pass, afterAnswers: 1)
    #expect(try lake.adce("reconcile").code == 0)
    // Each reader that had asked already learns it once.
    #expect((1...8).contains(gate.answered.count))
    // Redirected, and not told where to.
    gate.set(
      .answer(status: "301 Moved Permanently", body: Self.error("PermanentRedirect")))
    expect(try lake.adce("reconcile"), code: 78, says: "region")
  }

  @Test func `a bucket that is not there, or that we may not list`() throws {
    let (lake, gate) = try gated("no-permission", .pass)
    let missing = try Program.adce.run(
      lake.options.dropLast() + ["s3://never-made", "reconcile"], environment: lake.environment)
    expect(missing, code: 69, says: "NoSuchBucket", "s3://never-made")
    gate.set(.answer(status: "403 Forbidden", body: Self.error("AccessDenied")))
    expect(try lake.adce("reconcile"), code: 77, says: "AccessDenied", "s3:ListBucket")
  }

  @Test func `an endpoint that cannot be used`() throws {
    let lake = try S3Demo("bad-endpoint")
    lake.environment["AWS_ENDPOINT_URL_S3"] = "http://example.com"
    expect(try lake.adce("reconcile"), code: 78, says: "unencrypted")
  }

  @Test func `S3 vanishes while a run stores, and comes back`() throws {
    let (lake, gate) = try gated("vanishes", .pass)
    let run = try lake.start("run", "--once", "--wait", "1")
    let before = lake.demo.objects.count - lake.demo.holes.count
    let began = try wait(30) { try lake.lake.scan { CountingSink() }.outcome.objects > before + 5 }
    #expect(began)
    gate.set(.answer(status: "503 Unavailable", body: Self.error("ServiceUnavailable")))
    usleep(1_500_000)
    gate.set(.pass)
    _ = try run.end(within: 120)
    let last = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps", within: 120)
    #expect(last.code == 0, "\(last)")
    #expect(try lake.faults() == [])
    #expect(try lake.adce("state", "verify").code == 0)
  }

  @Test func `a daemon names S3 while that is in trouble, and is well when it is over`()
    async throws
  {
    let (lake, gate) = try gated("beside-a-daemon", .pass) { file, text in
      FacedLake.switchedOn(file, text, port: 0, "check_interval_seconds: 0.2")
    }
    let daemon = try lake.start("run")
    let port = try FacedLake.port(of: daemon)
    let client = try HTTPClient()
    /// Asks until the answer has this status. Counted as well as timed: on a busy machine the first
    /// answer alone can take that long.
    func health(_ status: Int) async throws -> JSON {
      let end = Date(timeIntervalSinceNow: 40 * patience)
      for asked in 1... {
        var request = HTTPRequest(url: "http://127.0.0.1:\(port)/health")
        request.limits.totalMilliseconds = 10_000
        let answer = try await client.send(request)
        let text = String(decoding: answer.body, as: UTF8.self)
        if answer.status == status { return try JSON(text) }
        try #require(
          asked < 200 || Date() < end, "no \(status): \(text) \(daemon.errorsSoFar)")
        try await Task.sleep(for: .milliseconds(50))
      }
      preconditionFailure("the numbers have run out")
    }
    let troubles: [(status: String, code: String)] = [
      ("503 Service Unavailable", "ServiceUnavailable"), ("403 Forbidden", "AccessDenied"),
      ("400 Bad Request", "ExpiredToken"),
    ]
    for trouble in troubles {
      _ = try await health(200)
      gate.set(.answer(status: trouble.status, body: Self.error(trouble.code)))
      let unwell = try await health(503)
      #expect(unwell["unhealthy"].list.contains(.text("s3")), "\(unwell)")
      #expect("\(unwell)".contains(trouble.code), "\(unwell)")
      try await Task.sleep(for: .seconds(2))
      #expect(!daemon.hasEnded)
      gate.set(.pass)
      #expect(try await health(200)["unhealthy"] == .list([]))
    }
    #expect(daemon.errorsSoFar.contains("it is tried again later"), "\(daemon.errorsSoFar)")
    let isFull = try wait(30) { try lake.faults() == [] }
    #expect(isFull, "\(daemon.errorsSoFar)")
    daemon.send(SIGTERM)
    #expect(try daemon.end(within: 20).code == 0)
    #expect(try lake.adce("state", "verify").code == 0)
    let last = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(last.code == 0, "\(last)")
  }

  @Test func `S3 never answers: a daemon waits, answers its operators, and stops at once`() throws {
    let (lake, gate) = try gated("hangs", .hang)
    let loop = try lake.start("run")
    #expect(wait(20) { gate.unanswered > 0 }, "\(loop.errorsSoFar)")
    #expect(try lake.adce("pause").code == 0)
    #expect(try lake.adce("resume").code == 0)
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    gate.set(.pass)
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
  }

  @Test func `two comparisons of other reports cannot wait for one cycle: the second is 75`()
    throws
  {
    let (lake, gate) = try gated("two-reports", .hang)
    let loop = try lake.start("run")
    #expect(wait(20) { gate.unanswered > 0 }, "\(loop.errorsSoFar)")
    #expect(try lake.adce("pause").code == 0)
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let reports = try folders.enumerated().map { index, folder in
      let began = Date().addingTimeInterval(-3600 * Double(index + 1))
      return "file://" + (try folder.writeReport(of: "two-reports", began: began))
    }
    // The cycle under way reads the lake, and hangs; one of these is for the next. Which of them is
    // taken first, nobody knows.
    let questions = try reports.map { try lake.start("reconcile", "--inventory-report", $0) }
    let isOneRefused = wait(20) { questions.contains { $0.hasEnded } }
    #expect(isOneRefused)
    gate.set(.pass)
    let answers = try questions.map { try $0.end(within: 40) }.sorted { $0.code < $1.code }
    #expect(answers.first?.code == 0, "\(answers)")
    expect(try #require(answers.last), code: 75, says: "another comparison", "try again")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
  }

  /// Puts a report into the bucket whose data file lacks its end.
  private func storeReportCutOff(_ lake: S3Demo, _ bucket: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.writeReport(of: bucket, began: Date().addingTimeInterval(-3600))
    for file in Files.below(folder.path("reports")) {
      var bytes = try Files.bytes(folder.path("reports/" + file))
      if file.hasSuffix(".csv.gz") { bytes.removeLast(20) }
      _ = try lake.lake.store(Array(("inv/" + file).utf8), .bytes(bytes), compressing: false)
    }
  }

  @Test func `where reports lie is taken from a configuration that is loaded again`() throws {
    let lake = try S3Demo("reloaded-settings")
    try storeReportCutOff(lake, "reloaded-settings")
    #expect(try lake.adce("reconcile").code == 0)
    #expect(try lake.adce("pause").code == 0)
    let loop = try lake.start("run")
    #expect(try wait(20) { try lake.adce("reload").code == 0 }, "\(loop.errorsSoFar)")
    #expect(try lake.adce("reconcile").code == 0)
    #expect(!loop.errorsSoFar.contains("listed instead"))
    let file = "config/reconciliation_config.yaml"
    let text = try lake.demo.folder.text(of: file)
    try lake.demo.folder.write(
      text + "s3: {use_aws_inventory: true, inventory_prefix: inv/}\n", to: file)
    #expect(try lake.adce("reload").code == 0)
    #expect(try lake.adce("reconcile").code == 0)
    #expect(loop.errorsSoFar.contains("listed instead"), "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
  }

  @Test func `a report that was cut off gives way to a listing, and is named`() throws {
    let lake = try S3Demo("cut-off-reports") { file, text in
      file.hasSuffix("reconciliation_config.yaml")
        ? text + "s3: {use_aws_inventory: true, inventory_prefix: inv/}\n" : text
    }
    try storeReportCutOff(lake, "cut-off-reports")
    let outcome = try lake.adce("reconcile", "--output", "json")
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try outcome.json()["have"]["source"].text == "listing")
    #expect(try outcome.json()["missing"].integer == lake.demo.holes.count)
    expect(outcome, code: 0, says: "bytes long, not", "listed instead")
  }
}

/// Counts nothing itself: the scan does.
private struct CountingSink: ObjectSink {
  mutating func observe(key: UnsafeRawBufferPointer, facts: ObjectFacts) {}
  mutating func merge(_ other: consuming CountingSink) {}
}

extension TemporaryFolder {
  /// A report of ten objects that nobody expects, below `reports`; returns its manifest's path.
  fileprivate func writeReport(of bucket: String, began: Date) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path("reports"), withIntermediateDirectories: true)
    var generator = InventoryReportGenerator(
      began: Instant(milliseconds: Int64(began.timeIntervalSince1970 * 1000)))
    generator.sourceBucket = bucket
    let rows = (0..<10).map {
      InventoryReportGenerator.Row(
        key: Array("other/\($0)".utf8), bytes: 7, modified: Instant(seconds: 1_700_000_000),
        etag: "e")
    }
    return try generator.write(rows, below: path("reports")).manifestPath
  }
}
