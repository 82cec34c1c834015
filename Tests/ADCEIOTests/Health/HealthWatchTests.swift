import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

/// The loop's side and the readers' side, without a loop.
struct HealthWatchTests {
  private func watch(
    _ world: borrowing HealthWorld, posted: Locked<Int>,
    changes: Locked<[String]> = Locked([])
  ) throws -> (HealthWatch, TemporaryFolder) {
    let folder = TemporaryFolder()
    let watch = HealthWatch(
      stateDirectory: folder.path, rules: world.rules,
      post: { _ in posted.withLock { $0 += 1 } },
      onChange: { change in
        changes.withLock { $0.append("\(change.now.name) \(change.now.condition.rawValue)") }
      })
    return (watch, folder)
  }

  @Test func `a thousand questions wake the loop once, and are answered once`() throws {
    var world = HealthWorld()
    world.start()
    let posted = Locked(0)
    let (watch, folder) = try watch(world, posted: posted)
    for _ in 0..<1000 { watch.ask(.status) }
    #expect(posted.withLock { $0 } == 1)
    #expect(watch.current == nil)
    watch.stepped(world.kernel, world.now)
    #expect(watch.current?.number == 1)
    #expect(watch.current?.tasks == nil)
    // What is younger than a second is not asked for again.
    for _ in 0..<1000 { watch.ask(.status) }
    #expect(posted.withLock { $0 } == 1)
    watch.stepped(world.kernel, world.now)
    #expect(watch.current?.number == 1)
    // Another part is.
    watch.ask(.tasks)
    #expect(posted.withLock { $0 } == 2)
    watch.stepped(world.kernel, world.now)
    #expect(watch.current?.number == 2)
    #expect(watch.current?.tasks != nil)
    withExtendedLifetime(folder) {}
  }

  @Test func `who waits for one part is not sent away with another`() async throws {
    var world = HealthWorld()
    world.start()
    let posted = Locked(0)
    let (watch, folder) = try watch(world, posted: posted)
    let waiter = Task { await watch.refresh(.tasks, waitingMilliseconds: 60_000) }
    while watch.state.withLock({ $0.waiters.isEmpty }) { await Task.yield() }
    // As if the loop had taken its list before, to make the status alone.
    watch.state.withLock { $0.wanted = [.status] }
    watch.stepped(world.kernel, world.now)
    #expect(watch.state.withLock { $0.waiters.count } == 1)
    watch.ask(.tasks)
    watch.stepped(world.kernel, world.now)
    await waiter.value
    #expect(watch.current?.tasks != nil)
    withExtendedLifetime(folder) {}
  }

  @Test func `a step that nobody asked about publishes nothing`() throws {
    var world = HealthWorld()
    world.start()
    let (watch, folder) = try watch(world, posted: Locked(0))
    for _ in 0..<100 { watch.stepped(world.kernel, world.now) }
    #expect(watch.current == nil)
    withExtendedLifetime(folder) {}
  }

  @Test func `a question without an answer is a loop that hangs`() async throws {
    var world = HealthWorld()
    world.start()
    world.rules.hungAfter = 20
    let (watch, folder) = try watch(world, posted: Locked(0))
    watch.ask(.status)
    watch.stepped(world.kernel, world.now)
    #expect(watch.silence == 0 && watch.hanging == nil)
    watch.ask(.tasks)
    try await Task.sleep(for: .milliseconds(50))
    #expect(watch.hanging != nil)
    #expect(watch.current?.status.health == .failed)
    #expect(watch.current?.isOverridden == true)
    // Whoever asks now is not kept waiting for ever.
    await watch.refresh(.tasks, waitingMilliseconds: 10)
    #expect(watch.current?.tasks == nil)
    watch.stepped(world.kernel, world.now)
    #expect(watch.hanging == nil)
    #expect(watch.current?.isOverridden == false)
    withExtendedLifetime(folder) {}
  }

  @Test func `a commit that is refused fails the disk, and is no hanging`() async throws {
    var world = HealthWorld()
    world.start()
    world.cycle(present: 20)
    world.rules.hungAfter = 20
    let (watch, folder) = try watch(world, posted: Locked(0))
    watch.ask(.status)
    watch.stepped(world.kernel, world.now)
    watch.ask(.tasks)
    watch.troubled("data.mdb: no space left on the device")
    // Without giving the thread away: what is refused is known for some seconds only.
    usleep(50_000)
    #expect(watch.hanging == nil)
    #expect(watch.current?.status.unwell.map(\.name) == ["disk"])
    watch.stepped(world.kernel, world.now)
    #expect(watch.current?.status.unwell.map(\.name) == [])
    withExtendedLifetime(folder) {}
  }

  @Test func `whoever waits is woken by the answer`() async throws {
    var world = HealthWorld()
    world.start()
    let posted = Locked(0)
    let (watch, folder) = try watch(world, posted: posted)
    let waiting = Task { await watch.refresh(.status, waitingMilliseconds: 60_000) }
    while posted.withLock({ $0 }) == 0 { await Task.yield() }
    watch.stepped(world.kernel, world.now)
    await waiting.value
    #expect(watch.current?.number == 1)
    withExtendedLifetime(folder) {}
  }

  @Test func `a component that changes is said once`() throws {
    var world = HealthWorld()
    world.start()
    world.cycle(present: 20)
    let changes = Locked<[String]>([])
    let (watch, folder) = try watch(world, posted: Locked(0), changes: changes)
    watch.ask(.status)
    watch.stepped(world.kernel, world.now)
    #expect(changes.withLock { $0.count } == 6)
    changes.withLock { $0 = [] }
    world.step(.requested(Request(id: 2, action: .pause(source: nil))))
    for part in [HealthWatch.Part.tasks, .figures] {
      watch.ask(part)
      watch.stepped(world.kernel, world.now)
    }
    #expect(changes.withLock { $0 } == ["orchestrator degraded"])
    withExtendedLifetime(folder) {}
  }
}
