import ADCEIO
import ADCEOrigin
import ADCESimulation
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `adce-sim demo`: what `./run` shows.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Fill the holes of a small lake from a source on loopback.",
    usage: """
      adce-sim demo [--full] [--directory <directory>] [--adce <adce>]
                    [--template <template>] [--latency <latency>]
      """,
    discussion: """
      Makes a lake of four hundred objects of which a third is missing, starts a
      source on loopback, and lets the real adce find and fetch what is missing.
      Interrupted, it goes on where it was; complete, it begins anew.

      With --full the lake is a bucket of 172,754 objects that adce-sim serves, of
      which 600 are missing, and the sources fail as sources do.

        adce-sim demo
        adce-sim demo --full
        adce-sim demo --directory /tmp/demo --adce .build/release/adce
      """)

  @Flag(help: "A lake of 172,754 objects, over S3.") var full = false
  @Option(help: "Folder of the demo. (default: demo, or demo-full)") var directory: String?
  @Option(help: "The adce program. (default: beside this one)") var adce: String?
  @Option(help: "Folder of the demo's definition.") var template = "fixtures/demo"
  @Option(help: "Milliseconds that an answer of the source takes.") var latency: Int64 = 20

  private var program: String { adce ?? Paths.beside("adce") }

  func run() async throws {
    if full {
      let demo = FullDemo(directory: directory ?? "demo-full", program: program, latency: latency)
      return try await demo.run()
    }
    try await runSmall(in: directory ?? "demo")
  }

  /// Before anything is ended or removed: the folder may be somebody's lake, with its daemon.
  static func takeOver(_ project: DemoProject) async throws {
    guard try project.isOurs() else {
      Output.error(
        """
        adce-sim: \(project.directory) is no demo (it is not empty, and has no .adce-demo): \
        nothing was done. Name a folder that is not there yet: --directory DIR
        """)
      throw ExitCode(73)
    }
    try await Leftover.end(state: project.state)
  }

  private func runSmall(in directory: String) async throws {
    let root = Paths.absolute(directory)
    let project = DemoProject(directory: root) { LoopbackOrigin.body(for: $0) }
    try await DemoCommand.takeOver(project)
    let isNew = try !project.isThere() || project.isComplete()
    if isNew { Paths.removeFolder(root) }
    try project.begin()
    var options = OriginOptions()
    options.logFile = project.originLog
    options.latencyMilliseconds = latency
    let origin = try await LoopbackOrigin.start(options)
    try project.writeDefinition(from: template, port: origin.port)
    if isNew { try project.fillLake() }
    let before = try project.check()
    say(before, isNew: isNew, in: directory, origin)
    let code = try await Adce(program: program).run([
      "--config-dir", project.config, "--state-dir", project.state,
      "--lake", "file://" + project.lake, "run", "--once", "--wait", "5",
    ])
    await origin.stop()
    let after = try project.check()
    try sayEnd(project, in: directory, before: before, after: after)
    guard code == 0, after.missing.isEmpty, after.different.isEmpty else {
      throw ExitCode(code == 0 ? 1 : code)
    }
    try project.markComplete()
  }

  private func say(
    _ before: DemoProject.Check, isNew: Bool, in directory: String, _ origin: LoopbackOrigin
  ) {
    print(isNew ? "A lake with holes is in \(directory)/lake." : "Going on with \(directory)/lake.")
    print(
      "Before: \(before.present) of \(before.expected) objects, \(before.missing.count) missing.")
    print("A source answers at \(origin.url).\n")
    Output.flush()
  }

  private func sayEnd(
    _ project: DemoProject, in directory: String, before: DemoProject.Check,
    after: DemoProject.Check
  ) throws {
    let requests = try project.requests()
    let total = requests.values.reduce(0, +)
    let filled = before.missing.count - after.missing.count
    print(
      """

      Before: \(before.present) of \(before.expected) objects.
      After:  \(after.present) of \(after.expected) objects, \
      \(after.different.count) differ from what the source serves.
      \(filled) holes were filled; the source has seen \(total) requests, \
      \(total - requests.count) of them repeated.

      Where to look next:
        \(directory)/lake            the objects
        \(directory)/config          what was asked for
        \(directory)/origin.log      what the source saw
        \(program) --config-dir \(directory)/config --state-dir \(directory)/state coverage
        \(program) --config-dir \(directory)/config --state-dir \(directory)/state tasks --state done
        \(program) init my-lake    a starter set for a lake of your own
      """)
  }
}

/// An adce of an earlier demo that was cut off may still hold the state: it is asked to end, then
/// made to.
enum Leftover {
  static func end(state: String) async throws {
    guard let pid = Store.writer(of: state)?.pid else { return }
    print("An earlier adce (pid \(pid)) still holds \(state): it is asked to end.")
    kill(pid, SIGTERM)
    for _ in 0..<100 {
      if Store.writer(of: state) == nil { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    kill(pid, SIGKILL)
    try await Task.sleep(for: .milliseconds(200))
  }
}
