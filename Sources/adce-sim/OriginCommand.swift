import ADCEOrigin
import ArgumentParser

/// `adce-sim origin`: a source on loopback.
struct OriginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "origin",
    abstract: "Serve a source of objects on loopback.",
    usage: """
      adce-sim origin [--port <port>] [--seed <seed>] [--log <log>]
                      [--latency <latency>] [--fail-every <n>]
                      [--number-requests] [--lifetime <lifetime>]
      """,
    discussion: """
      Answers any path with a body that is a function of the path, and logs each
      request. Prints its address, and ends with its lifetime.

        adce-sim origin --port 18080 --log origin.log --lifetime 10m
      """)

  @Option(help: "0 = any free one.") var port = 0
  @Option(help: "Seed of the bodies.") var seed: UInt64 = 0
  @Option(help: "File to append a line a request to.") var log: String?
  @Option(help: "Milliseconds that an answer takes.") var latency: Int64 = 0
  @Option(help: .init("One answer in so many is a 503.", valueName: "n")) var failEvery: Int?
  @Flag(help: "Each body says which request it answers.") var numberRequests = false
  @Option(help: "How long to serve.") var lifetime = SimulatedDuration(hours: 1)

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
  }

  func run() async throws {
    var options = OriginOptions()
    options.port = port
    options.seed = seed
    options.numbersRequests = numberRequests
    options.logFile = log
    options.latencyMilliseconds = latency
    options.lifetimeMilliseconds = lifetime.milliseconds
    if let failEvery { options.rules = [OriginRule(every: failEvery, fault: .status(503))] }
    let origin = try await LoopbackOrigin.start(options)
    print(origin.url)
    Output.flush()
    await origin.wait()
  }
}
