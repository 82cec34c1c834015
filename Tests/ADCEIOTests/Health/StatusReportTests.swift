import ADCEIO
import ADCEKernel
import Testing

/// Each component: well, not well, and well again.
struct StatusReportTests {
  private func running(
    present: Int = 20, _ edit: (inout LoadedConfiguration) -> Void = { _ in }
  ) -> HealthWorld {
    var world = HealthWorld(edit)
    world.start()
    world.cycle(present: present)
    return world
  }

  @Test func `a loop that has completed a cycle is healthy`() {
    let world = running()
    #expect(world.report.health == .ok)
    #expect(world.report.unwell == [])
    #expect(
      world.report.components.map(\.name) == [
        "reconciliation_daemon", "orchestrator", "task_queue", "s3", "dims", "disk",
      ])
    #expect(world.component("dims")?.condition == .unknown)
    #expect(world.component("s3")?.message.contains("file:///lake: directory of") == true)
  }

  @Test func `before its first cycle is done nothing is known`() {
    var world = HealthWorld()
    world.start()
    #expect(world.report.health == .unknown)
    #expect(world.report.unwell.map(\.name) == ["reconciliation_daemon", "s3"])
    #expect(!world.report.hasKeySpace)
    world.cycle(present: 20)
    #expect(world.report.health == .ok)
    #expect(world.report.hasKeySpace && world.report.hasSnapshot)
  }

  @Test func `nothing that runs is a failure`() {
    var world = running()
    world.facts.writer = nil
    #expect(world.report.health == .failed)
    #expect(world.component("reconciliation_daemon")?.message == "not running")
    #expect(!world.report.isRunning)
  }

  @Test func `a lake that cannot be read fails it, and the next look mends that`() {
    var world = running()
    world.now = world.now + Span.minute
    world.failCycle("/lake: no such folder")
    #expect(world.report.unwell.map(\.name) == ["s3", "reconciliation_daemon"])
    #expect(world.component("s3")?.condition == .failed)
    #expect(world.component("s3")?.message.contains("/lake: no such folder") == true)
    #expect(world.component("reconciliation_daemon")?.condition == .degraded)
    world.now = world.now + Span.minute
    world.facts.scanFailure = nil
    world.cycle(present: 20)
    #expect(world.report.health == .ok)
  }

  @Test func `a cycle whose tries are spent has still failed`() {
    var world = running { $0.kernel.loop.cycleRetry.maxAttempts = 1 }
    world.now = world.now + Span.minute
    world.failCycle("gone")
    #expect(world.kernel.cycle.failedInARow == 0)
    #expect(world.component("reconciliation_daemon")?.condition == .degraded)
  }

  @Test func `cycles that do not come fail it after as long as is said`() {
    var world = running { $0.health.cycleDownMilliseconds = 90 * Span.minute }
    world.now = world.now + 90 * Span.minute
    #expect(world.component("reconciliation_daemon")?.condition == .ok)
    world.now = world.now + 1
    #expect(world.component("reconciliation_daemon")?.condition == .failed)
  }

  @Test func `a loop that does not answer is failed over all that it said`() {
    let report = running().report.hanging(milliseconds: 34_000)
    #expect(report.health == .failed)
    #expect(report.unwell.map(\.message) == ["the loop has not answered for 34 s"])
  }

  @Test func `a catalog that could never be read is named`() {
    var world = HealthWorld { $0.kernel.desired.catalogs = [.init(name: "games")] }
    world.start()
    let ticket = world.loadCatalogs([.failed("no such file")])
    world.step(
      .scanFinished(
        ticket ?? Event.Ticket(0),
        Event.Scan(
          map: CoverageMap(for: world.kernel.space), space: world.kernel.space.fingerprint,
          source: .directory, began: world.now)))
    #expect(world.component("reconciliation_daemon")?.condition == .failed)
    #expect(world.component("reconciliation_daemon")?.message.contains("games") == true)
  }

  @Test func `a pause degrades it, of all and of one source`() {
    var world = running()
    world.step(.requested(Request(id: 2, action: .pause(source: nil))))
    #expect(world.component("orchestrator")?.condition == .degraded)
    #expect(world.report.isPaused)
    world.step(.requested(Request(id: 3, action: .resume(source: nil))))
    world.step(.requested(Request(id: 4, action: .pause(source: "stats"))))
    #expect(world.component("orchestrator")?.message.contains("stats") == true)
    world.step(.requested(Request(id: 5, action: .resume(source: "stats"))))
    #expect(world.report.health == .ok)
  }

  @Test func `a run that does not end degrades it`() {
    var world = running(present: 10) {
      $0.health.runMilliseconds = Span.hour
      $0.health.cycleDownMilliseconds = Span.day
    }
    #expect(world.kernel.run.phase == .running)
    world.now = world.now + Span.hour + 1
    #expect(world.component("orchestrator")?.condition == .degraded)
  }

  @Test func `too many failures degrade it once there are enough to say so`() {
    var world = running(present: 11) { $0.health.errorRateMicro = 250_000 }
    world.endAttempts(.refused)
    #expect(world.component("orchestrator")?.condition == .ok)
    var other = running(present: 10) { $0.health.errorRateMicro = 250_000 }
    other.endAttempts(.refused)
    #expect(other.component("orchestrator")?.condition == .degraded)
    #expect(other.component("orchestrator")?.message.contains("of 10 attempts") == true)
  }

  @Test func `critical tasks that wait too long degrade the queue`() {
    // Less than half is there: what is missing of an undated type is critical.
    var world = running(present: 5) { $0.health.queueStaleMilliseconds = 6 * Span.hour }
    world.now = world.now + 6 * Span.hour
    #expect(world.component("task_queue")?.condition == .ok)
    world.now = world.now + 1
    #expect(world.component("task_queue")?.message.contains("15 critical tasks") == true)
    #expect(world.component("task_queue")?.condition == .degraded)
  }

  @Test func `a queue of which most is parked is degraded`() {
    var world = running(present: 10)
    world.endAttempts(.refused)
    #expect(world.component("task_queue")?.condition == .degraded)
    #expect(world.component("task_queue")?.message.contains("10 parked") == true)
  }

  @Test func `a lake of which much has vanished is doubted`() {
    var world = running()
    world.now = world.now + Span.minute
    world.cycle(present: 3)
    #expect(world.component("s3")?.condition == .degraded)
    #expect(world.component("s3")?.message.contains("vanished") == true)
  }

  @Test func `a snapshot that has grown too old degrades the lake`() {
    var world = running { $0.health.cycleDownMilliseconds = Span.hour }
    world.now = world.now + Span.day
    #expect(world.component("s3")?.condition == .ok)
    world.now = world.now + 1
    #expect(world.component("s3")?.condition == .degraded)
  }

  @Test func `a data type below its target degrades the lake`() {
    let edit = { (loaded: inout LoadedConfiguration) in
      loaded.dataTypes[0][0].healthTargetMicro = 980_000
    }
    let world = running(present: 19, edit)
    #expect(world.component("s3")?.condition == .degraded)
    #expect(world.component("s3")?.message.contains("95.00 % complete") == true)
    #expect(running(edit).report.health == .ok)
    #expect(running(present: 19).report.health == .ok)
  }

  @Test func `the metrics file of DIMS must follow the cycles`() {
    var world = running {
      $0.outputs.writesDIMS = true
      $0.projectDirectory = "/project"
    }
    #expect(world.component("dims")?.condition == .unknown)
    world.now = world.now + 2 * Span.minute
    #expect(world.component("dims")?.condition == .degraded)
    world.facts.metricsWritten = world.now
    #expect(world.component("dims")?.condition == .ok)
    #expect(world.component("dims")?.message.contains("/project/inventory/metrics.yaml") == true)
    world.facts.metricsWritten = world.now - 10 * Span.minute
    #expect(world.component("dims")?.condition == .degraded)
  }

  @Test func `a disk that fills degrades, and a refused commit fails it`() {
    var world = running { $0.loop.diskFreeGigabytesMin = 60 }
    #expect(world.component("disk")?.condition == .degraded)
    world.facts.room = .init(freeBytes: 60_000_000_000, totalBytes: 100_000_000_000)
    #expect(world.component("disk")?.condition == .ok)
    world.facts.storeTrouble = "data.mdb: no space left on the device"
    #expect(world.component("disk")?.condition == .failed)
    #expect(world.report.health == .failed)
  }

  @Test func `what is measured is measured`() throws {
    let folder = TemporaryFolder()
    let world = running()
    let facts = HealthFacts.measured(
      stateDirectory: folder.path + "/not/there/yet", rules: world.rules)
    #expect(facts.writer == nil)
    #expect((facts.room?.totalBytes ?? 0) > 0)
    #expect(facts.storeBytes == nil)
    #expect(facts.metricsWritten == nil)
  }

  @Test func `the documents name what is not well`() {
    var world = running()
    world.step(.requested(Request(id: 2, action: .pause(source: nil))))
    let health = world.report.healthJSON
    #expect(health["status"] == .text("degraded"))
    #expect(health["unhealthy"] == .list([.text("orchestrator")]))
    #expect(health["components"]?["disk"]?["status"] == .text("ok"))
    #expect(world.report.healthText.hasPrefix("not healthy (degraded): orchestrator\n"))
    #expect(world.report.json["paused"] == .bool(true))
    #expect(running().report.healthText.hasPrefix("healthy\n"))
  }
}
