internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

// What an effect leads to. Scans, look-ups and attempts happen on other threads and come back as
// events; the catalogs, local files, are read on the host's own.

extension Host {
  func release(_ effect: Effect) {
    switch effect {
    case .loadCatalogs(let ticket): loadCatalogs(ticket)
    case .scan(let ticket): scan(ticket)
    case .lookUp(let task): lookUp(task)
    case .start(let attempt): start(attempt)
    case .cancel(let attempt): executor.cancel(attempt, graceMilliseconds: 5000)
    case .cycleFinished(let number):
      finishTimings()
      publishViews()
      answerComparison(number)
    case .finished:
      publishViews()
      end(as: .finished)
    case .drained: end(as: .drained)
    case .cycleFailed(let number, let message):
      scanFailure = message
      failComparison(number, message)
    case .answered(let id, let given): answer(id, given)
    case .runEnded, .alert: break
    }
    observer.onEffect(effect, kernel, clock.now)
  }

  private func loadCatalogs(_ ticket: Event.Ticket) {
    cycleBegan = SystemClock.milliseconds(CLOCK_MONOTONIC)
    scanFailure = nil
    let kept = (0..<loaded.catalogFiles.count).map { kernel.fingerprint(ofCatalog: $0) }
    post(.catalogsLoaded(ticket, catalogs.load { kept[$0] }))
  }

  private func scan(_ ticket: Event.Ticket) {
    let space = kernel.space
    expected.withLock { $0.space = space }
    let report = waiting.reports[kernel.cycle.number] ?? options.report
    let (scan, inbox, notes, lakes) = (snapshotScan(report), inbox, scanNotes, lakes)
    scanBegan = SystemClock.milliseconds(CLOCK_MONOTONIC)
    threads.run {
      inbox.post(lakes.asking(scan.lake) { Host.scanned(ticket, space, scan, notes) })
    }
  }

  private func lookUp(_ task: TaskID) {
    let keys = kernel.keysToLookUp(task)
    let (lake, inbox, lakes) = (lake, inbox, lakes)
    threads.run {
      let answer = lakes.asking(lake) { () -> Event.LookUp in
        do throws(LakeError) {
          let facts = try lake.lookUp(keys.map(\.key))
          return .answered(zip(keys, facts).map { .init(index: $0.index, facts: $1) })
        } catch {
          return .failed(error.description)
        }
      }
      inbox.post(.lookedUp(task, answer))
    }
  }

  private func start(_ attempt: AttemptID) {
    guard let work = kernel.work(for: attempt) else {
      // Its scraper has gone from the configuration since: nothing was started.
      post(.attemptEnded(AttemptEnd(attempt: attempt, failure: .ownFault, items: [])))
      return
    }
    let inbox = inbox
    executor.start(work) { inbox.post(.attemptEnded($0)) }
  }

  private func finishTimings() {
    timings.total = SystemClock.milliseconds(CLOCK_MONOTONIC) - cycleBegan
  }

  private func end(as how: Ending) { ending = how }
}

extension KeySpace {
  /// Whether an object of this key counts for a data type that is only counted: for its season, if
  /// it is counted by season.
  func counts(
    _ key: [UInt8], for source: String, _ dataType: String, season: String?, in desired: Desired
  ) -> Bool {
    var probe = CoverageMap(for: self)
    key.withUnsafeBytes {
      probe.observe(key: $0, facts: ObjectFacts(bytes: 0, modifiedSeconds: 0), in: self)
    }
    return slots.indices.contains { index in
      guard probe.found[index] > 0 else { return false }
      let type = types[slots[index].type]
      return desired.sources[type.source].name == source
        && desired.sources[type.source].dataTypes[type.dataType].name == dataType
        && slots[index].season?.name == season
    }
  }
}

/// A coverage map with the key space that it is filled by.
struct MapSink: ObjectSink {
  var map: CoverageMap
  let space: KeySpace

  init(_ space: KeySpace) {
    map = CoverageMap(for: space)
    self.space = space
  }

  mutating func observe(key: UnsafeRawBufferPointer, facts: ObjectFacts) {
    map.observe(key: key, facts: facts, in: space)
  }

  mutating func merge(_ other: consuming MapSink) { map.merge(other.map) }
}

extension ScanOutcome.Source {
  var kernelSource: ScanSource {
    switch self {
    case .inventory: .inventory
    case .listing: .listing
    case .directory: .directory
    }
  }
}
