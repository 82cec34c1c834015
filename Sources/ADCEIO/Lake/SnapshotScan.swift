package import ADCEKernel

/// Finds out what a lake has, by the cheapest way that can be trusted: the report that was named,
/// else the newest usable one, else the one before it, else the lake itself.
package struct SnapshotScan: Sendable {
  package let lake: any Lake
  package let settings: LakeSettings
  /// Read in place of everything else, whatever its age.
  package var named: InventoryReport?
  /// Where reports are looked for; nil = they are not.
  package var reports: Reports?
  /// The report that it would be of no use to read again (`Kernel.knownReport`).
  package var known: Hash128?
  /// The wall clock.
  package let now: Instant

  package struct Reports: Sendable {
    var files: any InventoryFiles
    var folder: String
    /// The bucket that they must describe.
    var bucket: String

    package init(files: any InventoryFiles, folder: String, bucket: String) {
      self.files = files
      self.folder = folder
      self.bucket = bucket
    }
  }

  package struct Found<Sink: Sendable>: Sendable {
    package var sink: Sink
    package var outcome: ScanOutcome
    /// Of the report; zero for a listing.
    package var identity = Hash128.zero
    /// It is the known report, and was not read: the sink is empty.
    package var isKnown = false
    /// Why reports were passed over, and what else an owner should know.
    package var notes: [String] = []
  }

  package struct Failure: Error {
    package var message: String
    /// Of a command that fails for it (sysexits.h).
    package var exitCode: Int32
  }

  package init(
    lake: any Lake, settings: LakeSettings, named: InventoryReport? = nil,
    reports: Reports? = nil, known: Hash128? = nil, now: Instant
  ) {
    self.lake = lake
    self.settings = settings
    self.named = named
    self.reports = reports
    self.known = known
    self.now = now
  }

  /// The newest report that is whole and the one before it; who writes none that can be read has
  /// no use for a third.
  private static let reportsTried = 2

  package func run<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(Failure) -> Found<Sink> {
    if let named {
      do throws(InventoryError) { return try read(named, makeSink) } catch {
        throw Failure(message: error.description, exitCode: error.exitCode)
      }
    }
    var notes: [String] = []
    var exitCode: Int32 = 65
    if let reports {
      if let found = newest(of: reports, makeSink, &notes, &exitCode) { return found }
      guard settings.fallsBackToListing else {
        throw Failure(
          message: "no inventory report can be used, and fallback_to_sample is off, so nothing is "
            + "listed: " + notes.joined(separator: "; "), exitCode: exitCode)
      }
      notes = notes.map { "\($0); the bucket is listed instead" }
    }
    do throws(LakeError) {
      let (sink, outcome) = try lake.scan(into: makeSink)
      return Found(sink: sink, outcome: outcome, notes: notes)
    } catch {
      throw Failure(message: error.description, exitCode: error.exitCode)
    }
  }

  /// The newest report that can be used; nil, and why, if there is none.
  private func newest<Sink: ObjectSink>(
    of reports: Reports, _ makeSink: @Sendable () -> Sink,
    _ notes: inout [String], _ exitCode: inout Int32
  ) -> Found<Sink>? {
    var tried = 0
    do throws(InventoryError) {
      for path in try reports.files.manifests(below: reports.folder) {
        guard tried < Self.reportsTried else { return nil }
        do throws(InventoryError) {
          let report = try InventoryReport.open(
            manifest: path, in: reports.files, expectedBucket: reports.bucket)
          guard now - report.began <= settings.snapshotMaxMilliseconds else {
            let hours = settings.snapshotMaxMilliseconds / Span.hour
            notes.append(
              "\(path): it began at \(report.began.iso), more than \(hours) hours ago "
                + "(cache_ttl_hours)")
            return nil
          }
          var found = try read(report, makeSink)
          found.notes = notes.map { "\($0); \(path) was used instead" }
          return found
        } catch {
          switch error {
          // Being written, or a folder that only looks like a report's.
          case .unfinished, .noManifest, .otherBucket: continue
          case _ where error.isOfReport:
            notes.append(error.description)
            tried += 1
          default: throw error
          }
        }
      }
      notes.append(
        "\(reports.folder): no complete inventory report of bucket \(reports.bucket) in it")
    } catch {
      notes.append(error.description)
      exitCode = error.exitCode
    }
    return nil
  }

  private func read<Sink: ObjectSink>(
    _ report: InventoryReport, _ makeSink: @Sendable () -> Sink
  ) throws(InventoryError) -> Found<Sink> {
    if known == report.identity {
      let outcome = ScanOutcome(source: .inventory, began: report.began, objects: 0, bytes: 0)
      return Found(
        sink: makeSink(), outcome: outcome, identity: report.identity, isKnown: true)
    }
    guard let root = (lake as? S3Lake)?.root, !root.isEmpty else {
      let (sink, outcome) = try report.scan(into: makeSink)
      return Found(sink: sink, outcome: outcome, identity: report.identity)
    }
    let (sink, outcome) = try report.scan { PrefixSink(sink: makeSink(), prefix: root) }
    var inside = outcome
    inside.objects = sink.objects
    inside.bytes = sink.bytes
    return Found(sink: sink.sink, outcome: inside, identity: report.identity)
  }
}

/// Shows another sink what lies below a prefix, by the rest of the key: a report lists the bucket,
/// and the lake may be a part of it.
struct PrefixSink<Sink: ObjectSink>: ObjectSink {
  var sink: Sink
  let prefix: [UInt8]
  private(set) var objects = 0
  private(set) var bytes: Int64 = 0

  init(sink: Sink, prefix: [UInt8]) {
    self.sink = sink
    self.prefix = prefix
  }

  mutating func observe(key: UnsafeRawBufferPointer, facts: ObjectFacts) {
    guard key.count > prefix.count, key.starts(with: prefix) else { return }
    objects += 1
    bytes &+= facts.bytes
    sink.observe(key: UnsafeRawBufferPointer(rebasing: key[prefix.count...]), facts: facts)
  }

  mutating func merge(_ other: consuming PrefixSink) {
    objects += other.objects
    bytes &+= other.bytes
    sink.merge(other.sink)
  }
}
