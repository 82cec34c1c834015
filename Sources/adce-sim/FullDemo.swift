import ADCEIO
import ADCESimulation
import ADCEWire
import ArgumentParser

/// What `./run --full` shows: a bucket of 172,754 objects with holes, served by this process, and the
/// real adce that fills them while the sources fail.
struct FullDemo {
  let directory: String
  let program: String
  /// Milliseconds that an answer of a source takes.
  let latency: Int64

  static let holes = 600
  /// Of each source: one of them has so many holes that its limit is met, and waited for.
  static let requestsPerMinute = 240

  func run() async throws {
    let root = Paths.absolute(directory)
    // Only its marks are asked for: what it holds is another kind of demo.
    let folder = DemoProject(directory: root) { _ in [] }
    try await DemoCommand.takeOver(folder)
    // The lake lives as long as this process: there is nothing to go on with.
    Paths.removeFolder(root)
    try folder.begin()
    var options = WireOptions(isSmall: false, requestsPerMinute: Self.requestsPerMinute)
    options.missing = .count(Self.holes)
    options.profile = .reference
    options.latencyMilliseconds = latency
    options.logFile = root + "/requests.log"
    let server = try await WireServer.start(options)
    try WorldProject(server.world).write(to: root, servedAt: server.url)
    let before = server.check()
    say(before, server)
    let adce = Adce(program: program)
    let place = ["--config-dir", folder.config, "--state-dir", folder.state]
    // Whoever runs this may have an AWS account of his own, which is not to be asked.
    let others = ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"].map {
      (name: $0, value: "")
    }
    let code = try await adce.run(
      place + ["run", "--once", "--wait", "70"], environment: server.environment + others)
    let after = server.check()
    sayEnd(before, after, server.statistics)
    await server.stop()
    guard code == 0, after.missingAttainable == 0, after.different == 0,
      server.statistics.overLimit == 0
    else { throw ExitCode(code == 0 ? 1 : code) }
    try folder.markComplete()
  }

  private func say(_ check: WireCheck, _ server: WireServer) {
    print(
      """
      A bucket of \(check.present) objects is served at \(server.url) (s3://lake).
      Before: \(coverage(check)), \
      \(check.missingAttainable + check.missingForEver) missing; of these the sources have \
      \(check.missingAttainable).
      The sources allow \(Self.requestsPerMinute) requests a minute each, and fail one time in \
      eleven.

      """)
    Output.flush()
  }

  private func coverage(_ check: WireCheck) -> String {
    // In hundredths of a percent, cut: what is not complete is never shown as it.
    let share = check.present * 10_000 / max(1, check.expected)
    let hundredths = String(share % 100 + 100).dropFirst()
    return "\(check.present) of \(check.expected) objects (\(share / 100).\(hundredths) %)"
  }

  private func sayEnd(_ before: WireCheck, _ after: WireCheck, _ seen: WireStatistics) {
    let faults = seen.faults.values.reduce(0, +)
    print(
      """

      Before: \(coverage(before)).
      After:  \(coverage(after)); \(after.different) differ from what the sources serve.
      \(after.present - before.present) holes were filled, \(after.missingAttainable) that could \
      be are open, \(after.missingForEver) the sources do not have.
      The sources have seen \(seen.sourceRequests) requests, \(faults) of which met a fault, and \
      \(seen.overLimit) were over a limit.

      Where to look next:
        \(directory)/config          what was asked for
        \(directory)/requests.log    what the bucket and the sources saw
        \(program) --config-dir \(directory)/config --state-dir \(directory)/state coverage
        \(program) --config-dir \(directory)/config --state-dir \(directory)/state gaps
        adce-sim serve --help    the same, to try a client or a configuration of your own
      """)
  }
}
