import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension InventoryReport {
  /// Reads all parts, each on one of `workers` threads (default: one a processor), verifies them,
  /// and returns the sinks merged.
  ///
  /// Parts are begun in the manifest's order, and of several bad ones the first is named.
  public func scan<Sink: ObjectSink>(
    workers: Int? = nil, into makeSink: @Sendable () -> Sink
  ) throws(InventoryError) -> (sink: Sink, outcome: ScanOutcome) {
    let parts = manifest.parts
    let root = try partsRoot()
    let next = Atomic(0)
    let firstBad = Atomic(Int.max)
    let threads = max(1, min(workers ?? processorCount(), parts.count))
    let results = inParallel(threads) { _ -> Share<Sink> in
      var share = Share(sink: makeSink(), rows: InventoryRows(manifest.schema))
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        // Whoever has an earlier part finishes it: it may be bad too.
        guard index < parts.count, index < firstBad.load(ordering: .relaxed) else { break }
        do throws(InventoryError) {
          let file = try open(parts[index], in: root)
          try InventoryPart(part: parts[index], schema: manifest.schema)
            .read(file, into: &share.sink, &share.rows)
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

  /// The folder at which the parts' keys start: the nearest one above the manifest in which the
  /// first part exists. With a slash at its end, or empty.
  private func partsRoot() throws(InventoryError) -> String {
    var folder = Self.folder(of: manifestPath)
    guard let first = manifest.parts.first else { return folder }
    while true {
      if access(folder + first.key, F_OK) == 0 { return folder }
      let parent = Self.folder(of: String(folder.dropLast()))
      // A relative path is followed up to the working directory, and no further.
      guard parent != folder, !folder.isEmpty else {
        throw .partMissing(part: first.key, manifest: manifestPath)
      }
      folder = parent
    }
  }

  private func open(
    _ part: InventoryManifest.Part, in root: String
  ) throws(InventoryError) -> OpenFile {
    do throws(SystemCallFailure) {
      return try OpenFile.open(root + part.key, O_RDONLY)
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR {
        throw .partMissing(part: part.key, manifest: manifestPath)
      }
      throw .system(error)
    }
  }
}
