import ADCEIO
import ADCEKernel
import Foundation
import Testing

// The table of faults: a map that is full. No setting makes one small, so the host is driven here
// as `adce run` drives it.

/// Foundation has a Host of its own.
private typealias Host = ADCEIO.Host

@Suite(.waitsForProcesses) struct MapFaultTests {
  private func load(_ folder: TemporaryFolder, lake: String) throws -> LoadedConfiguration {
    let outcome = ConfigurationLoader.load(
      ConfigurationLocations(configDirectory: folder.path("config"), inventory: nil),
      overrides: ConfigurationOverrides(
        lake: lake, isStrict: false, environment: ProcessInfo.processInfo.environment))
    return try #require(outcome.configuration, "\(outcome.errors.map(\.text))")
  }

  /// A map that holds the state as it is and so many bytes more.
  private func mapSize(of folder: TemporaryFolder, plus bytes: UInt64) throws -> Store.MapSize {
    let size = UInt64(try Files.bytes(folder.path("state/data.mdb")).count) + bytes
    return Store.MapSize(initialBytes: size, limitBytes: size)
  }

  /// What a host said, and how it ended, on a thread of its own.
  private final class Running: Sendable {
    // Sound: written by the host's thread, read by the test's, under the lock.
    private let condition = NSCondition()
    private nonisolated(unsafe) var troubles: [String] = []
    private nonisolated(unsafe) var result: Result<Host.Ending, HostFailure>?
    private nonisolated(unsafe) var poster: (@Sendable (Event) -> Void)?

    init(
      state: String, _ loaded: LoadedConfiguration, _ options: Host.Options
    ) {
      Thread {
        do throws(HostFailure) {
          let host = try Host.open(stateDirectory: state, loaded: loaded, options: options)
          self.withLock { self.poster = host.poster }
          var observer = Host.Observer()
          observer.onTrouble = { text in self.withLock { self.troubles.append(text) } }
          let ending = try host.run(observer)
          self.withLock { self.result = .success(ending) }
        } catch {
          self.withLock { self.result = .failure(error) }
        }
      }.start()
    }

    private func withLock<T>(_ body: () -> T) -> T {
      condition.lock()
      defer { condition.unlock() }
      return body()
    }

    var said: [String] { withLock { troubles } }
    var ending: Result<Host.Ending, HostFailure>? { withLock { result } }

    /// Posts to the host, once it is there.
    func post(_ action: Request.Action) {
      _ = wait(10) { withLock { poster } != nil }
      withLock { poster }?(.requested(Request(id: 0, action: action)))
    }

    var failure: HostFailure? {
      if case .failure(let failure)? = ending { failure } else { nil }
    }
  }

  @Test func `full map: work waits and says so, and the next start with room loses nothing`() throws
  {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let url = "file://" + lake.folder.path("lake")
    var options = Host.Options()
    options.mode = .once
    options.waitMilliseconds = 2000
    options.mapSize = try mapSize(of: lake.folder, plus: 4096)
    let running = Running(
      state: lake.folder.path("state"), try load(lake.folder, lake: url), options)
    let isTold = wait(30) { running.said.contains { $0.contains("the map's limit is") } }
    #expect(isTold, "\(running.said) \(String(describing: running.ending))")
    #expect(running.ending == nil, "it waits")
    running.post(.drain)
    #expect(wait(15) { running.ending != nil })
    let failure = try #require(running.failure)
    #expect(failure.exitCode == 74)
    #expect(failure.description.contains("full: the map's limit"))

    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(lake.strays() == [])
    #expect(try lake.origin.requests().repeats <= 8)
    #expect(try lake.adce("state", "verify").code == 0)
  }

  @Test func `whatever ends a host, nothing of it is left running`() throws {
    let names = (0..<80).map { "n\($0)" }
    let project = try CommandProject(
      "echo $$ >> pids; sleep 300", itemsPerTask: 40, names: names)
    #expect(try project.adce("reconcile", "--quiet").code == 0)
    let lake = "file://" + project.folder.path("lake")
    var options = Host.Options()
    options.mapSize = try mapSize(of: project.folder, plus: 16_384)
    let running = Running(
      state: project.folder.path("state"), try load(project.folder, lake: lake), options)
    #expect(wait(20) { Files.exist(project.folder.path("pids")) }, "\(running.said)")
    // Records that grow until the map is full, while a program runs.
    for reason in ["x", "y", "z"] {
      running.post(
        .waive(
          keys: names.map { Array("notes/\($0).txt".utf8) },
          reason: String(repeating: reason, count: 500), until: nil))
    }
    #expect(wait(20) { !running.said.isEmpty }, "the map is not full")
    running.post(.drain)
    #expect(wait(20) { running.ending != nil })
    #expect(running.failure?.exitCode == 74, "\(String(describing: running.ending))")
    for line in try project.folder.text(of: "pids").split(separator: "\n") {
      let pid = try #require(pid_t(line))
      #expect(kill(pid, 0) != 0, "\(pid) still runs")
    }
  }
}
