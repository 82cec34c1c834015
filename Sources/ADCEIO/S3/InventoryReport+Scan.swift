import Synchronization

extension InventoryReport {
  /// Reads all parts, each on one of `workers` threads (default: as suits the place), verifies them,
  /// and returns the sinks merged.
  ///
  /// Parts are begun in the manifest's order, and of several bad ones the first is named.
  public func scan<Sink: ObjectSink>(
    workers: Int? = nil, into makeSink: @Sendable () -> Sink
  ) throws(InventoryError) -> (sink: Sink, outcome: ScanOutcome) {
    let parts = manifest.parts
    guard let first = parts.first else {
      let outcome = ScanOutcome(source: .inventory, began: began, objects: 0, bytes: 0)
      return (makeSink(), outcome)
    }
    guard let root = try files.partsRoot(of: first.key, manifest: manifestPath) else {
      throw .partMissing(part: first.key, manifest: manifestPath)
    }
    let next = Atomic(0)
    let firstBad = Atomic(Int.max)
    let threads = max(1, min(workers ?? files.readers, parts.count))
    let results = try files.inParallel(threads) { _ -> Share<Sink> in
      var share = Share(sink: makeSink(), rows: InventoryRows(manifest.schema))
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        // Whoever has an earlier part finishes it: it may be bad too.
        guard index < parts.count, index < firstBad.load(ordering: .relaxed) else { break }
        do throws(InventoryError) {
          try read(parts[index], in: root, into: &share.sink, &share.rows)
        } catch {
          share.failure = (index, error)
          firstBad.min(index, ordering: .relaxed)
          break
        }
      }
      return share
    }
    if let first = results.compactMap(\.failure).min(by: { $0.part < $1.part }) {
      throw first.error
    }
    var (sink, rows) = (results[0].sink, results[0].rows)
    for result in results.dropFirst() {
      sink.merge(result.sink)
      rows.add(result.rows)
    }
    let outcome = ScanOutcome(
      source: .inventory, began: began, objects: rows.objects, bytes: rows.bytes,
      superseded: rows.superseded)
    return (sink, outcome)
  }

  /// What one thread has read.
  private struct Share<Sink: ObjectSink>: Sendable {
    var sink: Sink
    var rows: InventoryRows
    var failure: (part: Int, error: InventoryError)?
  }

  private func read(
    _ part: InventoryManifest.Part, in root: String, into sink: inout some ObjectSink,
    _ rows: inout InventoryRows
  ) throws(InventoryError) {
    var reader = InventoryPart(part, manifest.schema)
    let isThere = try files.read(part: root + part.key) { reader.take($0, into: &sink) }
    guard isThere else { throw .partMissing(part: part.key, manifest: manifestPath) }
    rows.add(try reader.finish(into: &sink))
  }
}
