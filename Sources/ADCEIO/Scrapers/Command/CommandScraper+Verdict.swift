internal import ADCEKernel
internal import Glibc

/// What a run means for its task: its exit, its result line, and what is there afterwards.
extension CommandScraper {
  func conclude(
    _ work: AttemptWork, _ outcome: SupervisedCommand.Outcome, _ folder: PrivateFolder,
    _ redaction: Redaction
  ) -> AttemptEnd {
    let report = ResultLine(outcome.result)
    let failure = failure(of: outcome, report)
    var end = AttemptEnd(attempt: work.attempt, failure: failure?.failureClass, items: [])
    end.permanent = report.isPermanent || (failure?.isPermanent ?? false)
    end.requests = report.requests
    end.retryAfterMilliseconds = report.retryAfterMilliseconds
    var notes: [String] = []
    if let reason = failure?.reason { notes.append(reason) }
    if let message = report.message { notes.append(message) }
    func addLastWords() {
      guard report.message == nil, let words = LastWords.of(outcome, redaction) else { return }
      notes.append(words)
    }
    if failure != nil { addLastWords() }
    // What became of an item that is not in the lake.
    let undone: ItemResult =
      outcome.wasStopped ? .untouched : .failed(failure?.failureClass ?? .scraperFault)
    switch settings.upload {
    case .adce:
      let taken = take(work, folder, report, undone, redaction)
      end.items = taken.items
      notes += taken.notes
      end.permanent = end.permanent || taken.isUnstorable
    case .itself:
      let found = lookUp(work, report, undone)
      end.items = found.items
      notes += found.notes
    }
    let absent = end.items.count { $0.result == .failed(.scraperFault) }
    if failure == nil, absent > 0, !end.permanent {
      notes.append("it ended well, but \(absent) of \(work.items.count) objects are not there")
      addLastWords()
    }
    end.message = notes.joined(separator: "; ")
    return end
  }

  /// Why the run as a whole failed; nil if it did not.
  private func failure(
    of outcome: SupervisedCommand.Outcome, _ report: ResultLine
  ) -> BodyFault? {
    if outcome.wasStopped { return BodyFault(failureClass: .ownFault, reason: "stopped by adce") }
    if outcome.timedOut {
      return BodyFault(
        failureClass: .scraperFault,
        reason: "ended after its \(settings.timeoutMilliseconds / 1000) s were over")
    }
    if report.isPermanent {
      return BodyFault(
        failureClass: .scraperFault, isPermanent: true, reason: "says that it is permanent")
    }
    if outcome.exit == .code(0) { return nil }
    let exit =
      switch outcome.exit {
      case .code(let code): "exit \(code)"
      case .signal(let signal): "killed by signal \(signal)"
      case .unknown: "ended, and nobody knows how"
      }
    if let found = settings.rules.firstError(in: outcome.errorTail) {
      return BodyFault(
        failureClass: found.failureClass, isPermanent: found.isPermanent,
        reason: "\(exit), \(found.reason)")
    }
    if report.retryAfterMilliseconds != nil {
      return BodyFault(failureClass: .throttled, reason: exit)
    }
    // EX_UNAVAILABLE and EX_TEMPFAIL of <sysexits.h> say "try again" themselves.
    let isTransient = outcome.exit == .code(69) || outcome.exit == .code(75)
    return BodyFault(failureClass: isTransient ? .transient : .scraperFault, reason: exit)
  }
}

extension CommandScraper {
  private struct Results {
    var items: [AttemptEnd.Item] = []
    var notes: [String] = []
    /// All that was made and is not in the lake has a key that no run will ever get into it.
    var isUnstorable = false
  }

  /// `upload: adce`: validates and stores the files that the task asked for.
  private func take(
    _ work: AttemptWork, _ folder: PrivateFolder, _ report: ResultLine, _ undone: ItemResult,
    _ redaction: Redaction
  ) -> Results {
    let left = PrivateTree.files(below: folder.outputFolder, limit: CommandScraper.filesMax)
    var files = Set(left.files)
    var results = Results()
    var unstorable = 0
    for item in work.items {
      guard files.remove(item.key) != nil else {
        let isAbsent = report.absent.contains(item.key)
        results.items.append(
          .init(index: item.index, result: isAbsent ? .failed(.absent) : undone))
        continue
      }
      let stored = store(item, work, folder)
      if stored.isUnstorable { unstorable += 1 }
      results.items.append(.init(index: item.index, result: stored.result))
      if let note = stored.note { results.notes.append(note) }
    }
    if work.items.isEmpty {
      // A task of basis count names no keys: what fits the data type is what it asked for.
      for key in left.files where accepts(work, key) {
        files.remove(key)
        let item = AttemptWork.Item(index: 0, key: key, parameters: [], columns: [])
        if let note = store(item, work, folder).note { results.notes.append(note) }
      }
    }
    // Permanence is of the attempt: said only where no other key of it would be parked too.
    let open = results.items.count { item in
      switch item.result {
      case .stored, .current, .failed(.absent): false
      case .failed, .untouched: true
      }
    }
    results.isUnstorable = unstorable > 0 && open == unstorable
    let strays = left.files.filter(files.contains) + left.others
    if let first = strays.first {
      let name = String(decoding: redaction.apply(first).prefix(120), as: UTF8.self)
      results.notes.append(
        strays.count == 1 ? "stray file \(name)" : "\(strays.count) stray files, first \(name)")
    }
    return results
  }

