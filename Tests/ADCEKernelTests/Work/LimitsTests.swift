import Testing

@testable import ADCEKernel

/// The source's own view of a schedule: it shares nothing with the kernel's limits but the times
/// at which requests were sent and answered.
struct SourceView {
  /// When each request was sent, and when it was answered; nil while it is under way.
  private(set) var requests: [(sent: Instant, answered: Instant?)] = []

  mutating func send(at now: Instant) -> Int {
    requests.append((now, nil))
    return requests.count - 1
  }

  mutating func answer(_ index: Int, at now: Instant) { requests[index].answered = now }

  /// Whether any request could see more than `allowed` in its window: a request may reach the
  /// source at any moment between its sending and its answer, so that one counts in a window that
  /// ends at `t` if it was answered after `t − window` and sent by `t`.
  func exceeds(_ allowed: Int, within window: Int64) -> Bool {
    requests.contains { last in
      let count = requests.count { other in
        other.sent <= last.sent && (other.answered.map { $0 > last.sent - window } ?? true)
      }
      return count > allowed
    }
  }

  /// The shortest time between two sendings.
  var shortestGap: Int64 {
    let times = requests.map(\.sent).sorted()
    return zip(times, times.dropFirst()).map { $1 - $0 }.min() ?? .max
  }

  /// Whether more than `burst` and what the pace allows were sent in any stretch of time.
  func exceedsPace(intervalMilliseconds: Int64, burst: Int) -> Bool {
    let times = requests.map(\.sent).sorted()
    return times.indices.contains { first in
      times.indices[first...].contains { last in
        let allowed = Int64(burst) + (times[last] - times[first]) / intervalMilliseconds
        return Int64(last - first + 1) > allowed + 1
      }
    }
  }
}

