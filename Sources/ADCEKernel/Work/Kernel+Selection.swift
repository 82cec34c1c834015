// A run by hand: one scraper, and some or all of the gaps that it would fill.

extension Configuration {
  /// Which gaps become tasks, and which tasks are started.
  public struct Selection: Hashable, Sendable {
    public var scraper: String
    public var dataType: String?
    public var season: String?
    /// nil = every key. Counts have no keys: they are selected only where this is nil.
    public var keys: Set<[UInt8]>?
    /// At most so many keys, the best first. They are chosen, as `keys`, when tasks are first made;
    /// nothing is selected before.
    public var keysMax: Int?

    var isOfKeys: Bool { keys != nil || keysMax != nil }

    public init(scraper: String) { self.scraper = scraper }
  }
}

extension Kernel {
  /// How many times as many tasks may be live as without a selection: the queue may be full of what
  /// a run by hand leaves alone.
  var roomFactor: Int { configuration.loop.only == nil ? 1 : 2 }

  /// Whether tasks may be made of gaps of this type and season.
  func isSelected(scraper: Int, type: Int, season: String?, isCount: Bool) -> Bool {
    guard let only = configuration.loop.only else { return true }
    return only.scraper == configuration.scrapers[scraper].id
      && only.dataType.map { $0 == dataType(type).name } ?? true
      && only.season.map { $0 == season } ?? true
      && !(isCount && only.isOfKeys)
  }

  /// Whether attempts of a scraper may be started.
  func isSelected(scraper: NameID) -> Bool {
    configuration.loop.only.map { names.known($0.scraper) == scraper } ?? true
  }

  /// Whether a task may be started, as far as the selection goes.
  func isSelected(_ task: TaskRecord) -> Bool {
    guard let only = configuration.loop.only else { return true }
    return isSelected(scraper: task.scraper)
      && only.dataType.map { names.known($0) == task.type } ?? true
      && only.season.map { names.known($0) == task.season } ?? true
      && !(task.isCount && only.isOfKeys)
  }

  /// The ordinals of the selected keys; nil = all.
  var selectedOrdinals: Set<UInt32>? {
    guard let only = configuration.loop.only, only.isOfKeys else { return nil }
    return Set(
      (only.keys ?? []).compactMap { key in
        key.withUnsafeBytes { space.ordinal(of: $0) }.map { UInt32($0) }
      })
  }

  /// Whether a live task has an open key that is selected.
  func holdsSelected(_ id: TaskID, _ task: TaskRecord, among chosen: Set<UInt32>?) -> Bool {
    guard isSelected(task) else { return false }
    guard let chosen else { return true }
    let ordinals = queue.ordinals[id] ?? []
    return ordinals.indices.contains { task.isOpen($0) && chosen.contains(ordinals[$0]) }
  }

  /// The ready tasks of the selection, best first; empty without one.
  ///
  /// A pass over all live tasks: a run by hand starts few attempts, and the lanes' heaps know no
  /// selection.
  func selectedReady(at now: Instant) -> [TaskQueue.Ready] {
    let chosen = selectedOrdinals
    let scoring = Scoring(policy: configuration.queue.scoring)
    var result: [TaskQueue.Ready] = []
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], task.state == .pending,
        holdsSelected(id, task, among: chosen),
        // Without a key to try it would be looked at for ever.
        task.isCount || !itemsToTry(of: id, task, among: chosen, at: now).isEmpty
      else { continue }
      let gain = scoring.gain(of: names.text(task.source) ?? "", at: now)
      result.append(
        .init(score: task.score + gain, ownerOrder: task.ownerOrder, due: task.due, task: id))
    }
    return result.sorted()
  }

  /// Turns `keysMax` into the keys themselves, once: the best gaps that a task may be made of, or
  /// has been made of.
  mutating func chooseKeys(at now: Instant) {
    guard let only = configuration.loop.only, let most = only.keysMax, only.keys == nil else {
      return
    }
    let analysis = analyse(at: now)
    let (barred, records, space) = (unwanted(at: now), observed.keys, space)
    var keys: Set<[UInt8]> = []
    for candidate in candidates(analysis, at: now) where keys.count < most {
      guard case .keys(let group) = candidate.gap else { continue }
      analysis.forEachGap(
        in: group, space: space, map: observed.map, now: wall(now),
        desired: configuration.desired, policy: configuration.gaps
      ) { ordinal in
        if barred[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1 { return true }
        if let record = records[ordinal], record.notBefore > now { return true }
        var key: [UInt8] = []
        space.appendKey(of: ordinal, to: &key)
        keys.insert(key)
        return keys.count < most
      }
    }
    restrict(toKeys: keys)
  }
}
