internal import ADCEKernel

/// Reports in a bucket; paths are `s3://bucket/key`.
package struct S3InventoryFiles: InventoryFiles {
  let client: S3Client
  /// The bucket whose reports are wanted: AWS names a folder by it. Nil = any.
  let source: [UInt8]?

  package init(client: S3Client, source: String? = nil) {
    self.client = client
    self.source = source.map { Array($0.utf8) }
  }

  package func contents(of path: String) throws(InventoryError) -> [UInt8]? {
    let limit = Int64(InventoryReport.manifestBytesMax)
    return try ask(path) { bucket, key throws(S3Failure) in
      try client.get(bucket, key, limit: limit)?.body
    }
  }

  /// What does not end in `.json` is the beginning of keys.
  package func isFolder(_ path: String) -> Bool { !path.hasSuffix(".json") }

  package func partsRoot(of part: String, manifest: String) throws(InventoryError) -> String? {
    // AWS gives whole keys of the bucket in which the report lies. In a copy they may start at a
    // folder, as they do on disk.
    let bucket = "s3://\(try location(manifest).bucket)/"
    if try exists(bucket + part) { return bucket }
    var folder = InventoryReport.folder(of: manifest)
    while folder.utf8.count > bucket.utf8.count {
      if try exists(folder + part) { return folder }
      folder = InventoryReport.folder(of: String(folder.dropLast()))
    }
    return nil
  }

  private func exists(_ path: String) throws(InventoryError) -> Bool {
    try ask(path) { bucket, key throws(S3Failure) in try client.head(bucket, key) != nil }
  }

  package func read(
    part path: String, _ take: (UnsafeRawBufferPointer) -> Void
  ) throws(InventoryError) -> Bool {
    try ask(path) { bucket, key throws(S3Failure) in
      do throws(S3Failure) {
        try client.read(bucket, key) { take($0) }
        return true
      } catch {
        guard error.kind == .notFound else { throw error }
        return false
      }
    }
  }

  /// Waiting for the server and inflating take turns.
  package var readers: Int { min(processorCount() * 2, 16) }

  package func inParallel<Result: Sendable>(
    _ readers: Int, _ body: @Sendable (Int) -> Result
  ) throws(InventoryError) -> [Result] {
    do throws(ThreadRefused) { return try onOwnThreads(readers, body) } catch {
      throw .system(SystemCallFailure(call: "pthread_create", path: "thread", code: error.errno))
    }
  }

  private func ask<Answer>(
    _ path: String, _ question: (String, [UInt8]) throws(S3Failure) -> Answer
  ) throws(InventoryError) -> Answer {
    let location = try location(path)
    do throws(S3Failure) { return try question(location.bucket, location.prefix) } catch {
      throw .remote(RemoteFailure(error))
    }
  }

  private func location(_ path: String) throws(InventoryError) -> S3Location {
    do throws(S3Failure) { return try S3Location(path) } catch {
      throw .remote(RemoteFailure(error))
    }
  }
}

// Finding the manifests.
extension S3InventoryFiles {
  /// Folders are gone down into so deep, and no further.
  private static let depthMax = 8
  /// Of the folders named by a time, so many of the newest below one folder are looked at.
  private static let datedMax = 64
  /// Of AWS's, beside those named by a time: the parts of all reports, and files for Hive.
  private static let passedOver: [[UInt8]] = ["data/", "hive/"].map { Array($0.utf8) }
  /// Requests for all of it: where reports lie deeper in a wide tree, as a whole lake is one, their
  /// place must be named.
  static let requestsMax = 200

  package func manifests(below folder: String) throws(InventoryError) -> [String] {
    let location = try location(folder)
    var requests = Self.requestsMax
    let top = location.folder
    // AWS's layout, `BUCKET/CONFIGURATION/TIME/manifest.json`: what lies in the folder of the
    // bucket is all there is, else whatever is found.
    var found: [(began: Instant, path: String)] = []
    if let source, !source.isEmpty {
      found = try manifests(in: location.bucket, [(top + source + [0x2F], 1)], &requests)
    }
    if found.isEmpty { found = try manifests(in: location.bucket, [(top, 0)], &requests) }
    guard !found.isEmpty || requests > 0 else {
      throw .tooWide(directory: folder, requests: Self.requestsMax)
    }
    for index in found.indices where found[index].began == .distantPast {
      found[index].began = try timeInside(found[index].path)
    }
    found.sort { a, b in a.began == b.began ? a.path > b.path : a.began > b.began }
    return found.map(\.path)
  }

  /// The nearest folders first; the time is the distant past where the folder's name tells none.
  private func manifests(
    in bucket: String, _ folders: [(prefix: [UInt8], depth: Int)], _ requests: inout Int
  ) throws(InventoryError) -> [(began: Instant, path: String)] {
    let source = S3ListingSource(client: client, bucket: bucket)
    var found: [(began: Instant, path: String)] = []
    var open = folders
    var next = 0
    do throws(ListingFailure) {
      while next < open.count, requests > 0 {
        let (prefix, depth) = open[next]
        next += 1
        let (folders, keys) = try source.children(of: prefix, pages: &requests)
        for key in keys where key.dropFirst(prefix.count).elementsEqual("manifest.json".utf8) {
          let path = Self.path(bucket, key)
          let name = prefix.split(separator: 0x2F).last ?? []
          found.append((InventoryReport.timeInName(name) ?? .distantPast, path))
        }
        var dated: [(began: Instant, path: String)] = []
        for folder in folders {
          let name = folder.dropFirst(prefix.count)
          if let time = InventoryReport.timeInName(name.dropLast()) {
            dated.append((time, Self.path(bucket, folder + Array("manifest.json".utf8))))
          } else if depth < Self.depthMax, !Self.passedOver.contains(Array(name)) {
            open.append((folder, depth + 1))
          }
        }
        dated.sort { $0.began > $1.began }
        found += dated.prefix(Self.datedMax)
      }
    } catch {
      throw .remote(RemoteFailure(error))
    }
    return found
  }

  /// For folders of other names; what cannot be read counts as the oldest, and says why when it
  /// is opened.
  private func timeInside(_ manifest: String) throws(InventoryError) -> Instant {
    guard let json = try contents(of: manifest) else { return .distantPast }
    do throws(InventoryError) {
      return try InventoryManifest(json: json, path: manifest).began
    } catch {
      return .distantPast
    }
  }

  private static func path(_ bucket: String, _ key: [UInt8]) -> String {
    S3Location(bucket: bucket, prefix: key).description
  }
}