struct LimitsTests {
  /// Three games of a source that wants ten seconds between two requests, the first under way.
  private func spaced() -> KernelHarness {
    var world = TestWorld(games: 3, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.scrapers[0].maxConcurrent = 3
    var stats = Configuration.SourceLimits(name: "stats")
    stats.minDelayMilliseconds = 10_000
    world.configuration.sources = [stats]
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1)])
    return h
  }

  @Test func `what left late is counted from when it left`() {
    var h = spaced()
    let decided = h.now
    // The disk was full for seven seconds.
    h.now = h.now + 7000
    #expect(h.step(.effectsHeld(decided: decided, milliseconds: 7000)) == [])
    h.wake()
    #expect(h.now == decided + 17_000)
    #expect(h.kernel.attemptsMade == 2)
    // What had left before is not counted anew.
    let second = h.now
    h.now = second + 2000
    h.step(.effectsHeld(decided: second + 1000, milliseconds: 1000))
    h.wake()
    #expect(h.now == second + 10_000)
  }

  @Test func `after a crash a request may have left just before it`() {
    var h = spaced()
    h.now = h.now + 7000
    h.crash()
    let began = h.now
    h.start(after: .crash)
    h.lookUp(1)
    while h.kernel.attemptsMade == 1 { h.wake() }
    #expect(h.now == began + 10_000)
  }

  /// The machine is switched off and on again, with a clock that is ten minutes ahead.
  private func reboot(_ h: inout KernelHarness) {
    h.now = h.now + 10 * Span.minute
    h.crash()
    h.start(after: .clean, boot: 2)
  }

  @Test func `a reboot with a clock that is ahead grants no window twice`() {
    var world = TestWorld(games: 6, players: 0, dumps: 0)
    var stats = Configuration.SourceLimits(name: "stats")
    stats.windows = .init(perMinute: 2)
    world.configuration.sources = [stats]
    world.configuration.scrapers[0].maxConcurrent = 2
    var h = KernelHarness(world)
    h.begin()
    h.succeed(1)
    h.succeed(2)
    #expect(h.kernel.attemptsMade == 2)
    reboot(&h)
    h.lookInOn(h.now + 59 * Span.second)
    #expect(h.kernel.attemptsMade == 2)
    h.lookInOn(h.now + 3 * Span.second)
    #expect(h.kernel.attemptsMade > 2)
  }

  /// Six games of a scraper that makes a request each ten seconds, `burst` of them back to back.
  private func paced(burst: Int) -> KernelHarness {
    var world = TestWorld(games: 6, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.scrapers[0].maxConcurrent = 3
    world.configuration.scrapers[0].requestsPerSecondMicro = 100_000
    world.configuration.scrapers[0].burst = burst
    var h = KernelHarness(world)
    h.begin()
    return h
  }

  @Test func `after a reboot with a clock that is ahead no burst is granted again`() {
    var h = paced(burst: 2)
    h.succeed(1)
    h.succeed(2)
    #expect(h.kernel.attemptsMade == 2)
    reboot(&h)
    h.lookInOn(h.now + 9 * Span.second)
    #expect(h.kernel.attemptsMade == 2)
    h.lookInOn(h.now + 2 * Span.second)
    #expect(h.kernel.attemptsMade == 3)
  }

  @Test func `a crash puts the pace off by what was under way, however long that was`() {
    var h = paced(burst: 1)
    #expect(h.kernel.attemptsMade == 1)
    // The first is never answered; half an hour later another one leaves.
    h.now = h.now + 30 * Span.minute
    h.wake()
    #expect(h.kernel.attemptsMade == 2)
    h.crash()
    h.start()
    // It left at the latest now, and so did the one before it: two requests, twenty seconds; and
    // what had been decided before counts ten.
    h.lookInOn(h.now + 31 * Span.second)
    #expect(h.kernel.attemptsMade > 2)
  }

  private struct Schedule {
    var perMinute: Int?
    var perHour: Int?
    var burst: Int?
    var minDelay: Int64 = 0
    /// Of all sources together.
    var globalPerMinute: Int?
    var globalPerHour: Int?
    /// Of the scraper: requests a second in millionths, and how many back to back.
    var scraperRateMicro: Int64 = 0
    var scraperBurst = 1
    /// Games that a second source has.
    var games = 0
    var latency: Int64 = 400
    var concurrent = 3
    var hasCrashes = false
  }

  /// Lets a kernel with plenty to do run for some time, and shows it from the source's side.
  private func run(
    _ schedule: Schedule, seed: UInt64, for milliseconds: Int64
  ) -> (view: SourceView, problems: [String]) {
    var chance = Chance(seed)
    var world = TestWorld(games: schedule.games, players: 3000, dumps: 0)
    world.configuration.queue.itemsPerTask = 50
    world.configuration.queue.maxLive = 20
    world.configuration.loop.maxRunMilliseconds = Span.day
    world.configuration.globalLimits.maxConcurrent = 10
    world.configuration.scrapers[1].kind = .http
    world.configuration.scrapers[1].maxConcurrent = schedule.concurrent
    world.configuration.scrapers[1].requestsPerSecondMicro = schedule.scraperRateMicro
    world.configuration.scrapers[1].burst = schedule.scraperBurst
    world.configuration.globalLimits.windows = .init(
      perMinute: schedule.globalPerMinute, perHour: schedule.globalPerHour)
    var limits = Configuration.SourceLimits(name: "site")
    limits.windows = .init(perMinute: schedule.perMinute, perHour: schedule.perHour)
    limits.burst = schedule.burst
    limits.minDelayMilliseconds = schedule.minDelay
    world.configuration.sources = [limits]
    var h = KernelHarness(world, checks: false)
    var view = SourceView()
    var flying: [(attempt: UInt64, request: Int, ends: Instant)] = []
    var boot: UInt64 = 1
    let end = h.now + milliseconds
    var effects = h.begin()
    while h.now < end {
      for case .lookUp(let task) in effects { effects += h.lookUp(task.number) }
      for case .start(let id) in effects {
        let latency = 1 + Int64(chance.below(Int(2 * schedule.latency)))
        flying.append((id.number, view.send(at: h.now), h.now + latency))
      }
      if schedule.hasCrashes, chance.isOne(in: 60) {
        let away = Int64(chance.below(90_000))
        // What was under way may have reached the source at any time until the process died.
        for flight in flying { view.answer(flight.request, at: h.now) }
        flying = []
        h.crash()
        h.now = h.now + away
        if chance.isOne(in: 3) { boot += 1 }
        effects = h.start(after: .crash, boot: boot)
        continue
      }
      if h.kernel.cycle.phase == .loadingCatalogs {
        effects = h.load()
        continue
      }
      if h.kernel.cycle.phase == .scanning {
        effects = h.scan()
        continue
      }
      let next = flying.min { $0.ends < $1.ends }
      if let next, next.ends <= h.wakeAt {
        flying.removeAll { $0.attempt == next.attempt }
        h.now = max(h.now, next.ends)
        view.answer(next.request, at: h.now)
        effects = h.succeed(next.attempt)
      } else {
        effects = h.wake()
      }
    }
    return (view, h.problems)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `no window of a minute at the source holds more than its limit`(seed: UInt64) {
    let schedule = Schedule(perMinute: 7 + Int(seed), hasCrashes: seed > 3)
    let (view, problems) = run(schedule, seed: seed, for: 12 * Span.minute)
    #expect(problems == [])
    #expect(view.requests.count > 20)
    #expect(!view.exceeds(7 + Int(seed), within: Span.minute))
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `no window of an hour at the source holds more than its limit`(seed: UInt64) {
    let schedule = Schedule(perHour: 40, latency: 3000, hasCrashes: seed > 2)
    let (view, problems) = run(schedule, seed: seed, for: 5 * Span.hour)
    #expect(problems == [])
    #expect(view.requests.count > 80)
    #expect(!view.exceeds(40, within: Span.hour))
  }

  @Test(arguments: [false, true])
  func `two requests leave no closer than the delay between them`(hasCrashes: Bool) {
    let schedule = Schedule(minDelay: 1500, hasCrashes: hasCrashes)
    let (view, problems) = run(schedule, seed: 5, for: 5 * Span.minute)
    #expect(problems == [])
    #expect(view.requests.count > 30)
    #expect(view.shortestGap >= 1500)
  }

  @Test(arguments: [1, 2, 5])
  func `a pace lets no more than its burst leave back to back`(burst: Int) {
    let schedule = Schedule(perMinute: 30, burst: burst, concurrent: 8)
    let (view, problems) = run(schedule, seed: 9, for: 6 * Span.minute)
    #expect(problems == [])
    #expect(view.requests.count > 60)
    #expect(!view.exceedsPace(intervalMilliseconds: 2000, burst: burst))
    #expect(!view.exceeds(30, within: Span.minute))
  }

  @Test(arguments: [1, 2, 5], [false, true])
  func `a scraper's pace lets no more than its burst leave back to back`(
    burst: Int, hasCrashes: Bool
  ) {
    // One each two seconds, where eight at a time could make sixteen of it.
    let schedule = Schedule(
      scraperRateMicro: 500_000, scraperBurst: burst, concurrent: 8, hasCrashes: hasCrashes)
    let (view, problems) = run(schedule, seed: 11, for: 6 * Span.minute)
    #expect(problems == [])
    #expect(view.requests.count > 60)
    #expect(!view.exceedsPace(intervalMilliseconds: 2000, burst: burst))
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `no window of all sources together holds more than its limit`(seed: UInt64) {
    // Neither source has a limit of its own.
    let minute = Schedule(
      globalPerMinute: 9 + Int(seed), games: 14, concurrent: 5, hasCrashes: seed > 2)
    let (ofMinute, problems) = run(minute, seed: seed, for: 12 * Span.minute)
    #expect(problems == [])
    #expect(ofMinute.requests.count > 20)
    #expect(!ofMinute.exceeds(9 + Int(seed), within: Span.minute))
    let hour = Schedule(
      globalPerHour: 40, games: 14, latency: 3000, concurrent: 5, hasCrashes: seed > 2)
    let (ofHour, others) = run(hour, seed: seed, for: 5 * Span.hour)
    #expect(others == [])
    #expect(ofHour.requests.count > 80)
    #expect(!ofHour.exceeds(40, within: Span.hour))
  }

  @Test func `a saturated window is used to within a twentieth`() {
    let schedule = Schedule(perMinute: 60, latency: 500, concurrent: 10)
    let (view, _) = run(schedule, seed: 3, for: 30 * Span.minute)
    // N per window and mean answer.
    let possible = 60.0 * 30 * 60 / (60 + 0.5)
    #expect(Double(view.requests.count) >= 0.95 * possible)
  }

  @Test func `after another boot all that was answered counts as answered just now`() {
    var world = TestWorld(games: 0, players: 200, dumps: 0)
    world.configuration.scrapers[1].kind = .http
    var limits = Configuration.SourceLimits(name: "site")
    limits.windows = .init(perMinute: 5)
    world.configuration.sources = [limits]
    var h = KernelHarness(world)
    h.begin()
    for attempt in 1...5 as ClosedRange<UInt64> { h.succeed(attempt) }
    #expect(h.kernel.attemptsMade == 5)
    h.now = h.now + 50 * Span.second
    h.crash()
    h.start(after: .crash, boot: 2)
    #expect(!h.pass(59 * Span.second).contains(.start(6)))
    #expect(h.pass(3 * Span.second).contains { $0 == .start(6) })
  }

  @Test func `after a restart within one boot the windows go on`() {
    var world = TestWorld(games: 0, players: 200, dumps: 0)
    world.configuration.scrapers[1].kind = .http
    var limits = Configuration.SourceLimits(name: "site")
    limits.windows = .init(perMinute: 5)
    world.configuration.sources = [limits]
    var h = KernelHarness(world)
    h.begin()
    for attempt in 1...5 as ClosedRange<UInt64> { h.succeed(attempt) }
    h.now = h.now + 50 * Span.second
    h.crash()
    h.start(after: .crash)
    #expect(h.kernel.attemptsRunning == 0)
    #expect(h.pass(12 * Span.second).contains { $0 == .start(6) })
  }
}
