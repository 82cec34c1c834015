import ADCESimulation
import ADCEWire
import ArgumentParser
import Dispatch
import Foundation

/// `adce-sim serve`: a simulated world over real HTTP.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a simulated lake and its sources over HTTP on loopback.",
    usage: """
      adce-sim serve [--port <port>] [--seed <seed>] [--small]
                     [--profile <profile>] [--missing <count>]
                     [--per-minute <n>] [--latency <latency>]
                     [--project <dir>] [--log <file>] [--lifetime <lifetime>]
      """,
    discussion: """
      The lake is the bucket `lake` of an S3 that checks signatures: list, head, get,
      put, conditional put and delete, for boto3, the AWS CLI and adce. The sources
      keep to limits of their own. What all of them have seen is at /_sim/stats.
      Prints its addresses and, in the last line, the environment of a client. Ends
      with its lifetime, or when it is told to.

        adce-sim serve --small --project /tmp/world --profile chaos
        adce --config-dir /tmp/world/config --state-dir /tmp/world/state run
      """)

  @Option(help: "0 = any free one.") var port = 0
  @Option(help: "Seed of the world, its bodies and its faults.") var seed = Seed(1)
  @Flag(help: "Some hundred objects instead of 172,754.") var small = false
  @Option(help: "What goes wrong.") var profile = ProfileName(.none)
  @Option(
    help: .init("Objects that are not there: a number, or a share as 6.4%.", valueName: "count"))
  var missing: MissingObjects?
  @Option(help: .init("Requests a minute that each source allows.", valueName: "n"))
  var perMinute: Int?
  @Option(help: "Milliseconds that an answer of a source takes.") var latency: Int64 = 0
  @Option(help: .init("Write adce's configuration for this world there.", valueName: "dir"))
  var project: String?
  @Option(help: .init("Append a line a request to it.", valueName: "file")) var log: String?
  @Option(help: "How long to serve.") var lifetime = SimulatedDuration(hours: 1)

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
    guard (perMinute ?? 1) >= 1 else { throw ValidationError("--per-minute takes 1 and more") }
    guard latency >= 0 else { throw ValidationError("--latency takes 0 and more") }
  }

  func run() async throws {
    if let project { try ProjectFolder.demandOurs(Paths.absolute(project)) }
    var options = WireOptions(isSmall: small, requestsPerMinute: perMinute)
    options.port = port
    options.seed = seed.value
    if let missing { options.missing = missing.value }
    options.profile = profile.value
    options.latencyMilliseconds = latency
    options.logFile = log
    options.lifetimeMilliseconds = lifetime.milliseconds
    let server: WireServer
    do { server = try await WireServer.start(options) } catch {
      Output.error("adce-sim: cannot serve: \(error)")
      throw ExitCode(69)
    }
    let signals = [SIGTERM, SIGINT].map { number in
      // Else it would end the process before the source below hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { Task { await server.stop() } }
      source.resume()
      return source
    }
    if let project {
      _ = try ProjectFolder.write {
        () throws(WorldProject.Failure) in
        try WorldProject(server.world).write(to: Paths.absolute(project), servedAt: server.url)
      }
    }
    say(server)
    await server.wait()
    for signal in signals { signal.cancel() }
  }

  private func say(_ server: WireServer) {
    let check = server.check()
    print("lake     s3://lake: \(check.present) of \(check.expected) objects")
    for name in World.sourceNames {
      print("source   \(server.url)/sources/\(name)")
    }
    print("stats    \(server.url)/_sim/stats")
    if let project { print("project  \(project)/config") }
    let environment = server.environment.map { "\($0.name)=\($0.value)" }
    print("export \(environment.joined(separator: " "))")
    Output.flush()
  }
}

/// A profile of faults, by its name.
struct ProfileName: ExpressibleByArgument, CustomStringConvertible {
  let value: WireProfile

  init(_ value: WireProfile) { self.value = value }

  init?(argument: String) {
    guard let value = WireProfile(rawValue: argument) else { return nil }
    self.value = value
  }

  var description: String { value.rawValue }
  static var allValueStrings: [String] { WireProfile.allCases.map(\.rawValue) }
}

/// `600`, or `6.4%` of the objects that are due.
struct MissingObjects: ExpressibleByArgument {
  let value: WireOptions.Missing

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let share = Double(argument.dropLast()), (0...100).contains(share) else { return nil }
      value = .thousandths(Int((share * 10).rounded()))
    } else {
      guard let count = Int(argument), count >= 0 else { return nil }
      value = .count(count)
    }
  }
}
