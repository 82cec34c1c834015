// What ports need to carry out an effect, rendered from the state when the effect is released.

extension Kernel {
  /// The work of an attempt; nil if it is no longer under way.
  public func work(for id: AttemptID) -> AttemptWork? {
    guard let attempt = queue.attempts[id], let task = queue.tasks[attempt.task],
      let scraper = configuration.scrapers.firstIndex(where: {
        names.known($0.id) == task.scraper
      }), let source = names.text(task.source), let type = names.text(task.type)
    else { return nil }
    let dataType = dataType(source: task.source, type: task.type)
    let items = attempt.items.compactMap { item(Int($0), of: attempt.task, dataType) }
    let days = attempt.items.compactMap { index -> CivilDay? in
      guard let ordinal = queue.ordinals[attempt.task]?[Int(index)],
        ordinal != TaskQueue.unexpected
      else { return nil }
      return space.date(Int(ordinal))
    }
    var dates: ClosedRange<CivilDay>?
    if let first = days.min(), let last = days.max() { dates = first...last }
    return AttemptWork(
      attempt: id, task: attempt.task, attemptNumber: Int(task.attempts), scraper: scraper,
      source: source, dataType: type, season: names.text(task.season), priority: task.priority,
      items: items, dates: dates, minBytes: dataType?.minBytes ?? 0)
  }

  private func item(
    _ index: Int, of task: TaskID, _ dataType: Desired.DataType?
  ) -> AttemptWork.Item? {
    guard let ordinal = queue.ordinals[task]?[index], ordinal != TaskQueue.unexpected,
      let key = queue.items[task]?.key(index)
    else { return nil }
    var item = AttemptWork.Item(
      index: index, key: Array(key), parameters: space.parameters(of: Int(ordinal)),
      columns: space.columns(of: Int(ordinal)))
    if observed.map.isPresent(Int(ordinal)) {
      // A snapshot keeps no sizes: what counts is whether the copy is long enough.
      item.stored = observed.ledger[Int(ordinal)]?.facts
      item.storedIsSufficient = !observed.map.isUndersized(Int(ordinal))
    }
    return item
  }

  /// The keys of a task that are to be looked up in the lake, with their indexes.
  public func keysToLookUp(_ id: TaskID) -> [(index: Int, key: [UInt8])] {
    guard let task = queue.tasks[id], let items = queue.items[id] else { return [] }
    return (0..<items.count).filter { task.isOpen($0) }.map { ($0, Array(items.key($0))) }
  }
}
