import ADCEIO
import Foundation
import Testing

/// Prometheus's own judgement of `/metrics`.
@Suite(.waitsForProcesses) struct PromtoolTests {
  /// Debian's `prometheus` carries it; `ADCE_PROMTOOL` names another.
  static let path: String? = {
    let named = ProcessInfo.processInfo.environment["ADCE_PROMTOOL"]
    return ([named] + ["/usr/bin/promtool", "/usr/local/bin/promtool"]).compactMap { $0 }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test(.enabled(if: path != nil, "promtool is not installed (Debian: prometheus)"))
  func `promtool finds nothing to say about the metrics`() async throws {
    let face = try FacedLake(filled: true)
    _ = try await face.health(200)
    _ = try await face.get("/nowhere")
    let answer = try await face.get("/metrics")
    #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
    try face.stop()
    let folder = try TemporaryFolder()
    try folder.write(String(decoding: answer.body, as: UTF8.self), to: "metrics")
    let check = try RunningProgram(
      "/bin/sh",
      ["-c", "exec \"$0\" check metrics <\"$1\"", try #require(Self.path), folder.path("metrics")]
    ).end(within: 20)
    #expect(check.code == 0, "\(check)")
    #expect(check.output + check.errors == "")
  }
}
