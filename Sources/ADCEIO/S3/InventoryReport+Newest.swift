import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension InventoryReport {
  /// The report at a path on disk: that of a `manifest.json`, or the newest complete one in a
  /// directory.
  public static func at(
    _ path: String, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    try at(path, in: DiskInventoryFiles(), expectedBucket: expectedBucket)
  }

  /// The same wherever it is.
  package static func at(
    _ path: String, in files: any InventoryFiles, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    guard try files.isFolder(path) else {
      return try open(manifest: path, in: files, expectedBucket: expectedBucket)
    }
    return try newest(in: path, of: files, expectedBucket: expectedBucket)
  }

  /// The newest complete report in a directory, at any depth up to eight; with `expectedBucket`,
  /// the newest of that bucket.
  package static func newest(
    in directory: String, of files: any InventoryFiles, expectedBucket: String? = nil
  ) throws(InventoryError) -> InventoryReport {
    var unfinished = 0
    var other: InventoryError?
    for path in try files.manifests(below: directory) {
      do throws(InventoryError) {
        return try open(manifest: path, in: files, expectedBucket: expectedBucket)
      } catch {
        switch error {
        case .unfinished, .manifestChecksum, .noManifest: unfinished += 1
        // One directory may hold the reports of several buckets.
        case .otherBucket: other = other ?? error
        default: throw error
        }
      }
    }
    throw other ?? .noCompleteReport(directory: directory, unfinished: unfinished)
  }

  /// The paths of all manifests in a directory, complete or not, newest first: for going back to
  /// the report before one that is refused.
  public static func manifests(in directory: String) throws(InventoryError) -> [String] {
    try DiskInventoryFiles().manifests(below: directory)
  }

  /// AWS names a report's folder by the time at which it began: `2024-05-01T00-00Z`.
  static func timeInName(_ name: some Sequence<UInt8>) -> Instant? {
    var time = Array(name)
    guard time.count == 17, time[13] == 0x2D else { return nil }
    time[13] = 0x3A
    return Instant(iso: time)
  }
}

extension DiskInventoryFiles {
  func manifestsOnDisk(_ directory: String) throws(InventoryError) -> [String] {
    var found: [(began: Instant, path: String)] = []
    do throws(SystemCallFailure) {
      let root = try OpenFile.open(directory, O_RDONLY | O_DIRECTORY)
      let front = directory.hasSuffix("/") ? directory : directory + "/"
      var open: [(path: [UInt8], depth: Int)] = [([0x2E], 0)]
      while let next = open.popLast() {
        let folder = try root.open(below: next.path, O_RDONLY | O_DIRECTORY)
        var listing = try FolderListing.of(folder)
        while let entry = try listing.next() {
          let path = next.path + [0x2F] + entry.name
          if entry.name.elementsEqual("manifest.json".utf8) {
            let name = next.path.split(separator: 0x2F).last ?? []
            let manifest = front + String(decoding: path.dropFirst(2), as: UTF8.self)
            found.append((InventoryReport.timeInName(name) ?? timeInside(manifest), manifest))
          } else if try isFolder(entry, in: folder), next.depth < 8 {
            open.append((path, next.depth + 1))
          }
        }
      }
    } catch {
      throw .system(error)
    }
    found.sort { a, b in a.began == b.began ? a.path > b.path : a.began > b.began }
    return found.map(\.path)
  }

  private func isFolder(
    _ entry: FolderListing.Entry, in folder: borrowing OpenFile
  ) throws(SystemCallFailure) -> Bool {
    switch entry.kind {
    case .folder: true
    case .unknown: try folder.status(below: entry.path, followingLinks: false)?.kind == .folder
    case .file, .link, .other: false
    }
  }

  /// For folders of other names; what cannot be read counts as the oldest, and says why when it
  /// is opened.
  private func timeInside(_ manifest: String) -> Instant {
    do throws(InventoryError) {
      guard let json = try contents(of: manifest) else { return .distantPast }
      return try InventoryManifest(json: json, path: manifest).began
    } catch {
      return .distantPast
    }
  }
}
