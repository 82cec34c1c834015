import ADCEKernel

/// What must be so whatever happens, judged from outside: from effects and requests, with no code
/// of the kernel's.
struct Oracles {
  /// More records no step may change (design, "Bounded").
  static let recordsPerStepMax = 4096

  var limits: LimitOracle
  /// What each attempt was about.
  private var payloads: [AttemptID: Hash128] = [:]
  /// Tasks that were live when it was last looked.
  private var live: Set<TaskID> = []
  /// How often each object was asked for on the day on which it last was, and how often that came
  /// to nothing by a fault of our own.
  private var asked: [Int: (day: Int32, count: Int, ownFaults: Int)] = [:]
  /// Objects that were asked for when a process ended, and when that was; not looked up since.
  private var unknown: [Int: Instant] = [:]

  /// When the look began that the kernel had adopted of each kind of source.
  private var newestLooks: [ScanSource: Instant] = [:]

  init(_ policy: WorldPolicy) { limits = LimitOracle(policy) }

  /// A store that was put back knows nothing of what came after it.
  mutating func forgive() {
    limits.forgive()
    payloads = [:]
    live = []
    unknown = [:]
    newestLooks = [:]
  }

  /// A process ended while these were asked for.
  mutating func outcomeIsUnknown(_ object: Int, _ now: Instant) { unknown[object] = now }

  mutating func lookedUp(_ object: Int) { unknown[object] = nil }

  /// Whether nobody has looked, and no scan has begun, since a process ended that asked for it.
  func isUnknown(_ object: Int, afterScan began: Instant?) -> Bool {
    guard let ended = unknown[object] else { return false }
    return began.map { $0 <= ended } ?? true
  }

  /// No look at the lake gives way to one that began before it. Where the clocks are not right, or
  /// were not lately, nobody knows what was before.
  mutating func checkLooks(_ kernel: borrowing Kernel, isSettled: Bool) -> [String] {
    if !isSettled { newestLooks = [:] }
    var found: [String] = []
    for source in ScanSource.allCases {
      guard let snapshot = kernel.snapshot(of: source) else { continue }
      if let newest = newestLooks[source], snapshot.began < newest {
        found.append(
          "the \(source.name) of \(newest.iso) gave way to that of \(snapshot.began.iso)")
      }
      newestLooks[source] = snapshot.began
    }
    return found
  }

  /// An attempt is started once, and is about one thing for ever.
  mutating func started(
    _ id: AttemptID, _ work: AttemptWork
  ) -> String? {
    var payload: [UInt8] = Array("\(work.task.number) \(work.scraper)".utf8)
    for item in work.items { payload += [0] + item.key }
    let before = payloads.updateValue(Hash128(of: payload), forKey: id)
    // Long ago enough never to be seen again.
    if payloads.count > 20_000 {
      payloads = payloads.filter { $0.key.number + 10_000 > id.number }
    }
    guard let before else { return nil }
    return before == Hash128(of: payload)
      ? "attempt \(id.number) is started twice"
      : "attempt \(id.number) is about something else than when it was started first"
  }

  /// How often an object was asked for today, this time included.
  mutating func asked(_ object: Int, _ now: Instant) -> Int {
    let day = CivilDay(containing: now).day
    var entry = asked[object] ?? (day, 0, 0)
    if entry.day != day { entry = (day, 0, 0) }
    entry.count += 1
    asked[object] = entry
    // What our own disk or lake refuses is tried again for as long as it lasts.
    return entry.count - entry.ownFaults
  }

  mutating func failedByOwnFault(_ object: Int) { asked[object]?.ownFaults += 1 }

  /// More often than that no object is asked for within a day: its attempts, one more for each
  /// cool-down that ends, one for each crash, and all anew when an operator says so.
  func requestsADayMax(_ policy: WorldPolicy, crashes: UInt64, operators: UInt64) -> Int {
    // A cool-down doubles up to the longest: so many end within a day.
    var cooldowns = 0
    var time: Int64 = 0
    var length = policy.cooldownMilliseconds
    while time < Span.day {
      cooldowns += 1
      time += length
      length = min(length * 2, policy.cooldownMaxMilliseconds)
    }
    // One chain of them for what the source does not have, another for what it fails at.
    return 2 * (policy.attempts + cooldowns + 1) + Int(crashes)
      + Int(operators) * (policy.attempts + 1)
  }

  /// No task is lost, and no key is in two live ones.
  mutating func checkTasks(_ kernel: borrowing Kernel, _ now: Instant) -> [String] {
    var found: [String] = []
    var alive: Set<TaskID> = []
    var holder: [[UInt8]: TaskID] = [:]
    for id in kernel.liveTaskIDs {
      alive.insert(id)
      for (key, isOpen) in kernel.keys(of: id) where isOpen && kernel.isExpected(key) {
        if let other = holder.updateValue(id, forKey: key) {
          found.append(
            "\(String(decoding: key, as: UTF8.self)) is in tasks \(other.number) and \(id.number)")
        }
      }
    }
    // What has ended since is remembered for days.
    if let lost = live.filter({ kernel.task($0, at: now) == nil }).min() {
      found.append("task \(lost.number) is lost")
    }
    live = alive
    return found
  }
}
