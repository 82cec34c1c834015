import ADCEKernel

/// What must be so whatever happens, judged from outside: from effects and requests, with no code
/// of the kernel's.
struct Oracles {
  /// More records no step may change (design, "Bounded").
  static let recordsPerStepMax = 4096

  var limits: LimitOracle
  var ordinals = ObjectOrdinals()
  /// What each attempt was about.
  private var payloads: [AttemptID: Hash128] = [:]
  /// Tasks that were live when it was last looked.
  private var live: Set<TaskID> = []
  /// How often each object was asked for on the day on which it last was.
  private var asked: [Int: (day: Int32, count: Int)] = [:]

  init(_ policy: WorldPolicy) { limits = LimitOracle(policy) }

  /// A store that was put back knows nothing of what came after it.
  mutating func forgive() {
    limits.forgive()
    payloads = [:]
    live = []
  }

  /// An attempt is started once, and is about one thing for ever.
  mutating func started(
    _ id: AttemptID, _ work: AttemptWork
  ) -> String? {
    var payload: [UInt8] = Array("\(work.task.number) \(work.scraper)".utf8)
    for item in work.items { payload += [0] + item.key }
    let isNew = payloads.updateValue(Hash128(of: payload), forKey: id) == nil
    // Long ago enough never to be seen again.
    if payloads.count > 20_000 {
      payloads = payloads.filter { $0.key.number + 10_000 > id.number }
    }
    return isNew ? nil : "attempt \(id.number) is started twice"
  }

  /// How often an object was asked for today, this time included.
  mutating func asked(_ object: Int, _ now: Instant) -> Int {
    let day = CivilDay(containing: now).day
    let count = asked[object].map { $0.day == day ? $0.count + 1 : 1 } ?? 1
    asked[object] = (day, count)
    return count
  }

  /// More often than that no object is asked for within a day: its attempts, one more for each
  /// cool-down that ends, one for each crash, and all anew when an operator says so.
  func requestsADayMax(_ policy: WorldPolicy, crashes: UInt64, operators: UInt64) -> Int {
    let cooldowns = Int(Span.day / max(1, policy.cooldownMilliseconds)) + 1
    // A cool-down doubles: of those within a day there are not as many as of the shortest.
    return (policy.attempts + min(cooldowns, 12)) + Int(crashes)
      + Int(operators + 1) * (policy.attempts + 1) + ownFaultsMax
  }
  /// What our own disk or lake refuses is tried again for as long as it lasts, at the slowest pace.
  private let ownFaultsMax = 90_000

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

/// The kernel's ordinals of the world's objects, for one key space.
struct ObjectOrdinals {
  private var ordinals: [Int32] = []
  private var space = Hash128.zero

  subscript(object: Int) -> Int32 { ordinals[object] }

  mutating func refresh(for new: KeySpace, _ world: World) {
    guard space != new.fingerprint || ordinals.count != world.objectCount else { return }
    space = new.fingerprint
    var key: [UInt8] = []
    ordinals = (0..<world.objectCount).map { object in
      key.removeAll(keepingCapacity: true)
      world.appendKey(object, to: &key)
      return key.withUnsafeBytes { new.ordinal(of: $0).map { Int32($0) } ?? -1 }
    }
  }
}
