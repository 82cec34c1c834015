internal import ADCEKernel

extension Host {
  /// The lake that the configuration names; one that is never asked where a report says all.
  static func lake(
    of loaded: LoadedConfiguration, _ options: Options
  ) throws(HostFailure) -> any Lake {
    do throws(HostFailure) { return try lake(of: loaded) } catch {
      switch error {
      case .noLake, .unsupportedLake, .lake, .remote:
        guard options.mode == .reconcile, options.report != nil else { throw error }
        return UnreachedLake(url: loaded.lake.url ?? "")
      case .store, .recovery, .otherLake, .ports: throw error
      }
    }
  }

  /// The lake that the configuration names. Nothing is asked of it yet.
  public static func lake(of loaded: LoadedConfiguration) throws(HostFailure) -> any Lake {
    guard let url = loaded.lake.url else { throw .noLake }
    if let path = LocalFile.path(url) { return DirectoryLake(root: path) }
    guard url.hasPrefix("s3://") else { throw .unsupportedLake(url) }
    do throws(S3Failure) {
      return S3Lake(
        client: try S3Client(loaded.lake.s3Settings()), location: try S3Location(url),
        prefixes: loaded.listedPrefixes, readers: loaded.lake.parallelListings)
    } catch {
      throw .remote(RemoteFailure(error))
    }
  }

  /// The report that a URL or path names: a `manifest.json`, or a folder or prefix in which the
  /// newest complete one of the lake's bucket is taken.
  public static func report(
    at url: String, of lake: LakeSettings
  ) throws(InventoryError) -> InventoryReport {
    let bucket = lake.bucket
    if let path = LocalFile.path(url) {
      return try InventoryReport.at(path, expectedBucket: bucket)
    }
    guard url.hasPrefix("s3://") else { throw .noPlace(url: url) }
    let files: S3InventoryFiles
    do throws(S3Failure) {
      _ = try S3Location(url)
      files = S3InventoryFiles(client: try S3Client(lake.s3Settings()))
    } catch {
      throw .remote(RemoteFailure(error))
    }
    return try InventoryReport.at(url, in: files, expectedBucket: bucket)
  }

  /// How a cycle finds out what the lake has.
  func snapshotScan(_ report: InventoryReport?) -> SnapshotScan {
    let wall = Instant(milliseconds: clock.now.milliseconds + clock.wallOffsetMilliseconds)
    var scan = SnapshotScan(lake: lake, settings: loaded.lake, named: report, now: wall)
    if loaded.lake.usesInventory, let lake = lake as? S3Lake {
      scan.reports = SnapshotScan.Reports(
        files: S3InventoryFiles(client: lake.client, source: lake.location.bucket),
        folder: S3Location(
          bucket: loaded.lake.inventoryBucket ?? lake.location.bucket,
          prefix: Array((loaded.lake.inventoryPrefix ?? "").utf8)
        ).description, bucket: lake.location.bucket)
    }
    scan.known = kernel.knownReport(of: .inventory)
    return scan
  }

  /// Fills a coverage map with what the lake has, on a thread that may wait for it.
  static func scanned(
    _ ticket: Event.Ticket, _ space: KeySpace, _ scan: SnapshotScan, _ notes: Locked<ScanNotes>
  ) -> Event {
    do throws(SnapshotScan.Failure) {
      let found = try scan.run { MapSink(space) }
      notes.withLock { $0.take(found.notes, found.outcome) }
      if found.isKnown {
        return .scanUnchanged(
          ticket, found.outcome.source.kernelSource, identity: found.identity)
      }
      return .scanFinished(
        ticket,
        Event.Scan(
          map: found.sink.map, space: space.fingerprint, source: found.outcome.source.kernelSource,
          began: found.outcome.began, identity: found.identity))
    } catch {
      notes.withLock { $0.exitCode = error.exitCode }
      return .scanFailed(ticket, .init(message: error.message))
    }
  }

  /// Says what scans, and the lake itself, had to say beside their results.
  func sayScanNotes() {
    for note in scanNotes.withLock({ $0.toSay() }) { observer.onTrouble(note) }
    for note in lake.takeNotes() { observer.onTrouble(note) }
  }

  /// The exit code of a command whose scan failed (`scanFailure`).
  public var scanExitCode: Int32 { scanNotes.withLock { $0.exitCode } }
}

/// What scans leave for the host's thread.
struct ScanNotes: Sendable {
  /// Of the last scan that failed.
  var exitCode: Int32 = 74
  /// Of the last scan that did not.
  private(set) var outcome: ScanOutcome?
  private var last: [String] = []
  private var unsaid: [String] = []

  /// The same every hour is said once.
  mutating func take(_ notes: [String], _ outcome: ScanOutcome) {
    self.outcome = outcome
    if notes != last { unsaid = notes }
    last = notes
  }

  mutating func toSay() -> [String] {
    defer { unsaid = [] }
    return unsaid
  }
}

extension LakeSettings {
  /// Region, endpoint and credentials, as every AWS tool finds them.
  func s3Settings() throws(S3Failure) -> S3Settings {
    try S3Settings.found(
      configured: ConfiguredAWS(
        region: region, accessKeyID: accessKeyID, secretAccessKey: secretAccessKey))
  }
}

extension LoadedConfiguration {
  /// What a listing covers: `s3.prefixes` and the literal beginnings of all path patterns.
  var listedPrefixes: [[UInt8]] {
    let patterns = kernel.desired.sources.flatMap { $0.dataTypes.flatMap(\.patterns) }
    let beginnings = patterns.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "{") }) }
    let all = lake.prefixes.map { Array($0.utf8) } + beginnings
    // A definition without a pattern still counts what is there.
    return all.isEmpty ? [[]] : ListingPrefixes.merged(all)
  }
}