  private func store(
    _ item: AttemptWork.Item, _ work: AttemptWork, _ folder: PrivateFolder
  ) -> Storing {
    let name = String(decoding: item.key, as: UTF8.self)
    guard
      let body = PrivateTree.read(
        "\(folder.outputFolder)/\(name)", limit: CommandScraper.fileBytesMax)
    else {
      return Storing(
        result: .failed(.invalid), note: "\(name): cannot be read, or is too large")
    }
    do throws(BodyFault) {
      try settings.rules.check(
        body, declaredType: nil, key: item.key, of: .init(source: work.source, name: work.dataType),
        sizeMin: work.minBytes,
        comesByHTTP: false)
    } catch {
      return Storing(result: .failed(error.failureClass), note: "\(name): \(error.reason)")
    }
    do throws(LakeError) {
      let writing = ObjectWriting(lake: lake, storage: settings.storage)
      return Storing(result: try writing.write(body, item, sizeMin: work.minBytes))
    } catch .unstorableKey(let key, let fault) where fault.isForGood {
      return Storing(
        result: .failed(.scraperFault),
        note: "\(LakeError.unstorableKey(key, fault))", isUnstorable: true)
    } catch {
      return Storing(result: .failed(.ownFault), note: "\(error)")
    }
  }

  private struct Storing {
    var result: ItemResult
    var note: String?
    var isUnstorable = false
  }

  /// `upload: self`: only what is in the lake, and better than what was there, is done.
  private func lookUp(
    _ work: AttemptWork, _ report: ResultLine, _ undone: ItemResult
  ) -> Results {
    let found: [ObjectFacts?]
    do throws(LakeError) {
      found = try lake.lookUp(work.items.map(\.key))
    } catch {
      let items = work.items.map { AttemptEnd.Item(index: $0.index, result: .failed(.ownFault)) }
      return Results(items: items, notes: ["the lake cannot be asked: \(error)"])
    }
    var results = Results()
    for (item, facts) in zip(work.items, found) {
      let result = verdict(item, facts, work, report) ?? undone
      results.items.append(.init(index: item.index, result: result))
      if case .failed(.invalid) = result, let facts {
        let name = String(decoding: item.key, as: UTF8.self)
        results.notes.append("\(name): \(facts.bytes) bytes, at least \(work.minBytes) are wanted")
      }
    }
    return results
  }

  private func verdict(
    _ item: AttemptWork.Item, _ facts: ObjectFacts?, _ work: AttemptWork, _ report: ResultLine
  ) -> ItemResult? {
    guard let facts else { return report.absent.contains(item.key) ? .failed(.absent) : nil }
    if facts == item.stored {
      // Untouched by the run. Current, if it says that it looked; else nothing was done.
      return report.objects.contains(item.key) && item.storedIsSufficient ? .current(facts) : nil
    }
    guard facts.bytes >= work.minBytes else { return .failed(.invalid) }
    // Its bytes never passed through us, so their hash is not known.
    return .stored(facts, contentHash: .zero)
  }
}

/// The last line of JSON with `"adce": 1` that a scraper printed (CONFIG.md §6).
struct ResultLine {
  var objects: Set<[UInt8]> = []
  var absent: Set<[UInt8]> = []
  var requests: Int?
  var retryAfterMilliseconds: Int64?
  var isPermanent = false
  var message: String?

  /// A field of another type than it should have counts as not given.
  init(_ value: JSONValue?) {
    guard let value else { return }
    for object in value["objects"]?.elements ?? [] {
      if let key = object["key"]?.text ?? object.text { objects.insert(Array(key.utf8)) }
    }
    for key in value["absent"]?.elements ?? [] {
      if let key = key.text { absent.insert(Array(key.utf8)) }
    }
    requests = value["requests"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
    if let seconds = value["retry_after"]?.double, seconds > 0, seconds < 1e10 {
      retryAfterMilliseconds = Int64(seconds * 1000)
    }
    isPermanent = value["permanent"] == .bool(true)
    message = value["message"]?.text
  }
}
